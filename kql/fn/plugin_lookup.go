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
		Name: "infer_storage_schema", Doc: "Guesses the columns of files.", Source: true, Refused: noContainers,
		Forms: [][]PluginParam{{pluginConst("Options", table.Dynamic)}},
		Cols:  func(*PluginCall) []table.Column { return []table.Column{tableColumn("CslSchema", table.String)} },
	},
	{
		Name: "infer_storage_schema_with_suggestions", Doc: "Guesses the columns of files, and better types for them.", Source: true, Refused: noContainers,
		Forms: [][]PluginParam{{pluginConst("Options", table.Dynamic)}},
		Cols: func(*PluginCall) []table.Column {
			return []table.Column{tableColumn("SuggestedTableSchema", table.String)}
		},
	},
}

const noContainers = "it lists the files of a container of Azure's storage, which Yagura does not have"

func httpAnswer(*PluginCall) []table.Column {
	return []table.Column{tableColumn("ResponseHeaders", table.Dynamic), tableColumn("ResponseBody", table.Dynamic)}
}

// refusedPlugins need a service that is not part of Yagura.
var refusedPlugins = []Plugin{
	{Name: "python", Refused: "it needs a sandbox that runs Python"},
	{Name: "r", Refused: "it needs a sandbox that runs R"},
	{Name: "csharp", Refused: "it needs a sandbox that runs C#"},
	{Name: "sql_request", Refused: "it needs a connection to an SQL Server"},
	{Name: "mysql_request", Refused: "it needs a connection to a MySQL server"},
	{Name: "postgresql_request", Refused: "it needs a connection to a PostgreSQL server"},
	{Name: "cosmosdb_sql_request", Refused: "it needs a connection to Azure Cosmos DB"},
	{Name: "dax_request", Refused: "it needs a connection to a semantic model of Power BI"},
	{Name: "azure_digital_twins_query_request", Refused: "it needs a connection to Azure Digital Twins"},
	{Name: "ai_embed_text", Refused: "it needs a service of language models"},
	{Name: "ai_embeddings", Refused: "it needs a service of language models"},
	{Name: "ai_chat_completion", Refused: "it needs a service of language models"},
	{Name: "ai_chat_completion_prompt", Refused: "it needs a service of language models"},
	{Name: "execute_query", Refused: "it needs a connection to another cluster"},
	{Name: "execute_show_command", Refused: "it needs a connection to another cluster"},
	{Name: "external_datatable", Refused: "it takes data that only Kusto's own clients send"},
	{Name: "identity_v3", Refused: "it is internal to Kusto and not documented"},
}
