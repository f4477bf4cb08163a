// Package syntax turns KQL text into a syntax tree, and a tree into text again. It
// knows the language's grammar and nothing else: no tables, no functions, no types.
//
// Each operator has a file of its own with its node, how it is parsed and how it is
// written. The nodes of expressions and statements are in ast.go.
package syntax

// Limits of a text. What is beyond them is refused before it can cost memory or stack.
const (
	MaxBytes  = 2 << 20 // of a text, in bytes
	MaxDepth  = 500     // of nested parentheses, brackets and subqueries
	MaxHeight = 10_000  // of the tree: a chain such as a + b + c … is as high as it is long
	MaxErrors = 100     // of one text; the rest are not reported
)

// Node is a node of the tree. Every node knows where in the text it came from.
type Node interface {
	Pos() int // offset of its first byte
	End() int // offset after its last
	set(pos, end int)
	children(visit func(Node))
	write(w *writer)
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

// Error is a mistake in the text.
type Error struct {
	Pos, End int
	Code     string // as in Kusto: "KS006", …
	Msg      string
	Hint     string // what to write instead, or ""
}

func (e *Error) Error() string { return e.Msg }
