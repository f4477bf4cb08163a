// Package ingest turns what clients send into rows of tables: it finds the flows of a
// data collection rule, runs their transforms, conforms the result to the tables'
// schemas and appends it to the store, all of it or nothing.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/kql/eval"
	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

var (
	// ErrInvalid marks rows or a request that can never be taken.
	ErrInvalid = errors.New("ingest: invalid")
	// ErrBusy asks the client to come back later: too much is in flight, or the store
	// is full.
	ErrBusy = errors.New("ingest: busy")
	// ErrTooLarge marks more rows than can be taken at a time.
	ErrTooLarge = errors.New("ingest: too large")
	// ErrStream says that a rule has no flow for a stream. It is ErrInvalid.
	ErrStream = fmt.Errorf("%w: no such stream", ErrInvalid)
)

// Azure gives a transform so long.
const transformTime = 20 * time.Second

// Options are the pipeline's settings. The zero value works.
type Options struct {
	Logger   *slog.Logger // nil: nothing is logged
	MaxBytes int64        // of bodies and rows in flight; 0: 512 MiB
	// Update runs the query of an update policy on rows that are about to be stored in
	// a table. nil: a policy is an error.
	Update func(ctx context.Context, from table.Ref, rows *table.Batch, u control.Update) (*table.Batch, error)
	Now    func() time.Time // nil: time.Now
}

// Pipeline takes rows in. Its methods may be called concurrently.
type Pipeline struct {
	st       *store.Store
	control  *control.Store
	o        Options
	inFlight atomic.Int64 // bytes
}

// New makes a pipeline into st.
func New(st *store.Store, c *control.Store, o Options) *Pipeline {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 512 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Pipeline{st: st, control: c, o: o}
}

// Reserve counts bytes that a request holds, or returns ErrBusy if too many are in
// flight. Release gives them back.
func (p *Pipeline) Reserve(n int64) error {
	if now := p.inFlight.Add(n); now > p.o.MaxBytes {
		p.inFlight.Add(-n)
		return fmt.Errorf("%w: %d bytes in flight", ErrBusy, now-n)
	}
	return nil
}

// Release gives back what Reserve took.
func (p *Pipeline) Release(n int64) { p.inFlight.Add(-n) }

// InFlight returns the bytes that requests hold now.
func (p *Pipeline) InFlight() int64 { return p.inFlight.Load() }

// Facts are what is known of rows besides their columns.
type Facts struct {
	ResourceID string     // of the resource that they are about; a row's own wins
	Token      string     // of the request, if it shall be taken once (see store.Append)
	Received   table.Time // zero: now
	own        bool       // they are what this program itself has to tell
}

// Push takes rows of a stream of a data collection rule through the rule's flows. When
// it returns nil they are durable, in all the flows' tables.
func (p *Pipeline) Push(ctx context.Context, rule *control.DataCollectionRule, stream string, rows *table.Batch, f Facts) error {
	flows, err := p.control.Flows(rule, stream)
	if err != nil {
		return err
	}
	if len(flows) == 0 {
		return fmt.Errorf("%w: %s in %s", ErrStream, stream, rule.Properties.ImmutableID)
	}
	size := batchBytes(rows) * int64(1+len(flows))
	if err := p.Reserve(size); err != nil {
		return err
	}
	defer p.Release(size)
	now := p.received(f)
	out := make([]store.Rows, 0, len(flows))
	for _, flow := range flows {
		b, err := p.transform(ctx, flow, rows, now)
		if err != nil {
			return err
		}
		if out, err = p.add(ctx, out, flow.To, b, f, now); err != nil {
			return err
		}
	}
	return p.append(ctx, f.Token, out)
}

// Write takes rows of a table as they are. When it returns nil they are durable.
func (p *Pipeline) Write(ctx context.Context, ref table.Ref, rows *table.Batch, f Facts) error {
	size := 2 * batchBytes(rows)
	if err := p.Reserve(size); err != nil {
		return err
	}
	defer p.Release(size)
	out, err := p.add(ctx, nil, ref, rows, f, p.received(f))
	if err != nil {
		return err
	}
	return p.append(ctx, f.Token, out)
}

const sourceSystem = "SourceSystem"

// sent marks rows as sent by a client, whatever they say themselves: in a table that
// tells what this program saw, theirs can be told from its own.
func sent(b *table.Batch) *table.Batch {
	by := table.Repeat(table.String, "RestAPI", b.Rows) // as Azure marks what comes by its APIs
	out := &table.Batch{Schema: &table.Schema{Cols: slices.Clone(b.Schema.Cols)}, Vecs: slices.Clone(b.Vecs), Rows: b.Rows}
	c := table.Column{Name: sourceSystem, Type: table.String}
	if at := b.Schema.Index(c.Name); at >= 0 {
		out.Schema.Cols[at], out.Vecs[at] = c, by
		return out
	}
	out.Schema.Cols, out.Vecs = append(out.Schema.Cols, c), append(out.Vecs, by)
	return out
}

