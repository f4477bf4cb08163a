package mgmt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Materialized views: https://learn.microsoft.com/kusto/management/materialized-views
var viewCommands = []entry{
	show(`.show materialized-views`, (*call).showViews),
	show(`.show materialized-views details`, (*call).showViewDetails),
	show(`.show materialized-view <name>`, (*call).showView),
	show(`.show materialized-view <name> details`, (*call).showViewDetails),
	show(`.show materialized-view <name> schema as json`, (*call).showViewJSON),
	show(`.show materialized-view <name> schema as csl`, (*call).showViewCSL),
	show(`.show materialized-view <name> cslschema`, (*call).showViewCSL),
	show(`.show materialized-view <name> failures`, (*call).showViewFailures),
	change(`.create [async] [ifnotexists] materialized-view [<with>] <name> on table <name:source> <body>`, &control.WriteSearches, (*call).createView),
	change(`.create-or-alter materialized-view [<with>] <name> on table <name:source> <body>`, &control.WriteSearches, (*call).putView),
	change(`.alter materialized-view [<with>] <name> on table <name:source> <body>`, &control.WriteSearches, (*call).alterView),
	change(`.alter materialized-view <name> folder <text>`, &control.WriteSearches, (*call).moveView),
	change(`.alter materialized-view <name> docstring <text>`, &control.WriteSearches, (*call).documentView),
	change(`.alter materialized-view <name> lookback <value:lookback>`, &control.WriteSearches, (*call).lookBack),
	change(`.alter materialized-view <name> autoupdateschema <value:auto>`, &control.WriteSearches, (*call).updateViewSchema),
	change(`.enable materialized-view <name> [<with>]`, &control.WriteSearches, (*call).enableView),
	change(`.disable materialized-view <name>`, &control.WriteSearches, (*call).disableView),
	change(`.rename materialized-view <name> to <name:new>`, &control.WriteSearches, (*call).renameView),
	change(`.drop materialized-view <name> [ifexists]`, &control.DeleteSearches, (*call).dropView),
}

// viewTable makes the answer that lists views. Their rows are made when they are read,
// so that they are of now.
func (c *call) viewTable(list ...*control.View) *table.Batch {
	b := columns("Name:string SourceTable:string Query:string MaterializedTo:datetime LastRun:datetime LastRunResult:string IsHealthy:bool IsEnabled:bool Folder:string DocString:string AutoUpdateSchema:bool EffectiveDateTime:datetime Lookback:timespan LookbackColumn:string")
	now := table.FromGo(c.o.Now())
	for _, v := range list {
		var from, lookback table.Value
		if !v.From.IsZero() {
			from = table.FromGo(v.From)
		}
		if d, err := table.ParseDuration(v.Lookback); err == nil {
			lookback = d
		}
		b.AppendRow(v.Name, v.Table, v.Query, now, now, "Completed", true, !v.Disabled, v.Folder, v.DocString, v.AutoUpdate, from, lookback, v.LookbackBy)
	}
	return b
}

func (c *call) showViews(context.Context) (*table.Batch, error) {
	all, err := c.ctl.Views(c.id())
	return c.viewTable(all...), err
}

// view finds a view by the name that the command has.
func (c *call) view(name string) (*control.View, error) {
	v, err := c.ctl.View(c.id(), name)
	if control.IsNotFound(err) {
		return nil, notFound("MaterializedView", name)
	}
	return v, err
}

func (c *call) showView(context.Context) (*table.Batch, error) {
	v, err := c.view(c.Text["name"])
	if err != nil {
		return nil, err
	}
	return c.viewTable(v), nil
}

// showViewDetails is the list: of what is kept of rows there is nothing to tell.
func (c *call) showViewDetails(ctx context.Context) (*table.Batch, error) {
	if c.Text["name"] == "" {
		return c.showViews(ctx)
	}
	return c.showView(ctx)
}

func (c *call) showViewFailures(context.Context) (*table.Batch, error) {
	_, err := c.view(c.Text["name"])
	return columns("Name:string SourceTable:string LastRun:datetime FailureKind:string Details:string"), err
}

