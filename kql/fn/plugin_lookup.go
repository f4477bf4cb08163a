package fn

import (
	"slices"
	"strconv"

	"github.com/yagura/yagura/table"
)

var lookupTable = PluginParam{Name: "LookupTable", Kind: PluginTable}

func otherColumn(name string, types ...table.Type) PluginParam {
	return PluginParam{Name: name, Kind: PluginOther, Types: types}
}

var lookupPlugins = []Plugin{
	{
		Name: "ipv4_lookup", Doc: "Joins IPv4 addresses with a table of networks.",
		Forms: [][]PluginParam{{
			lookupTable, pluginColumn("SourceIPv4Key", table.String), otherColumn("IPv4LookupKey", table.String),
			pluginRest(otherColumn("ExtraKey")), pluginOpt(pluginConst("return_unmatched", table.Bool)),
		}},
		Cols: func(c *PluginCall) []table.Column { return lookedUp(c, false, c.columns("ExtraKey")...) },
	},
	{
		Name: "ipv6_lookup", Doc: "Joins IPv6 addresses with a table of networks.",
		Forms: [][]PluginParam{{
			lookupTable, pluginColumn("SourceIPv6Key", table.String), otherColumn("IPv6LookupKey", table.String),
			pluginOpt(pluginConst("return_unmatched", table.Bool)),
		}},
		Cols: func(c *PluginCall) []table.Column { return lookedUp(c, true) },
	},
	{
		Name: "geo_polygon_lookup", Doc: "Joins points with a table of polygons that contain them.",
		Forms: [][]PluginParam{{
			lookupTable, otherColumn("LookupPolygonKey", table.Dynamic), pluginColumn("SourceLongitude"), pluginColumn("SourceLatitude"),
			pluginOpt(pluginConst("radius", table.Real)), pluginOpt(pluginConst("return_unmatched", table.Bool)),
			pluginOpt(pluginConst("lookup_area_radius", table.Real)), pluginOpt(pluginConst("return_lookup_key", table.Bool)),
		}},
		Cols: func(c *PluginCall) []table.Column { return lookedUp(c, false, c.unlessReturned("LookupPolygonKey")...) },
	},
	{
		Name: "geo_line_lookup", Doc: "Joins points with a table of lines that pass near them.",
		Forms: [][]PluginParam{{
			lookupTable, otherColumn("LookupLineKey", table.Dynamic), pluginColumn("SourceLongitude"), pluginColumn("SourceLatitude"),
			pluginConst("radius", table.Real), pluginOpt(pluginConst("return_unmatched", table.Bool)),
			pluginOpt(pluginConst("lookup_area_radius", table.Real)), pluginOpt(pluginConst("return_lookup_key", table.Bool)),
		}},
		Cols: func(c *PluginCall) []table.Column { return lookedUp(c, false, c.unlessReturned("LookupLineKey")...) },
	},
}

// unlessReturned returns the key of a lookup table if it is not to be shown.
func (c *PluginCall) unlessReturned(key string) []table.Column {
	if vs := c.Args["return_lookup_key"]; len(vs) > 0 && vs[0].Const == true {
		return nil
	}
	return c.columns(key)
}

// lookedUp returns the columns of the input and those of the lookup table that are
// not left out; of equal names the later gets a number. With first the lookup table's
// come before.
func lookedUp(c *PluginCall, first bool, without ...table.Column) []table.Column {
	var other []table.Column
	if vs := c.Args["LookupTable"]; len(vs) > 0 {
		other = slices.DeleteFunc(slices.Clone(vs[0].Table), func(o table.Column) bool {
			return slices.ContainsFunc(without, func(w table.Column) bool { return w.Name == o.Name })
		})
	}
	all := slices.Concat(c.In, other)
	if first {
		all = slices.Concat(other, c.In)
	}
	taken := map[string]bool{}
	for _, col := range all {
		taken[col.Name] = true
	}
	seen := map[string]bool{}
	for i, col := range all {
		name := col.Name
		for n := 1; seen[name]; n++ {
			if other := col.Name + strconv.Itoa(n); !taken[other] {
				name = other
			}
		}
		seen[name], taken[name] = true, true
		all[i].Name = name
	}
	return all
}

// accessPlugins read from elsewhere. Who runs them has a list of what they may reach,
// which is empty by default.
var accessPlugins = []Plugin{
	{
		Name: "http_request", Doc: "Sends a GET request to an address and gives the answer.", Source: true, CallsOut: true,
		Forms: [][]PluginParam{{
			pluginConst("Uri", table.String), pluginOpt(pluginConst("RequestHeaders", table.Dynamic)), pluginOpt(pluginConst("Options", table.Dynamic)),
		}},
		Cols: httpAnswer,
	},
	{
		Name: "http_request_post", Doc: "Sends a POST request to an address and gives the answer.", Source: true, CallsOut: true,
		Forms: [][]PluginParam{{
			pluginConst("Uri", table.String), pluginOpt(pluginConst("RequestHeaders", table.Dynamic)), pluginOpt(pluginConst("Options", table.Dynamic)),
			pluginOpt(pluginConst("Content", table.String)),
		}},
		Cols: httpAnswer,
	},
	{
		Name: "infer_storage_schema", Doc: "Guesses the columns of files.", Source: true, CallsOut: true,
		Forms: [][]PluginParam{{pluginConst("Options", table.Dynamic)}},
		Cols:  func(*PluginCall) []table.Column { return []table.Column{tableColumn("CslSchema", table.String)} },
	},
	{
		Name: "infer_storage_schema_with_suggestions", Doc: "Guesses the columns of files, and better types for them.", Source: true,
		Refused: "which numbers it takes for a time is not documented; infer_storage_schema guesses columns",
		Forms:   [][]PluginParam{{pluginConst("Options", table.Dynamic)}},
		Cols: func(*PluginCall) []table.Column {
			return []table.Column{tableColumn("SuggestedTableSchema", table.String)}
		},
	},
	sqlPlugin("sql_request", "Sends SQL to an SQL Server and gives the rows of the answer."),
	sqlPlugin("mysql_request", "Sends SQL to a MySQL server and gives the rows of the answer."),
	sqlPlugin("postgresql_request", "Sends SQL to a PostgreSQL server and gives the rows of the answer."),
}

func sqlPlugin(name, doc string) Plugin {
	return Plugin{
		Name: name, Doc: doc, Source: true, CallsOut: true, FromData: true,
		Forms: [][]PluginParam{{
			pluginConst("ConnectionString", table.String), pluginConst("SqlQuery", table.String), pluginOpt(pluginConst("SqlParameters", table.Dynamic)), pluginOpt(pluginConst("Options", table.Dynamic)),
		}},
		Cols: func(*PluginCall) []table.Column { return nil },
	}
}

func httpAnswer(*PluginCall) []table.Column {
	return []table.Column{tableColumn("ResponseHeaders", table.Dynamic), tableColumn("ResponseBody", table.Dynamic)}
}
