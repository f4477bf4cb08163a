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

// Stored functions: https://learn.microsoft.com/kusto/management/functions
var functionCommands = []entry{
	show(`.show functions`, (*call).showFunctions),
	show(`.show function <name>`, (*call).showFunction),
	change(`.create function [ifnotexists] [<with>] [ifnotexists] <name> <params> <body>`, &control.WriteSearches, (*call).createFunction),
	change(`.create-or-alter function [<with>] <name> <params> <body>`, &control.WriteSearches, (*call).putFunction),
	change(`.alter function [<with>] <name> <params> <body>`, &control.WriteSearches, (*call).alterFunction),
	change(`.alter function <name> docstring <text>`, &control.WriteSearches, (*call).documentFunction),
	change(`.alter function <name> folder <text>`, &control.WriteSearches, (*call).moveFunction),
	change(`.drop function <name> [ifexists]`, &control.DeleteSearches, (*call).dropFunction),
	change(`.drop functions <names> [ifexists]`, &control.DeleteSearches, (*call).dropFunctions),
}

// functionTable makes the answer that lists functions.
func functionTable(list ...*control.SavedSearch) *table.Batch {
	b := columns("Name:string Parameters:string Body:string Folder:string DocString:string")
	for _, f := range list {
		b.AppendRow(f.FunctionAlias, "("+f.FunctionParameters+")", "{"+f.Query+"}", f.Category, f.DocString)
	}
	return b
}

// functions lists the functions of the database by name.
func (c *call) functions() ([]*control.SavedSearch, error) {
	all, err := c.ctl.SavedSearches(c.id())
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(f *control.SavedSearch) bool { return f.FunctionAlias == "" })
	slices.SortFunc(all, func(a, b *control.SavedSearch) int { return strings.Compare(a.FunctionAlias, b.FunctionAlias) })
	return all, nil
}

func (c *call) showFunctions(context.Context) (*table.Batch, error) {
	all, err := c.functions()
	return functionTable(all...), err
}

// function finds a function by the name that the command has.
func (c *call) function(name string) (*control.SavedSearch, error) {
	f, err := c.ctl.Function(c.id(), name)
	if control.IsNotFound(err) {
		return nil, notFound("Function", name)
	}
	return f, err
}

func (c *call) showFunction(context.Context) (*table.Batch, error) {
	f, err := c.function(c.Text["name"])
	if err != nil {
		return nil, err
	}
	return functionTable(f), nil
}

// with refuses properties that the command has not.
func (c *call) with(known ...string) error {
	for name := range c.With {
		if !slices.Contains(known, name) {
			return fail(codeInvalid, "The property '%s' is not one of this command's: they are %s.", name, strings.Join(known, ", "))
		}
	}
	return nil
}

func (c *call) flag(name string) bool { return strings.EqualFold(c.With[name], "true") }

func (c *call) createFunction(ctx context.Context) (*table.Batch, error) {
	f, err := c.ctl.Function(c.id(), c.Text["name"])
	switch {
	case err == nil && c.has("ifnotexists"):
		return functionTable(f), nil
	case err == nil:
		return nil, fail(codeExists, "Entity '%s' of kind 'Function' already exists.", c.Text["name"])
	case !control.IsNotFound(err):
		return nil, err
	}
	return c.saveFunction(ctx, nil)
}

func (c *call) alterFunction(ctx context.Context) (*table.Batch, error) {
	f, err := c.function(c.Text["name"])
	if err != nil {
		return nil, err
	}
	return c.saveFunction(ctx, f)
}

func (c *call) putFunction(ctx context.Context) (*table.Batch, error) {
	f, err := c.ctl.Function(c.id(), c.Text["name"])
	if err != nil && !control.IsNotFound(err) {
		return nil, err
	}
	return c.saveFunction(ctx, f)
}

// saveFunction makes the command's function, or a new version of old, of which it
// keeps what the command does not say.
func (c *call) saveFunction(ctx context.Context, old *control.SavedSearch) (*table.Batch, error) {
	if err := c.with("docstring", "folder", "skipvalidation", "view"); err != nil {
		return nil, err
	}
	name := c.Text["name"]
	f := &control.SavedSearch{Name: name, DisplayName: name}
	if old != nil {
		*f = *old
	}
	inside := func(text string) string { return text[1 : len(text)-1] }
	f.FunctionAlias, f.FunctionParameters, f.Query = name, strings.TrimSpace(inside(c.Text["params"])), inside(c.Text["body"])
	if v, ok := c.With["docstring"]; ok {
		f.DocString = v
	}
	if v, ok := c.With["folder"]; ok {
		f.Category = v
	}
	if _, ok := c.With["view"]; ok {
		f.View = c.flag("view")
	}
	if !c.flag("skipvalidation") {
		if err := c.validate(f); err != nil {
			return nil, err
		}
	}
	if _, err := c.ctl.PutSavedSearch(ctx, c.id(), f); err != nil {
		return nil, err
	}
	return functionTable(f), nil
}

