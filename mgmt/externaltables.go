package mgmt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// External tables: https://learn.microsoft.com/kusto/management/external-tables
var externalCommands = slices.Concat(
	external(`create`, (*call).createExternal), external(`alter`, (*call).alterExternal), external(`create-or-alter`, (*call).putExternal),
	[]entry{
		change(`.alter external table <name> folder <text>`, &control.WriteSearches, (*call).moveExternal),
		change(`.alter external table <name> docstring <text>`, &control.WriteSearches, (*call).documentExternal),
		change(`.drop external table <name> [ifexists]`, &control.DeleteSearches, (*call).dropExternal),
		show(`.show external tables`, (*call).showExternals),
		show(`.show external tables details`, (*call).showExternalDetails),
		show(`.show external table <name>`, (*call).showExternal),
		show(`.show external table <name> details`, (*call).showExternalDetails),
		show(`.show external table <name> schema as json`, (*call).showExternalJSON),
		show(`.show external table <name> schema as csl`, (*call).showExternalCSL),
		show(`.show external table <name> cslschema`, (*call).showExternalCSL),
		show(`.show external table <name> artifacts [limit <value:limit>]`, (*call).showArtifacts),
	},
)

// external are the forms of a command that describes an external table.
func external(verb string, run func(*call, context.Context) (*table.Batch, error)) []entry {
	return []entry{
		change(`.`+verb+` external table <name> [<columns>] kind = <value:kind> [partition by <params:partitions> [pathformat = <params:path>]] dataformat = <value:format> <params:connections> [<with>]`, &control.WriteSearches, run),
		change(`.`+verb+` external table <name> [<columns>] kind = <value:kind> [table = <path:source>] <params:connections> [<with>]`, &control.WriteSearches, run),
	}
}

// externalTable makes the answer that lists external tables. Secrets stay hidden.
func externalTable(list ...*control.ExternalTable) (*table.Batch, error) {
	b := columns("TableName:string TableType:string Folder:string DocString:string Properties:string ConnectionStrings:dynamic Partitions:dynamic PathFormat:string")
	for _, e := range list {
		props := map[string]any{}
		for name, v := range e.Properties {
			props[name] = v
		}
		if len(e.Source) > 0 {
			props["targetEntityName"] = strings.Join(e.Source, ".")
		}
		text, err := jsonText(props)
		if err != nil {
			return nil, err
		}
		connections, partitions := []any{}, []any{}
		for _, c := range e.Connections {
			connections = append(connections, hidden(e.Kind, c))
		}
		for i, p := range e.Partitions {
			bag := &table.Bag{}
			bag.Set("Name", p.Name)
			bag.Set("Function", p.Of)
			bag.Set("Type", p.Type.String())
			bag.Set("Ordinal", int64(i))
			partitions = append(partitions, bag)
		}
		b.AppendRow(e.Name, map[string]string{"storage": "Blob", "sql": "Sql"}[e.Kind], e.Folder, e.DocString, text, table.DynValue(connections), table.DynValue(partitions), pathText(e.Path))
	}
	return b, nil
}

// hidden is a connection string without what is secret in it.
func hidden(kind, connection string) string {
	const stars = "*****"
	if kind == "sql" {
		pairs := strings.Split(connection, ";")
		for i, p := range pairs {
			name, _, _ := strings.Cut(p, "=")
			if slices.Contains([]string{"password", "pwd"}, lower(strings.TrimSpace(name))) {
				return strings.Join(pairs[:i], ";") + strings.Repeat(";", min(i, 1)) + name + "=" + stars // what is quoted may have semicolons
			}
		}
		return connection
	}
	address, _, secret := strings.Cut(connection, ";")
	address, _, token := strings.Cut(address, "?")
	if token {
		address += "?" + stars
	}
	if secret {
		address += ";" + stars
	}
	return address
}

