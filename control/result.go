package control

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// StoredResult tells of the result of a query that is kept for who asked it, to come
// back to. Its rows are a document of their own.
// https://learn.microsoft.com/kusto/management/stored-query-results
type StoredResult struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Owner   string    `json:"owner"` // the object id of who asked; nobody else reads the rows
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Rows    int       `json:"rows"`
	Size    int       `json:"size"` // of the rows' document, in bytes
}

// MaxResultAge is how long a result is kept at most.
const MaxResultAge = 24 * time.Hour

const (
	kindResult     = "control.storedResult"
	kindResultRows = "control.storedResultRows"

	maxResult        = 32 << 20  // the bytes of a result's rows: documents are held in memory
	maxResults       = 128 << 20 // of all that a workspace keeps
	maxResultColumns = 500
)

// resultColumn is a column of a result: the rows that are null, and the values of the
// others, in one of the lists.
type resultColumn struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	Nulls []int    `json:"nulls,omitempty"`
	Bools []bool   `json:"bools,omitempty"`
	Ints  []int64  `json:"ints,omitempty"`  // int, long; the ticks of datetime and timespan; the bits of real
	Texts [][]byte `json:"texts,omitempty"` // string, decimal, guid; dynamic as JSON
}

func newResultColumn(c table.Column, v table.Vec, rows int) resultColumn {
	out := resultColumn{Name: c.Name, Type: c.Type.String()}
	for i := range rows {
		switch x := v.At(i).(type) {
		case nil:
			out.Nulls = append(out.Nulls, i)
		case bool:
			out.Bools = append(out.Bools, x)
		case int32:
			out.Ints = append(out.Ints, int64(x))
		case int64:
			out.Ints = append(out.Ints, x)
		case table.Time:
			out.Ints = append(out.Ints, int64(x))
		case table.Duration:
			out.Ints = append(out.Ints, int64(x))
		case float64:
			out.Ints = append(out.Ints, int64(math.Float64bits(x)))
		case table.Dyn:
			out.Texts = append(out.Texts, x.AppendJSON(nil))
		default:
			out.Texts = append(out.Texts, []byte(table.Text(x)))
		}
	}
	return out
}

// vec is the column again.
func (c *resultColumn) vec(t table.Type, rows int) (table.Vec, error) {
	if n := len(c.Nulls) + len(c.Bools) + len(c.Ints) + len(c.Texts); n != rows {
		return nil, fmt.Errorf("column %s has %d of %d values", c.Name, n, rows)
	}
	v, nulls := table.NewVec(t, rows), c.Nulls
	for i := range rows {
		if len(nulls) > 0 && nulls[0] == i {
			table.Append(v, nil)
			nulls = nulls[1:]
			continue
		}
		x, err := c.value(t, i-len(c.Nulls)+len(nulls))
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		table.Append(v, x)
	}
	return v, nil
}

// value is the one at i of those that are not null.
func (c *resultColumn) value(t table.Type, i int) (table.Value, error) {
	switch t {
	case table.Bool:
		return c.Bools[i], nil
	case table.Int:
		return int32(c.Ints[i]), nil
	case table.Long:
		return c.Ints[i], nil
	case table.Real:
		return math.Float64frombits(uint64(c.Ints[i])), nil
	case table.Datetime:
		return table.Time(c.Ints[i]), nil
	case table.Timespan:
		return table.Duration(c.Ints[i]), nil
	case table.Decimal:
		return table.Dec(c.Texts[i]), nil
	case table.Guid:
		return table.ParseUUID(string(c.Texts[i]))
	case table.Dynamic:
		return table.NewDyn(table.Raw(c.Texts[i])), nil
	}
	return string(c.Texts[i]), nil
}

