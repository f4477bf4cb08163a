// Package eval runs plans in Go, a batch at a time. It is the meaning of KQL: what
// SQL does must agree with it. It reads only what it is given.
package eval

import (
	"context"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Source opens the leaves of a plan: its Scans, and whatever other node the engine
// has put in place of a subtree that runs elsewhere. It is asked for every node
// before eval runs it and returns nil, nil for nodes that eval shall run itself.
type Source func(ctx context.Context, n plan.Node) (table.Reader, error)

// Limits bound what one run may use; zero is no limit.
type Limits struct {
	Rows  int64 // held by one operator
	Bytes int64 // held by the whole run
}

// Run starts root and returns its result.
func Run(ctx context.Context, root plan.Node, src Source, l Limits) (table.Reader, error) {
	panic("being written")
}

// Value computes a constant expression.
func Value(e plan.Expr) (table.Value, error) { panic("being written") }
