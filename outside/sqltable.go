package outside

import (
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/table"
)

// sqlDialects are the kinds of servers that external tables of kind=sql are read from, as
// their property sqlDialect names them.
var sqlDialects = map[string]struct{ plugin, open, shut string }{
	"sqlserver":  {"sql_request", "[", "]"},
	"mysql":      {"mysql_request", "`", "`"},
	"postgresql": {"postgresql_request", `"`, `"`},
}

// sqlTable reads a table of another database, all of it.
// https://learn.microsoft.com/kusto/management/external-sql-tables
func (r *Reader) sqlTable(n *plan.ExternalData) (table.Reader, error) {
	d, ok := sqlDialects[n.Props["sqldialect"]]
	if !ok {
		return nil, fmt.Errorf("%s: the dialect %s is not supported", n.What(), n.Props["sqldialect"])
	}
	quote := func(name string) string { return d.open + strings.ReplaceAll(name, d.shut, d.shut+d.shut) + d.shut }
	var cols, from []string
	for _, c := range n.Table.Cols {
		cols = append(cols, quote(c.Name)+" AS "+quote(c.Name))
	}
	for _, name := range n.Source {
		from = append(from, quote(name))
	}
	q := &sqlQuery{r: r, dialect: dialects[d.plugin], name: n.What(), text: "SELECT " + strings.Join(cols, ", ") + " FROM " + strings.Join(from, ".")}
	if err := q.connect(slices.Concat(n.URIs, []string{""})[0]); err != nil {
		return nil, err
	}
	return &sqlRows{q: q, schema: n.Table}, nil
}