// pathText writes the format of paths as commands do.
func pathText(parts []plan.PathPart) string {
	var out []string
	for _, p := range parts {
		switch {
		case p.Partition == "":
			out = append(out, literal(p.Text))
		case p.Pattern != "":
			out = append(out, "datetime_pattern("+literal(p.Pattern)+", "+quoted(p.Partition)+")")
		default:
			out = append(out, quoted(p.Partition))
		}
	}
	return strings.Join(out, " ")
}

// external finds the external table that the command names.
func (c *call) external(name string) (*control.ExternalTable, error) {
	e, err := c.ctl.ExternalTable(c.id(), name)
	if control.IsNotFound(err) {
		return nil, notFound("ExternalTable", name)
	}
	return e, err
}

func (c *call) showExternals(context.Context) (*table.Batch, error) {
	all, err := c.ctl.ExternalTables(c.id())
	if err != nil {
		return nil, err
	}
	return externalTable(all...)
}

func (c *call) showExternal(context.Context) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err != nil {
		return nil, err
	}
	return externalTable(e)
}

// showExternalDetails tells that nothing is kept of what lies elsewhere.
func (c *call) showExternalDetails(context.Context) (*table.Batch, error) {
	all, err := c.ctl.ExternalTables(c.id())
	if c.Text["name"] != "" {
		var e *control.ExternalTable
		e, err = c.external(c.Text["name"])
		all = []*control.ExternalTable{e}
	}
	if err != nil {
		return nil, err
	}
	b := columns("TableName:string QueryAccelerationPolicy:string QueryAccelerationState:string")
	for _, e := range all {
		b.AppendRow(e.Name, "", "")
	}
	return b, nil
}

func (c *call) externalSchema(write func(*control.ExternalTable, *table.Schema) (string, error)) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err != nil {
		return nil, err
	}
	s, err := e.Schema()
	if err != nil {
		return nil, err
	}
	text, err := write(e, s)
	if err != nil {
		return nil, err
	}
	b := columns("TableName:string Schema:string DatabaseName:string Folder:string DocString:string")
	b.AppendRow(e.Name, text, c.Workspace.Name, e.Folder, e.DocString)
	return b, nil
}

func (c *call) showExternalJSON(context.Context) (*table.Batch, error) {
	return c.externalSchema(func(e *control.ExternalTable, s *table.Schema) (string, error) {
		return jsonText(columnsJSON(e.Name, e.Folder, e.DocString, s))
	})
}

func (c *call) showExternalCSL(context.Context) (*table.Batch, error) {
	return c.externalSchema(func(_ *control.ExternalTable, s *table.Schema) (string, error) { return csl(s), nil })
}

// showArtifacts lists the files that a query would read, for who may send it.
func (c *call) showArtifacts(ctx context.Context) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err != nil {
		return nil, err
	}
	most := 0
	if text, ok := c.Text["limit"]; ok {
		if most, err = strconv.Atoi(text); err != nil || most <= 0 {
			return nil, fail(codeInvalid, "The limit '%s' is no number of files.", text)
		}
	}
	q := c.Query
	q.Text = "external_table(" + literal(e.Name) + ")"
	if _, err := c.eng.Compile(q); err != nil {
		return nil, err
	}
	return c.artifacts(ctx, e, most)
}

func (c *call) artifacts(ctx context.Context, e *control.ExternalTable, most int) (*table.Batch, error) {
	if e.Kind != "storage" {
		return nil, fail(codeInvalid, "The external table '%s' is of kind %s, and not of files.", e.Name, e.Kind)
	}
	if c.o.Artifacts == nil {
		return nil, fail(codeInvalid, "No address is allowed here.")
	}
	n, err := e.Data(c.id())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Query.Timeout, listTimeout))
	defer cancel()
	b, err := c.o.Artifacts(ctx, n, most)
	if err != nil {
		return nil, fail(codeInvalid, "The files cannot be listed: %v", err)
	}
	return b, nil
}

