// Package syntax turns KQL text into a syntax tree, and a tree into text again. It
// knows the language's grammar and nothing else: no tables, no functions, no types.
//
// Each operator has a file of its own with its node, how it is parsed and how it is
// written. Expressions, statements and names are in ast.go.
package syntax

// Node is a node of the tree. Every node knows where in the text it came from.
type Node interface {
	Pos() int // offset of its first byte
	End() int // offset after its last
	node()
}

// Stmt is a statement, Op a pipeline operator, Expr an expression. The types in
// this package are their only implementations.
type (
	Stmt interface {
		Node
		stmt()
	}
	Op interface {
		Node
		op()
	}
	Expr interface {
		Node
		expr()
	}
)

// span is where a node came from.
type span struct{ pos, end int }

func (s span) Pos() int { return s.pos }
func (s span) End() int { return s.end }
func (span) node()      {}

// Error is a mistake in the text.
type Error struct {
	Pos, End int
	Code     string // as in Kusto: "KS006", "SYN0002", …
	Msg      string
	Hint     string // what to write instead, or ""
}

func (e *Error) Error() string { return e.Msg }
