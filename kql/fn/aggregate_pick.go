package fn

import (
	"strconv"

	"github.com/yagura/yagura/table"
)

// pickAggregates take the values of one row of the group.
var pickAggregates = []Func{
	{
		Name: "arg_max", Kind: Aggregate,
		Doc:       "Largest value of the first argument, and the other arguments in the row that has it.",
		Overloads: []Overload{argOverload(true, argNames("max_"))},
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize arg_max(x % 3, x) | project x", "2"}},
	},
	{
		Name: "arg_min", Kind: Aggregate,
		Doc:       "Smallest value of the first argument, and the other arguments in the row that has it.",
		Overloads: []Overload{argOverload(false, argNames("min_"))},
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize arg_min(x % 3, x) | project x", "3"}},
	},
	{
		Name: "argmax", Kind: Aggregate, Alias: "arg_max", Hidden: true,
		Doc:       "Largest value of the first argument, and the other arguments in the row that has it.",
		Overloads: []Overload{argOverload(true, prefixedArgNames("max_"))},
	},
	{
		Name: "argmin", Kind: Aggregate, Alias: "arg_min", Hidden: true,
		Doc:       "Smallest value of the first argument, and the other arguments in the row that has it.",
		Overloads: []Overload{argOverload(false, prefixedArgNames("min_"))},
	},
	{
		Name: "take_any", Kind: Aggregate,
		Doc:       "The values of one row; of a single argument, one that is not null if there is any.",
		Overloads: []Overload{anyOverload("")},
		Examples:  []Example{{"print x = 5 | summarize take_any(x)", "5"}},
	},
	{
		Name: "any", Kind: Aggregate, Alias: "take_any", Hidden: true,
		Doc:       "The values of one row; of a single argument, one that is not null if there is any.",
		Overloads: []Overload{anyOverload("any_")},
	},
	{
		Name: "take_anyif", Kind: Aggregate, Result: FirstArg,
		Doc:       "A value of the rows for which the predicate is true.",
		Overloads: anyIfOverloads,
		Examples:  []Example{{"range x from 1 to 4 step 1 | summarize take_anyif(x, x == 3)", "3"}},
	},
	{
		Name: "anyif", Kind: Aggregate, Result: PrefixAndArg, Alias: "take_anyif", Hidden: true,
		Doc:       "A value of the rows for which the predicate is true.",
		Overloads: anyIfOverloads,
	},
}

var anyIfOverloads = onlyIf([]Overload{{
	Params: P(AnyP("expr")), Returns: ArgType(0), Agg: func() Accumulator { return &pickAny{} },
}}, 1)

func argOverload(largest bool, outs Outs) Overload {
	return Overload{
		Params:  P(Param{Name: "expr", Types: orderable}, Rest(Opt(AnyP("returned")))),
		Returns: ArgType(0), Outs: outs,
		Agg: func() Accumulator { return &pickBest{largest: largest} },
	}
}

// argNames names arg_max's columns: expressions without a name are max_, max_x_arg1.
func argNames(unnamed string) Outs {
	return func(args []Arg) []table.Column {
		cols := make([]table.Column, len(args))
		for i, a := range args {
			name := a.Name
			if name == "" {
				name = unnamed
				if i > 0 {
					name += args[0].Name + "_arg" + strconv.Itoa(i)
				}
			}
			cols[i] = table.Column{Name: name, Type: a.Type}
		}
		return cols
	}
}

// prefixedArgNames names the columns of argmax, arg_max's predecessor: max_x,
// max_x_y.
func prefixedArgNames(prefix string) Outs {
	return func(args []Arg) []table.Column {
		cols := make([]table.Column, len(args))
		first := prefix + args[0].Name
		for i, a := range args {
			name := first
			switch {
			case i > 0 && a.Name == "":
				name += "_arg" + strconv.Itoa(i)
			case i > 0:
				name += "_" + a.Name
			}
			cols[i] = table.Column{Name: name, Type: a.Type}
		}
		return cols
	}
}

func anyOverload(prefix string) Overload {
	return Overload{
		Params: P(Rest(AnyP("expr"))), Returns: ArgType(0),
		Outs: func(args []Arg) []table.Column {
			cols := make([]table.Column, len(args))
			for i, a := range args {
				name := prefix + a.Name
				if a.Name == "" && (len(args) > 1 || prefix == "") {
					name = "any_arg" + strconv.Itoa(i)
				}
				cols[i] = table.Column{Name: name, Type: a.Type}
			}
			return cols
		},
		Agg: func() Accumulator { return &pickAny{} },
	}
}

// pickBest keeps the first row with the best first argument; a null is worse than
// any value, and a row with one is kept only until another comes.
type pickBest struct {
	largest bool
	row     []table.Value // nil before the first row
	bytes   int64
}

func (a *pickBest) Add(args []table.Vec, row int) error {
	if a.row != nil && !a.better(args[0], row) {
		return nil
	}
	if a.row == nil {
		a.row = make([]table.Value, len(args))
	}
	a.bytes = 0
	for i, v := range args {
		a.row[i] = v.At(row)
		a.bytes += table.ValueBytes(a.row[i])
	}
	return nil
}

// better reports whether row i of v beats the row that is kept.
func (a *pickBest) better(v table.Vec, i int) bool {
	if v.IsNull(i) {
		return false
	}
	if a.row[0] == nil {
		return true
	}
	switch v := v.(type) { // the common types without a box
	case *table.Of[int64]:
		b := a.row[0].(int64)
		return a.largest && v.Vals[i] > b || !a.largest && v.Vals[i] < b
	case *table.Of[table.Time]:
		b := a.row[0].(table.Time)
		return a.largest && v.Vals[i] > b || !a.largest && v.Vals[i] < b
	default:
		c := table.Compare(v.At(i), a.row[0])
		return a.largest && c > 0 || !a.largest && c < 0
	}
}

func (a *pickBest) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err != nil || b.row == nil {
		return err
	}
	take := a.row == nil
	if !take && b.row[0] != nil {
		c := 1
		if a.row[0] != nil {
			c = table.Compare(b.row[0], a.row[0])
		} else if !a.largest {
			c = -1
		}
		take = a.largest && c > 0 || !a.largest && c < 0
	}
	if take {
		a.row, a.bytes = append([]table.Value(nil), b.row...), b.bytes
	}
	return nil
}

func (a *pickBest) Result() []table.Value { return a.row }
func (a *pickBest) Bytes() int64          { return a.bytes }

// pickAny keeps the first row; of a single argument, the first that is not null.
type pickAny struct {
	row   []table.Value // nil before the first row
	bytes int64
}

func (a *pickAny) Add(args []table.Vec, row int) error {
	if a.row != nil && !(len(args) == 1 && a.row[0] == nil) {
		return nil
	}
	if a.row == nil {
		a.row = make([]table.Value, len(args))
	}
	a.bytes = 0
	for i, v := range args {
		a.row[i] = v.At(row)
		a.bytes += table.ValueBytes(a.row[i])
	}
	return nil
}

func (a *pickAny) Merge(o Accumulator) error {
	b, err := same(a, o)
	if err == nil && b.row != nil && (a.row == nil || len(a.row) == 1 && a.row[0] == nil) {
		a.row, a.bytes = append([]table.Value(nil), b.row...), b.bytes
	}
	return err
}

func (a *pickAny) Result() []table.Value { return a.row }
func (a *pickAny) Bytes() int64          { return a.bytes }
