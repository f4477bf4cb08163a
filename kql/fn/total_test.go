package fn

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/table"
)

var allTypes = []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime, table.Timespan, table.Guid, table.Dynamic}

// drawValue draws a value of a type or null, often an extreme one.
func drawValue(t *rapid.T, typ table.Type) table.Value {
	if rapid.IntRange(0, 7).Draw(t, "null") == 0 && typ != table.String {
		return nil
	}
	switch typ {
	case table.Bool:
		return rapid.Bool().Draw(t, "bool")
	case table.Int:
		return rapid.OneOf(rapid.Int32(), rapid.Int32Range(-3, 3), rapid.SampledFrom([]int32{math.MinInt32, math.MaxInt32})).Draw(t, "int")
	case table.Long:
		return drawLong(t)
	case table.Real:
		return rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, -1, 0.5, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 5e-324})).Draw(t, "real")
	case table.Decimal:
		return rapid.SampledFrom([]table.Dec{"0", "1", "-1", "0.5", "3.14159", "-100000000000000000000.000000001", "99999999999999999999999999999999999999"}).Draw(t, "decimal")
	case table.String:
		return drawText(t)
	case table.Datetime:
		return table.Time(rapid.OneOf(rapid.Int64Range(0, int64(table.MaxTime)), rapid.SampledFrom([]int64{0, int64(table.MaxTime), int64(table.UnixTicks)})).Draw(t, "datetime"))
	case table.Timespan:
		return table.Duration(drawLong(t))
	case table.Guid:
		return table.UUID{byte(rapid.IntRange(0, 255).Draw(t, "guid"))}
	}
	return table.DynValue(drawTree(t, 3))
}

func drawLong(t *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-4, 4), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64})).Draw(t, "long")
}

func drawText(t *rapid.T) string {
	return rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"", "a", "1", "-1.5", "true", "2024-02-29T12:00:00Z", "1.02:03:04", "127.0.0.1/24", "::1", "$.a[0]", `{"a":[1,{"b":null}]}`, "[1,2]", "<a b='c'>d</a>", `x,"y""z"`, "S3VzdG8=", "Europe/Paris", "month", "long", "Meter", "http://u:p@h:1/p?q=r#f", `C:\a\b.txt`, "a b", "xn--ls8h"}),
	).Draw(t, "string")
}

func drawTree(t *rapid.T, depth int) any {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return treeOf(drawValue(t, rapid.SampledFrom(allTypes[:9]).Draw(t, "type")))
	}
	n := rapid.IntRange(0, 3).Draw(t, "n")
	if rapid.Bool().Draw(t, "array") {
		a := make([]any, n)
		for i := range a {
			a[i] = drawTree(t, depth-1)
		}
		return a
	}
	b := &table.Bag{}
	for range n {
		b.Set(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key"), drawTree(t, depth-1))
	}
	return b
}

// drawCall draws arguments that an overload takes, as columns of some rows.
func drawCall(t *rapid.T, o *Overload, rows int) ([]Arg, []table.Vec) {
	n := rapid.IntRange(0, 2*len(o.Params)).Filter(o.takes).Draw(t, "count")
	common := table.Type(0)
	infos, vecs := make([]Arg, n), make([]table.Vec, n)
	for i := range infos {
		p, _ := o.Param(i, n)
		types := p.Types
		if types == nil {
			types = allTypes
		}
		typ := rapid.SampledFrom(types).Draw(t, "type")
		if p.Same {
			if common == 0 {
				common = typ
			}
			typ = common
		}
		vec := table.NewVec(typ, rows)
		for k := range rows {
			v := drawValue(t, typ)
			if p.Enum != nil {
				v = rapid.SampledFrom(p.Enum).Draw(t, "enum")
			}
			if k > 0 && (p.Const || p.Enum != nil) {
				v = vec.At(0)
			}
			table.Append(vec, v)
		}
		infos[i], vecs[i] = Arg{Type: typ, IsConst: p.Const, Const: vec.At(0)}, vec
	}
	return infos, vecs
}

// TestCallsAreTotal calls every function with whatever its parameters allow: the
// result has the declared type and as many rows, a string is never null, and the
// arguments are as they were. An error is allowed; a panic is not.
func TestCallsAreTotal(t *testing.T) {
	for _, f := range All() {
		if f.Kind != Scalar && f.Kind != Operator {
			continue
		}
		for i := range f.Overloads {
			o := &f.Overloads[i]
			if !o.OneColumn() && o.EvalN == nil {
				continue
			}
			t.Run(f.Name, func(t *testing.T) {
				rapid.Check(t, func(t *rapid.T) {
					rows := rapid.IntRange(1, 3).Draw(t, "rows")
					infos, vecs := drawCall(t, o, rows)
					before := rowsText(vecs, rows)
					outs, err := evaluate(o, vecs, rows)
					if slices.Compare(before, rowsText(vecs, rows)) != 0 {
						t.Fatalf("arguments changed from %q to %q", before, rowsText(vecs, rows))
					}
					if err != nil {
						return
					}
					for k, ret := range results(o, infos) {
						if outs[k].Type() != ret || outs[k].Len() != rows {
							t.Fatalf("%d rows of %s, want %d of %s", outs[k].Len(), outs[k].Type(), rows, ret)
						}
					}
					rowsText(outs, rows)
				})
			})
		}
	}
}

func evaluate(o *Overload, args []table.Vec, rows int) ([]table.Vec, error) {
	if o.EvalN != nil {
		return o.Columns(context.Background(), args, rows)
	}
	out, err := o.Column(context.Background(), args, rows)
	return []table.Vec{out}, err
}

// results are the types of the columns that a call gives.
func results(o *Overload, args []Arg) []table.Type {
	if o.Outs == nil {
		return []table.Type{o.Returns(args)}
	}
	var types []table.Type
	for _, c := range o.Outs(args) {
		types = append(types, c.Type)
	}
	return types
}

// rowsText writes columns row by row, which also checks that their values are whole.
func rowsText(vecs []table.Vec, rows int) []string {
	var out []string
	for i := range rows {
		for _, v := range vecs {
			if d, ok := v.At(i).(table.Dyn); ok {
				if a, _ := d.Array(); len(a) > 1000 {
					continue // range(1, 9223372036854775807)
				}
			}
			out = append(out, string(table.AppendJSON(nil, v.At(i))))
		}
	}
	return out
}