// listTimeout is how long files are listed if the request does not say.
const listTimeout = 4 * time.Minute

func (c *call) createExternal(ctx context.Context) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'ExternalTable' already exists.", e.Name)
	}
	return c.putExternal(ctx)
}

func (c *call) alterExternal(ctx context.Context) (*table.Batch, error) {
	if _, err := c.external(c.Text["name"]); err != nil {
		return nil, err
	}
	return c.putExternal(ctx)
}

func (c *call) putExternal(ctx context.Context) (*table.Batch, error) {
	e, err := c.newExternal()
	if err != nil {
		return nil, err
	}
	if c.flag("validatenotempty") {
		b, err := c.artifacts(ctx, e, 1)
		if err != nil {
			return nil, err
		}
		if b.Rows == 0 {
			return nil, fail(codeInvalid, "There is no file where the external table '%s' would have its own.", e.Name)
		}
	}
	if c.flag("dryrun") {
		return externalTable(e)
	}
	if err := c.ctl.PutExternalTable(ctx, c.id(), e); err != nil {
		return nil, err
	}
	return externalTable(e)
}

// newExternal makes the external table that the command describes.
func (c *call) newExternal() (*control.ExternalTable, error) {
	e := &control.ExternalTable{Name: c.Text["name"], Folder: c.With["folder"], DocString: c.With["docstring"], Properties: map[string]string{}}
	switch kind := lower(c.Text["kind"]); kind {
	case "storage", "blob", "adl":
		e.Kind = "storage"
		return e, c.newStorageTable(e)
	case "sql":
		e.Kind = "sql"
		return e, c.newSQLTable(e)
	case "delta":
		return nil, fail(codeRefused, "External tables of kind delta are not supported: the log of a Delta table is not read. Its files are, as kind=storage.")
	default:
		return nil, fail(codeRefused, "External tables of kind %s are not supported: there are storage and sql.", kind)
	}
}

// newStorageTable reads a table of files, by what inline_external_table makes of the
// same words.
func (c *call) newStorageTable(e *control.ExternalTable) error {
	if c.Text["format"] == "" {
		return fail(codeSyntax, "Syntax error: an external table of files has dataformat=…")
	}
	known := []string{"folder", "docstring", "compressed", "includeheaders", "nameprefix", "fileextension", "encoding", "validatenotempty", "dryrun"}
	for _, later := range []string{"sampleuris", "filespreview"} {
		if c.flag(later) {
			return fail(codeRefused, "The property '%s' is not supported: .show external table T artifacts lists the files.", later)
		}
		known = append(known, later)
	}
	if err := c.with(known...); err != nil {
		return err
	}
	if !slices.Contains(format.StreamFormats, lower(c.Text["format"])) {
		return fail(codeRefused, "The format %s is not supported: it is one of %s.", c.Text["format"], strings.Join(format.StreamFormats, ", "))
	}
	if len(c.Cols) == 0 {
		return fail(codeSyntax, "Syntax error: an external table of files has columns")
	}
	text := "inline_external_table (" + csl(&table.Schema{Cols: c.Cols}) + ") kind=storage"
	if p := c.Text["partitions"]; p != "" {
		text += " partition by " + p
	}
	if p := c.Text["path"]; p != "" {
		text += " pathformat=" + p
	}
	text += " dataformat=" + lower(c.Text["format"]) + " " + c.Text["connections"]
	for name, v := range c.With {
		if slices.Contains([]string{"compressed", "includeheaders", "nameprefix", "fileextension", "encoding"}, name) {
			e.Properties[name] = v
		}
	}
	q := c.Query
	q.Text, q.Set = text, nil
	p, err := c.eng.Compile(q)
	var mistakes *kql.Error
	if errors.As(err, &mistakes) {
		return fmt.Errorf("validate the external table %s: %w", e.Name, err)
	}
	if err != nil {
		return err
	}
	n, ok := p.Results[0].Root.(*plan.ExternalData)
	if !ok {
		return fail(codeSyntax, "Syntax error: the external table is none")
	}
	e.Connections, e.Partitions, e.Path = n.URIs, n.Partitions, n.Path
	e.Properties["dataformat"] = n.Props["dataformat"]
	for _, col := range n.Table.Cols {
		e.Columns = append(e.Columns, control.ExternalColumn{Name: col.Name, Type: col.Type.String()})
	}
	return nil
}