// viewSchema are the columns of a view.
func (c *call) viewSchema(w *control.Workspace, v *control.View) (*table.Schema, error) {
	q := c.Query
	q.Workspace, q.Text = w.Properties.CustomerID, "materialized_view("+literal(v.Name)+")"
	p, err := c.eng.Compile(q)
	if err != nil {
		return nil, err
	}
	return p.Results[0].Root.Schema(), nil
}

func (c *call) viewSchemaTable(write func(v *control.View, s *table.Schema) (string, error)) (*table.Batch, error) {
	v, err := c.view(c.Text["name"])
	if err != nil {
		return nil, err
	}
	s, err := c.viewSchema(c.Workspace, v)
	if err != nil {
		return nil, err
	}
	text, err := write(v, s)
	if err != nil {
		return nil, err
	}
	b := columns("TableName:string Schema:string DatabaseName:string Folder:string DocString:string")
	b.AppendRow(v.Name, text, c.Workspace.Name, v.Folder, v.DocString)
	return b, nil
}

func (c *call) showViewJSON(context.Context) (*table.Batch, error) {
	return c.viewSchemaTable(func(v *control.View, s *table.Schema) (string, error) {
		return jsonText(columnsJSON(v.Name, v.Folder, v.DocString, s))
	})
}

func (c *call) showViewCSL(context.Context) (*table.Batch, error) {
	return c.viewSchemaTable(func(_ *control.View, s *table.Schema) (string, error) { return csl(s), nil })
}

func (c *call) createView(ctx context.Context) (*table.Batch, error) {
	v, err := c.ctl.View(c.id(), c.Text["name"])
	switch {
	case err == nil && c.has("ifnotexists"):
		return c.viewTable(v), nil
	case err == nil:
		return nil, fail(codeExists, "Entity '%s' of kind 'MaterializedView' already exists.", v.Name)
	case !control.IsNotFound(err):
		return nil, err
	}
	if v, err = c.newView(); err != nil {
		return nil, err
	}
	return c.saveView(ctx, v)
}

func (c *call) putView(ctx context.Context) (*table.Batch, error) {
	if _, err := c.view(c.Text["name"]); err == nil {
		return c.alterView(ctx)
	}
	return c.createView(ctx)
}

// alterView changes what does not change the view's rows. A new query would leave the
// rows that there are as they were, which only rows that are kept can do.
func (c *call) alterView(ctx context.Context) (*table.Batch, error) {
	old, err := c.view(c.Text["name"])
	if err != nil {
		return nil, err
	}
	v := *old
	if err := c.viewProperties(&v); err != nil {
		return nil, err
	}
	if body := inner(c.Text["body"]); old.Table != c.Text["source"] || strings.TrimSpace(body) != strings.TrimSpace(old.Query) {
		return nil, fail(codeRefused, "The query of a materialized view cannot be altered, as rows that it has would stay as they were: drop the view, and create it with (backfill=true).")
	}
	return c.saveView(ctx, &v)
}

// inner is a text without the brackets around it.
func inner(text string) string { return text[1 : len(text)-1] }

// newView makes the view that the command describes.
func (c *call) newView() (*control.View, error) {
	t, err := c.table(c.Text["source"])
	if err != nil {
		return nil, err
	}
	v := &control.View{Name: c.Text["name"], Table: t.Ref.Table, Query: inner(c.Text["body"])}
	if err := c.viewProperties(v); err != nil {
		return nil, err
	}
	if err := checkView(v.Query); err != nil {
		return nil, err
	}
	if err := c.viewSince(t, v); err != nil {
		return nil, err
	}
	s, err := c.compileView(v)
	if err != nil {
		return nil, err
	}
	if !v.AutoUpdate {
		for _, col := range s.Cols {
			v.Columns = append(v.Columns, col.Name)
		}
	}
	return v, nil
}

