package store

import (
	"context"
	"fmt"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/extent"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// Replace appends rows, of ref and perhaps of others, and takes away those that ref
// had; its definition stays. Rows that are appended at the same time stay too. The new
// rows are durable first: if the store stops in between, there are both.
func (s *Store) Replace(ctx context.Context, ref table.Ref, rows ...Rows) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	s.moving.Lock()
	defer s.moving.Unlock()
	s.tail.hold(ref)
	defer s.tail.release(ref)
	_, last := s.tail.parts(ref)
	old := s.cat.View().Extents(ref, table.Span{})
	if err := s.append(ctx, "", rows); err != nil {
		return fmt.Errorf("replace the rows of %s: %w", ref, err)
	}
	edit := catalog.Edit{Flushed: map[table.Ref]wal.Seq{ref: last}}
	for _, m := range old {
		edit.DropExtents = append(edit.DropExtents, m.Hash)
	}
	if err := s.cat.Commit(ctx, edit); err != nil {
		return fmt.Errorf("replace the rows of %s: %w", ref, err)
	}
	s.tail.drop(ref, last)
	s.files.drop(s.cat.View().Version(), append([]*extent.Meta(nil), old...))
	return s.removeUnused()
}
