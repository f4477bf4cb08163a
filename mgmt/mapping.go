package mgmt

import (
	"context"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// Ingestion mappings, of a table or of the database.
// https://learn.microsoft.com/kusto/management/create-ingestion-mapping-command
var mappingCommands = []entry{
	change(`.create table <name> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).createMapping),
	change(`.create-or-alter table <name> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).putMapping),
	change(`.alter table <name> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).alterMapping),
	change(`.drop table <name> ingestion <value:kind> mapping <value:mapping>`, &control.WriteRows, (*call).dropMapping),
	change(`.create database <name:database> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).createMapping),
	change(`.create-or-alter database <name:database> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).putMapping),
	change(`.alter database <name:database> ingestion <value:kind> mapping <value:mapping> <text>`, &control.WriteRows, (*call).alterMapping),
	change(`.drop database <name:database> ingestion <value:kind> mapping <value:mapping>`, &control.WriteRows, (*call).dropMapping),
	show(`.show table <name> ingestion mappings`, (*call).showMappings),
	show(`.show table <name> ingestion <value:kind> mappings`, (*call).showMappings),
	show(`.show table <name> ingestion <value:kind> mapping <value:mapping>`, (*call).showMapping),
	show(`.show database <name:database> ingestion mappings`, (*call).showMappings),
	show(`.show database <name:database> ingestion <value:kind> mappings`, (*call).showMappings),
	show(`.show database <name:database> ingestion <value:kind> mapping <value:mapping>`, (*call).showMapping),
}

// mapped is whose mappings the command is about, a table's, an external table's or the
// database's, and of which kind.
func (c *call) mapped() (table.Ref, string, error) {
	if c.Text["external"] != "" {
		return c.mappedExternal()
	}
	kind := c.Text["kind"]
	if db := c.Text["database"]; db != "" {
		if !c.isThis(db) {
			return table.Ref{}, "", fail(codeNotFound, "Entity ID '%s' of kind 'Database' was not found, or is not the request's, '%s'.", db, c.Workspace.Name)
		}
		return table.Ref{Workspace: c.id()}, kind, nil
	}
	t, err := c.table(c.Text["name"])
	if err != nil {
		return table.Ref{}, "", err
	}
	return t.Ref, kind, nil
}

func (c *call) mappingTable(ref table.Ref, list ...*control.IngestionMapping) *table.Batch {
	b := columns("Name:string Kind:string Mapping:string LastUpdatedOn:datetime Database:string Table:string")
	for _, m := range list {
		b.AppendRow(m.Name, kindName(m.Kind), m.Text, table.FromGo(m.Changed), c.Workspace.Name, ref.Table)
	}
	return b
}

// kindName writes the kind of a mapping as Kusto does.
func kindName(kind string) string {
	return map[string]string{"csv": "Csv", "json": "Json", "parquet": "Parquet", "w3clogfile": "W3CLogFile"}[kind]
}

func (c *call) createMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mapped()
	if err != nil {
		return nil, err
	}
	if _, err := c.ctl.Mapping(ref, kind, c.Text["mapping"]); err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'MappingPersistent' already exists.", c.Text["mapping"])
	}
	return c.putMapping(ctx)
}

func (c *call) alterMapping(ctx context.Context) (*table.Batch, error) {
	if _, err := c.showMapping(ctx); err != nil {
		return nil, err
	}
	return c.putMapping(ctx)
}

func (c *call) putMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mapped()
	if err != nil {
		return nil, err
	}
	m := &control.IngestionMapping{Name: c.Text["mapping"], Kind: kind, Text: c.Text["text"]}
	if err := c.ctl.PutMapping(ctx, ref, m); err != nil {
		return nil, err
	}
	return c.mappingTable(ref, m), nil
}

func (c *call) dropMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mapped()
	if err != nil {
		return nil, err
	}
	there, err := c.ctl.DeleteMapping(ctx, ref, kind, c.Text["mapping"])
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, c.noMapping()
	}
	return c.showMappings(ctx)
}

func (c *call) noMapping() error {
	return notFound("MappingPersistent", c.Text["mapping"])
}

func (c *call) showMappings(context.Context) (*table.Batch, error) {
	ref, _, err := c.mapped()
	if err != nil {
		return nil, err
	}
	all, err := c.ctl.Mappings(ref)
	if kind := c.Text["kind"]; kind != "" {
		of := all[:0]
		for _, m := range all {
			if m.Kind == lower(kind) {
				of = append(of, m)
			}
		}
		all = of
	}
	return c.mappingTable(ref, all...), err
}

func (c *call) showMapping(context.Context) (*table.Batch, error) {
	ref, kind, err := c.mapped()
	if err != nil {
		return nil, err
	}
	m, err := c.ctl.Mapping(ref, kind, c.Text["mapping"])
	if control.IsNotFound(err) {
		return nil, c.noMapping()
	}
	if err != nil {
		return nil, err
	}
	return c.mappingTable(ref, m), nil
}
