package fn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// CallError says why no overload takes a call.
type CallError struct {
	Arg  int    // the argument at fault, from 0; -1: their number, or all together
	Code string // that Kusto's language service gives to a mistake of this kind
	Msg  string

	wanted *Param // by an argument of another type
}

func (e *CallError) Error() string { return e.Msg }

// CodeRegex is the code of what should be a regular expression, and is none.
const CodeRegex = "KS101"

// Resolve finds the overload that a call means: the first that takes the arguments,
// with numbers widened if need be; else the first that takes them with dynamics as
// strings too. casts[i] is the type to which argument i is to be
// cast, 0 if it stays. The error is a *CallError about the overload that came
// closest.
func (f *Func) Resolve(args []Arg) (o *Overload, casts []table.Type, err error) {
	var best *CallError
	var wanted []table.Type
	for _, loose := range []bool{false, true} {
		for i := range f.Overloads {
			o := &f.Overloads[i]
			casts, e := o.fit(args, loose)
			if e == nil {
				return o, casts, nil
			}
			if best == nil || e.Arg > best.Arg {
				best, wanted = e, nil
			}
			if e.Arg == best.Arg && e.wanted != nil {
				wanted = append(wanted, e.wanted.Types...)
			}
		}
	}
	if best == nil || best.Arg < 0 {
		return nil, nil, &CallError{Arg: -1, Msg: f.arityText()}
	}
	if best.wanted != nil { // say what all overloads take
		slices.Sort(wanted)
		all := Param{Types: slices.Compact(wanted), Bag: best.wanted.Bag}
		best = all.wants(best.Arg, args[best.Arg].Type)
	}
	return nil, nil, best
}

// Param returns the parameter to which argument i of n belongs.
func (o *Overload) Param(i, n int) (*Param, bool) {
	lo, hi := o.group()
	if lo == hi {
		if i >= len(o.Params) {
			return nil, false
		}
		return &o.Params[i], true
	}
	after := len(o.Params) - hi
	switch {
	case i < lo:
	case i >= n-after:
		i = i - (n - after) + hi
	default:
		i = lo + (i-lo)%(hi-lo)
	}
	return &o.Params[i], true
}

// group returns the range of the parameters that repeat.
func (o *Overload) group() (lo, hi int) {
	lo = slices.IndexFunc(o.Params, func(p Param) bool { return p.Rest })
	if lo < 0 {
		return 0, 0
	}
	for hi = lo; hi < len(o.Params) && o.Params[hi].Rest; hi++ {
	}
	return lo, hi
}

// takes reports whether n arguments are a possible number.
func (o *Overload) takes(n int) bool {
	lo, hi := o.group()
	least := 0
	for _, p := range o.Params {
		if !p.Opt {
			least++
		}
	}
	if lo == hi {
		return least <= n && n <= len(o.Params)
	}
	if lo < len(o.Params) && o.Params[lo].Opt && n == least {
		return true
	}
	return n >= least && (n-len(o.Params))%(hi-lo) == 0
}

// fit tells to which types arguments are to be cast; loose: a dynamic, where only a
// string may stand, too.
func (o *Overload) fit(args []Arg, loose bool) ([]table.Type, *CallError) {
	if !o.takes(len(args)) {
		return nil, &CallError{Arg: -1}
	}
	casts := make([]table.Type, len(args))
	common, first := table.Type(0), -1
	for i, a := range args {
		p, _ := o.Param(i, len(args))
		to, ok := p.accepts(a.Type)
		if !ok && loose && a.Type == table.Dynamic && !p.Exact && len(p.Types) == 1 && p.Types[0] == table.String {
			to, ok = table.String, true
		}
		if !ok && p.Cast {
			to, ok = p.Types[0], true
		}
		if !ok {
			return nil, p.wants(i, a.Type)
		}
		if e := p.refuses(i, a); e != nil {
			return nil, e
		}
		casts[i] = to
		if !p.Same {
			continue
		}
		if first < 0 {
			common, first = a.Type, i
		} else if common, ok = Wider(common, a.Type); !ok {
			return nil, &CallError{Arg: i, Code: "KS232", Msg: fmt.Sprintf("A value of type %s expected.", args[first].Type)}
		}
	}
	for i, a := range args {
		p, _ := o.Param(i, len(args))
		if !p.Same {
			continue
		}
		to, ok := p.accepts(common)
		if !ok {
			return nil, p.wants(i, a.Type)
		}
		if to == 0 {
			to = common
		}
		if casts[i] = to; to == a.Type {
			casts[i] = 0
		}
	}
	return casts, nil
}

