package fn

import (
	"fmt"
	"slices"

	"github.com/yagura/yagura/table"
)

// Plugin is one plugin of evaluate. How it runs is in kql/eval, by its name.
type Plugin struct {
	Name   string
	Doc    string          // one line
	Forms  [][]PluginParam // the ways to call it
	Source bool            // it makes its own rows and takes no input
	// CallsOut says that it reads from elsewhere, which may be forbidden.
	CallsOut bool
	// Cols gives the columns of the result, as far as they do not depend on the data.
	Cols func(c *PluginCall) []table.Column
	// More gives the columns of the further tables of a result that is several, or is nil.
	More func(c *PluginCall) [][]table.Column
	// FromData says that the result has further columns, which depend on the data.
	FromData bool
	// Refused is the reason why it is not there. If its columns are known all the same, a
	// query with it is refused when it runs, else when it is compiled.
	Refused string
}

// PluginKind is what an argument of a plugin is.
type PluginKind uint8

const (
	PluginColumn PluginKind = iota + 1 // a column of the input
	PluginConst                        // a constant
	PluginExpr                         // an expression over the input
	PluginAgg                          // a call of an aggregate over the input
	PluginTable                        // a table
	PluginOther                        // a column of the table that is an argument before it
)

// PluginParam is one parameter of a plugin.
type PluginParam struct {
	Name  string
	Kind  PluginKind
	Types []table.Type // nil: any
	Opt   bool         // may be left out, or given as ~
	Rest  bool         // may repeat
}

// PluginCall is what Cols knows of a call.
type PluginCall struct {
	In   []table.Column
	Args map[string][]PluginValue // by parameter; those that are left out are not there
}

// PluginValue is one argument.
type PluginValue struct {
	Column table.Column // of a column or an expression: its name and type
	Const  table.Value  // of a constant
	Table  []table.Column
}

// LookupPlugin finds a plugin by name.
func LookupPlugin(name string) (*Plugin, bool) { p, ok := pluginByName[name]; return p, ok }

// Plugins lists the plugins in the order in which they are declared.
func Plugins() []*Plugin { return orderedPlugins }

var pluginByName, orderedPlugins = indexPlugins(slices.Concat(
	reshapePlugins, patternPlugins, activityPlugins, funnelPlugins, lookupPlugins, accessPlugins, refusedPlugins,
))

func indexPlugins(ps []Plugin) (map[string]*Plugin, []*Plugin) {
	names, list := make(map[string]*Plugin, len(ps)), make([]*Plugin, len(ps))
	for i := range ps {
		p := &ps[i]
		if names[p.Name] != nil {
			panic("fn: plugin declared twice: " + p.Name)
		}
		names[p.Name], list[i] = p, p
	}
	return names, list
}

// Types that parameters of plugins often take.
var (
	pluginSums = []table.Type{table.Int, table.Long, table.Real, table.Decimal, table.Datetime, table.Timespan}
	notDynamic = []table.Type{table.Bool, table.Int, table.Long, table.Real, table.Decimal, table.String, table.Datetime, table.Timespan, table.Guid}
)

func pluginColumn(name string, types ...table.Type) PluginParam {
	return PluginParam{Name: name, Kind: PluginColumn, Types: types}
}

func pluginConst(name string, types ...table.Type) PluginParam {
	return PluginParam{Name: name, Kind: PluginConst, Types: types}
}

func pluginExpr(name string, types ...table.Type) PluginParam {
	return PluginParam{Name: name, Kind: PluginExpr, Types: types}
}

func pluginOpt(p PluginParam) PluginParam  { p.Opt = true; return p }
func pluginRest(p PluginParam) PluginParam { p.Opt, p.Rest = true, true; return p }

// column returns the column that is the argument of a parameter.
func (c *PluginCall) column(param string) table.Column {
	if vs := c.Args[param]; len(vs) > 0 {
		return vs[0].Column
	}
	return table.Column{}
}

// columns returns the columns that are the arguments of some parameters.
func (c *PluginCall) columns(params ...string) []table.Column {
	var out []table.Column
	for _, p := range params {
		for _, v := range c.Args[p] {
			out = append(out, v.Column)
		}
	}
	return out
}

func tableColumn(name string, t table.Type) table.Column { return table.Column{Name: name, Type: t} }

// following returns cols followed by those of the input.
func following(cols ...table.Column) func(*PluginCall) []table.Column {
	return func(c *PluginCall) []table.Column { return slices.Concat(cols, c.In) }
}

