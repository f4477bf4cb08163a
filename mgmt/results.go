package mgmt

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// Stored query results: https://learn.microsoft.com/kusto/management/stored-query-results
var resultCommands = []entry{
	keep(`.set [async] stored_query_result <name> [<with>] <| <rest:query>`, (*call).setResult),
	keep(`.set-or-replace [async] stored_query_result <name> [<with>] <| <rest:query>`, (*call).replaceResult),
	show(`.show stored_query_results [<name>]`, (*call).showResults),
	show(`.show stored_query_result <name> schema`, (*call).showResultSchema),
	keep(`.drop stored_query_result <name>`, (*call).dropResult),
	change(`.drop stored_query_results by user <text>`, &control.ManageQueries, (*call).dropResultsOf),
}

func (c *call) resultTable(list ...*control.StoredResult) *table.Batch {
	b := columns("StoredQueryResultId:guid Name:string DatabaseName:string PrincipalIdentity:string SizeInBytes:long RowCount:long CreatedOn:datetime ExpiresOn:datetime")
	for _, r := range list {
		b.AppendRow(table.UUID(r.ID), r.Name, c.Workspace.Name, c.principal(r.Owner), int64(r.Size), int64(r.Rows), table.FromGo(r.Created), table.FromGo(r.Expires))
	}
	return b
}

func (c *call) setResult(ctx context.Context) (*table.Batch, error) {
	if _, err := c.ctl.Result(c.id(), c.Text["name"]); err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'StoredQueryResult' already exists.", c.Text["name"])
	}
	return c.replaceResult(ctx)
}

// replaceResult answers with the rows that it keeps, or the first of them.
func (c *call) replaceResult(ctx context.Context) (*table.Batch, error) {
	if err := c.with("expiresafter", "previewcount", "distributed"); err != nil {
		return nil, err
	}
	age := table.FromGoDuration(control.MaxResultAge)
	if text, ok := c.With["expiresafter"]; ok {
		d, err := table.ParseDuration(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "timespan("), "time("), ")"))
		if err != nil || d <= 0 || d > age {
			return nil, fail(codeInvalid, "expiresAfter '%s' is no timespan of up to a day.", text)
		}
		age = d
	}
	preview := 0
	if text, ok := c.With["previewcount"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, fail(codeInvalid, "previewCount '%s' is no number of rows.", text)
		}
		preview = n
	}
	rows, err := c.rows(ctx)
	if err != nil {
		return nil, err
	}
	now := c.o.Now().UTC()
	r := &control.StoredResult{ID: uuid.New(), Name: c.Text["name"], Owner: c.Caller.ObjectID, Created: now, Expires: now.Add(time.Duration(age) * 100)}
	if err := c.ctl.PutResult(ctx, c.id(), r, rows); err != nil {
		return nil, err
	}
	if preview > 0 && !c.has("async") {
		return rows.Slice(0, min(preview, rows.Rows)), nil
	}
	return rows, nil
}

// showResults lists the caller's results, and everybody's to who manages the queries.
func (c *call) showResults(context.Context) (*table.Batch, error) {
	list, err := c.results(func(r *control.StoredResult) bool {
		return (c.manages() || r.Owner == c.Caller.ObjectID) && (c.Text["name"] == "" || r.Name == c.Text["name"])
	})
	return c.resultTable(list...), err
}

func (c *call) results(ok func(*control.StoredResult) bool) (list []*control.StoredResult, err error) {
	all, err := c.ctl.Results(c.id())
	for _, r := range all {
		if ok(r) {
			list = append(list, r)
		}
	}
	return list, err
}

func (c *call) showResultSchema(context.Context) (*table.Batch, error) {
	rows, ok := c.ctl.ResultRows(c.id(), c.Caller.ObjectID, c.Text["name"])
	if !ok {
		return nil, notFound("StoredQueryResult", c.Text["name"])
	}
	type column struct{ Column, Type string }
	cols := []column{}
	for _, col := range rows.Schema.Cols {
		cols = append(cols, column{col.Name, col.Type.String()})
	}
	text, err := jsonText(cols)
	if err != nil {
		return nil, err
	}
	b := columns("StoredQueryResult:string Schema:string")
	b.AppendRow(c.Text["name"], text)
	return b, nil
}

func (c *call) dropResult(ctx context.Context) (*table.Batch, error) {
	r, err := c.ctl.Result(c.id(), c.Text["name"])
	if control.IsNotFound(err) || err == nil && r.Owner != c.Caller.ObjectID {
		return nil, notFound("StoredQueryResult", c.Text["name"])
	}
	if err != nil {
		return nil, err
	}
	return c.resultTable(r), c.ctl.DeleteResults(ctx, c.id(), r)
}

// dropResultsOf drops those of a principal, written as the list writes it, with the
// tenant or without.
func (c *call) dropResultsOf(ctx context.Context) (*table.Batch, error) {
	list, err := c.results(func(r *control.StoredResult) bool {
		who := c.principal(r.Owner)
		id, _, _ := strings.Cut(who, ";")
		return c.Text["text"] == who || c.Text["text"] == id
	})
	if err != nil {
		return nil, err
	}
	return c.resultTable(list...), c.ctl.DeleteResults(ctx, c.id(), list...)
}
