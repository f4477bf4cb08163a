package fn

import (
	"fmt"

	"github.com/yagura/yagura/table"
)

// windowFuncs see all rows of a serialized input, in their order.
var windowFuncs = []Func{
	{
		Name: "prev", Kind: Window,
		Doc:       "The value of a column some rows before, 1 unless told; outside the rows, the default value or null.",
		Overloads: shiftOverloads(-1),
		Examples:  []Example{{"range x from 1 to 2 step 1 | serialize p = prev(x) | where x == 2 | project p", "1"}},
	},
	{
		Name: "next", Kind: Window,
		Doc:       "The value of a column some rows after, 1 unless told; outside the rows, the default value or null.",
		Overloads: shiftOverloads(1),
		Examples:  []Example{{"range x from 1 to 2 step 1 | serialize n = next(x, 1, 9) | where x == 2 | project n", "9"}},
	},
	{
		Name: "row_number", Kind: Window,
		Doc: "The number of the row, from startingIndex (1) and again from there where restart is true.",
		Overloads: []Overload{{
			Params: P(Opt(LongP("startingIndex")), Opt(BoolP("restart"))), Returns: Is(table.Long), Eval: rowNumber,
		}},
		Examples: []Example{{"range x from 5 to 7 step 1 | serialize n = row_number() | where x == 7 | project n", "3"}},
	},
	{
		Name: "row_cumsum", Kind: Window,
		Doc: "The sum of the values so far, again from nothing where restart is true.",
		Overloads: []Overload{
			{Params: P(Param{Name: "term", Types: []table.Type{table.Int}}, Opt(BoolP("restart"))), Returns: Is(table.Int), Eval: cumsum[int32]},
			{Params: P(LongP("term"), Opt(BoolP("restart"))), Returns: Is(table.Long), Eval: cumsum[int64]},
			{Params: P(RealP("term"), Opt(BoolP("restart"))), Returns: Is(table.Real), Eval: cumsum[float64]},
			{Params: P(SpanP("term"), Opt(BoolP("restart"))), Returns: Is(table.Timespan), Eval: cumsum[table.Duration]},
			{Params: P(decP("term"), Opt(BoolP("restart"))), Returns: Is(table.Decimal), Eval: cumsumDec},
		},
		Examples: []Example{{"range x from 1 to 4 step 1 | serialize s = row_cumsum(x) | where x == 4 | project s", "10"}},
	},
	{
		Name: "row_rank_dense", Kind: Window,
		Doc:       "The rank of the row among sorted rows: 1, and one more where the term differs from that of the row before.",
		Overloads: rankOverloads(false),
		Examples:  []Example{{"datatable(x: long)[3, 3, 4] | serialize r = row_rank_dense(x) | where x == 4 | project r", "2"}},
	},
	{
		Name: "row_rank_min", Kind: Window,
		Doc:       "The rank of the row among sorted rows: the number of the first row that has the same term.",
		Overloads: rankOverloads(true),
		Examples:  []Example{{"datatable(x: long)[3, 3, 4] | serialize r = row_rank_min(x) | where x == 4 | project r", "3"}},
	},
	{
		Name: "row_window_session", Kind: Window,
		Doc: "When the session began that the row is in; a session ends at a row that is as far from its first, or from the row before, as a distance is, at null, or where restart is true.",
		Overloads: []Overload{{
			Params:  P(TimeP("expr"), SpanP("maxDistanceFromFirst"), SpanP("maxDistanceBetweenNeighbors"), Opt(BoolP("restart"))),
			Returns: Is(table.Datetime), Eval: windowSession,
		}},
		Examples: []Example{{"range x from datetime(2024-01-01) to datetime(2024-01-02) step 1d | serialize s = row_window_session(x, 2d, 2d) | where x == datetime(2024-01-02) | project s", "datetime(2024-01-01)"}},
	},
}

// shiftOverloads are prev (dir -1) and next (1), for each type so that the default
// is brought to the column's.
func shiftOverloads(dir int) []Overload {
	types := append(append([]table.Type{}, orderable...), table.Guid, table.Dynamic)
	out := make([]Overload, len(types))
	for i, t := range types {
		p := Param{Name: "column", Types: []table.Type{t}}
		d := Opt(Param{Name: "default_value", Types: []table.Type{t}, Const: true, Cast: true})
		out[i] = Overload{Params: P(p, Opt(LongP("offset")), d), Returns: Is(t), Eval: shift(dir)}
	}
	return out
}