// Replace is Write, and takes away the rows that the table had. Errors: ErrInvalid too if
// nobody may.
func (p *Pipeline) Replace(ctx context.Context, ref table.Ref, rows *table.Batch, f Facts) error {
	if table.Immutable(ref.Table) {
		return fmt.Errorf("%w: rows of table %s can neither be deleted nor replaced", ErrInvalid, ref.Table)
	}
	size := 2 * batchBytes(rows)
	if err := p.Reserve(size); err != nil {
		return err
	}
	defer p.Release(size)
	out, err := p.add(ctx, nil, ref, rows, f, p.received(f))
	if err != nil {
		return err
	}
	return stored(p.st.Replace(ctx, ref, out...))
}

func (p *Pipeline) received(f Facts) table.Time {
	if f.Received != 0 {
		return f.Received
	}
	return table.FromGo(p.o.Now())
}

// add conforms b to the table and puts it to the rows that will be appended, and with
// it what the update policies of other tables make of it.
func (p *Pipeline) add(ctx context.Context, out []store.Rows, ref table.Ref, b *table.Batch, f Facts, now table.Time) ([]store.Rows, error) {
	t, err := p.control.Table(ref)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if !f.own && control.Witnessed(ref.Table) {
		b = sent(b)
	}
	c, err := conform(b, t.Stored, f, now)
	if err != nil {
		return nil, fmt.Errorf("%w: table %s: %w", ErrInvalid, ref.Table, err)
	}
	if c.Rows == 0 {
		return out, nil
	}
	return p.update(ctx, append(out, store.Rows{Ref: ref, Batch: c}), f, now)
}

// update runs the update policies that the last of the rows set off, and theirs.
func (p *Pipeline) update(ctx context.Context, out []store.Rows, f Facts, now table.Time) ([]store.Rows, error) {
	from := out[len(out)-1]
	updates, err := p.control.Updates(from.Ref)
	if err != nil {
		return nil, err
	}
	for _, u := range updates {
		with, err := p.updateOne(ctx, out, from, u, f, now)
		switch {
		case err == nil:
			out = with
		case u.IsTransactional:
			return nil, fmt.Errorf("%w: update policy of table %s: %w", ErrInvalid, u.To.Table, err)
		default:
			p.o.Logger.ErrorContext(ctx, "update policy failed", "source", from.Ref.String(), "table", u.To.Table, "err", err)
		}
	}
	return out, nil
}

func (p *Pipeline) updateOne(ctx context.Context, out []store.Rows, from store.Rows, u control.Update, f Facts, now table.Time) ([]store.Rows, error) {
	if p.o.Update == nil {
		return nil, errors.New("there is no engine to run its query")
	}
	b, err := p.o.Update(ctx, from.Ref, from.Batch, u)
	if err != nil {
		return nil, err
	}
	f.own = false // the query is a client's
	return p.add(ctx, slices.Clip(out), u.To, b, f, now)
}

func (p *Pipeline) append(ctx context.Context, token string, out []store.Rows) error {
	if len(out) == 0 {
		return nil
	}
	return stored(p.st.Append(ctx, token, out...))
}

// stored makes of an error of the store one of this package.
func stored(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrFull):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case errors.Is(err, store.ErrTooLarge):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	case errors.Is(err, store.ErrInvalid), errors.Is(err, store.ErrNoTable):
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return fmt.Errorf("ingest: append: %w", err)
}

// Try returns what a flow makes of rows, and keeps nothing.
func (p *Pipeline) Try(ctx context.Context, flow *control.Flow, rows *table.Batch) (*table.Batch, error) {
	return p.transform(ctx, flow, rows, p.received(Facts{}))
}

// transform runs a flow's query on rows.
func (p *Pipeline) transform(ctx context.Context, flow *control.Flow, rows *table.Batch, now table.Time) (*table.Batch, error) {
	root, err := flow.Plan(now)
	if err != nil {
		return nil, fmt.Errorf("ingest: transform of %s: %w", flow.Stream, err)
	}
	if root == nil {
		return rows, nil
	}
	ctx, cancel := context.WithTimeout(ctx, transformTime)
	defer cancel()
	scan := func(_ context.Context, n plan.Node) (table.Reader, error) {
		if s, ok := n.(*plan.Scan); ok {
			return table.NewReader(s.Table, columns(rows, s.Table)), nil
		}
		return nil, nil
	}
	r, err := eval.Run(ctx, root, scan, eval.Limits{Bytes: p.o.MaxBytes})
	if err != nil {
		return nil, fmt.Errorf("ingest: transform of %s: %w", flow.Stream, err)
	}
	defer r.Close()
	b, err := table.ReadAll(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("ingest: transform of %s: %w", flow.Stream, err)
	}
	return b, nil
}

// columns returns those columns of b that s has.
func columns(b *table.Batch, s *table.Schema) *table.Batch {
	out := &table.Batch{Schema: s, Vecs: make([]table.Vec, len(s.Cols)), Rows: b.Rows}
	for i, c := range s.Cols {
		if at := b.Schema.Index(c.Name); at >= 0 {
			out.Vecs[i] = b.Vecs[at]
		} else {
			out.Vecs[i] = table.Repeat(c.Type, nil, b.Rows)
		}
	}
	return out
}
