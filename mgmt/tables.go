package mgmt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// Tables that are made and changed. A table that .create makes has the columns that it
// is given and no others, by Kusto's rules; Azure's own can get columns that end in
// _CF, and lose none.
var tableCommands = []entry{
	change(`.create table <name> <columns> [<with>]`, &control.WriteRows, (*call).createTable),
	change(`.create-merge table <name> <columns> [<with>]`, &control.WriteRows, (*call).mergeTable),
	change(`.create table <name> based-on <name:other> [ifnotexists] [<with>]`, &control.WriteRows, (*call).copyTable),
	change(`.create tables <tables> [<with>]`, &control.WriteRows, (*call).createTables),
	change(`.create-merge tables <tables> [<with>]`, &control.WriteRows, (*call).mergeTables),
	change(`.alter table <name> <columns> [<with>]`, &control.WriteRows, (*call).alterTable),
	change(`.alter-merge table <name> <columns> [<with>]`, &control.WriteRows, (*call).alterMergeTable),
	change(`.alter table <name> docstring <text>`, &control.WriteRows, (*call).describeTable),
	change(`.alter table <name> folder <text>`, &control.WriteRows, (*call).fileTable),
	change(`.alter table <name> column-docstrings <docs>`, &control.WriteRows, (*call).describeColumns),
	change(`.alter-merge table <name> column-docstrings <docs>`, &control.WriteRows, (*call).describeColumns),
	change(`.drop table <name> [ifexists]`, &control.DeleteTables, (*call).dropTable),
	change(`.drop tables <names> [ifexists]`, &control.DeleteTables, (*call).dropTables),
	change(`.drop column <column> [ifexists]`, &control.WriteRows, (*call).dropColumn),
	change(`.drop table <name> columns <names> [ifexists]`, &control.WriteRows, (*call).dropColumns),
	change(`.clear table <name> data`, &control.DeleteTables, (*call).clearTable),
}

// table finds a table that the command names.
func (c *call) table(name string) (*control.Table, error) {
	t, err := c.ctl.Table(c.ref(name))
	if control.IsNotFound(err) {
		return nil, notFound("Table", name)
	}
	return t, err
}

// settings are what a command's properties say of a table.
func (c *call) settings() (control.TableSettings, error) {
	err := c.with("docstring", "folder")
	return control.TableSettings{Description: c.With["docstring"], Folder: c.With["folder"]}, err
}

// putTable makes a table, or adds to it.
func (c *call) putTable(ctx context.Context, name string, cols []table.Column) error {
	set, err := c.settings()
	if err != nil {
		return err
	}
	if len(cols) == 0 {
		return fail(codeInvalid, "The table '%s' has no columns.", name)
	}
	for i, col := range cols {
		if slices.ContainsFunc(cols[:i], func(o table.Column) bool { return o.Name == col.Name }) {
			return fail(codeInvalid, "The column '%s' of table '%s' is there twice.", col.Name, name)
		}
	}
	_, err = c.ctl.PutTable(ctx, c.Caller, control.TableSpec{Ref: c.ref(name), Columns: cols, Bare: true, TableSettings: set})
	return err
}

func (c *call) createTable(ctx context.Context) (*table.Batch, error) {
	_, err := c.table(c.Text["name"])
	if err == nil { // it stays as it is
		return c.tablesJSON()
	}
	if err := c.putTable(ctx, c.Text["name"], c.Cols); err != nil {
		return nil, err
	}
	return c.tablesJSON()
}

func (c *call) mergeTable(ctx context.Context) (*table.Batch, error) {
	if err := c.putTable(ctx, c.Text["name"], c.Cols); err != nil {
		return nil, err
	}
	return c.tablesJSON()
}

func (c *call) copyTable(ctx context.Context) (*table.Batch, error) {
	from, err := c.table(c.Text["other"])
	if err != nil {
		return nil, err
	}
	delete(c.Text, "other")
	if _, err := c.table(c.Text["name"]); err == nil && !c.has("ifnotexists") {
		return nil, fail(codeExists, "Entity '%s' of kind 'Table' already exists.", c.Text["name"])
	} else if err == nil {
		return c.tablesJSON()
	}
	if _, ok := c.With["docstring"]; !ok {
		c.With["docstring"] = "Created based on " + from.Ref.Table
	}
	if _, ok := c.With["folder"]; !ok {
		c.With["folder"] = from.Folder
	}
	cols := from.Schema.Cols
	if !from.Bare {
		cols = slices.DeleteFunc(slices.Clone(cols), func(col table.Column) bool { return strings.HasPrefix(col.Name, "_") })
	}
	if err := c.putTable(ctx, c.Text["name"], cols); err != nil {
		return nil, err
	}
	return c.tablesJSON()
}

func (c *call) createTables(ctx context.Context) (*table.Batch, error) {
	return c.putTables(ctx, true)
}

func (c *call) mergeTables(ctx context.Context) (*table.Batch, error) {
	return c.putTables(ctx, false)
}

