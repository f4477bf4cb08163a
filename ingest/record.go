package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/yagura/yagura/table"
)

// Record writes one row that this program itself has to tell: values by the names of the
// table's columns, texts as they are and times in RFC 3339. When it returns nil the row
// is durable.
func (p *Pipeline) Record(ctx context.Context, ref table.Ref, row map[string]any, f Facts) error {
	t, err := p.control.Table(ref)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	b, err := record(t.Schema, row)
	if err != nil {
		return fmt.Errorf("%w: table %s: %w", ErrInvalid, ref.Table, err)
	}
	f.own = true
	return p.Write(ctx, ref, b, f)
}

func record(s *table.Schema, row map[string]any) (*table.Batch, error) {
	own := &table.Schema{}
	var values []table.Value
	for name, v := range row {
		i := s.Index(name)
		if i < 0 {
			return nil, fmt.Errorf("there is no column %s", name)
		}
		one, err := recorded(s.Cols[i].Type, v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
		own.Cols = append(own.Cols, s.Cols[i])
		values = append(values, one)
	}
	b := table.NewBatch(own)
	b.AppendRow(values...)
	return b, nil
}

// recorded is a value as a column of a type has it.
func recorded(t table.Type, v any) (table.Value, error) {
	switch t {
	case table.String:
		if text, ok := v.(string); ok {
			return text, nil
		}
		text, err := json.Marshal(v)
		return string(text), err
	case table.Datetime:
		text, _ := v.(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		return table.FromGo(at), err
	case table.Bool:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	case table.Long:
		switch n := v.(type) {
		case int:
			return int64(n), nil
		case int64:
			return n, nil
		}
	case table.Dynamic:
		text, err := json.Marshal(v)
		return table.NewDyn(table.Raw(text)), err
	}
	return nil, fmt.Errorf("%T is not a %v", v, t)
}
