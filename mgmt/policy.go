package mgmt

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// Policies that the store has. Others are refused by name.
var policyCommands = []entry{
	show(`.show table <name> policy retention`, (*call).showRetention),
	show(`.show table * policy retention`, (*call).showRetention),
	show(`.show database [<name:database>] policy retention`, (*call).showDatabaseRetention),
	change(`.alter table <name> policy retention <json>`, &control.WriteRows, (*call).alterRetention),
	change(`.alter-merge table <name> policy retention softdelete = <value:softdelete> [recoverability = <value:recoverability>]`, &control.WriteRows, (*call).mergeRetention),
	change(`.alter-merge table <name> policy retention recoverability = <value:recoverability>`, &control.WriteRows, (*call).mergeRetention),
	change(`.alter-merge table <name> policy retention <json>`, &control.WriteRows, (*call).alterRetention),
	change(`.alter tables <names> policy retention <json>`, &control.WriteRows, (*call).alterRetention),
	change(`.delete table <name> policy retention`, &control.WriteRows, (*call).deleteRetention),
	show(`.show table <name> policy update`, (*call).showUpdate),
	show(`.show table * policy update`, (*call).showUpdate),
	change(`.alter table <name> policy update <json>`, &control.WriteRows, (*call).alterUpdate),
	change(`.alter-merge table <name> policy update <json>`, &control.WriteRows, (*call).mergeUpdate),
	change(`.delete table <name> policy update`, &control.WriteRows, (*call).deleteUpdate),
	show(`.show table <name> policy ingestiontime`, (*call).showIngestionTime),
	show(`.show table <name> policy streamingingestion`, (*call).showStreaming),
	show(`.show database [<name:database>] policy streamingingestion`, (*call).showDatabaseStreaming),
	change(`.alter table <name> policy ingestiontime true`, &control.WriteRows, (*call).alterIngestionTime),
	change(`.alter table <name> policy streamingingestion enable`, &control.WriteRows, (*call).showStreaming),
	change(`.alter table <name> policy streamingingestion <json>`, &control.WriteRows, (*call).alterStreaming),
	change(`.alter-merge table <name> policy streamingingestion <json>`, &control.WriteRows, (*call).alterStreaming),
	change(`.alter database <name:database> policy streamingingestion enable`, &control.WriteRows, (*call).showDatabaseStreaming),
	change(`.alter database <name:database> policy streamingingestion <json>`, &control.WriteRows, (*call).alterStreaming),
	change(`.alter-merge database <name:database> policy streamingingestion <json>`, &control.WriteRows, (*call).alterStreaming),
}

func policyTable() *table.Batch {
	return columns("PolicyName:string EntityName:string Policy:string ChildEntities:string EntityType:string")
}

// entity is how policies name a table.
func (c *call) entity(name string) string { return "[" + c.Workspace.Name + "].[" + name + "]" }

// retentionPolicy writes a retention in days as Kusto's policy.
func retentionPolicy(days int) string {
	return fmt.Sprintf(`{"SoftDeletePeriod":"%d.00:00:00","Recoverability":"Disabled"}`, days)
}

func (c *call) showRetention(context.Context) (*table.Batch, error) {
	list, err := c.tables(c.id())
	b := policyTable()
	for _, t := range list {
		b.AppendRow("RetentionPolicy", c.entity(t.Name), retentionPolicy(t.def.Retention), "", "Table")
	}
	return b, err
}

func (c *call) showDatabaseRetention(context.Context) (*table.Batch, error) {
	if _, err := c.database(); err != nil {
		return nil, err
	}
	b := policyTable()
	b.AppendRow("RetentionPolicy", "["+c.Workspace.Name+"]", retentionPolicy(c.Workspace.Properties.RetentionInDays), "", "Database")
	return b, nil
}

// database is the request's, if the command names it or none.
func (c *call) database() (*control.Workspace, error) {
	if db := c.Text["database"]; db != "" && !c.isThis(db) {
		return nil, fail(codeNotFound, "Entity ID '%s' of kind 'Database' was not found, or is not the request's, '%s'.", db, c.Workspace.Name)
	}
	return c.Workspace, nil
}