// behind returns the arguments of parameters followed by cols.
func behind(cols []table.Column, params ...string) func(*PluginCall) []table.Column {
	return func(c *PluginCall) []table.Column { return append(c.columns(params...), cols...) }
}

var reshapePlugins = []Plugin{
	{
		Name: "pivot", Doc: "Turns the values of a column into columns, and aggregates what remains.",
		Forms: [][]PluginParam{{
			pluginColumn("pivotColumn", notDynamic...), pluginOpt(PluginParam{Name: "aggregateFunction", Kind: PluginAgg}), pluginRest(pluginColumn("columnName")),
		}},
		FromData: true,
		Cols: func(c *PluginCall) []table.Column {
			if keys := c.columns("columnName"); len(keys) > 0 {
				return keys
			}
			drop := append(c.columns("pivotColumn"), c.columns("aggregateFunction")...)
			return slices.DeleteFunc(slices.Clone(c.In), func(i table.Column) bool {
				return slices.ContainsFunc(drop, func(d table.Column) bool { return d.Name == i.Name })
			})
		},
	},
	{
		Name: "bag_unpack", Doc: "Turns the properties of a bag into columns.",
		Forms: [][]PluginParam{{
			pluginColumn("Column", table.Dynamic), pluginOpt(pluginConst("OutputColumnPrefix", table.String)),
			pluginOpt(pluginConst("columnsConflict", table.String)), pluginOpt(pluginConst("ignoredProperties", table.Dynamic)),
		}},
		FromData: true,
		Cols: func(c *PluginCall) []table.Column {
			bag := c.column("Column").Name
			return slices.DeleteFunc(slices.Clone(c.In), func(i table.Column) bool { return i.Name == bag })
		},
	},
	{
		Name: "narrow", Doc: "Makes a row of each value of a wide table.",
		Forms: [][]PluginParam{{}},
		Cols: func(*PluginCall) []table.Column {
			return []table.Column{tableColumn("Row", table.Long), tableColumn("Column", table.String), tableColumn("Value", table.String)}
		},
	},
	{
		Name: "identity", Doc: "Gives its input.",
		Forms: [][]PluginParam{{}},
		Cols:  following(),
	},
	{
		Name: "preview", Doc: "Gives some rows, and a second table with the number of all.",
		Forms: [][]PluginParam{{pluginConst("NumberOfRows", table.Long)}},
		Cols:  following(),
	},
	{
		Name: "estimate_rows_count", Doc: "Gives the number of rows.",
		Forms: [][]PluginParam{{}},
		Cols:  func(*PluginCall) []table.Column { return []table.Column{tableColumn("EstimatedRowsCount", table.Long)} },
	},
	{
		Name: "schema_merge", Doc: "Merges schemas that getschema gave into one.",
		Forms: [][]PluginParam{{pluginOpt(pluginConst("PreserveOrder", table.Bool))}},
		Cols: func(*PluginCall) []table.Column {
			return []table.Column{tableColumn("ColumnName", table.String), tableColumn("ColumnOrdinal", table.Long), tableColumn("DataType", table.String), tableColumn("ColumnType", table.String)}
		},
	},
	{
		Name: "rows_near", Doc: "Gives the rows for which a condition holds and those near them.",
		Forms: [][]PluginParam{{
			pluginExpr("Condition", table.Bool), pluginConst("NumRows", table.Long), pluginOpt(pluginConst("NumRowsAfter", table.Long)),
		}},
		Cols: following(),
	},
	{
		Name: "dcount_intersect", Doc: "Counts the common values of sets that hll() states stand for.",
		Forms: [][]PluginParam{{pluginExpr("hll_1", table.Dynamic), pluginExpr("hll_2", table.Dynamic), pluginRest(pluginExpr("hll_n", table.Dynamic))}},
		Cols: func(c *PluginCall) []table.Column {
			out := slices.Clone(c.In)
			for i := range len(c.columns("hll_1", "hll_2", "hll_n")) {
				out = append(out, tableColumn(fmt.Sprintf("s%d", i), table.Long))
			}
			return out
		},
	},
	{
		Name: "rolling_percentile", Doc: "Estimates a percentile over windows of bins that roll along an axis.",
		Forms: [][]PluginParam{{
			pluginColumn("ValueColumn", pluginSums...), pluginConst("Percentile", table.Real), pluginColumn("IndexColumn", pluginSums...),
			pluginConst("BinSize", pluginSums...), pluginConst("BinsPerWindow", table.Long), pluginRest(pluginColumn("Dimension", notDynamic...)),
		}},
		Cols: func(c *PluginCall) []table.Column {
			v := c.column("ValueColumn")
			name := fmt.Sprintf("rolling_%s_percentile_%s_%s", c.text("BinsPerWindow"), v.Name, c.text("Percentile"))
			return append(c.columns("IndexColumn", "Dimension"), tableColumn(name, v.Type))
		},
	},
}

