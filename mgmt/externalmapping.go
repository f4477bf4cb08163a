package mgmt

import (
	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/table"
)

// Mappings of external tables.
// https://learn.microsoft.com/kusto/management/external-table-mapping-create
var externalMappingCommands = []entry{
	change(`.create external table <name:external> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).createMapping),
	change(`.alter external table <name:external> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).alterMapping),
	change(`.create-or-alter external table <name:external> mapping <value:mapping> <text>`, &control.WriteSearches, (*call).putMapping),
	change(`.drop external table <name:external> mapping <value:mapping>`, &control.DeleteSearches, (*call).dropMapping),
	show(`.show external table <name:external> mappings`, (*call).showMappings),
	show(`.show external table <name:external> mapping <value:mapping>`, (*call).showMapping),
}

// mappedExternal is whose mappings the command is about, and their kind, which the format
// of its files tells.
func (c *call) mappedExternal() (table.Ref, string, error) {
	e, err := c.external(c.Text["external"])
	if err != nil {
		return table.Ref{}, "", err
	}
	if e.Kind != "storage" {
		return table.Ref{}, "", fail(codeInvalid, "The external table '%s' is of kind %s: its columns have the names that they have there.", e.Name, e.Kind)
	}
	return table.Ref{Workspace: c.id(), Table: e.Name}, format.MappingKind(e.Properties["dataformat"]), nil
}