// putTables makes several tables; those that are there stay as they are if keep is set.
func (c *call) putTables(ctx context.Context, keep bool) (*table.Batch, error) {
	var names []string
	for _, t := range c.Tables {
		names = append(names, t.Name)
		if _, err := c.table(t.Name); err == nil && keep {
			continue
		}
		if err := c.putTable(ctx, t.Name, t.Cols); err != nil {
			return nil, err
		}
	}
	c.Names["names"] = names
	return c.showTables(ctx)
}

// alterTable makes the columns those of the command: others are dropped, and new ones
// added behind those that there are.
func (c *call) alterTable(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, old := range t.Schema.Cols {
		if !slices.ContainsFunc(c.Cols, func(n table.Column) bool { return n.Name == old.Name }) {
			gone = append(gone, old.Name)
		}
	}
	if t.Bare {
		if at, ok := reordered(t.Schema.Cols, c.Cols); ok {
			return nil, fail(codeRefused, "The command would move the column '%s': the columns of a table keep their order.", at)
		}
	}
	if len(gone) > 0 {
		if err := c.ctl.DropColumns(ctx, t.Ref, gone...); err != nil {
			return nil, err
		}
	}
	return c.mergeTable(ctx)
}

// reordered tells the first column that stands before another that it stood behind.
func reordered(old, cols []table.Column) (string, bool) {
	last, added := -1, false
	for _, col := range cols {
		i := slices.IndexFunc(old, func(o table.Column) bool { return o.Name == col.Name })
		if i >= 0 && (i < last || added) {
			return col.Name, true
		}
		last, added = max(last, i), added || i < 0
	}
	return "", false
}

func (c *call) alterMergeTable(ctx context.Context) (*table.Batch, error) {
	if _, err := c.table(c.Text["name"]); err != nil {
		return nil, err
	}
	return c.mergeTable(ctx)
}

func (c *call) describeTable(ctx context.Context) (*table.Batch, error) {
	return c.setTable(ctx, control.TableSettings{Description: c.Text["text"]})
}

func (c *call) fileTable(ctx context.Context) (*table.Batch, error) {
	return c.setTable(ctx, control.TableSettings{Folder: c.Text["text"]})
}

func (c *call) setTable(ctx context.Context, set control.TableSettings) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if _, err := c.ctl.PutTable(ctx, c.Caller, control.TableSpec{Ref: t.Ref, TableSettings: set}); err != nil {
		return nil, err
	}
	return c.showTableCSL(ctx)
}

func (c *call) describeColumns(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	docs := map[string]string{}
	if c.has(".alter") {
		for _, col := range t.Schema.Cols {
			docs[col.Name] = ""
		}
	}
	for name, doc := range c.Docs {
		if t.Schema.Index(name) < 0 {
			return nil, notFound("Column", name)
		}
		docs[name] = doc
	}
	if err := c.ctl.DescribeColumns(ctx, t.Ref, docs); err != nil {
		return nil, err
	}
	return c.showTableCSL(ctx)
}

// leftTables answers a drop: the tables that remain, without those of Azure's that
// hold nothing.
func (c *call) leftTables() *table.Batch {
	b := columns("TableName:string DatabaseName:string")
	for _, t := range c.eng.Tables(c.id()) {
		if _, azure := table.Builtin(t.Name); !azure || t.HasData {
			b.AppendRow(t.Name, c.Workspace.Name)
		}
	}
	return b
}

func (c *call) dropTable(ctx context.Context) (*table.Batch, error) {
	c.Names["names"] = []string{c.Text["name"]}
	return c.dropTables(ctx)
}

func (c *call) dropTables(ctx context.Context) (*table.Batch, error) {
	for _, name := range c.Names["names"] {
		if _, err := c.table(name); err != nil && !c.has("ifexists") {
			return nil, err
		}
	}
	for _, name := range c.Names["names"] {
		if _, err := c.ctl.DeleteTable(ctx, c.Caller, c.ref(name)); err != nil {
			return nil, err
		}
	}
	return c.leftTables(), nil
}

func (c *call) dropColumn(ctx context.Context) (*table.Batch, error) {
	return c.dropFrom(ctx, c.Owner, []string{c.Text["column"]})
}

func (c *call) dropColumns(ctx context.Context) (*table.Batch, error) {
	return c.dropFrom(ctx, c.Text["name"], c.Names["names"])
}

func (c *call) dropFrom(ctx context.Context, name string, cols []string) (*table.Batch, error) {
	t, err := c.table(name)
	if err != nil {
		return nil, err
	}
	if c.has("ifexists") {
		cols = slices.DeleteFunc(slices.Clone(cols), func(n string) bool { return t.Schema.Index(n) < 0 })
	}
	if len(cols) > 0 {
		if err := c.ctl.DropColumns(ctx, t.Ref, cols...); err != nil {
			return nil, err
		}
	}
	c.Text["name"] = name
	return c.showTableCSL(ctx)
}

func (c *call) clearTable(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if err := c.in.Replace(ctx, t.Ref, table.NewBatch(&table.Schema{}), facts()); err != nil {
		return nil, fmt.Errorf("clear table %s: %w", t.Ref.Table, err)
	}
	b := columns("Status:string")
	b.AppendRow("Success")
	return b, nil
}