func (c *call) alterRetention(ctx context.Context) (*table.Batch, error) {
	var p struct {
		SoftDeletePeriod string
		Recoverability   any
	}
	if err := json.Unmarshal([]byte(c.Text["json"]), &p); err != nil {
		return nil, fail(codeInvalid, "The retention policy is not JSON: %v.", err)
	}
	if p.Recoverability != nil {
		c.Text["recoverability"] = fmt.Sprint(p.Recoverability)
	}
	return c.retain(ctx, p.SoftDeletePeriod)
}

func (c *call) mergeRetention(ctx context.Context) (*table.Batch, error) {
	return c.retain(ctx, c.Text["softdelete"])
}

// retain sets the retention of the command's tables. What is dropped cannot be
// recovered here, so that a policy that says so is refused.
func (c *call) retain(ctx context.Context, period string) (*table.Batch, error) {
	switch r := lower(c.Text["recoverability"]); r {
	case "", "disabled", "0":
	default:
		return nil, fail(codeRefused, "Recoverability '%s' is not supported: what is dropped is gone.", r)
	}
	names := c.Names["names"]
	if n := c.Text["name"]; n != "" {
		names = []string{n}
	}
	if period != "" {
		days, err := wholeDays(period)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := c.setRetention(ctx, name, days); err != nil {
				return nil, err
			}
		}
	}
	return c.showRetention(ctx)
}

func (c *call) setRetention(ctx context.Context, name string, days int) error {
	t, err := c.table(name)
	if err != nil {
		return err
	}
	_, err = c.ctl.PutTable(ctx, c.Caller, control.TableSpec{Ref: t.Ref, Retention: days})
	return err
}

func wholeDays(period string) (int, error) {
	d, err := table.ParseDuration(period)
	if err != nil {
		return 0, fail(codeInvalid, "SoftDeletePeriod '%s' is no timespan.", period)
	}
	if d <= 0 || d%table.TicksPerDay != 0 {
		return 0, fail(codeRefused, "SoftDeletePeriod '%s' is not supported: rows are kept for whole days.", period)
	}
	return int(d / table.TicksPerDay), nil
}

func (c *call) deleteRetention(ctx context.Context) (*table.Batch, error) {
	if err := c.setRetention(ctx, c.Text["name"], control.ByDefault); err != nil {
		return nil, err
	}
	return c.showRetention(ctx)
}

func (c *call) showUpdate(context.Context) (*table.Batch, error) {
	list, err := c.tables(c.id())
	if err != nil {
		return nil, err
	}
	b := policyTable()
	for _, t := range list {
		updates, err := c.ctl.UpdatePolicy(c.ref(t.Name))
		if err != nil {
			return nil, err
		}
		switch {
		case len(updates) > 0:
			text, err := json.Marshal(updates)
			if err != nil {
				return nil, err
			}
			b.AppendRow("UpdatePolicy", c.entity(t.Name), string(text), "", "Table")
		case c.Text["name"] != "":
			b.AppendRow("UpdatePolicy", c.entity(t.Name), "null", "", "Table")
		}
	}
	return b, nil
}

func (c *call) alterUpdate(ctx context.Context) (*table.Batch, error) {
	return c.putUpdates(ctx, nil)
}

func (c *call) mergeUpdate(ctx context.Context) (*table.Batch, error) {
	old, err := c.ctl.UpdatePolicy(c.ref(c.Text["name"]))
	if err != nil {
		return nil, err
	}
	return c.putUpdates(ctx, old)
}

func (c *call) putUpdates(ctx context.Context, updates []control.Update) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(c.Text["json"])
	if strings.HasPrefix(text, "{") {
		text = "[" + text + "]"
	}
	var added []control.Update
	if err := json.Unmarshal([]byte(text), &added); err != nil {
		return nil, fail(codeInvalid, "The update policy is not JSON: %v.", err)
	}
	for _, u := range added {
		u.By = c.Caller.ObjectID
		if err := c.checkUpdate(t, u); err != nil {
			return nil, err
		}
	}
	if err := c.ctl.PutUpdatePolicy(ctx, c.Caller, t.Ref, append(updates, added...)); err != nil {
		return nil, err
	}
	return c.showUpdate(ctx)
}

