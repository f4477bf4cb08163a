package fn

import (
	"slices"
	"strings"

	"github.com/yagura/yagura/table"
)

// refusedPlugins need a service that is not part of Yagura. The columns of their results
// are known all the same, so a query with one can be checked; it is refused when it runs.
var refusedPlugins = []Plugin{
	script("python", "it needs a sandbox that runs Python", pluginOpt(pluginConst("Artifacts", table.Dynamic))),
	script("r", "it needs a sandbox that runs R"),
	script("csharp", "it needs a sandbox that runs C#"),
	caller("cosmosdb_sql_request", "it needs a connection to Azure Cosmos DB", pluginOpt(pluginConst("SqlParameters", table.Dynamic)), pluginOpt(pluginConst("Options", table.Dynamic))),
	caller("dax_request", "it needs a connection to a semantic model of Power BI", pluginOpt(pluginConst("DaxParameters", table.Dynamic)), pluginOpt(pluginConst("Options", table.Dynamic))),
	caller("azure_digital_twins_query_request", "it needs a connection to Azure Digital Twins"),
	caller("execute_query", "it needs a connection to another cluster"),
	caller("execute_show_command", "it needs a connection to another cluster"),
	{
		Name: "external_datatable", Refused: "it takes data that only Kusto's own clients send", Source: true, FromData: true,
		Forms: [][]PluginParam{{}}, Cols: func(*PluginCall) []table.Column { return nil },
	},
	model("ai_embed_text", "Text", "_embedding", table.Dynamic),
	model("ai_embeddings", "Text", "_embeddings", table.Dynamic),
	model("ai_chat_completion", "Prompt", "_completion", table.String),
	model("ai_chat_completion_prompt", "Prompt", "_completion", table.String),
	{Name: "identity_v3", Refused: "it is internal to Kusto and not documented"},
}

// script is a plugin that runs a program over its input; typeof(*, name:type) says what
// comes out.
func script(name, why string, more ...PluginParam) Plugin {
	form := []PluginParam{pluginConst("OutputSchema", table.String), pluginConst("Script", table.String), pluginOpt(pluginExpr("Arguments", table.Dynamic))}
	return Plugin{
		Name: name, Refused: why, Forms: [][]PluginParam{append(form, more...)},
		Cols: func(c *PluginCall) []table.Column { return c.declared("OutputSchema") },
	}
}

// declared returns the columns that a type literal lists; * are those of the input, of
// which a later one of the same name takes the place.
func (c *PluginCall) declared(param string) []table.Column {
	var out []table.Column
	for item := range strings.SplitSeq(c.text(param), ",") {
		name, kind, _ := strings.Cut(item, ":")
		if name = strings.TrimSpace(name); name == "*" {
			out = append(out, c.In...)
			continue
		}
		t, ok := table.ParseType(strings.TrimSpace(kind))
		if !ok {
			continue
		}
		name = strings.Trim(name, `[]'"`)
		out = slices.DeleteFunc(out, func(o table.Column) bool { return o.Name == name })
		out = append(out, tableColumn(name, t))
	}
	return out
}

// caller is a plugin that asks another service, which says what the columns are.
func caller(name, why string, more ...PluginParam) Plugin {
	return Plugin{
		Name: name, Refused: why, Source: true, CallsOut: true, FromData: true,
		Forms: [][]PluginParam{append([]PluginParam{pluginConst("Connection", table.String), pluginConst("Query", table.String)}, more...)},
		Cols:  func(*PluginCall) []table.Column { return nil },
	}
}

// model is a plugin that asks a model of language about each row.
func model(name, param, suffix string, of table.Type) Plugin {
	return Plugin{
		Name: name, Refused: "it needs a service of language models",
		Forms: [][]PluginParam{{
			pluginExpr(param), pluginConst("ConnectionString", table.String), pluginOpt(pluginConst("Options", table.Dynamic)), pluginOpt(pluginConst("IncludeErrorMessages", table.Bool)),
		}},
		Cols: func(c *PluginCall) []table.Column {
			out := slices.Clone(c.In)
			result := c.column(param).Name + suffix
			out = append(out, tableColumn(result, of))
			if vs := c.Args["IncludeErrorMessages"]; len(vs) > 0 && vs[0].Const == true {
				out = append(out, tableColumn(result+"_error", table.String))
			}
			return out
		},
	}
}