// accepts reports whether a value of type t fits, and the type to which it is then
// to be cast (0: none).
func (p *Param) accepts(t table.Type) (table.Type, bool) {
	if p.Types == nil || slices.Contains(p.Types, t) {
		return 0, true
	}
	if p.Lossy && t == table.Decimal {
		return table.Real, true
	}
	for _, to := range p.Types {
		if w, ok := Wider(t, to); ok && w == to && !(t == table.Real && to == table.Decimal) {
			return to, true
		}
	}
	return 0, false
}

// refuses says why argument i, whose type fits, does not.
func (p *Param) refuses(i int, a Arg) *CallError {
	if p.Const && !a.IsConst {
		return &CallError{Arg: i, Code: "KS129", Msg: "The expression must be a constant."}
	}
	s, isText := a.Const.(string)
	if p.Regex && a.IsConst && isText {
		if _, err := CompilePattern(s); err != nil {
			return &CallError{Arg: i, Code: CodeRegex, Msg: fmt.Sprintf("The regular expression is not one: %v.", err)}
		}
	}
	if p.Enum == nil || p.Open || !a.IsConst {
		return nil
	}
	if slices.ContainsFunc(p.Enum, func(e string) bool { return strings.EqualFold(e, s) }) {
		return nil
	}
	return &CallError{Arg: i, Code: "KS140", Msg: "The value must be one of: " + strings.Join(p.Enum, ", ") + "."}
}

// wants says which types argument i, of type t, could have.
func (p *Param) wants(i int, t table.Type) *CallError {
	code, msg := p.wanting(t)
	return &CallError{Arg: i, Code: code, Msg: msg, wanted: p}
}

func (p *Param) wanting(t table.Type) (code, msg string) {
	has := func(t table.Type) bool { return slices.Contains(p.Types, t) }
	switch {
	case slices.Equal(p.Types, Numbers):
		return "KS137", "The expression value must be a number."
	case slices.Equal(p.Types, Integers):
		return "KS134", "The expression value must be an integer."
	case p.Bag:
		return "KS235", "The expression must be a dynamic bag."
	case len(p.Types) == 1:
		return oneTypeCode(p.Types[0], t), fmt.Sprintf("A value of type %s expected.", p.Types[0])
	case len(p.Types) >= 8 && !has(table.Guid):
		return "KS206", "The argument value must be orderable: a number, timespan, datetime, string or boolean."
	case len(p.Types) >= 8:
		return "KS116", fmt.Sprintf("The value of type %s is not allowed in this context.", t)
	case has(table.Datetime) && has(table.Timespan) && has(table.Long):
		return "KS138", "The argument value must be summable: a number, timespan or datetime."
	case has(table.Long) && has(table.Dynamic) && !has(table.Real) && !has(table.String):
		return "KS136", "The expression value must be an integer or a dynamic array of integers."
	}
	names := make([]string, len(p.Types))
	for i, t := range p.Types {
		names[i] = t.String()
	}
	return "KS141", "The expression must have one of the types: " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1] + "."
}

// oneTypeCode is the code of a value of type got where only want may stand.
func oneTypeCode(want, got table.Type) string {
	switch {
	case want == table.Dynamic:
		return "KS234" // which is the code of what is no array; bags have their own
	case want == table.Long && got.Numeric():
		return "KS134"
	case want == table.Long || want == table.Real:
		return "KS137"
	}
	return "KS107"
}

// arityText says how many arguments f takes.
func (f *Func) arityText() string {
	least, most, open := 1<<30, 0, false
	for i := range f.Overloads {
		o := &f.Overloads[i]
		need := 0
		for _, p := range o.Params {
			if !p.Opt {
				need++
			}
			open = open || p.Rest
		}
		least, most = min(least, need), max(most, len(o.Params))
	}
	switch {
	case open:
		return fmt.Sprintf("%s expects at least %d arguments.", f.Name, least)
	case least == most:
		return fmt.Sprintf("%s expects %d arguments.", f.Name, least)
	}
	return fmt.Sprintf("%s expects between %d and %d arguments.", f.Name, least, most)
}