// checkUpdate compiles the query of a policy and compares its columns with the table's.
func (c *call) checkUpdate(t *control.Table, u control.Update) error {
	if !u.IsEnabled || u.SourceIsWildCard { // the control plane refuses the latter
		return nil
	}
	source, err := c.table(u.Source)
	if err != nil {
		return err
	}
	q := c.updateRequest(source.Ref, table.NewBatch(source.Stored), u)
	p, err := c.eng.Compile(q)
	if err != nil {
		return err
	}
	if len(p.Results) != 1 {
		return fail("UpdatePolicy_QuerySchemaDoesNotMatchTableSchema", "The update policy's query has %d results, not one.", len(p.Results))
	}
	_, err = placed(t, table.NewBatch(p.Results[0].Root.Schema()), "UpdatePolicy_QuerySchemaDoesNotMatchTableSchema")
	return err
}

func (c *call) deleteUpdate(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if err := c.ctl.PutUpdatePolicy(ctx, c.Caller, t.Ref, nil); err != nil {
		return nil, err
	}
	return c.showUpdate(ctx)
}

// updateTime is how long the query of an update policy may take.
const updateTime = time.Minute

// updateRequest is the query of a policy, on rows that come to from. It sees no other
// workspace, and of this one what those may read who have set the policy.
func (r *Runner) updateRequest(from table.Ref, rows *table.Batch, u control.Update) engine.Request {
	return engine.Request{
		Access: func(ref table.Ref) (engine.Access, error) {
			a, err := r.ctl.AccessOf(u.By, ref)
			out := engine.Access{Where: a.Where}
			if a.Denied != nil {
				out.Denied = a.Denied
			}
			return out, err
		},
		Workspace: from.Workspace, Text: u.Query, Fresh: map[string]*table.Batch{from.Table: rows}, Timeout: updateTime,
		MaxRows: maxWritten, MaxBytes: maxWrittenBytes, Caller: "update policy of " + u.To.Table,
		Resolve: func(string) (string, bool) { return "", false },
	}
}

// RunUpdate runs the query of an update policy on rows that are about to be stored in
// from (see ingest.Options.Update).
func (r *Runner) RunUpdate(ctx context.Context, from table.Ref, rows *table.Batch, u control.Update) (*table.Batch, error) {
	c := &call{Runner: r}
	results, err := c.query(ctx, r.updateRequest(from, rows, u))
	if err != nil {
		return nil, err
	}
	t, err := r.ctl.Table(u.To)
	if err != nil {
		return nil, err
	}
	return placed(t, results[0].Rows, "UpdatePolicy_QuerySchemaDoesNotMatchTableSchema")
}

func (c *call) showIngestionTime(context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	b := policyTable()
	b.AppendRow("IngestionTimePolicy", c.entity(t.Ref.Table), fmt.Sprintf(`{"IsEnabled":%t}`, !t.Bare), "", "Table")
	return b, nil
}

// alterIngestionTime enables what a table has or has not: ingestion_time() reads a
// column that queries of a bare table do not see.
func (c *call) alterIngestionTime(ctx context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if t.Bare {
		return nil, fail(codeRefused, "ingestion_time() is null in tables that .create table makes: the policy cannot be enabled.")
	}
	return c.showIngestionTime(ctx)
}

func (c *call) showStreaming(context.Context) (*table.Batch, error) {
	t, err := c.table(c.Text["name"])
	if err != nil {
		return nil, err
	}
	b := policyTable()
	b.AppendRow("StreamingIngestionPolicy", c.entity(t.Ref.Table), `{"IsEnabled":true,"HintAllocatedRate":null}`, "", "Table")
	return b, nil
}

func (c *call) showDatabaseStreaming(context.Context) (*table.Batch, error) {
	if _, err := c.database(); err != nil {
		return nil, err
	}
	b := policyTable()
	b.AppendRow("StreamingIngestionPolicy", "["+c.Workspace.Name+"]", `{"IsEnabled":true,"HintAllocatedRate":null}`, "", "Database")
	return b, nil
}

// alterStreaming takes a policy that enables what is always enabled.
func (c *call) alterStreaming(ctx context.Context) (*table.Batch, error) {
	p := struct{ IsEnabled bool }{}
	if err := json.Unmarshal([]byte(c.Text["json"]), &p); err != nil || !p.IsEnabled {
		return nil, fail(codeRefused, "Streaming ingestion is enabled for every table: it cannot be switched off.")
	}
	if c.Text["name"] == "" {
		return c.showDatabaseStreaming(ctx)
	}
	return c.showStreaming(ctx)
}

func lower(s string) string { return strings.ToLower(s) }

// idOf makes an id of the names of a thing; it stays the same.
func idOf(names ...string) table.UUID {
	h := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return table.UUID(h[:16])
}