// sqlDialects are those that sqlDialect may name.
var sqlDialects = []string{"sqlserver", "mysql", "postgresql"}

// newSQLTable reads a table of another database. What is said of writing to it is kept,
// and changes nothing.
func (c *call) newSQLTable(e *control.ExternalTable) error {
	if err := c.with("folder", "docstring", "sqldialect", "primarykey", "createifnotexists", "firetriggers", "dryrun"); err != nil {
		return err
	}
	if c.Text["format"] != "" || c.Text["partitions"] != "" {
		return fail(codeSyntax, "Syntax error: an external table of kind sql has no partitions and no dataformat")
	}
	e.Source = c.Names["source"]
	if len(e.Source) == 0 {
		e.Source = []string{e.Name}
	}
	dialect := lower(cmp.Or(c.With["sqldialect"], "sqlserver"))
	if !slices.Contains(sqlDialects, dialect) {
		return fail(codeRefused, "The dialect %s is not supported: it is one of %s.", c.With["sqldialect"], strings.Join(sqlDialects, ", "))
	}
	e.Properties["sqldialect"] = dialect
	for _, name := range []string{"primarykey", "createifnotexists", "firetriggers"} {
		if v, ok := c.With[name]; ok {
			e.Properties[name] = v
		}
	}
	texts, err := stringsOf(c.Text["connections"])
	if err != nil {
		return err
	}
	if len(texts) != 1 {
		return fail(codeInvalid, "An external table of kind sql has one connection string.")
	}
	e.Connections = texts
	for _, col := range c.Cols {
		e.Columns = append(e.Columns, control.ExternalColumn{Name: col.Name, Type: col.Type.String()})
	}
	return nil
}

// stringsOf reads ('a', h@'b').
func stringsOf(text string) ([]string, error) {
	file, errs := syntax.Parse("print " + inner(text))
	if len(errs) > 0 || len(file.Stmts) != 1 {
		return nil, fail(codeSyntax, "Syntax error: connection strings are expected")
	}
	var out []string
	syntax.Walk(file, func(n syntax.Node) bool {
		if l, ok := n.(*syntax.Lit); ok && l.Kind == syntax.StringLit {
			out = append(out, l.Text)
		}
		return true
	})
	return out, nil
}

func (c *call) changeExternal(ctx context.Context, change func(*control.ExternalTable)) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err != nil {
		return nil, err
	}
	change(e)
	if err := c.ctl.PutExternalTable(ctx, c.id(), e); err != nil {
		return nil, err
	}
	return externalTable(e)
}

func (c *call) moveExternal(ctx context.Context) (*table.Batch, error) {
	return c.changeExternal(ctx, func(e *control.ExternalTable) { e.Folder = c.Text["text"] })
}

func (c *call) documentExternal(ctx context.Context) (*table.Batch, error) {
	return c.changeExternal(ctx, func(e *control.ExternalTable) { e.DocString = c.Text["text"] })
}

// dropExternal answers with what it has dropped.
func (c *call) dropExternal(ctx context.Context) (*table.Batch, error) {
	e, err := c.external(c.Text["name"])
	if err != nil {
		var missing *Error
		if c.has("ifexists") && errors.As(err, &missing) && missing.Code == codeNotFound {
			return externalTable()
		}
		return nil, err
	}
	if err := c.ctl.DeleteExternalTable(ctx, c.id(), e.Name); err != nil {
		return nil, err
	}
	return externalTable(e)
}
