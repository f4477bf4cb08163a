package engine

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/kql/plan"
)

// aggregate is a call of the overload of an aggregate that takes just these types; nil
// if there is none.
func aggregate(name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.LookupAggregate(name)
	if !ok {
		return nil
	}
	return callOf(f, args)
}

// overloaded is aggregate for functions of one row; there must be such an overload.
func overloaded(name string, args ...plan.Expr) *plan.Call {
	f, ok := fn.Lookup(name)
	if ok {
		if c := callOf(f, args); c != nil {
			return c
		}
	}
	panic(fmt.Sprintf("engine: no function %s of these types", name))
}

func callOf(f *fn.Func, args []plan.Expr) *plan.Call {
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if !takes(o, args) {
			continue
		}
		c := &plan.Call{Func: f, Over: o, Args: args}
		c.Ret = o.Returns(c.ArgInfo())
		return c
	}
	return nil
}

func takes(o *fn.Overload, args []plan.Expr) bool {
	last, least := len(o.Params)-1, 0
	for _, p := range o.Params {
		if !p.Opt {
			least++
		}
	}
	if len(args) < least || len(args) > last+1 && (last < 0 || !o.Params[last].Rest) {
		return false
	}
	for i, a := range args {
		p := o.Params[min(i, last)]
		if p.Types != nil && !slices.Contains(p.Types, a.Type()) {
			return false
		}
	}
	return true
}
