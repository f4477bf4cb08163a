// Package control is the control plane: the resources that say how Yagura behaves
// (workspaces, their tables and keys, data collection rules) and who may do what
// with them.
//
// A resource is a document in the catalog in the shape in which Azure's Resource
// Manager shows it, of a type that is declared (see Type). Its id is its path, as in
// "/subscriptions/…/resourceGroups/…/providers/Microsoft.Insights/dataCollectionRules/x",
// compared without regard to case. Resources that are returned are shared and may not
// be changed.
package control

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

var (
	// ErrNotFound marks an error that says that a resource does not exist.
	ErrNotFound = errors.New("control: not found")
	// ErrForbidden marks an error that says that the caller may not do it.
	ErrForbidden = errors.New("control: forbidden")
	// ErrChanged marks an error that says that a resource is not at the version that a
	// client named.
	ErrChanged = errors.New("control: the resource has changed")
)

// ConflictError says that a change cannot be made as things are. Code is Azure's.
type ConflictError struct{ Code, Message string }

func (e *ConflictError) Error() string { return e.Code + ": " + e.Message }

// ScopeError says that what a resource should be in does not exist. It is ErrNotFound.
// Code is Azure's.
type ScopeError struct{ Code, Message string }

func (e *ScopeError) Error() string { return e.Code + ": " + e.Message }
func (e *ScopeError) Unwrap() error { return ErrNotFound }

// InvalidError says why a resource cannot be as it was given. Code is Azure's.
type InvalidError struct{ Code, Message string }

func (e *InvalidError) Error() string { return e.Code + ": " + e.Message }

func invalid(code, format string, args ...any) error {
	return &InvalidError{code, fmt.Sprintf(format, args...)}
}

// Options are the control plane's settings. The zero value works.
type Options struct {
	Now func() time.Time // nil: time.Now
	// DropTable removes a table's rows and its definition (see store.DropTable). nil:
	// tables cannot be deleted.
	DropTable func(context.Context, table.Ref) error
	// Record writes a row of a log, about a resource, durably: values by the names of the
	// table's columns. nil: no activity is recorded.
	Record func(ctx context.Context, ref table.Ref, row map[string]any, resource string) error
}

// Store is the control plane of one directory. Its methods may be called
// concurrently.
type Store struct {
	cat *catalog.Catalog
	dir *identity.Directory
	o   Options

	mu      sync.Mutex // held while documents are read, changed and written back
	decoded sync.Map   // decodedKey → *decodedDoc
	flows   sync.Map   // a rule's key → *compiledRule

	generation atomic.Uint64 // of the documents; grows with each change
	grants     atomic.Pointer[grants]

	bare *Caller // of benchmarks: whose every request is, unasked
}

// Open opens the control plane. The first time it makes a subscription with a resource
// group, a workspace and a client; Setup says which.
func Open(ctx context.Context, cat *catalog.Catalog, dir *identity.Directory, o Options) (*Store, Setup, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Store{cat: cat, dir: dir, o: o}
	setup, err := s.setUp(ctx)
	if err != nil {
		return nil, Setup{}, fmt.Errorf("control: set up: %w", err)
	}
	return s, setup, nil
}

// Directory returns the directory whose principals act here.
func (s *Store) Directory() *identity.Directory { return s.dir }

// IsNotFound reports whether err says that a resource does not exist.
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
