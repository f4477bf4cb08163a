package mgmt

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/kql/syntax"
	"github.com/yagura/yagura/table"
)

// Entity groups: https://learn.microsoft.com/kusto/management/entity-groups
var entityGroupCommands = []entry{
	show(`.show entity_groups`, (*call).showEntityGroups),
	show(`.show entity_group <name>`, (*call).showEntityGroup),
	change(`.create [ifnotexists] entity_group <name> [ifnotexists] <params>`, &control.WriteSearches, (*call).createEntityGroup),
	change(`.create-or-alter entity_group <name> <params>`, &control.WriteSearches, (*call).putEntityGroup),
	change(`.alter entity_group <name> <params>`, &control.WriteSearches, (*call).alterEntityGroup),
	change(`.alter-merge entity_group <name> <params>`, &control.WriteSearches, (*call).mergeEntityGroup),
	change(`.drop entity_group <name>`, &control.DeleteSearches, (*call).dropEntityGroup),
}

func entityGroupTable(list ...*control.EntityGroup) (*table.Batch, error) {
	b := columns("Name:string Entities:string")
	for _, g := range list {
		text, err := json.Marshal(g.Entities)
		if err != nil {
			return nil, err
		}
		b.AppendRow(g.Name, string(text))
	}
	return b, nil
}

func (c *call) showEntityGroups(context.Context) (*table.Batch, error) {
	all, err := c.ctl.EntityGroups(c.id())
	if err != nil {
		return nil, err
	}
	return entityGroupTable(all...)
}

// entityGroup finds the group that the command names.
func (c *call) entityGroup() (*control.EntityGroup, error) {
	g, err := c.ctl.EntityGroup(c.id(), c.Text["name"])
	if control.IsNotFound(err) {
		return nil, notFound("EntityGroup", c.Text["name"])
	}
	return g, err
}

func (c *call) showEntityGroup(context.Context) (*table.Batch, error) {
	g, err := c.entityGroup()
	if err != nil {
		return nil, err
	}
	return entityGroupTable(g)
}

func (c *call) createEntityGroup(ctx context.Context) (*table.Batch, error) {
	g, err := c.ctl.EntityGroup(c.id(), c.Text["name"])
	switch {
	case err == nil && c.has("ifnotexists"):
		return entityGroupTable(g)
	case err == nil:
		return nil, fail(codeExists, "Entity '%s' of kind 'EntityGroup' already exists.", g.Name)
	case !control.IsNotFound(err):
		return nil, err
	}
	return c.putEntityGroup(ctx)
}

func (c *call) putEntityGroup(ctx context.Context) (*table.Batch, error) {
	return c.saveEntities(ctx, nil)
}

func (c *call) alterEntityGroup(ctx context.Context) (*table.Batch, error) {
	if _, err := c.entityGroup(); err != nil {
		return nil, err
	}
	return c.saveEntities(ctx, nil)
}

func (c *call) mergeEntityGroup(ctx context.Context) (*table.Batch, error) {
	g, err := c.entityGroup()
	if err != nil {
		return nil, err
	}
	return c.saveEntities(ctx, g.Entities)
}

// saveEntities gives the command's group those that it had and those of the command.
func (c *call) saveEntities(ctx context.Context, had []string) (*table.Batch, error) {
	added, err := entities(c.Text["params"])
	if err != nil {
		return nil, err
	}
	g := &control.EntityGroup{Name: c.Text["name"], Entities: had}
	for _, e := range added {
		if !slices.Contains(g.Entities, e) {
			g.Entities = append(g.Entities, e)
		}
	}
	if err := c.ctl.PutEntityGroup(ctx, c.id(), g); err != nil {
		return nil, err
	}
	return entityGroupTable(g)
}

// entities reads (database('a'), cluster('b').database('c')).
func entities(text string) ([]string, error) {
	src := "let g = entity_group [" + text[1:len(text)-1] + "]"
	file, errs := syntax.Parse(src)
	if len(errs) > 0 || len(file.Stmts) != 1 {
		return nil, fail(codeSyntax, "The list of entities cannot be read: %s", text)
	}
	let, _ := file.Stmts[0].(*syntax.Let)
	if let == nil {
		return nil, fail(codeSyntax, "The list of entities cannot be read: %s", text)
	}
	out := []string{}
	for _, x := range let.X.(*syntax.EntityGroup).Items {
		if !isDatabase(x) {
			return nil, fail(codeInvalid, "An entity is database('…') or cluster('…').database('…'), and not %s.", syntax.Format(x))
		}
		out = append(out, src[x.Pos():x.End()])
	}
	return out, nil
}

func isDatabase(x syntax.Expr) bool {
	if m, ok := x.(*syntax.Member); ok {
		if c, ok := m.X.(*syntax.Call); !ok || c.Func.Text != "cluster" {
			return false
		}
		x, ok = m.Sel.(syntax.Expr)
		if !ok {
			return false
		}
	}
	c, ok := x.(*syntax.Call)
	return ok && slices.Contains([]string{"database", "workspace", "app"}, c.Func.Text) && len(c.Args) == 1
}

func (c *call) dropEntityGroup(ctx context.Context) (*table.Batch, error) {
	g, err := c.entityGroup()
	if err != nil {
		return nil, err
	}
	if err := c.ctl.DeleteEntityGroup(ctx, c.id(), g.Name); err != nil {
		return nil, err
	}
	return c.showEntityGroups(ctx)
}
