package eval

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// mergedColumn is what several schemas say of one column.
type mergedColumn struct {
	name, dataType, columnType string
	low, high                  int64 // ordinals
	types                      bool  // it has several types, of which none holds the others
}

// widen takes on a type that holds the column's, as long holds int.
func (c *mergedColumn) widen(columnType, dataType string) {
	if columnType == c.columnType {
		return
	}
	is, ok1 := table.ParseType(c.columnType)
	to, ok2 := table.ParseType(columnType)
	switch w, ok := fn.Wider(is, to); {
	case !ok || !ok1 || !ok2:
		c.types = true
	case w == to:
		c.columnType, c.dataType = columnType, dataType
	}
}

// schemaMerge merges rows that getschema gave. A column that has types which do not go
// together, or, with PreserveOrder, several places, is an error that is shown in its row.
func schemaMerge(ctx context.Context, p *pluginRun) (*table.Batch, error) {
	ordered, err := p.flag(ctx, "PreserveOrder", true)
	if err != nil {
		return nil, err
	}
	var at [4]table.Vec
	for i, name := range []string{"ColumnName", "ColumnOrdinal", "DataType", "ColumnType"} {
		c := p.rows.Schema.Index(name)
		if c < 0 {
			return nil, fmt.Errorf("the input has no column %s; getschema gives it", name)
		}
		at[i] = p.rows.Vecs[c]
	}
	var cols []*mergedColumn
	byName := map[string]*mergedColumn{}
	for i := range p.rows.Rows {
		name, kind := table.Text(at[0].At(i)), table.Text(at[3].At(i))
		n, err := instant(at[1].At(i))
		if err != nil {
			return nil, err
		}
		c := byName[name]
		if c == nil {
			c = &mergedColumn{name: name, dataType: table.Text(at[2].At(i)), columnType: kind, low: n, high: n}
			byName[name] = c
			cols = append(cols, c)
		}
		c.low, c.high = min(c.low, n), max(c.high, n)
		c.widen(kind, table.Text(at[2].At(i)))
	}
	wrong := func(c *mergedColumn) string {
		switch {
		case c.types:
			return "ERROR(column has conflicting types)"
		case ordered && c.low != c.high:
			return "ERROR(columns are out of order)"
		}
		return ""
	}
	slices.SortStableFunc(cols, func(a, b *mergedColumn) int {
		if e := cmp.Compare(boolRank(wrong(a) != ""), boolRank(wrong(b) != "")); e != 0 {
			return e
		}
		return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low))
	})
	out := p.result()
	for i, c := range cols {
		if w := wrong(c); w != "" {
			if err := put(out, c.name, int64(-1), "ERROR(unknown CSL type:"+w+")", w); err != nil {
				return nil, err
			}
			continue
		}
		if err := put(out, c.name, int64(i), c.dataType, c.columnType); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// estimateRowsCount counts the rows of the input.
func estimateRowsCount(_ context.Context, p *pluginRun) (*table.Batch, error) {
	out := p.result()
	return out, put(out, int64(p.rows.Rows))
}