// Results lists the results that a workspace keeps, by name.
func (s *Store) Results(workspace string) ([]*StoredResult, error) {
	all, err := storedDocs[StoredResult](s, kindResult, workspace)
	now := s.o.Now()
	all = slices.DeleteFunc(all, func(r *StoredResult) bool { return !now.Before(r.Expires) })
	slices.SortFunc(all, func(a, b *StoredResult) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// Result finds one. Errors wrap ErrNotFound if there is none, or none any more.
func (s *Store) Result(workspace, name string) (*StoredResult, error) {
	r, err := storedDoc[StoredResult](s, kindResult, workspace, name)
	if err == nil && !s.o.Now().Before(r.Expires) {
		return nil, fmt.Errorf("%w: %s has expired", ErrNotFound, name)
	}
	return r, err
}

// ResultRows are the rows of a result, for its owner. What cannot be read is not there.
func (s *Store) ResultRows(workspace, owner, name string) (*table.Batch, bool) {
	r, err := s.Result(workspace, name)
	if err != nil || r.Owner != owner {
		return nil, false
	}
	cols, err := storedDoc[[]resultColumn](s, kindResultRows, workspace, name)
	if err != nil {
		return nil, false
	}
	b, err := resultBatch(*cols, r.Rows)
	return b, err == nil
}

// resultBatch is the rows that columns were made of.
func resultBatch(cols []resultColumn, rows int) (*table.Batch, error) {
	b := &table.Batch{Schema: &table.Schema{}, Rows: rows}
	for _, c := range cols {
		t, ok := table.ParseType(c.Type)
		if !ok {
			return nil, fmt.Errorf("control: column %s is of type %q", c.Name, c.Type)
		}
		v, err := c.vec(t, rows)
		if err != nil {
			return nil, fmt.Errorf("control: %w", err)
		}
		b.Schema.Cols = append(b.Schema.Cols, table.Column{Name: c.Name, Type: t})
		b.Vecs = append(b.Vecs, v)
	}
	return b, nil
}

// PutResult keeps rows under the name, the owner and the times that r has; of an owner
// who keeps others under the name, they take their place. Errors: *InvalidError.
func (s *Store) PutResult(ctx context.Context, workspace string, r *StoredResult, rows *table.Batch) error {
	refuse := func(why string, args ...any) error {
		return invalid("InvalidParameter", "The stored query result '%s' %s.", r.Name, fmt.Sprintf(why, args...))
	}
	if !entityName.MatchString(r.Name) || len(r.Name) > maxEntityName {
		return refuse("has an invalid name: it has letters, digits, and '_', '.', '-' and blanks")
	}
	if n := len(rows.Schema.Cols); n > maxResultColumns {
		return refuse("has %d columns: %d are allowed", n, maxResultColumns)
	}
	var cols []resultColumn
	for i, c := range rows.Schema.Cols {
		if strings.Contains(c.Name, "$") {
			return refuse("has a column '%s': a name has no '$'; rename it with project-rename", c.Name)
		}
		cols = append(cols, newResultColumn(c, rows.Vecs[i], rows.Rows))
	}
	values, err := document(kindResultRows, workspace+"/"+r.Name, cols)
	if err != nil {
		return err
	}
	r.Rows, r.Size = rows.Rows, len(values.JSON)
	head, err := document(kindResult, workspace+"/"+r.Name, r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.Results(workspace)
	if err != nil {
		return err
	}
	total := r.Size
	for _, old := range all {
		if old.Name != r.Name {
			total += old.Size
		} else if old.Owner != r.Owner {
			return refuse("is somebody else's")
		}
	}
	if r.Size > maxResult || total > maxResults {
		return refuse("takes %d bytes: %d are allowed, and %d for all of a workspace; .set-or-append puts rows into a table", r.Size, maxResult, maxResults)
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{head, values}}); err != nil {
		return fmt.Errorf("control: save the result %s: %w", r.Name, err)
	}
	return nil
}

// DeleteResults removes results.
func (s *Store) DeleteResults(ctx context.Context, workspace string, list ...*StoredResult) error {
	var e catalog.Edit
	for _, r := range list {
		e.DropDocs = append(e.DropDocs, resultDocs(workspace+"/"+r.Name)...)
	}
	return s.dropResults(ctx, e)
}

func resultDocs(id string) []catalog.Doc {
	return []catalog.Doc{{Kind: kindResult, ID: id}, {Kind: kindResultRows, ID: id}}
}

// ForgetResults removes the results that have expired.
func (s *Store) ForgetResults(ctx context.Context) error {
	var e catalog.Edit
	now := s.o.Now()
	s.cat.View().Docs(kindResult, func(doc catalog.Doc) bool {
		var r StoredResult
		if err := json.Unmarshal(doc.JSON, &r); err != nil || !now.Before(r.Expires) {
			e.DropDocs = append(e.DropDocs, resultDocs(doc.ID)...)
		}
		return true
	})
	return s.dropResults(ctx, e)
}

func (s *Store) dropResults(ctx context.Context, e catalog.Edit) error {
	if len(e.DropDocs) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.cat.Commit(ctx, e); err != nil {
		return fmt.Errorf("control: delete results: %w", err)
	}
	return nil
}
