package catalog

import (
	"fmt"
	"sync"

	"github.com/yagura/yagura/table"
)

// Table is a table's definition. It is not changed once it is in the catalog.
type Table struct {
	Ref table.Ref
	// Schema is what queries see: the table's own columns and the standard ones,
	// which are added if they are missing.
	Schema    *table.Schema
	Retention int // days from when a row was received; 0: DefaultRetention

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
	t.Schema = table.WithStandard(t.Schema.Cols)
	if t.Retention == 0 {
		t.Retention = DefaultRetention
	}
	if t.Retention < 0 {
		return nil, fmt.Errorf("%w: table %s: retention of %d days", ErrInvalid, t.Ref, t.Retention)
	}
	t.stored = table.Stored(t.Schema)
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