// viewSince sets from when on a new view has rows. Without backfill these are those that
// come from now on; a bare table does not tell which they are, but if it is empty.
func (c *call) viewSince(t *control.Table, v *control.View) error {
	given, dated := c.With["effectivedatetime"]
	switch {
	case dated && !c.flag("backfill"):
		return fail(codeInvalid, "effectiveDateTime is for views that are created with (backfill=true).")
	case dated:
		at, err := table.ParseTime(strings.Trim(strings.TrimSuffix(strings.TrimPrefix(given, "datetime("), ")"), `"'`))
		if err != nil {
			return fail(codeInvalid, "effectiveDateTime '%s' is no datetime.", given)
		}
		v.From = at.Go()
	case !c.flag("backfill"):
		if t.Bare && c.eng.Stored(c.id(), t.Ref.Table).Rows == 0 {
			return nil
		}
		v.From = c.o.Now().UTC()
	}
	if t.Bare && !v.From.IsZero() {
		return fail(codeRefused, "Of a table that .create table made it is not known when its rows came, so that the view cannot leave older ones out: create it with (backfill=true), without effectiveDateTime.")
	}
	return nil
}

// viewProperties sets what the command's properties say.
func (c *call) viewProperties(v *control.View) error {
	for _, name := range []string{"move_extents_from", "source_ingestion_time_from"} {
		if _, ok := c.With[name]; ok {
			return fail(codeRefused, "The property '%s' is not supported: a view's rows are made of its table's when they are read.", name)
		}
	}
	if err := c.with("backfill", "effectivedatetime", "updateextentscreationtime", "lookback", "lookback_column", "autoupdateschema", "dimensiontables", "dimensionmaterializedviews", "folder", "docstring", "maxsourcerecordsforsingleingest", "concurrency", "allowmaterializedviewswithoutrowlevelsecurity"); err != nil {
		return err
	}
	set := func(to *string, name string) {
		if text, ok := c.With[name]; ok {
			*to = text
		}
	}
	set(&v.Folder, "folder")
	set(&v.DocString, "docstring")
	set(&v.Lookback, "lookback")
	set(&v.LookbackBy, "lookback_column")
	if _, ok := c.With["autoupdateschema"]; ok {
		v.AutoUpdate = c.flag("autoupdateschema")
	}
	return checkLookback(v.Lookback)
}

func checkLookback(text string) error {
	if text == "" {
		return nil
	}
	if _, err := table.ParseDuration(text); err != nil {
		return fail(codeInvalid, "The lookback '%s' is no timespan.", text)
	}
	return nil
}

// viewAggregates are the aggregates that a view may have, viewCalls the functions that
// it may not.
var (
	viewAggregates = []string{
		"count", "countif", "dcount", "dcountif", "min", "max", "avg", "avgif", "sum", "sumif", "arg_max", "arg_min", "take_any", "take_anyif", "any",
		"hll", "make_set", "make_list", "make_bag", "percentile", "percentiles", "tdigest",
	}
	viewCalls = []string{"now", "ago", "cluster", "database", "workspace", "app", "external_table", "rand", "new_guid"}
)

// checkView refuses what Kusto refuses in a view's query: it is one summarize, at the
// end, of what does not depend on the order of rows or on the time of the query.
func checkView(query string) error {
	refuse := func(why string, args ...any) error {
		return fail(codeInvalid, "The query of a materialized view "+why+".", args...)
	}
	file, errs := syntax.Parse(query)
	if len(errs) > 0 {
		return &kql.Error{Src: query, List: errs}
	}
	var last *syntax.Summarize
	if n := len(file.Stmts); n > 0 {
		if q, ok := file.Stmts[n-1].(*syntax.QueryStmt); ok {
			if p, ok := q.X.(*syntax.Pipe); ok && len(p.Ops) > 0 {
				last, _ = p.Ops[len(p.Ops)-1].(*syntax.Summarize)
			}
		}
	}
	if last == nil || len(last.Aggs) == 0 {
		return refuse("ends in summarize, with aggregates")
	}
	for _, a := range last.Aggs {
		if n, ok := a.(*syntax.Named); ok {
			a = n.X
		}
		if call, ok := a.(*syntax.Call); !ok || !slices.Contains(viewAggregates, call.Func.Text) {
			return refuse("has the aggregates %s, each by itself; %s is none", strings.Join(viewAggregates, ", "), syntax.Format(a))
		}
	}
	var err error
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Sort, *syntax.Top, *syntax.TopNested, *syntax.TopHitters, *syntax.Partition, *syntax.Serialize:
			err = refuse("has no operator that orders rows")
		case *syntax.Summarize:
			if n != last {
				err = refuse("has one summarize")
			}
		case *syntax.ExternalData:
			err = refuse("reads nothing outside of the database")
		case *syntax.Call:
			if slices.Contains(viewCalls, n.Func.Text) {
				err = refuse("does not call %s()", n.Func.Text)
			}
		}
		return err == nil
	})
	return err
}

