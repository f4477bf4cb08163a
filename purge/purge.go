// Package purge deletes rows of workspaces' tables by predicates of KQL. What is asked for
// is noted durably, as an operation, and then carried out, also after a restart.
package purge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

var (
	// ErrNotFound is returned for an operation that does not exist.
	ErrNotFound = errors.New("purge: no such operation")
	// ErrMany is returned for more operations of a workspace than Azure allows.
	ErrMany = errors.New("purge: too many operations within the hour")
	// ErrImmutable is returned for a table whose rows nobody may delete.
	ErrImmutable = errors.New("purge: the table's rows cannot be deleted")
)

const (
	kindOperation = "purge.operation"
	hourly        = 50                  // operations of a workspace: Azure's limit
	remembered    = 30 * 24 * time.Hour // an operation that is completed
)

// Operation is rows to be deleted, or that were.
type Operation struct {
	ID        uuid.UUID `json:"id"`
	Workspace string    `json:"workspace"` // its customer id
	Table     string    `json:"table"`
	// Query gives the rows. It names what shall be forgotten, and is forgotten with it.
	Query     string    `json:"query,omitempty"`
	By        string    `json:"by"` // the caller's object id
	Client    string    `json:"client,omitempty"`
	Requested time.Time `json:"requested"`
	Started   time.Time `json:"started,omitzero"`  // the first time
	Finished  time.Time `json:"finished,omitzero"` // zero: it is pending
	Tries     int       `json:"tries,omitempty"`
	Failure   string    `json:"failure,omitempty"` // of the last try
	Rows      int64     `json:"rows"`              // that were deleted
	Extents   int       `json:"extents"`           // that were dropped or rewritten
}

// Completed reports whether the rows are gone.
func (o *Operation) Completed() bool { return !o.Finished.IsZero() }

// State is what Kusto calls how far the operation is.
func (o *Operation) State() string {
	switch {
	case o.Completed():
		return "Completed"
	case o.Failure != "":
		return "Failed"
	}
	return "Scheduled"
}

// Refused reports whether an error says that a query does not tell which rows to delete,
// or tells of such as nobody may.
func Refused(err error) bool {
	var compile *kql.Error
	var query *engine.QueryError
	return errors.As(err, &compile) || errors.As(err, &query) || errors.Is(err, ErrImmutable)
}

// Options are a Purger's settings. The zero value works.
type Options struct {
	Logger *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Purger deletes rows. Its methods may be called concurrently.
type Purger struct {
	eng  *engine.Engine
	st   *store.Store
	o    Options
	wake chan struct{}

	mu   sync.Mutex // held while operations are read, changed and written back
	work sync.Mutex // held while one is carried out
}

// New makes a Purger of a store's rows, which the engine's predicates find.
func New(e *engine.Engine, st *store.Store, o Options) *Purger {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Purger{eng: e, st: st, o: o, wake: make(chan struct{}, 1)}
}

// Wake gets a value when there is something to do for Run.
func (p *Purger) Wake() <-chan struct{} { return p.wake }

// match is what an operation deletes. Times in its query count from when it was requested.
func (p *Purger) match(o *Operation) (store.Match, error) {
	return p.eng.Predicate(engine.Request{Workspace: o.Workspace, Text: o.Query, Now: o.Requested, MaxRows: 1}, o.Table)
}

// Count tells what an operation would delete now. Errors: those of Engine.Predicate.
func (p *Purger) Count(ctx context.Context, o Operation) (store.Purged, error) {
	o.Requested = p.o.Now()
	m, err := p.match(&o)
	if err != nil {
		return store.Purged{}, err
	}
	return p.st.Matches(ctx, table.Ref{Workspace: o.Workspace, Table: o.Table}, m)
}

// Start notes an operation, of which Workspace, Table, Query, By and Client are set. When it
// returns nil the operation is durable and will be carried out by Run. Errors: ErrMany, and
// those of Engine.Predicate.
func (p *Purger) Start(ctx context.Context, o Operation) (Operation, error) {
	o.ID, o.Requested = uuid.New(), p.o.Now().UTC()
	if _, err := p.match(&o); err != nil {
		return o, err
	}
	if table.Immutable(o.Table) {
		return o, fmt.Errorf("%w: %s", ErrImmutable, o.Table)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := p.List(o.Workspace)
	if err != nil {
		return o, err
	}
	recent := 0
	for _, old := range all {
		if o.Requested.Sub(old.Requested) < time.Hour {
			recent++
		}
	}
	if recent >= hourly {
		return o, fmt.Errorf("%w: %d", ErrMany, recent)
	}
	if err := p.put(ctx, &o); err != nil {
		return o, err
	}
	select {
	case p.wake <- struct{}{}:
	default: // it has been told
	}
	return o, nil
}

// Do is Start, and carries the operation out.
func (p *Purger) Do(ctx context.Context, o Operation) (Operation, error) {
	o, err := p.Start(ctx, o)
	if err != nil {
		return o, err
	}
	if err := p.carryOut(ctx, o); err != nil {
		return o, err
	}
	return p.Get(o.Workspace, o.ID)
}

// Get finds an operation of a workspace. Errors: ErrNotFound.
func (p *Purger) Get(workspace string, id uuid.UUID) (Operation, error) {
	doc, ok := p.st.Catalog().View().Doc(kindOperation, docID(workspace, id))
	if !ok {
		return Operation{}, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return read(doc)
}

// List gives the operations of a workspace, or, if that is "", of all, oldest first.
func (p *Purger) List(workspace string) ([]Operation, error) {
	var all []Operation
	var err error
	p.st.Catalog().View().Docs(kindOperation, func(doc catalog.Doc) bool {
		if workspace != "" && !strings.HasPrefix(doc.ID, workspace+"/") {
			return true
		}
		var o Operation
		o, err = read(doc)
		all = append(all, o)
		return err == nil
	})
	slices.SortStableFunc(all, func(a, b Operation) int { return a.Requested.Compare(b.Requested) })
	return all, err
}

// Run carries out the operations that are pending, those that failed before included, and
// forgets those that were completed long ago.
func (p *Purger) Run(ctx context.Context) error {
	all, err := p.List("")
	errs := []error{err}
	for _, o := range all {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !o.Completed():
			errs = append(errs, p.carryOut(ctx, o))
		case p.o.Now().Sub(o.Finished) > remembered:
			errs = append(errs, p.st.Catalog().Commit(ctx, catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindOperation, ID: docID(o.Workspace, o.ID)}}}))
		}
	}
	return errors.Join(errs...)
}

