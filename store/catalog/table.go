package catalog

import (
	"fmt"
	"slices"
	"sync"

	"github.com/yagura/yagura/table"
)

// Table is a table's definition. It is not changed once it is in the catalog.
type Table struct {
	Ref table.Ref
	// Schema is what queries see: the table's own columns and the standard ones,
	// which are added if they are missing.
	Schema *table.Schema
	// Retention is for how many days from when a row was received queries see it; 0: as
	// long as the workspace says. Total is for how many days it is kept; 0, or less than
	// Retention: as long as queries see it.
	Retention, Total int
	// Bare says that queries see the columns that are given and no others. When a row
	// was received, and its size, are stored beside them under names that they may not
	// have; so is TimeGenerated, if it is not one of them.
	Bare bool

	stored *table.Schema
	index  map[string]int // of stored, by name
}

// Stored returns the columns that are stored: those of Schema that are not virtual,
// then _Seq.
func (t *Table) Stored() *table.Schema { return t.stored }

// StoredType returns the type of a stored column; ok is false if there is none.
func (t *Table) StoredType(name string) (typ table.Type, ok bool) {
	i, ok := t.index[name]
	if !ok {
		return 0, false
	}
	return t.stored.Cols[i].Type, true
}

// StoredIndex returns the position of a column in Stored, -1 if there is none.
func (t *Table) StoredIndex(name string) int {
	if i, ok := t.index[name]; ok {
		return i
	}
	return -1
}

// complete fills in what follows from the exported fields.
func (t Table) complete() (*Table, error) {
	if t.Schema == nil || t.Ref.Workspace == "" || t.Ref.Table == "" {
		return nil, fmt.Errorf("%w: table %s without a name, a workspace or a schema", ErrInvalid, t.Ref)
	}
	if !t.Bare {
		t.Schema = table.WithStandard(t.Schema.Cols)
	}
	if t.Retention < 0 || t.Total < 0 {
		return nil, fmt.Errorf("%w: table %s: retention of %d days, in total %d", ErrInvalid, t.Ref, t.Retention, t.Total)
	}
	t.stored = table.Stored(t.Schema)
	if t.Bare {
		t.stored = storedBare(t.Schema)
	}
	t.index = make(map[string]int, len(t.stored.Cols))
	for i, c := range t.stored.Cols {
		if _, twice := t.index[c.Name]; twice || c.Name == "" {
			return nil, fmt.Errorf("%w: table %s: column %q is there twice or has no name", ErrInvalid, t.Ref, c.Name)
		}
		if c.Type < table.Bool || c.Type > table.Dynamic {
			return nil, fmt.Errorf("%w: table %s: column %s: no such type: %v", ErrInvalid, t.Ref, c.Name, c.Type)
		}
		t.index[c.Name] = i
	}
	for _, must := range []table.Column{{Name: table.TimeGenerated, Type: table.Datetime}, {Name: table.Seq, Type: table.Long}} {
		if typ, _ := t.StoredType(must.Name); typ != must.Type {
			return nil, fmt.Errorf("%w: table %s: column %s is not %v", ErrInvalid, t.Ref, must.Name, must.Type)
		}
	}
	return &t, nil
}

// storedBare returns the columns that are stored of a table that is bare.
func storedBare(s *table.Schema) *table.Schema {
	out := &table.Schema{Cols: slices.Clone(s.Cols)}
	if s.Index(table.TimeGenerated) < 0 {
		out.Cols = append(out.Cols, table.Column{Name: table.TimeGenerated, Type: table.Datetime})
	}
	out.Cols = append(out.Cols, table.Column{Name: table.TimeReceived, Type: table.Datetime}, table.Column{Name: table.BilledSize, Type: table.Real}, table.Column{Name: table.Seq, Type: table.Long})
	return out
}

// builtin returns the definition of a table that Azure Monitor defines and that
// nobody has changed in this workspace.
func (b *builtins) table(ref table.Ref) (*Table, bool) {
	if t, ok := b.read.Load(ref); ok {
		return t.(*Table), true
	}
	s, ok := table.Builtin(ref.Table)
	if !ok || ref.Workspace == "" {
		return nil, false
	}
	t, err := Table{Ref: ref, Schema: s}.complete()
	if err != nil {
		panic(fmt.Sprintf("catalog: embedded table %s: %v", ref.Table, err))
	}
	kept, _ := b.read.LoadOrStore(ref, t)
	return kept.(*Table), true
}

type builtins struct{ read sync.Map } // by table.Ref