// text returns a constant argument as text.
func (c *PluginCall) text(param string) string {
	if vs := c.Args[param]; len(vs) > 0 {
		return table.Text(vs[0].Const)
	}
	return ""
}

var patternPlugins = []Plugin{
	{
		Name: "autocluster", Doc: "Finds common patterns of discrete attributes.",
		Forms: [][]PluginParam{{
			pluginOpt(pluginConst("SizeWeight", table.Real)), pluginOpt(pluginColumn("WeightColumn")), pluginOpt(pluginConst("NumSeeds", table.Long)),
			pluginRest(pluginConst("CustomWildcard")),
		}},
		Cols: following(tableColumn("SegmentId", table.Long), tableColumn("Count", table.Long), tableColumn("Percent", table.Real)),
	},
	{
		Name: "basket", Doc: "Finds all patterns of discrete attributes that pass a threshold.",
		Forms: [][]PluginParam{{
			pluginOpt(pluginConst("Threshold", table.Real)), pluginOpt(pluginColumn("WeightColumn")), pluginOpt(pluginConst("MaxDimensions", table.Long)),
			pluginRest(pluginConst("CustomWildcard")),
		}},
		Cols: following(tableColumn("SegmentId", table.Long), tableColumn("Count", table.Long), tableColumn("Percent", table.Real)),
	},
	{
		Name: "diffpatterns", Doc: "Finds patterns of discrete attributes that tell two sets apart.",
		Forms: [][]PluginParam{{
			pluginColumn("SplitColumn"), pluginConst("SplitValueA", table.String), pluginConst("SplitValueB", table.String),
			pluginOpt(pluginColumn("WeightColumn")), pluginOpt(pluginConst("Threshold", table.Real)), pluginOpt(pluginConst("MaxDimensions", table.Long)),
			pluginRest(pluginConst("CustomWildcard")),
		}},
		Cols: following(tableColumn("SegmentId", table.Long), tableColumn("CountA", table.Long), tableColumn("CountB", table.Long),
			tableColumn("PercentA", table.Real), tableColumn("PercentB", table.Real), tableColumn("PercentDiffAB", table.Real)),
	},
	{
		Name: "diffpatterns_text", Doc: "Finds text patterns that tell two sets of texts apart.",
		Forms: [][]PluginParam{{
			pluginColumn("TextColumn", table.String), pluginExpr("BooleanCondition", table.Bool), pluginOpt(pluginConst("MinTokens", table.Long)),
			pluginOpt(pluginConst("Threshold", table.Real)), pluginOpt(pluginConst("MaxTokens", table.Long)),
		}},
		Cols: func(*PluginCall) []table.Column {
			return []table.Column{tableColumn("Count_of_True", table.Long), tableColumn("Count_of_False", table.Long), tableColumn("Percent_of_True", table.Real),
				tableColumn("Percent_of_False", table.Real), tableColumn("Pattern", table.String)}
		},
	},
	{
		Name: "sequence_detect", Doc: "Finds sequences of events, each of which holds a condition.",
		Forms: [][]PluginParam{{
			pluginColumn("TimelineColumn", pluginSums...), pluginConst("MaxSequenceStepWindow", pluginSums...), pluginConst("MaxSequenceSpan", pluginSums...),
			pluginExpr("Expr", table.Bool), pluginRest(pluginExpr("Expr", table.Bool)), pluginRest(pluginColumn("Dimension", notDynamic...)),
		}},
		Cols: func(c *PluginCall) []table.Column {
			t := c.column("TimelineColumn")
			out := c.columns("Dimension")
			for _, e := range c.columns("Expr") {
				out = append(out, tableColumn(e.Name+"_"+t.Name, t.Type))
			}
			return append(out, tableColumn("Duration", table.Timespan))
		},
	},
}
