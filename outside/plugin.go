package outside

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// Plugin runs a plugin that calls out. The id tells the requests of one query from those
// of others.
func (r *Reader) Plugin(n *plan.Plugin, id string) (table.Reader, error) {
	args, err := arguments(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Name, err)
	}
	switch n.Name {
	case "http_request", "http_request_post":
		return r.httpRequest(n, args, id), nil
	case "sql_request", "mysql_request", "postgresql_request":
		return r.sqlRequest(n, args)
	case "infer_storage_schema":
		return r.inferSchema(n, args)
	}
	return nil, fmt.Errorf("%s: it is no plugin that calls out", n.Name)
}

// Columns finds the columns that Plugin gives, where they are not known before.
func (r *Reader) Columns(ctx context.Context, n *plan.Plugin) ([]table.Column, error) {
	args, err := arguments(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.Name, err)
	}
	return r.sqlColumns(ctx, n, args)
}

// arguments computes the arguments, by their parameters' names.
func arguments(n *plan.Plugin) (map[string]table.Value, error) {
	args := map[string]table.Value{}
	for _, a := range n.Args {
		if a.Expr == nil {
			continue
		}
		v, err := eval.Value(a.Expr)
		if err != nil {
			return nil, err
		}
		args[a.Param] = v
	}
	return args, nil
}

// bagOf is a value as a bag; nil if it is none.
func bagOf(v table.Value) *table.Bag {
	d, _ := v.(table.Dyn)
	bag, _ := d.Tree().(*table.Bag)
	return bag
}