// compileView finds the columns of a view.
func (c *call) compileView(v *control.View) (*table.Schema, error) {
	q := c.Query
	q.Text = "let v = " + v.Source() + "; v"
	p, err := c.eng.Compile(q)
	var mistakes *kql.Error
	if errors.As(err, &mistakes) {
		return nil, fmt.Errorf("validate the materialized view %s: %w", v.Name, err)
	}
	if err != nil {
		return nil, err
	}
	return p.Results[0].Root.Schema(), nil
}

func (c *call) saveView(ctx context.Context, v *control.View) (*table.Batch, error) {
	if err := c.ctl.PutView(ctx, c.id(), v); err != nil {
		return nil, err
	}
	return c.viewTable(v), nil
}

func (c *call) changeView(ctx context.Context, change func(*control.View) error) (*table.Batch, error) {
	v, err := c.view(c.Text["name"])
	if err != nil {
		return nil, err
	}
	if err := change(v); err != nil {
		return nil, err
	}
	return c.saveView(ctx, v)
}

func (c *call) moveView(ctx context.Context) (*table.Batch, error) {
	return c.changeView(ctx, func(v *control.View) error { v.Folder = c.Text["text"]; return nil })
}

func (c *call) documentView(ctx context.Context) (*table.Batch, error) {
	return c.changeView(ctx, func(v *control.View) error { v.DocString = c.Text["text"]; return nil })
}

func (c *call) lookBack(ctx context.Context) (*table.Batch, error) {
	return c.changeView(ctx, func(v *control.View) error {
		v.Lookback = c.Text["lookback"]
		return checkLookback(v.Lookback)
	})
}

func (c *call) updateViewSchema(ctx context.Context) (*table.Batch, error) {
	return c.changeView(ctx, func(v *control.View) error {
		v.AutoUpdate, v.Columns = strings.EqualFold(c.Text["auto"], "true"), nil
		if v.AutoUpdate {
			return nil
		}
		s, err := c.compileView(v)
		if err != nil {
			return err
		}
		for _, col := range s.Cols {
			v.Columns = append(v.Columns, col.Name)
		}
		return nil
	})
}

func (c *call) enableView(ctx context.Context) (*table.Batch, error) {
	if err := c.with("allowmaterializedviewswithoutrowlevelsecurity"); err != nil {
		return nil, err
	}
	return c.changeView(ctx, func(v *control.View) error { v.Disabled = false; return nil })
}

// disableView notes that a view is not kept up. Queries that read it see all of its
// table's rows in either case.
func (c *call) disableView(ctx context.Context) (*table.Batch, error) {
	return c.changeView(ctx, func(v *control.View) error { v.Disabled = true; return nil })
}

// renameView gives a view another name; for a moment it has both.
func (c *call) renameView(ctx context.Context) (*table.Batch, error) {
	v, err := c.view(c.Text["name"])
	if err != nil {
		return nil, err
	}
	old := v.Name
	v.Name = c.Text["new"]
	if _, err := c.view(v.Name); err == nil {
		return nil, fail(codeExists, "Entity '%s' of kind 'MaterializedView' already exists.", v.Name)
	}
	if err := c.ctl.PutView(ctx, c.id(), v); err != nil {
		return nil, err
	}
	if err := c.ctl.DeleteView(ctx, c.id(), old); err != nil {
		return nil, err
	}
	return c.viewTable(v), nil
}

// dropView answers with the views that are left.
func (c *call) dropView(ctx context.Context) (*table.Batch, error) {
	v, err := c.view(c.Text["name"])
	switch {
	case err == nil:
		err = c.ctl.DeleteView(ctx, c.id(), v.Name)
	case c.has("ifexists"):
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return c.showViews(ctx)
}