// carryOut carries out one operation, unless that was done meanwhile.
func (p *Purger) carryOut(ctx context.Context, o Operation) error {
	p.work.Lock()
	defer p.work.Unlock()
	o, err := p.Get(o.Workspace, o.ID)
	if err != nil || o.Completed() {
		return err
	}
	if o.Tries++; o.Started.IsZero() {
		o.Started = p.o.Now().UTC()
	}
	m, err := p.match(&o)
	var done store.Purged
	if err == nil {
		done, err = p.st.Purge(ctx, table.Ref{Workspace: o.Workspace, Table: o.Table}, m)
	}
	o.Rows, o.Extents = o.Rows+done.Rows, o.Extents+done.Extents
	if errors.Is(err, store.ErrNoTable) { // it was dropped, with its rows
		err = nil
	}
	if o.Failure = ""; err != nil {
		o.Failure = err.Error()
	} else {
		o.Finished, o.Query = p.o.Now().UTC(), ""
	}
	p.o.Logger.InfoContext(ctx, "rows were purged", "operation", o.ID, "workspace", o.Workspace, "table", o.Table, "rows", done.Rows, "extents", done.Extents, "by", o.By, "err", err)
	p.mu.Lock()
	defer p.mu.Unlock()
	if noted := p.put(context.WithoutCancel(ctx), &o); noted != nil {
		return errors.Join(err, noted)
	}
	if err != nil {
		return fmt.Errorf("purge: operation %s: %w", o.ID, err)
	}
	// The query stood in the catalog too.
	return p.st.Catalog().Forget(ctx)
}

func docID(workspace string, id uuid.UUID) string { return workspace + "/" + id.String() }

func read(doc catalog.Doc) (o Operation, err error) {
	if err = json.Unmarshal(doc.JSON, &o); err != nil {
		err = fmt.Errorf("purge: read operation %s: %w", doc.ID, err)
	}
	return o, err
}

// put writes an operation. The caller holds p.mu.
func (p *Purger) put(ctx context.Context, o *Operation) error {
	text, err := json.Marshal(o)
	if err == nil {
		err = p.st.Catalog().Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{{Kind: kindOperation, ID: docID(o.Workspace, o.ID), JSON: text}}})
	}
	if err != nil {
		return fmt.Errorf("purge: note operation %s: %w", o.ID, err)
	}
	return nil
}
