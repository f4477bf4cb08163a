package eval

import (
	"fmt"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// scope is what the SubInputs of a subplan stand for: for ID, rows; for others, what
// up says. What is computed once in a subplan is computed once in a scope.
type scope struct {
	id      int
	rows    *table.Batch
	up      *scope
	scalars map[*plan.Scalar]table.Value
	sets    map[*plan.InRows]*rowSet
	caches  map[int]*cached
}

func newScope(id int, rows *table.Batch, up *scope) *scope {
	return &scope{id: id, rows: rows, up: up}
}

// home returns the innermost scope that n depends on, or nil: what n gives is the
// same as long as that scope is.
func (sc *scope) home(n plan.Node) *scope {
	if sc == nil {
		return nil
	}
	ids := map[int]bool{}
	plan.Walk(n, func(n plan.Node) bool {
		if s, ok := n.(*plan.SubInput); ok {
			ids[s.ID] = true
		}
		return true
	})
	for s := sc; s != nil; s = s.up {
		if ids[s.id] {
			return s
		}
	}
	return nil
}

func (sc *scope) reader(n *plan.SubInput) (table.Reader, error) {
	for s := sc; s != nil; s = s.up {
		if s.id == n.ID {
			return chunked(table.NewReader(n.Table, s.rows)), nil
		}
	}
	return nil, fmt.Errorf("eval: no rows for the subquery's input %d", n.ID)
}