func shift(dir int) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		idx := make([]int, rows)
		outside := false
		for i := range idx {
			idx[i] = i + dir*int(firstConst(args, 1, i, 1))
			if idx[i] < 0 || idx[i] >= rows {
				idx[i], outside = -1, true
			}
		}
		if len(args) < 3 || !outside {
			return args[0].Gather(idx), nil
		}
		// Behind the column comes its default.
		for i, from := range idx {
			if from < 0 {
				idx[i] = rows + i
			}
		}
		return table.Concat(args[0].Type(), []table.Vec{args[0], args[2]}).Gather(idx), nil
	}
}

// restarts reports whether argument k, if it is there, is true in row i.
func restarts(args []table.Vec, k, i int) bool {
	if len(args) <= k {
		return false
	}
	r := args[k].(*table.Of[bool])
	return r.Vals[i] && !r.IsNull(i)
}

func rowNumber(args []table.Vec, rows int) (table.Vec, error) {
	out := &table.Of[int64]{Vals: make([]int64, rows)}
	var n int64
	for i := range rows {
		if i == 0 || restarts(args, 1, i) {
			n = firstConst(args, 0, i, 1)
		}
		out.Vals[i] = n
		n++
	}
	return out, nil
}

func cumsum[T int32 | int64 | float64 | table.Duration](args []table.Vec, rows int) (table.Vec, error) {
	in := args[0].(*table.Of[T])
	out := &table.Of[T]{Vals: make([]T, rows)}
	var sum T
	for i := range rows {
		if restarts(args, 1, i) {
			sum = 0
		}
		if !in.IsNull(i) {
			sum += in.Vals[i]
		}
		out.Vals[i] = sum
	}
	return out, nil
}

func cumsumDec(args []table.Vec, rows int) (table.Vec, error) {
	out := &table.Of[table.Dec]{Vals: make([]table.Dec, rows)}
	sum := &decSum{}
	for i := range rows {
		if restarts(args, 1, i) {
			sum = &decSum{}
		}
		if err := sum.Add(args, i); err != nil {
			return nil, err
		}
		out.Vals[i] = sum.Result()[0].(table.Dec)
	}
	return out, nil
}

func rankOverloads(gaps bool) []Overload {
	types := append(append([]table.Type{}, orderable...), table.Guid)
	return []Overload{{
		Params: P(Param{Name: "term", Types: types}, Opt(BoolP("restart"))), Returns: Is(table.Long),
		Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			out := &table.Of[int64]{Vals: make([]int64, rows)}
			var rank, nth int64
			var key, was []byte
			for i := range rows {
				key = table.AppendKey(key[:0], args[0], i)
				switch {
				case i == 0 || restarts(args, 1, i):
					rank, nth = 1, 1
				case string(key) == string(was):
					nth++
				default:
					nth++
					if rank++; gaps {
						rank = nth
					}
				}
				key, was = was, key
				out.Vals[i] = rank
			}
			return out, nil
		},
	}}
}

func windowSession(args []table.Vec, rows int) (table.Vec, error) {
	in := args[0].(*table.Of[table.Time])
	fromFirst, between := args[1].(*table.Of[table.Duration]), args[2].(*table.Of[table.Duration])
	out := &table.Of[table.Time]{Vals: make([]table.Time, rows)}
	var first, last table.Time
	open := false
	for i := range rows {
		if in.IsNull(i) {
			out.SetNull(i)
			open = false
			continue
		}
		if fromFirst.Vals[i] < 0 || between.Vals[i] < 0 || fromFirst.IsNull(i) || between.IsNull(i) {
			return nil, fmt.Errorf("row_window_session: the distances must be timespans that are not negative")
		}
		t := in.Vals[i]
		if !open || restarts(args, 3, i) || table.Duration(t-first) >= fromFirst.Vals[i] || table.Duration(t-last) >= between.Vals[i] {
			first, open = t, true
		}
		last = t
		out.Vals[i] = first
	}
	return out, nil
}
