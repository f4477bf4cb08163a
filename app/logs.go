package app

import (
	"context"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/ingest"
	"github.com/yagura/yagura/table"
)

// record writes a row of a log that the control plane keeps.
func (c *Core) record(ctx context.Context, ref table.Ref, row map[string]any, resource string) error {
	return c.In.Record(ctx, ref, row, ingest.Facts{ResourceID: resource})
}

var logCategories = identity.LogCategories()

// directoryLog writes a row of one of the directory's logs to the workspaces that the
// directory's diagnostic settings name. Nobody is kept from signing in because the log
// is full; that it is, the server's own log says.
func (c *Core) directoryLog(ctx context.Context, name string, row map[string]any) {
	workspaces, err := c.Control.Diagnosed("", logCategories[name])
	row["SourceSystem"] = "Azure AD"
	for _, w := range workspaces {
		if err == nil {
			err = c.In.Record(ctx, table.Ref{Workspace: w, Table: name}, row, ingest.Facts{ResourceID: "/tenants/" + c.Dir.Tenant() + "/providers/Microsoft.aadiam"})
		}
	}
	if err != nil {
		c.log.ErrorContext(ctx, "the directory's log cannot be written", "table", name, "err", err)
	}
}
