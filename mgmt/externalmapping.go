package mgmt

import (
	"context"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/table"
)

// Mappings of external tables.
// https://learn.microsoft.com/kusto/management/external-table-mapping-create
var externalMappingCommands = []entry{
	change(`.create external table <name> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).createExternalMapping),
	change(`.alter external table <name> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).alterExternalMapping),
	change(`.create-or-alter external table <name> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).putExternalMapping),
	change(`.drop external table <name> mapping <value:mapping>`, &control.DeleteSearches, (*call).dropExternalMapping),
	show(`.show external table <name> mappings`, (*call).showExternalMappings),
	show(`.show external table <name> mapping <value:mapping>`, (*call).showExternalMapping),
}

// mappedExternal is whose mappings the command is about, and their kind, which the format
// of its files tells.
func (c *call) mappedExternal() (table.Ref, string, error) {
	e, err := c.external()
	if err != nil {
		return table.Ref{}, "", err
	}
	if e.Kind != "storage" {
		return table.Ref{}, "", fail(codeInvalid, "The external table '%s' is of kind %s: its columns have the names that they have there.", e.Name, e.Kind)
	}
	return table.Ref{Workspace: c.id(), Table: e.Name}, format.MappingKind(e.Properties["dataformat"]), nil
}

func (c *call) createExternalMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mappedExternal()
	if err != nil {
		return nil, err
	}
	if _, err := c.ctl.Mapping(ref, kind, c.Text["mapping"]); err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'MappingPersistent' already exists.", c.Text["mapping"])
	}
	return c.putExternalMapping(ctx)
}

func (c *call) alterExternalMapping(ctx context.Context) (*table.Batch, error) {
	if _, err := c.showExternalMapping(ctx); err != nil {
		return nil, err
	}
	return c.putExternalMapping(ctx)
}

func (c *call) putExternalMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mappedExternal()
	if err != nil {
		return nil, err
	}
	m := &control.IngestionMapping{Name: c.Text["mapping"], Kind: kind, Text: c.Text["text"]}
	if err := c.ctl.PutMapping(ctx, ref, m); err != nil {
		return nil, err
	}
	return c.mappingTable(ref, m), nil
}

func (c *call) dropExternalMapping(ctx context.Context) (*table.Batch, error) {
	ref, kind, err := c.mappedExternal()
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
	return c.showExternalMappings(ctx)
}

func (c *call) showExternalMappings(context.Context) (*table.Batch, error) {
	ref, _, err := c.mappedExternal()
	if err != nil {
		return nil, err
	}
	all, err := c.ctl.Mappings(ref)
	return c.mappingTable(ref, all...), err
}

func (c *call) showExternalMapping(context.Context) (*table.Batch, error) {
	ref, kind, err := c.mappedExternal()
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
