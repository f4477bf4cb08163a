package plan

import (
	"regexp"
	"slices"

	"github.com/yagura/yagura/table"
)

// Parse takes a text apart by a pattern (parse, parse-where). Groups of Regexp are
// the columns Cols, in order; a text that does not match gives nulls, or, with
// Where, no row. In relaxed mode a part that does not convert to its type is null;
// otherwise the whole row then does not match. Output: In's columns and Cols.
type Parse struct {
	In      Node
	Text    Expr
	Regexp  *regexp.Regexp
	Cols    []table.Column
	Relaxed bool
	Where   bool
}

func (n *Parse) Schema() *table.Schema { return parseSchema(n.In, n.Cols) }
func parseSchema(in Node, cols []table.Column) *table.Schema {
	return &table.Schema{Cols: append(slices.Clip(in.Schema().Cols), cols...)}
}
func (n *Parse) Inputs() []Node            { return []Node{n.In} }
func (n *Parse) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*Parse) node()                       {}

// ParseKv finds pairs of keys and values in a text; Cols are the
// values of Keys. See the operator's page for the delimiters.
type ParseKv struct {
	In                         Node
	Text                       Expr
	Keys                       []string
	Cols                       []table.Column
	PairDelimiter, KvDelimiter string
	Quotes                     [][2]string // opening and closing
	Escape                     string      // any of its characters
	Greedy                     bool
	Regex                      *regexp.Regexp // two groups, key and value; or nil
}

func (n *ParseKv) Schema() *table.Schema     { return parseSchema(n.In, n.Cols) }
func (n *ParseKv) Inputs() []Node            { return []Node{n.In} }
func (n *ParseKv) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*ParseKv) node()                       {}
