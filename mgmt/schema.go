package mgmt

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// What a database holds.
var schemaCommands = []entry{
	show(`.show tables [<names>]`, (*call).showTables),
	show(`.show tables [<names>] details`, (*call).showTablesDetails),
	show(`.show table <name>`, (*call).showTable),
	show(`.show table <name> details`, (*call).showTableDetails),
	show(`.show table <name> cslschema`, (*call).showTableCSL),
	show(`.show table <name> schema as csl`, (*call).showTableCSL),
	show(`.show table <name> schema as json`, (*call).showTableJSON),
	show(`.show table <name> extents`, (*call).showExtents),
	show(`.show tables <names> extents`, (*call).showExtents),
	show(`.show [database] schema`, (*call).showSchema),
	show(`.show database <name> schema [if_later_than <text>]`, (*call).showSchema),
	show(`.show databases [<names>] schema`, (*call).showSchema),
	show(`.show [database] schema as json [<with>]`, (*call).showSchemaJSON),
	show(`.show database <name> schema [if_later_than <text>] as json [<with>]`, (*call).showSchemaJSON),
	show(`.show databases [<names>] schema as json [<with>]`, (*call).showSchemaJSON),
	show(`.show [database] cslschema [script]`, (*call).showDatabaseCSL),
	show(`.show database <name> cslschema [script]`, (*call).showDatabaseCSL),
	show(`.show [database] schema as csl script [<with>]`, (*call).showScript),
	show(`.show database <name> schema as csl script [<with>]`, (*call).showScript),
	show(`.show database <name> extents`, (*call).showExtents),
	show(`.show database extents`, (*call).showExtents),
}

// dotnet are the names of the types in .NET, which Kusto's schemas have.
var dotnet = map[table.Type]string{
	table.Bool: "System.SByte", table.Int: "System.Int32", table.Long: "System.Int64", table.Real: "System.Double",
	table.Decimal: "System.Data.SqlTypes.SqlDecimal", table.String: "System.String", table.Datetime: "System.DateTime",
	table.Timespan: "System.TimeSpan", table.Guid: "System.Guid", table.Dynamic: "System.Object",
}

// known is a table with what the control plane knows of it.
type known struct {
	engine.TableInfo
	folder, doc string
	def         *control.Table
}

// tables lists the tables of a workspace that the command names; all, if it names none.
func (c *call) tables(workspace string) ([]known, error) {
	want := c.Names["names"]
	if n := c.Text["name"]; n != "" {
		want = []string{n}
	}
	var out []known
	for _, t := range c.eng.Tables(workspace) {
		if want != nil && !slices.Contains(want, t.Name) {
			continue
		}
		def, err := c.ctl.Table(table.Ref{Workspace: workspace, Table: t.Name})
		if err != nil {
			return nil, err
		}
		out = append(out, known{t, def.Folder, def.Description, def})
	}
	for _, name := range want {
		if !slices.ContainsFunc(out, func(t known) bool { return t.Name == name }) {
			return nil, notFound("Table", name)
		}
	}
	return out, nil
}

func notFound(kind, name string) error {
	return fail(codeNotFound, "Entity ID '%s' of kind '%s' was not found.", name, kind)
}

func (c *call) showTables(context.Context) (*table.Batch, error) {
	b := columns("TableName:string DatabaseName:string Folder:string DocString:string")
	list, err := c.tables(c.id())
	for _, t := range list {
		b.AppendRow(t.Name, c.Workspace.Name, t.folder, t.doc)
	}
	return b, err
}

func (c *call) showTablesDetails(context.Context) (*table.Batch, error) { return c.details() }
func (c *call) showTableDetails(context.Context) (*table.Batch, error)  { return c.details() }

func (c *call) details() (*table.Batch, error) {
	b := columns("TableName:string DatabaseName:string Folder:string DocString:string TotalExtents:long TotalExtentSize:real TotalOriginalSize:real TotalRowCount:long HotExtents:long HotExtentSize:real HotOriginalSize:real HotRowCount:long AuthorizedPrincipals:string RetentionPolicy:string CachingPolicy:string ShardingPolicy:string MergePolicy:string StreamingIngestionPolicy:string IngestionBatchingPolicy:string MinExtentsCreationTime:datetime MaxExtentsCreationTime:datetime RowOrderPolicy:string TableId:guid")
	list, err := c.tables(c.id())
	for _, t := range list {
		s := engine.Stored{}
		if t.HasData {
			s = c.eng.Stored(c.id(), t.Name)
		}
		var first, last table.Value
		for i, m := range s.Extents {
			if i == 0 || m.Received < first.(table.Time) {
				first = m.Received
			}
			if i == 0 || m.Received > last.(table.Time) {
				last = m.Received
			}
		}
		n, size := int64(len(s.Extents)), float64(s.Bytes)
		b.AppendRow(t.Name, c.Workspace.Name, t.folder, t.doc, n, size, size, s.Rows, n, size, size, s.Rows, "", retentionPolicy(t.def.Retention), "", "", "", "", "", first, last, "", idOf(c.id(), t.Name))
	}
	return b, err
}

