package engine

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// How many rows of one side of a join, and different keys of these, are looked up in the other
// at most.
const (
	mostKeyRows = 10_000
	mostKeys    = 256
)

// Of which side of a join only rows count whose key the other has.
var (
	leftByRight = []plan.JoinKind{plan.Inner, plan.InnerUnique, plan.LeftSemi, plan.RightOuter, plan.RightSemi, plan.RightAnti}
	rightByLeft = []plan.JoinKind{plan.Inner, plan.InnerUnique, plan.LeftOuter, plan.LeftSemi, plan.LeftAnti, plan.RightSemi}
)

// joinKeys looks up the keys of one side of a join in the other, where the term indexes leave
// few rows of the one, and then of the other.
func (r *run) joinKeys(n plan.Node) (plan.Node, error) {
	if r.db == nil {
		return n, nil
	}
	ins := slices.Clone(n.Inputs())
	changed := false
	for i, in := range ins {
		out, err := r.joinKeys(in)
		if err != nil {
			return nil, err
		}
		changed = changed || out != in
		ins[i] = out
	}
	if changed {
		n = n.WithInputs(ins)
	}
	j, ok := n.(*plan.Join)
	if !ok {
		return n, nil
	}
	for i, k := range j.On {
		if k.L.Type() != table.String || !pure(k.L) || !pure(k.R) {
			continue
		}
		for _, side := range []struct {
			kinds     []plan.JoinKind
			from, to  plan.Node
			have, ask plan.Expr
		}{{leftByRight, j.Right, j.Left, k.R, k.L}, {rightByLeft, j.Left, j.Right, k.L, k.R}} {
			if !slices.Contains(side.kinds, j.Kind) || scans(side.to) == 0 {
				continue
			}
			known, found, err := r.lookUp(side.from, side.have, side.to, side.ask)
			if err != nil {
				return nil, err
			}
			if known == nil {
				continue
			}
			to := side.to
			if found != nil {
				r.res.Stats.Plan += fmt.Sprintf("%d rows of one side of a join: key %d is looked up in the other\n", known.Rows.Rows, i+1)
				to = found
			}
			if side.from == j.Right {
				return j.WithInputs([]plan.Node{to, known}), nil
			}
			return j.WithInputs([]plan.Node{known, to}), nil
		}
	}
	return n, nil
}

// lookUp finds the rows of from, and of to those that have one of its keys. What it does not
// find, as they are many, is nil.
func (r *run) lookUp(from plan.Node, have plan.Expr, to plan.Node, ask plan.Expr) (known *plan.Values, found plan.Node, err error) {
	if few, err := r.little(from); err != nil || !few {
		return nil, nil, err
	}
	if from, err = r.find(from); err != nil {
		return nil, nil, err
	}
	rows, err := r.read(&plan.Limit{In: from, N: mostKeyRows + 1})
	if err != nil || rows.Rows > mostKeyRows {
		return nil, nil, err
	}
	r.held += rows.Bytes()
	known = &plan.Values{Rows: rows}
	keys, err := r.keysOf(known, have)
	if err != nil || keys == nil {
		return known, nil, err
	}
	stats, held := r.res.Stats, r.held
	few := filterInScans(push(to, []plan.Expr{overloaded("in", append([]plan.Expr{ask}, keys...)...)}))
	if found, err = r.find(few); err != nil || scans(found) < scans(few) {
		return known, found, err
	}
	r.res.Stats, r.held = stats, held
	return known, nil, nil
}

// little reports whether all that n is made of is in memory, or what an index has left of a
// table, which is few.
func (r *run) little(n plan.Node) (few bool, err error) {
	few = true
	plan.Walk(n, func(n plan.Node) bool {
		switch x := n.(type) {
		case *plan.Values:
		case *plan.Scan:
			var found, rest store.Snapshot
			found, rest, few, err = r.leftBy(x)
			few = few && err == nil && len(rest.Extents)+len(rest.Tail) == 0 && found.Left(found.Extents) <= manyNarrowed
		default:
			few = len(n.Inputs()) > 0 // a range, or something from outside
		}
		return few
	})
	return few, err
}

// keysOf gives the different keys that rows have, nil if they are many or none.
func (r *run) keysOf(rows *plan.Values, key plan.Expr) ([]plan.Expr, error) {
	all, err := r.read(&plan.Project{In: rows, Cols: []plan.Named{{Name: "key", Expr: key}}})
	if err != nil || all.Rows == 0 {
		return nil, err
	}
	var keys []plan.Expr
	seen := map[table.Value]bool{}
	for i := range all.Rows {
		v := all.Vecs[0].At(i)
		if seen[v] {
			continue
		}
		if len(keys) == mostKeys {
			return nil, nil
		}
		seen[v] = true
		keys = append(keys, &plan.Lit{Value: v, Of: table.String})
	}
	return keys, nil
}

// scans counts the tables that are read under n.
func scans(n plan.Node) (count int) {
	plan.Walk(n, func(n plan.Node) bool {
		if _, ok := n.(*plan.Scan); ok {
			count++
		}
		return true
	})
	return count
}
