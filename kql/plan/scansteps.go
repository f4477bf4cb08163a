package plan

import "github.com/yagura/yagura/table"

// ScanSteps runs a state machine over the rows of In, in their order (the operator
// scan). Output: In's columns, then Declare, then MatchID (long) and StepName (string)
// if they are named.
//
// A record is a row of In and the declared columns. Conditions and assignments are
// over (1 + len(Steps)) times as many columns as a record has: first those of the
// record at hand, then those of the record that each step holds in the sequence at
// hand; a step that holds none has nulls, and the defaults of the declared columns.
//
// A row meets the steps from the last to the first. For step k:
//  1. If the step before it holds a sequence and Cond is true of that sequence, the
//     sequence moves on to step k, in place of what that holds, with the row as the
//     record of step k. Where steps before it are optional and hold none, it is the
//     step before these.
//  2. Else, if step k holds a sequence, or is the first (which then begins one), and
//     Cond is true of that, the row becomes the record of step k.
type ScanSteps struct {
	In       Node
	Declare  []ScanVar
	Steps    []ScanStep
	MatchID  string // or ""
	StepName string // or ""
}

// ScanVar is a column that scan declares.
type ScanVar struct {
	Name    string
	Type    table.Type
	Default Expr // a constant, or nil
}

// ScanStep is one step.
type ScanStep struct {
	Name     string
	Optional bool // a sequence may leave it out
	Cond     Expr
	Set      []ScanSet
	Output   string // all, last or none
}

// ScanSet gives column Index of the record that matches the value of Expr, which has
// its type. Later assignments of a step see the earlier ones.
type ScanSet struct {
	Index int
	Expr  Expr
}

func (n *ScanSteps) Schema() *table.Schema {
	s := &table.Schema{Cols: append([]table.Column(nil), n.In.Schema().Cols...)}
	for _, v := range n.Declare {
		s.Cols = append(s.Cols, table.Column{Name: v.Name, Type: v.Type})
	}
	if n.MatchID != "" {
		s.Cols = append(s.Cols, table.Column{Name: n.MatchID, Type: table.Long})
	}
	if n.StepName != "" {
		s.Cols = append(s.Cols, table.Column{Name: n.StepName, Type: table.String})
	}
	return s
}
func (n *ScanSteps) Inputs() []Node            { return []Node{n.In} }
func (n *ScanSteps) WithInputs(in []Node) Node { c := *n; c.In = in[0]; return &c }
func (*ScanSteps) node()                       {}
