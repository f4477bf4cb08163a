package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// View is the state at one moment. What it returns may not be changed.
type View struct {
	version wal.Seq
	trimmed wal.Seq
	tables  map[table.Ref]*tableState
	keep    map[string]int            // days, by workspace
	docs    map[string]map[string]Doc // by kind and id
	builtin *builtins
}

type tableState struct {
	def     *Table         // nil: only a built-in one
	extents []*extent.Meta // by Span.Start
	flushed wal.Seq
}

// Version is the number of the last edit in the view.
func (v *View) Version() wal.Seq { return v.version }

// Table returns a table's definition: what was put, else Azure Monitor's own.
func (v *View) Table(ref table.Ref) (*Table, bool) {
	if t := v.tables[ref]; t != nil && t.def != nil {
		return t.def, true
	}
	return v.builtin.table(ref)
}

// Tables returns the tables of a workspace that were put or that have extents, by
// name. Azure Monitor's other tables exist too: see table.Builtins.
func (v *View) Tables(workspace string) []*Table {
	var out []*Table
	for ref := range v.tables {
		if ref.Workspace == workspace {
			if t, ok := v.Table(ref); ok {
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Table) int { return strings.Compare(a.Ref.Table, b.Ref.Table) })
	return out
}

// Retention returns for how many days from when a row was received queries see it, and
// for how many it is kept.
func (v *View) Retention(t *Table) (days, total int) {
	days = t.Retention
	if least := table.LeastDays(t.Ref.Table); days == 0 || days < least && table.Immutable(t.Ref.Table) {
		days = max(least, v.DefaultRetention(t.Ref.Workspace))
	}
	return days, max(days, t.Total)
}

// DefaultRetention returns the retention of a workspace's tables that say nothing, in days.
func (v *View) DefaultRetention(workspace string) int {
	if days := v.keep[workspace]; days > 0 {
		return days
	}
	return DefaultRetention
}

// Extents returns the extents of a table that may hold rows in span, by the start of
// their span.
func (v *View) Extents(ref table.Ref, span table.Span) []*extent.Meta {
	t := v.tables[ref]
	if t == nil {
		return nil
	}
	if span.All() {
		return t.extents
	}
	var out []*extent.Meta
	for _, m := range t.extents {
		if m.Span.Start >= span.End {
			break
		}
		if span.Overlaps(m.Span.Start, m.Span.End-1) {
			out = append(out, m)
		}
	}
	return out
}

// AllExtents yields every extent of every table.
func (v *View) AllExtents(yield func(*extent.Meta) bool) {
	for _, t := range v.tables {
		for _, m := range t.extents {
			if !yield(m) {
				return
			}
		}
	}
}

// Refs yields the tables that were put or that have extents.
func (v *View) Refs(yield func(table.Ref) bool) {
	for ref := range v.tables {
		if !yield(ref) {
			return
		}
	}
}

// Flushed returns up to where a table's rows are in extents.
func (v *View) Flushed(ref table.Ref) wal.Seq {
	if t := v.tables[ref]; t != nil {
		return max(t.flushed, v.trimmed)
	}
	return v.trimmed
}

// Trimmed returns up to where all tables' rows are in extents.
func (v *View) Trimmed() wal.Seq { return v.trimmed }

// Doc returns a document.
func (v *View) Doc(kind, id string) (Doc, bool) {
	d, ok := v.docs[kind][id]
	return d, ok
}

// Docs yields the documents of a kind, by id.
func (v *View) Docs(kind string, yield func(Doc) bool) {
	docs := v.docs[kind]
	for _, id := range slices.Sorted(maps.Keys(docs)) {
		if !yield(docs[id]) {
			return
		}
	}
}

// check finds what of e cannot be.
func (c *Catalog) check(v *View, e *Edit) error {
	for _, want := range e.If {
		if d, _ := v.Doc(want.Kind, want.ID); d.Version != want.Version {
			return fmt.Errorf("%w: %s %s is at version %d, not %d", ErrConflict, want.Kind, want.ID, d.Version, want.Version)
		}
	}
	for i, t := range e.PutTables {
		full, err := t.complete()
		if err != nil {
			return err
		}
		if err := v.checkTypes(full); err != nil {
			return err
		}
		e.PutTables[i] = *full
	}
	for w, days := range e.Retention {
		if days < 0 {
			return fmt.Errorf("%w: workspace %s: retention of %d days", ErrInvalid, w, days)
		}
	}
	drop := map[extent.Hash]bool{}
	for _, h := range e.DropExtents {
		if c.extents[h] == nil || drop[h] {
			return fmt.Errorf("%w: there is no extent %s to drop", ErrInvalid, h)
		}
		drop[h] = true
	}
	for _, x := range e.Indexes {
		if c.extents[x.Extent] == nil || drop[x.Extent] {
			return fmt.Errorf("%w: there is no extent %s to index", ErrInvalid, x.Extent)
		}
	}
	add := map[extent.Hash]bool{}
	for _, m := range e.AddExtents {
		if c.extents[m.Hash] != nil && !drop[m.Hash] || add[m.Hash] {
			return fmt.Errorf("%w: extent %s is there already", ErrInvalid, m.Hash)
		}
		add[m.Hash] = true
	}
	return nil
}

// checkTypes sees to it that a column keeps its type while there are rows of it.
func (v *View) checkTypes(t *Table) error {
	if old, ok := v.Table(t.Ref); ok {
		for _, c := range old.stored.Cols {
			if typ, ok := t.StoredType(c.Name); ok && typ != c.Type {
				return fmt.Errorf("%w: column %s of table %s is %v and cannot become %v", ErrInvalid, c.Name, t.Ref, c.Type, typ)
			}
		}
	}
	if s := v.tables[t.Ref]; s != nil {
		for _, m := range s.extents {
			for _, c := range m.Stats {
				if typ, ok := t.StoredType(c.Name); ok && typ != c.Type {
					return fmt.Errorf("%w: column %s of table %s has rows of type %v and cannot become %v", ErrInvalid, c.Name, t.Ref, c.Type, typ)
				}
			}
		}
	}
	return nil
}

// apply returns the view after e, sharing with v what e does not touch. extents are
// those of v, and become those of the result.
func (v *View) apply(seq wal.Seq, e *Edit, extents map[extent.Hash]*extent.Meta) *View {
	n := *v
	n.version = seq
	n.trimmed = max(n.trimmed, e.Trimmed)
	n.applyTables(v, e, extents)
	if len(e.Retention) > 0 {
		n.keep = maps.Clone(v.keep)
		if n.keep == nil {
			n.keep = map[string]int{}
		}
		maps.Copy(n.keep, e.Retention)
		maps.DeleteFunc(n.keep, func(_ string, days int) bool { return days == 0 })
	}
	n.applyDocs(v, e)
	return &n
}

func (n *View) applyTables(v *View, e *Edit, extents map[extent.Hash]*extent.Meta) {
	if len(e.PutTables)+len(e.DropTables)+len(e.AddExtents)+len(e.DropExtents)+len(e.Indexes)+len(e.Flushed) == 0 {
		return
	}
	n.tables = maps.Clone(v.tables)
	own := map[table.Ref]*tableState{} // states that only n knows
	edit := func(ref table.Ref) *tableState {
		s := own[ref]
		if s == nil {
			s = &tableState{}
			if old := n.tables[ref]; old != nil {
				*s = *old
				s.extents = slices.Clone(old.extents)
			}
			own[ref], n.tables[ref] = s, s
		}
		return s
	}
	for _, ref := range e.DropTables {
		s := edit(ref)
		for _, m := range s.extents {
			delete(extents, m.Hash)
		}
		s.def, s.extents = nil, nil
	}
	for i := range e.PutTables {
		t := e.PutTables[i]
		edit(t.Ref).def = &t
	}
	for _, h := range e.DropExtents {
		m := extents[h]
		delete(extents, h)
		s := edit(m.Ref)
		s.extents = slices.DeleteFunc(s.extents, func(x *extent.Meta) bool { return x == m })
	}
	for _, m := range e.AddExtents {
		extents[m.Hash] = m
		s := edit(m.Ref)
		i, _ := slices.BinarySearchFunc(s.extents, m, byStart)
		s.extents = slices.Insert(s.extents, i, m)
	}
	for _, x := range e.Indexes {
		old := extents[x.Extent]
		m := *old
		m.Index = x.Index
		extents[x.Extent] = &m
		s := edit(m.Ref)
		s.extents[slices.Index(s.extents, old)] = &m
	}
	for ref, seq := range e.Flushed {
		s := edit(ref)
		s.flushed = max(s.flushed, seq)
	}
	for ref, s := range own {
		if s.def == nil && len(s.extents) == 0 && s.flushed <= n.trimmed {
			delete(n.tables, ref)
		}
	}
}

func byStart(a, b *extent.Meta) int {
	if c := cmp.Compare(a.Span.Start, b.Span.Start); c != 0 {
		return c
	}
	return slices.Compare(a.Hash[:], b.Hash[:])
}

func (n *View) applyDocs(v *View, e *Edit) {
	if len(e.PutDocs)+len(e.DropDocs) == 0 {
		return
	}
	n.docs = maps.Clone(v.docs)
	own := map[string]bool{}
	edit := func(kind string) map[string]Doc {
		if !own[kind] {
			own[kind] = true
			if n.docs[kind] = maps.Clone(n.docs[kind]); n.docs[kind] == nil {
				n.docs[kind] = map[string]Doc{}
			}
		}
		return n.docs[kind]
	}
	for _, d := range e.DropDocs {
		delete(edit(d.Kind), d.ID)
	}
	for _, d := range e.PutDocs {
		edit(d.Kind)[d.ID] = d
	}
}