// showTable lists a table's columns.
func (c *call) showTable(context.Context) (*table.Batch, error) {
	b := columns("AttributeName:string AttributeType:string ExtentSize:long CompressionRatio:real IndexSize:long IndexSizePercent:real OriginalSize:long AttributeId:guid SharedIndexSize:long StorageEngineVersion:string")
	list, err := c.tables(c.id())
	for _, t := range list {
		for _, col := range t.Schema.Cols {
			b.AppendRow(col.Name, strings.TrimPrefix(dotnet[col.Type], "System."), nil, nil, nil, nil, nil, idOf(c.id(), t.Name, col.Name), nil, "V3")
		}
	}
	return b, err
}

// csl writes columns as commands do: a:long,b:string.
func csl(s *table.Schema) string {
	cols := make([]string, len(s.Cols))
	for i, col := range s.Cols {
		cols[i] = quoted(col.Name) + ":" + col.Type.String()
	}
	return strings.Join(cols, ",")
}

// quoted writes a name so that it can be read as one.
func quoted(name string) string {
	for i := range len(name) {
		c := name[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return syntax.Bracketed(name)
	}
	return name
}

func (c *call) cslOf(list []known) *table.Batch {
	b := columns("TableName:string Schema:string DatabaseName:string Folder:string DocString:string")
	for _, t := range list {
		b.AppendRow(t.Name, csl(t.Schema), c.Workspace.Name, t.folder, t.doc)
	}
	return b
}

func (c *call) showTableCSL(context.Context) (*table.Batch, error) {
	list, err := c.tables(c.id())
	return c.cslOf(list), err
}

func (c *call) showDatabaseCSL(context.Context) (*table.Batch, error) {
	if err := c.checkDatabase(); err != nil {
		return nil, err
	}
	delete(c.Text, "name")
	list, err := c.tables(c.id())
	return c.cslOf(list), err
}

// tableJSON is a table in Kusto's schemas.
type tableJSON struct {
	Name           string
	Folder         string       `json:",omitempty"`
	DocString      string       `json:",omitempty"`
	OrderedColumns []columnJSON `json:"OrderedColumns"`
}

type columnJSON struct {
	Name      string
	Type      string
	CslType   string
	DocString string `json:",omitempty"`
}

func asJSON(t known) tableJSON { return columnsJSON(t.Name, t.folder, t.doc, t.Schema) }

func columnsJSON(name, folder, doc string, s *table.Schema) tableJSON {
	out := tableJSON{Name: name, Folder: folder, DocString: doc, OrderedColumns: []columnJSON{}}
	for _, col := range s.Cols {
		out.OrderedColumns = append(out.OrderedColumns, columnJSON{col.Name, dotnet[col.Type], col.Type.String(), col.Doc})
	}
	return out
}

func jsonText(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

func (c *call) showTableJSON(context.Context) (*table.Batch, error) {
	return c.tablesJSON()
}

func (c *call) tablesJSON() (*table.Batch, error) {
	b := columns("TableName:string Schema:string DatabaseName:string Folder:string DocString:string")
	list, err := c.tables(c.id())
	for _, t := range list {
		text, err := jsonText(asJSON(t))
		if err != nil {
			return nil, err
		}
		b.AppendRow(t.Name, text, c.Workspace.Name, t.folder, t.doc)
	}
	return b, err
}

// named lists the databases that the command is about: those that it names, or the
// request's; of "databases" without names, all.
func (c *call) named() ([]*control.Workspace, error) {
	if c.Text["name"] != "" || !c.has("databases") {
		err := c.checkDatabase()
		delete(c.Text, "name")
		return []*control.Workspace{c.Workspace}, err
	}
	want := c.Names["names"]
	delete(c.Names, "names")
	var out []*control.Workspace
	err := c.databases(func(w *control.Workspace, _ table.UUID) {
		if want == nil || slices.Contains(want, w.Name) {
			out = append(out, w)
		}
	})
	for _, name := range want {
		if !slices.ContainsFunc(out, func(w *control.Workspace) bool { return w.Name == name }) {
			return nil, notFound("Database", name)
		}
	}
	return out, err
}

func (c *call) showSchema(context.Context) (*table.Batch, error) {
	b := columns("DatabaseName:string TableName:string ColumnName:string ColumnType:string IsDefaultTable:bool IsDefaultColumn:bool PrettyName:string Version:string Folder:string DocString:string")
	dbs, err := c.named()
	if err != nil {
		return nil, err
	}
	for _, w := range dbs {
		b.AppendRow(w.Name, "", "", "", false, false, "", databaseVersion, "", "")
		list, err := c.tables(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			b.AppendRow(w.Name, t.Name, "", "", false, false, "", "", t.folder, t.doc)
			for _, col := range t.Schema.Cols {
				b.AppendRow(w.Name, t.Name, col.Name, dotnet[col.Type], false, false, "", "", "", col.Doc)
			}
		}
	}
	return b, nil
}

func (c *call) showSchemaJSON(context.Context) (*table.Batch, error) {
	if err := c.with("tables", "externaltables", "materializedviews", "functions", "entitygroups", "graphmodels", "storedqueryresults", "graphs"); err != nil {
		return nil, err
	}
	dbs, err := c.named()
	if err != nil {
		return nil, err
	}
	all := map[string]any{}
	for _, w := range dbs {
		if all[w.Name], err = c.databaseJSON(w); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(map[string]any{"Plugins": []any{}, "Databases": all})
	if err != nil {
		return nil, err
	}
	b := columns("DatabaseSchema:string")
	b.AppendRow(string(text))
	return b, nil
}

// asked reports whether the schema shall have a kind of thing: all that the command's
// properties say, or everything if they say nothing.
func (c *call) asked(kind string) bool { return len(c.With) == 0 || c.flag(kind) }

func (c *call) databaseJSON(w *control.Workspace) (map[string]any, error) {
	tables, functions := map[string]any{}, map[string]any{}
	if c.asked("tables") {
		list, err := c.tables(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			tables[t.Name] = asJSON(t)
		}
	}
	if c.asked("functions") {
		all, err := c.ctl.SavedSearches(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			if f.FunctionAlias != "" {
				functions[f.FunctionAlias] = c.functionJSON(w, f)
			}
		}
	}
	views, groups := map[string]any{}, map[string]any{}
	if c.asked("materializedviews") {
		all, err := c.ctl.Views(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, v := range all {
			if s, err := c.viewSchema(w, v); err == nil {
				views[v.Name] = columnsJSON(v.Name, v.Folder, v.DocString, s)
			}
		}
	}
	if c.asked("entitygroups") {
		all, err := c.ctl.EntityGroups(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, g := range all {
			groups[g.Name] = g.Entities
		}
	}
	externals := map[string]any{}
	if c.asked("externaltables") {
		all, err := c.ctl.ExternalTables(w.Properties.CustomerID)
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			s, err := e.Schema()
			if err != nil {
				return nil, err
			}
			externals[e.Name] = columnsJSON(e.Name, e.Folder, e.DocString, s)
		}
	}
	return map[string]any{
		"Name": w.Name, "Tables": tables, "ExternalTables": externals, "MaterializedViews": views, "EntityGroups": groups,
		"MajorVersion": 1, "MinorVersion": 0, "Functions": functions, "DatabaseAccessMode": readWrite,
		"ExternalTableVersions": map[string]any{}, "Graphs": map[string]any{},
	}, nil
}

func (c *call) showScript(context.Context) (*table.Batch, error) {
	if err := c.checkDatabase(); err != nil {
		return nil, err
	}
	delete(c.Text, "name")
	b := columns("DatabaseSchemaScript:string")
	list, err := c.tables(c.id())
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		if t.def.Custom {
			b.AppendRow(fmt.Sprintf(".create-merge table %s (%s) with (folder = %s, docstring = %s)", quoted(t.Name), csl(t.Schema), literal(t.folder), literal(t.doc)))
		}
	}
	functions, err := c.functions()
	for _, f := range functions {
		b.AppendRow(fmt.Sprintf(".create-or-alter function with (folder = %s, docstring = %s, skipvalidation = \"true\") %s(%s) {%s}", literal(f.Category), literal(f.DocString), quoted(f.FunctionAlias), f.FunctionParameters, f.Query))
	}
	return b, err
}

// literal writes a string of KQL.
func literal(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("mgmt: a string is not JSON: " + err.Error())
	}
	return string(text)
}

func (c *call) showExtents(context.Context) (*table.Batch, error) {
	b := columns("ExtentId:guid DatabaseName:string TableName:string MaxCreatedOn:datetime OriginalSize:real ExtentSize:real CompressedSize:real IndexSize:real Blocks:long Segments:long ExtentContainerId:string RowCount:long MinCreatedOn:datetime Tags:string Kind:string DeletedRowCount:long")
	if c.has("database") {
		if err := c.checkDatabase(); err != nil {
			return nil, err
		}
		delete(c.Text, "name")
	}
	list, err := c.tables(c.id())
	for _, t := range list {
		if !t.HasData {
			continue
		}
		for _, m := range c.eng.Stored(c.id(), t.Name).Extents {
			size := float64(m.Bytes)
			b.AppendRow(engine.ExtentID(m), c.Workspace.Name, t.Name, m.Received, size, size, size, 0.0, nil, nil, "", m.Rows, m.Received, "", "", int64(0))
		}
	}
	return b, err
}
