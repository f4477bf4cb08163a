package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/store/wal"
	"github.com/yagura/yagura/table"
)

// Retain drops the extents past their table's total retention, counted from when their
// last row was received, forgets append tokens past TokenLife, and removes files that
// nobody needs any more.
func (s *Store) Retain(ctx context.Context, now time.Time) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	if err := s.expire(ctx, table.FromGo(now)); err != nil {
		return fmt.Errorf("retain: %w", err)
	}
	if before := s.tok.expire(table.FromGo(now)); before > 0 {
		if err := s.cat.Commit(ctx, catalog.Edit{DropTokens: before}); err != nil {
			return fmt.Errorf("retain: %w", err)
		}
	}
	return s.removeUnused()
}

// DropTable removes a table's definition and its rows. Azure Monitor's own tables
// remain, empty.
func (s *Store) DropTable(ctx context.Context, ref table.Ref) error {
	s.taking.Lock()
	defer s.taking.Unlock()
	s.moving.Lock()
	defer s.moving.Unlock()
	s.tail.hold(ref)
	defer s.tail.release(ref)
	_, last := s.tail.parts(ref)
	gone := s.cat.View().Extents(ref, table.Span{})
	edit := catalog.Edit{DropTables: []table.Ref{ref}, Flushed: map[table.Ref]wal.Seq{ref: last}}
	if err := s.cat.Commit(ctx, edit); err != nil {
		return fmt.Errorf("drop table %s: %w", ref, err)
	}
	s.tail.drop(ref, last)
	s.files.drop(s.cat.View().Version(), gone)
	return s.removeUnused()
}

// removeUnused removes the dropped files that no snapshot holds.
func (s *Store) removeUnused() error {
	var errs []error
	for _, name := range s.files.unused() {
		err := s.extents.Remove(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("remove extent: %w", err))
			s.files.dropFiles(0, []string{name})
		}
	}
	return errors.Join(errs...)
}
