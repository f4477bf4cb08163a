package fn

import (
	"github.com/yagura/yagura/table"
)

// Functions whose meaning depends on the query around the call: the binder knows
// them by name and puts a plan, a column or a constant in their place.
var intrinsicFuncs = []Func{
	intrinsic("now", "The time at which the query started, plus a timespan.", Is(table.Datetime), P(Opt(SpanP("offset")))),
	intrinsic("column_ifexists", "The column of this name, or the second argument if there is none.", ArgType(1), P(Const(Str("column_name")), AnyP("defaultValue"))),
	aliasOf(intrinsic("columnifexists", "The column of this name, or the second argument if there is none.", ArgType(1), P(Const(Str("column_name")), AnyP("defaultValue"))), "column_ifexists"),
	named(intrinsic("ingestion_time", "When a row was received.", Is(table.Datetime), nil), PrefixOnly, "$IngestionTime"),
}

func intrinsic(name, doc string, ret Returns, params []Param) Func {
	return Func{Name: name, Kind: Intrinsic, Doc: doc, Overloads: []Overload{{Params: params, Returns: ret}}}
}

func named(f Func, r ResultName, prefix string) Func {
	f.Result, f.Prefix = r, prefix
	return f
}
