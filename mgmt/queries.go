package mgmt

import (
	"context"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// The queries that run, and those that ran since the server started.
// https://learn.microsoft.com/kusto/management/show-queries-command
var queryCommands = []entry{
	show(`.show queries`, (*call).showQueries),
	show(`.show running queries`, (*call).showRunning),
	show(`.show running queries by user <value:user>`, (*call).showRunning),
	show(`.show running queries by *`, (*call).showRunning),
	show(`.cancel query <value:id> [<with>]`, (*call).cancelQuery),
}

// activities lists the database's queries, without the one that asks: the caller's
// own, or all if they may manage the workspace.
func (c *call) activities() []engine.Activity {
	all := c.eng.Activities(c.id())
	if c.manages() {
		return all
	}
	own := all[:0]
	for _, a := range all {
		if a.Caller == c.Caller.ObjectID {
			own = append(own, a)
		}
	}
	return own
}

// manages reports whether the caller may see and end what others do.
func (c *call) manages() bool {
	return c.ctl.Allow(c.Caller, control.ManageQueries, c.Workspace.ID) == nil
}

func (c *call) showQueries(context.Context) (*table.Batch, error) {
	b := columns("ClientActivityId:string Text:string Database:string StartedOn:datetime LastUpdatedOn:datetime Duration:timespan State:string RootActivityId:guid User:string FailureReason:string TotalCpu:timespan CacheStatistics:dynamic Application:string MemoryPeak:long ScannedExtentsStatistics:dynamic Principal:string ClientRequestProperties:dynamic ResultSetStatistics:dynamic WorkloadGroup:string OverallQueryStats:string VirtualCluster:string")
	for _, a := range c.activities() {
		if a.State == engine.InProgress {
			continue
		}
		b.AppendRow(c.activity(a, "default", "", "")...)
	}
	return b, nil
}

func (c *call) showRunning(context.Context) (*table.Batch, error) {
	b := columns("ClientActivityId:string Text:string Database:string StartedOn:datetime LastUpdatedOn:datetime Duration:timespan State:string RootActivityId:guid User:string FailureReason:string TotalCpu:timespan CacheStatistics:dynamic Application:string MemoryPeak:long ScannedExtentsStatistics:dynamic Principal:string ClientRequestProperties:dynamic ResultSetStatistics:dynamic WorkloadGroup:string")
	user := c.Text["user"]
	for _, a := range c.activities() {
		if a.State == engine.InProgress && (user == "" || user == a.About.User || user == a.Caller) {
			b.AppendRow(c.activity(a, "default")...)
		}
	}
	return b, nil
}

// activity is a row of a list of queries; more are its last columns.
func (c *call) activity(a engine.Activity, more ...table.Value) []table.Value {
	end := a.Ended
	if end.IsZero() {
		end = c.o.Now()
	}
	bag := func(keys []string, vals ...any) table.Value {
		return table.DynValue(&table.Bag{Keys: keys, Vals: vals})
	}
	root, err := table.ParseUUID(a.Activity)
	if err != nil {
		root = idOf(a.ID, a.Started.String())
	}
	row := []table.Value{
		a.ID, a.Text, c.Workspace.Name, table.FromGo(a.Started), table.FromGo(end), table.Duration(end.Sub(a.Started) / (100 * time.Nanosecond)), a.State, root,
		a.About.User, a.Failure, nil, bag(nil), a.About.Application, nil,
		bag([]string{"TotalExtentsCount", "ScannedExtentsCount", "ScannedRowsCount"}, int64(a.Stats.Extents+a.Stats.Skipped), int64(a.Stats.Extents), a.Stats.RowsRead),
		c.principal(a.Caller), bag([]string{"Description"}, a.About.Description), bag([]string{"TableCount", "TablesStatistics"}, int64(1), []any{&table.Bag{Keys: []string{"RowCount", "TableSize"}, Vals: []any{a.Rows, a.Bytes}}}),
	}
	return append(row, more...)
}

// principal names who asked, as Kusto does.
func (c *call) principal(caller string) string {
	return "aadapp=" + caller + ";" + c.ctl.Directory().Tenant()
}

// cancelQuery ends the running queries with the client's id; other callers' only if
// the caller may manage the workspace.
func (c *call) cancelQuery(context.Context) (*table.Batch, error) {
	if err := c.with("reason"); err != nil {
		return nil, err
	}
	b := columns("ClientRequestId:string ClientRequestIdsCancelled:long")
	all := c.manages()
	n := c.eng.Cancel(c.id(), c.Text["id"], c.With["reason"], func(caller string) bool { return all || caller == c.Caller.ObjectID })
	if n == 0 {
		return nil, notFound("RunningQuery", c.Text["id"])
	}
	b.AppendRow(c.Text["id"], int64(n))
	return b, nil
}
