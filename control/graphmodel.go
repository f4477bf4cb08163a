package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// GraphModel is a model of graphs by its name. Altering it gives it another id.
// https://learn.microsoft.com/kusto/management/graph/graph-model-overview
type GraphModel struct {
	ID      uuid.UUID       `json:"id"`
	Name    string          `json:"name"`
	Created time.Time       `json:"created"`
	Model   json.RawMessage `json:"model"`
}

// GraphSnapshot tells of what the steps of a model gave at a time. Their rows are a
// document of their own.
// https://learn.microsoft.com/kusto/management/graph/graph-snapshot-overview
type GraphSnapshot struct {
	Name    string          `json:"name"`
	Time    time.Time       `json:"time"`
	Of      string          `json:"of"` // the model's name
	ModelID uuid.UUID       `json:"modelId"`
	Created time.Time       `json:"modelCreated"`
	Model   json.RawMessage `json:"model"` // as it was
	Nodes   int64           `json:"nodes"`
	Edges   int64           `json:"edges"`
	Rows    []int           `json:"rows"` // of each step
	Size    int             `json:"size"` // of the rows' document, in bytes
	Tables  []table.Ref     `json:"tables"`
}

const (
	kindGraphModel    = "control.graphModel"
	kindGraphSnapshot = "control.graphSnapshot"
	kindGraphRows     = "control.graphSnapshotRows"
)

// GraphModels lists the models of a workspace, by name.
func (s *Store) GraphModels(workspace string) ([]*GraphModel, error) {
	all, err := storedDocs[GraphModel](s, kindGraphModel, workspace)
	slices.SortFunc(all, func(a, b *GraphModel) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// GraphModel finds one. Errors wrap ErrNotFound if there is none.
func (s *Store) GraphModel(workspace, name string) (*GraphModel, error) {
	return storedDoc[GraphModel](s, kindGraphModel, workspace, name)
}

// PutGraphModel creates or replaces a model, and fills in its id and time. Errors:
// *InvalidError.
func (s *Store) PutGraphModel(ctx context.Context, workspace string, m *GraphModel) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(m.Model) > maxSavedQuery {
		return invalid("InvalidParameter", "The graph model '%s' is longer than %d bytes.", m.Name, maxSavedQuery)
	}
	m.ID, m.Created = uuid.New(), s.o.Now().UTC()
	return putStored(ctx, s, kindGraphModel, "graph model", workspace, m.Name, m)
}

// DeleteGraphModel removes a model, and its snapshots.
func (s *Store) DeleteGraphModel(ctx context.Context, workspace, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.GraphSnapshots(workspace, name)
	if err != nil {
		return err
	}
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindGraphModel, ID: workspace + "/" + name}}}
	for _, g := range all {
		e.DropDocs = append(e.DropDocs, snapshotDocs(workspace, g)...)
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return fmt.Errorf("control: delete %s: %w", name, err)
	}
	return nil
}

func snapshotID(workspace, model, name string) string { return workspace + "/" + model + "/" + name }

func snapshotDocs(workspace string, g *GraphSnapshot) []catalog.Doc {
	id := snapshotID(workspace, g.Of, g.Name)
	return []catalog.Doc{{Kind: kindGraphSnapshot, ID: id}, {Kind: kindGraphRows, ID: id}}
}

// GraphSnapshots lists the snapshots of a model, or with "" of all, the latest first.
func (s *Store) GraphSnapshots(workspace, model string) ([]*GraphSnapshot, error) {
	all, err := storedDocs[GraphSnapshot](s, kindGraphSnapshot, workspace)
	all = slices.DeleteFunc(all, func(g *GraphSnapshot) bool { return model != "" && g.Of != model })
	slices.SortStableFunc(all, func(a, b *GraphSnapshot) int { return b.Time.Compare(a.Time) })
	return all, err
}

