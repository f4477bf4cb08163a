package plan

import (
	"regexp"

	"github.com/yagura/yagura/table"
)

// Parse takes a text apart by a pattern (parse, parse-where). Groups of Regexp are
// the columns Cols, in order; a text that does not match gives nulls, or, with
// Where, no row. In relaxed mode a part that does not convert to its type is null;
// otherwise the whole row then does not match. Output: In's columns, each of Cols
// in place (Index ≥ 0) or added.
type Parse struct {
	In      Node
	Text    Expr
	Regexp  *regexp.Regexp
	Cols    []ParseCol
	Relaxed bool
	Where   bool
}

// ParseCol is a column that parse, parse-where or parse-kv makes.
type ParseCol struct {
	Name  string
	Type  table.Type
	Index int // of the column of In that it replaces, or -1
}

func (n *Parse) Schema() *table.Schema { return parseSchema(n.In, n.Cols) }
func parseSchema(in Node, cols []ParseCol) *table.Schema {
	s := &table.Schema{Cols: append([]table.Column(nil), in.Schema().Cols...)}
	for _, c := range cols {
		col := table.Column{Name: c.Name, Type: c.Type}
		if c.Index >= 0 {
			s.Cols[c.Index] = col
		} else {
			s.Cols = append(s.Cols, col)
		}
	}
	return s
}
func (n *Parse) Inputs() []Node            { return []Node{n.In} }
func (n *Parse) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Parse) node()                       {}

// ParseKv finds pairs of keys and values in a text; each of Cols is the value of
// the key of its name. See the operator's page for the delimiters.
type ParseKv struct {
	In                         Node
	Text                       Expr
	Cols                       []ParseCol
	PairDelimiter, KvDelimiter string
	Quotes                     [][2]string // opening and closing
	Escape                     string
	Greedy                     bool
	Regex                      *regexp.Regexp // two groups, key and value; or nil
}

func (n *ParseKv) Schema() *table.Schema     { return parseSchema(n.In, n.Cols) }
func (n *ParseKv) Inputs() []Node            { return []Node{n.In} }
func (n *ParseKv) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*ParseKv) node()                       {}
