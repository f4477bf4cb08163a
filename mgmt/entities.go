package mgmt

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// All that databases hold, in one list, and the lists of what no database holds: tools
// ask for them as they connect.
// https://learn.microsoft.com/kusto/management/show-databases-entities
var entityCommands = []entry{
	show(`.show databases entities [<with>]`, (*call).showEntities),
	show(`.show database entities [<with>]`, (*call).showEntities),
	show(`.show database <name> entities [<with>]`, (*call).showEntities),
	show(`.show continuous-exports`, none("Name:string ExternalTableName:string Query:string ForcedLatency:timespan IntervalBetweenRuns:timespan CursorScopedTables:string ExportProperties:string LastRunTime:datetime StartCursor:string IsDisabled:bool LastRunResult:string ExportedTo:datetime IsRunning:bool")),
}

// none answers with a list that is always empty.
func none(cols string) func(*call, context.Context) (*table.Batch, error) {
	return func(*call, context.Context) (*table.Batch, error) { return columns(cols), nil }
}

func (c *call) showEntities(context.Context) (*table.Batch, error) {
	if err := c.with("showobfuscatedstrings", "resolvefunctionsschema", "resolvefunctionschema"); err != nil {
		return nil, err
	}
	b := columns("DatabaseName:string EntityType:string EntityName:string DocString:string Folder:string CslInputSchema:string Content:string CslOutputSchema:string Properties:dynamic")
	if !c.has("databases") {
		if err := c.checkDatabase(); err != nil {
			return nil, err
		}
		delete(c.Text, "name")
		return b, c.entitiesOf(c.Workspace, b)
	}
	var failed error
	err := c.databases(func(w *control.Workspace, _ table.UUID) {
		if failed == nil {
			failed = c.entitiesOf(w, b)
		}
	})
	if err == nil {
		err = failed
	}
	return b, err
}

// entitiesOf adds what a database holds to a list.
func (c *call) entitiesOf(w *control.Workspace, b *table.Batch) error {
	id := w.Properties.CustomerID
	add := func(kind, name, doc, folder, input, content, output string) {
		b.AppendRow(w.Name, kind, name, doc, folder, input, content, output, table.DynValue(&table.Bag{}))
	}
	tables, err := c.tables(id)
	if err != nil {
		return err
	}
	for _, t := range tables {
		add("Table", t.Name, t.doc, t.folder, "", "", csl(t.Schema))
	}
	views, err := c.ctl.Views(id)
	if err != nil {
		return err
	}
	for _, v := range views {
		output := ""
		if s, err := c.viewSchema(w, v); err == nil {
			output = csl(s)
		}
		add("MaterializedView", v.Name, v.DocString, v.Folder, "", v.Query, output)
	}
	externals, err := c.ctl.ExternalTables(id)
	if err != nil {
		return err
	}
	for _, e := range externals {
		s, err := e.Schema()
		if err != nil {
			return err
		}
		add("ExternalTable", e.Name, e.DocString, e.Folder, "", "", csl(s))
	}
	saved, err := c.ctl.SavedSearches(id)
	if err != nil {
		return err
	}
	for _, f := range saved {
		if f.FunctionAlias == "" {
			continue
		}
		output := ""
		if c.flag("resolvefunctionsschema") || c.flag("resolvefunctionschema") {
			output = c.functionCSL(w, f)
		}
		add("Function", f.FunctionAlias, f.DocString, f.Category, "("+f.FunctionParameters+")", "{"+f.Query+"}", output)
	}
	groups, err := c.ctl.EntityGroups(id)
	for _, g := range groups {
		text, err := json.Marshal(g.Entities)
		if err != nil {
			return err
		}
		add("EntityGroup", g.Name, "", "", "", string(text), "")
	}
	return err
}

// functionCSL are the columns that a call of a function without arguments gives; "" if
// that cannot be told.
func (c *call) functionCSL(w *control.Workspace, f *control.SavedSearch) string {
	s := c.output(w, f)
	if s == nil {
		return ""
	}
	return csl(s)
}

// output is what a call of a function without arguments gives; nil if that cannot be
// told.
func (c *call) output(w *control.Workspace, f *control.SavedSearch) *table.Schema {
	if strings.TrimSpace(f.FunctionParameters) != "" {
		return nil
	}
	q := c.Query
	q.Workspace, q.Text = w.Properties.CustomerID, quoted(f.FunctionAlias)
	p, err := c.eng.Compile(q)
	if err != nil || len(p.Results) != 1 {
		return nil
	}
	return p.Results[0].Root.Schema()
}
