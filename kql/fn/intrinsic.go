package fn

import (
	"github.com/yagura/yagura/table"
)

// Functions whose meaning depends on the query around the call: the binder knows
// them by name and puts a plan, a column or a constant in their place. Those that
// stand for tables have the type 0.
var intrinsicFuncs = []Func{
	intrinsic("now", "The time at which the query started, plus a timespan.", table.Datetime, Opt(SpanP("offset"))),
	named(intrinsic("ingestion_time", "When a row was received.", table.Datetime), PrefixOnly, "$IngestionTime"),
	named(hidden(intrinsic("bin_auto", "A value brought down to a multiple of the size that the query's options set.", table.Dynamic, AnyP("value"))), FirstArg, ""),

	columnIfExists("column_ifexists"),
	aliasOf(columnIfExists("columnifexists"), "column_ifexists"),
	hidden(intrinsic("iscolumnexists", "Whether there is a column of this name.", table.Bool, Const(Str("column_name")))),
	intrinsic("column_names_of", "The names of a table's columns, as an array.", table.Dynamic, AnyP("table")),
	intrinsic("pack_all", "A bag of all columns by their names; without null and empty ones if the argument is true.", table.Dynamic, Opt(Const(BoolP("ignore_null_empty")))),
	intrinsic("bag_pack_columns", "A bag of columns by their names.", table.Dynamic, Rest(AnyP("value"))),

	intrinsic("table", "A table by its name.", 0, Str("name"), Opt(Str("query_data_scope"))),
	intrinsic("materialized_view", "A materialized view by its name.", 0, Str("name"), Opt(SpanP("max_age"))),
	intrinsic("external_table", "An external table by its name, read with a mapping of it.", 0, Str("name"), Opt(Str("mapping"))),
	intrinsic("graph", "A graph by the name of its model: its latest snapshot, or the one that is named; with true, what the model makes now.", 0, Str("name"), Opt(AnyP("snapshot"))),
	intrinsic("stored_query_result", "The rows that .set stored_query_result has kept, for who kept them.", 0, Str("name")),
	intrinsic("entity_group", "A stored entity group by its name, for macro-expand.", 0, Str("name")),
	intrinsic("database", "A workspace by its name.", 0, Opt(Str("name"))),
	intrinsic("cluster", "A cluster by its address.", 0, Str("name")),

	intrinsic("current_cluster_endpoint", "The host name of the server.", table.String),
	intrinsic("current_database", "The name of the workspace.", table.String),
	intrinsic("current_principal", "Who runs the query.", table.String),
	intrinsic("current_principal_details", "Who runs the query, in detail.", table.Dynamic),
	intrinsic("current_principal_is_member_of", "Whether who runs the query is one of some principals, or a member of one of some groups.", table.Bool, Rest(TextP("group"))),
	hidden(intrinsic("current_node_id", "The server that runs the query.", table.String)),

	intrinsic("cursor_current", "The place in the order of ingestion at which the query started.", table.String),
	aliasOf(intrinsic("current_cursor", "The place in the order of ingestion at which the query started.", table.String), "cursor_current"),
	intrinsic("cursor_after", "Whether a row was received after a cursor.", table.Bool, Opt(Str("cursor"))),
	intrinsic("cursor_before_or_at", "Whether a row was received before a cursor, or at it.", table.Bool, Opt(Str("cursor"))),
	intrinsic("extent_id", "The id of the extent that a row is in; zeros for a row that is in none.", table.Guid),
	aliasOf(intrinsic("extentid", "The id of the extent that a row is in; zeros for a row that is in none.", table.Guid), "extent_id"),
	intrinsic("extent_tags", "The tags of the extent that a row is in, as an array, of which none has any; null for a row that is in none.", table.Dynamic),
	intrinsic("row_id", "What tells a row from all others.", table.String),

	intrinsic("geo_info_from_ip_address", "Where an IP address is (country, state, city, latitude, longitude), as the server's database of addresses has it.", table.Dynamic, Str("ip")),

	intrinsic("all", "Whether a condition holds for all elements of a path of a graph.", table.Bool, AnyP("pattern_element"), BoolP("expression")),
	intrinsic("any", "Whether a condition holds for an element of a path of a graph.", table.Bool, AnyP("pattern_element"), BoolP("expression")),
	intrinsic("map", "An expression for each element of a path of a graph, as an array.", table.Dynamic, AnyP("pattern_element"), AnyP("expression")),
	intrinsic("inner_nodes", "The nodes within a path of a graph.", table.Dynamic, AnyP("edge")),
	intrinsic("labels", "The labels of a node or an edge of a graph, as an array.", table.Dynamic, Opt(AnyP("pattern_element"))),
	intrinsic("node_id", "The id of a node of a graph.", table.String, Opt(AnyP("node"))),
	intrinsic("node_degree_in", "How many edges of a graph end at a node.", table.Long, Opt(AnyP("node"))),
	intrinsic("node_degree_out", "How many edges of a graph start at a node.", table.Long, Opt(AnyP("node"))),
}

func intrinsic(name, doc string, ret table.Type, params ...Param) Func {
	return Func{Name: name, Kind: Intrinsic, Doc: doc, Overloads: []Overload{{Params: params, Returns: Is(ret)}}}
}

func columnIfExists(name string) Func {
	f := intrinsic(name, "The column of this name, or the second argument if there is none.", 0, Const(Str("column_name")), AnyP("defaultValue"))
	f.Overloads[0].Returns = ArgType(1)
	return f
}

func named(f Func, r ResultName, prefix string) Func {
	f.Result, f.Prefix = r, prefix
	return f
}