// GraphSnapshot finds one; with no name the latest. Errors wrap ErrNotFound if there is
// none.
func (s *Store) GraphSnapshot(workspace, model, name string) (*GraphSnapshot, error) {
	if name != "" {
		return storedDoc[GraphSnapshot](s, kindGraphSnapshot, workspace, model+"/"+name)
	}
	all, err := s.GraphSnapshots(workspace, model)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: a snapshot of %s", ErrNotFound, model)
	}
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// storedGraph is a model as queries find it.
func (s *Store) storedGraph(workspace string, m *GraphModel) (kql.Stored, bool) {
	model, err := kql.ParseGraphModel(string(m.Model))
	return kql.Stored{Kind: kql.StoredGraph, Graph: model, Snapshot: func(name string) (*kql.GraphSnapshot, bool) {
		g, err := s.snapshot(workspace, m.Name, name)
		return g, err == nil
	}}, err == nil
}

// snapshot reads a snapshot with its rows.
func (s *Store) snapshot(workspace, model, name string) (*kql.GraphSnapshot, error) {
	g, err := s.GraphSnapshot(workspace, model, name)
	if err != nil {
		return nil, err
	}
	steps, err := storedDoc[[][]resultColumn](s, kindGraphRows, workspace, model+"/"+g.Name)
	if err != nil {
		return nil, err
	}
	out := &kql.GraphSnapshot{Of: g.Tables}
	if out.Model, err = kql.ParseGraphModel(string(g.Model)); err != nil {
		return nil, err
	}
	if len(*steps) != len(g.Rows) || len(*steps) != len(out.Model.Definition.Steps) {
		return nil, fmt.Errorf("control: the snapshot %s has rows of %d steps", g.Name, len(*steps))
	}
	for i, cols := range *steps {
		b, err := resultBatch(cols, g.Rows[i])
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, b)
	}
	return out, nil
}

// PutGraphSnapshot keeps the rows that the steps of a model gave. Errors: *InvalidError.
func (s *Store) PutGraphSnapshot(ctx context.Context, workspace string, g *GraphSnapshot, steps []*table.Batch) error {
	refuse := func(why string, args ...any) error {
		return invalid("InvalidParameter", "The graph snapshot '%s' %s.", g.Name, fmt.Sprintf(why, args...))
	}
	if !entityName.MatchString(g.Name) || len(g.Name) > maxEntityName {
		return refuse("has an invalid name: it has letters, digits, and '_', '.', '-' and blanks")
	}
	all := make([][]resultColumn, len(steps))
	g.Rows = nil
	for i, b := range steps {
		if n := len(b.Schema.Cols); n > maxResultColumns {
			return refuse("has a step of %d columns: %d are allowed", n, maxResultColumns)
		}
		for c, col := range b.Schema.Cols {
			all[i] = append(all[i], newResultColumn(col, b.Vecs[c], b.Rows))
		}
		g.Rows = append(g.Rows, b.Rows)
	}
	id := snapshotID(workspace, g.Of, g.Name)
	rows, err := document(kindGraphRows, id, all)
	if err != nil {
		return err
	}
	g.Size = len(rows.JSON)
	head, err := document(kindGraphSnapshot, id, g)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := s.GraphSnapshots(workspace, "")
	if err != nil {
		return err
	}
	total := g.Size
	for _, k := range kept {
		if k.Of == g.Of && k.Name == g.Name {
			return refuse("is there already")
		}
		total += k.Size
	}
	if g.Size > maxResult || total > maxResults {
		return refuse("takes %d bytes: %d are allowed, and %d for all of a workspace; graph('%s', true) keeps nothing", g.Size, maxResult, maxResults, g.Of)
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{head, rows}}); err != nil {
		return fmt.Errorf("control: save the snapshot %s: %w", g.Name, err)
	}
	return nil
}

// DeleteGraphSnapshots removes snapshots.
func (s *Store) DeleteGraphSnapshots(ctx context.Context, workspace string, list ...*GraphSnapshot) error {
	var e catalog.Edit
	for _, g := range list {
		e.DropDocs = append(e.DropDocs, snapshotDocs(workspace, g)...)
	}
	return s.dropResults(ctx, e)
}
