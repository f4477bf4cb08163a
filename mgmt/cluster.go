package mgmt

import (
	"context"
	"fmt"
	"runtime"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// What the server is, and which databases it has.
var clusterCommands = []entry{
	show(`.show version`, (*call).showVersion),
	show(`.show cluster`, (*call).showCluster),
	show(`.show [cluster] databases`, (*call).showDatabases),
	show(`.show [cluster] databases details`, (*call).showDatabasesDetails),
	show(`.show database details`, (*call).showDatabasesDetails),
	show(`.show database <name> details`, (*call).showDatabasesDetails),
	show(`.show [cluster] databases identity`, (*call).showDatabasesIdentity),
	show(`.show database identity`, (*call).showDatabasesIdentity),
	show(`.show database <name> identity`, (*call).showDatabasesIdentity),
	show(`.show database`, (*call).showDatabase),
}

// databaseCommands come after all that begin as they do: what follows is a name where it
// is no other word.
var databaseCommands = []entry{
	show(`.show database <name>`, (*call).showDatabase),
}

func (c *call) showVersion(context.Context) (*table.Batch, error) {
	b := columns("BuildVersion:string BuildTime:datetime ServiceType:string ProductVersion:string ServiceOffering:string")
	b.AppendRow(c.o.Version, nil, "Engine", "Yagura "+c.o.Version, "")
	return b, nil
}

func (c *call) showCluster(context.Context) (*table.Batch, error) {
	b := columns("NodeId:string Address:string Name:string StartTime:datetime IsAdmin:bool MachineTotalMemory:long MachineAvailableMemory:long ProcessorCount:int EnvironmentDescription:string")
	b.AppendRow("0", c.Query.Host, "yagura", table.FromGo(c.since), true, nil, nil, int32(runtime.GOMAXPROCS(0)), runtime.GOOS+"/"+runtime.GOARCH)
	return b, nil
}

// databases calls f with each workspace that the caller may query.
func (c *call) databases(f func(*control.Workspace, table.UUID)) error {
	all, err := control.List[control.Workspace](c.ctl, "/")
	if err != nil {
		return err
	}
	for _, w := range all {
		if c.ctl.Allow(c.Caller, control.QueryLogs, w.ID) != nil {
			continue
		}
		id, err := table.ParseUUID(w.Properties.CustomerID)
		if err != nil {
			return fmt.Errorf("read workspace %s: %w", w.ID, err)
		}
		f(w, id)
	}
	return nil
}

// The version and the access mode of every database.
const (
	databaseVersion = "v1.0"
	readWrite       = "ReadWrite"
)

func (c *call) showDatabases(context.Context) (*table.Batch, error) {
	b := columns("DatabaseName:string PersistentStorage:string Version:string IsCurrent:bool DatabaseAccessMode:string PrettyName:string ReservedSlot1:bool DatabaseId:guid InTransitionTo:string")
	return b, c.databases(func(w *control.Workspace, id table.UUID) {
		b.AppendRow(w.Name, "", databaseVersion, w.ID == c.Workspace.ID, readWrite, "", nil, id, "")
	})
}

func (c *call) showDatabase(ctx context.Context) (*table.Batch, error) {
	if err := c.checkDatabase(); err != nil {
		return nil, err
	}
	b := columns("DatabaseName:string PersistentStorage:string Version:string IsCurrent:bool DatabaseAccessMode:string PrettyName:string ReservedSlot1:bool DatabaseId:guid InTransitionTo:string")
	return b, c.databases(func(w *control.Workspace, id table.UUID) {
		if w.ID == c.Workspace.ID {
			b.AppendRow(w.Name, "", databaseVersion, true, readWrite, "", nil, id, "")
		}
	})
}

// checkDatabase sees to it that the database that a command names is the request's.
func (c *call) checkDatabase() error {
	if name := c.Text["name"]; name != "" && !c.isThis(name) {
		return fail(codeNotFound, "Entity ID '%s' of kind 'Database' was not found, or is not the request's, '%s'.", name, c.Workspace.Name)
	}
	return nil
}

func (c *call) showDatabasesDetails(context.Context) (*table.Batch, error) {
	if err := c.checkDatabase(); err != nil {
		return nil, err
	}
	b := columns("DatabaseName:string PersistentStorage:string Version:string IsCurrent:bool DatabaseAccessMode:string PrettyName:string AuthorizedPrincipals:string RetentionPolicy:string MergePolicy:string ReservedSlot1:string CachingPolicy:string ShardingPolicy:string StreamingIngestionPolicy:string IngestionBatchingPolicy:string TotalSize:real DatabaseId:guid InTransitionTo:string")
	return b, c.databases(func(w *control.Workspace, id table.UUID) {
		if !c.has("databases") && w.ID != c.Workspace.ID {
			return
		}
		size := 0.0
		for _, t := range c.eng.Tables(w.Properties.CustomerID) {
			if t.HasData {
				size += float64(c.eng.Stored(w.Properties.CustomerID, t.Name).Bytes)
			}
		}
		b.AppendRow(w.Name, "", databaseVersion, w.ID == c.Workspace.ID, readWrite, "", "", "", "", "", "", "", "", "", size, id, "")
	})
}

func (c *call) showDatabasesIdentity(context.Context) (*table.Batch, error) {
	if err := c.checkDatabase(); err != nil {
		return nil, err
	}
	b := columns("DatabaseName:string PersistentStorage:string Version:string IsCurrent:bool DatabaseAccessMode:string PrettyName:string CurrentUserIsUnrestrictedViewer:bool DatabaseId:guid InTransitionTo:string")
	return b, c.databases(func(w *control.Workspace, id table.UUID) {
		if c.has("databases") || w.ID == c.Workspace.ID {
			b.AppendRow(w.Name, "", databaseVersion, w.ID == c.Workspace.ID, readWrite, "", true, id, "")
		}
	})
}