// validate compiles the body of a function, as a query that declares it would.
func (c *call) validate(f *control.SavedSearch) error {
	q := c.Query
	q.Text = "let ['" + strings.ReplaceAll(f.FunctionAlias, "'", `\'`) + "'] = " + f.Source() + "; print 1"
	_, err := c.eng.Compile(q)
	var mistakes *kql.Error
	if errors.As(err, &mistakes) {
		return fmt.Errorf("validate the function %s: %w", f.FunctionAlias, err)
	}
	return err
}

func (c *call) documentFunction(ctx context.Context) (*table.Batch, error) {
	return c.changeFunction(ctx, func(f *control.SavedSearch) { f.DocString = c.Text["text"] })
}

func (c *call) moveFunction(ctx context.Context) (*table.Batch, error) {
	return c.changeFunction(ctx, func(f *control.SavedSearch) { f.Category = c.Text["text"] })
}

func (c *call) changeFunction(ctx context.Context, change func(*control.SavedSearch)) (*table.Batch, error) {
	f, err := c.function(c.Text["name"])
	if err != nil {
		return nil, err
	}
	change(f)
	if _, err := c.ctl.PutSavedSearch(ctx, c.id(), f); err != nil {
		return nil, err
	}
	return functionTable(f), nil
}

func (c *call) dropFunction(ctx context.Context) (*table.Batch, error) {
	b := columns("Name:string")
	f, err := c.function(c.Text["name"])
	if err != nil {
		if c.has("ifexists") {
			return b, nil
		}
		return nil, err
	}
	if _, err := c.ctl.DeleteSavedSearch(ctx, c.id(), f.Name); err != nil {
		return nil, err
	}
	b.AppendRow(f.FunctionAlias)
	return b, nil
}

// dropFunctions answers with the functions that are left.
func (c *call) dropFunctions(ctx context.Context) (*table.Batch, error) {
	var gone []*control.SavedSearch
	for _, name := range c.Names["names"] {
		f, err := c.function(name)
		switch {
		case err == nil:
			gone = append(gone, f)
		case !c.has("ifexists"):
			return nil, err
		}
	}
	for _, f := range gone {
		if _, err := c.ctl.DeleteSavedSearch(ctx, c.id(), f.Name); err != nil {
			return nil, err
		}
	}
	return c.showFunctions(ctx)
}

// functionJSON is a function in Kusto's schemas, with the columns that a call of it
// without arguments gives, if that can be told.
func (c *call) functionJSON(w *control.Workspace, f *control.SavedSearch) map[string]any {
	out := map[string]any{"Name": f.FunctionAlias, "InputParameters": inputs(f), "Body": "{" + f.Query + "}", "Folder": f.Category, "DocString": f.DocString, "FunctionKind": "Unknown", "OutputColumns": []columnJSON{}}
	if f.View {
		out["FunctionKind"] = "ViewFunction"
	}
	if schema := c.output(w, f); schema != nil {
		cols := []columnJSON{}
		for _, col := range schema.Cols {
			cols = append(cols, columnJSON{Name: col.Name, Type: dotnet[col.Type], CslType: col.Type.String()})
		}
		out["OutputColumns"] = cols
	}
	return out
}

// inputJSON is a parameter of a function in Kusto's schemas.
type inputJSON struct {
	Name            string
	Type            string       `json:",omitempty"`
	CslType         string       `json:",omitempty"`
	CslDefaultValue string       `json:",omitempty"`
	Columns         []columnJSON `json:",omitempty"`
}

func inputs(f *control.SavedSearch) []inputJSON {
	out := []inputJSON{}
	file, _ := syntax.Parse("let f = (" + f.FunctionParameters + ") { 1 }")
	syntax.Walk(file, func(n syntax.Node) bool {
		p, ok := n.(*syntax.Param)
		if !ok {
			return true
		}
		in := inputJSON{Name: p.Name.Text}
		if t, ok := table.ParseType(p.Type); ok && !p.Tabular {
			in.Type, in.CslType = dotnet[t], t.String()
		}
		for _, col := range p.Cols {
			if t, ok := table.ParseType(col.Type); ok {
				in.Columns = append(in.Columns, columnJSON{Name: col.Name.Text, Type: dotnet[t], CslType: t.String()})
			}
		}
		if p.Default != nil {
			in.CslDefaultValue = syntax.Format(p.Default)
		}
		out = append(out, in)
		return false
	})
	return out
}
