package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql/plan"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// ExternalTable says where rows lie that are not the workspace's, and what they look
// like. They are read when a query asks for them.
// https://learn.microsoft.com/kusto/query/schema-entities/external-tables
type ExternalTable struct {
	Name        string               `json:"name"`
	Kind        string               `json:"kind"` // storage, sql
	Columns     []ExternalColumn     `json:"columns"`
	Connections []string             `json:"connections"` // with their secrets
	Properties  map[string]string    `json:"properties,omitempty"`
	Source      []string             `json:"source,omitempty"` // of kind=sql: the table's name, in its parts
	Partitions  []plan.FilePartition `json:"partitions,omitempty"`
	Path        []plan.PathPart      `json:"path,omitempty"`
	Folder      string               `json:"folder,omitempty"`
	DocString   string               `json:"docString,omitempty"`
}

// ExternalColumn is a column of an external table, those that paths tell included.
type ExternalColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

const (
	kindExternalTable = "control.externalTable"

	maxConnections    = 1000
	maxExternalColumn = 10_000
)

// Schema is what queries see of the table.
func (e *ExternalTable) Schema() (*table.Schema, error) {
	s := &table.Schema{}
	for _, c := range e.Columns {
		t, ok := table.ParseType(c.Type)
		if !ok {
			return nil, fmt.Errorf("control: the external table %s has a column of type %q", e.Name, c.Type)
		}
		s.Cols = append(s.Cols, table.Column{Name: c.Name, Type: t})
	}
	return s, nil
}

// Data is what a query reads that names the table.
func (e *ExternalTable) Data(workspace string) (*plan.ExternalData, error) {
	s, err := e.Schema()
	if err != nil {
		return nil, err
	}
	n := &plan.ExternalData{
		Table: s, URIs: e.Connections, Props: map[string]string{"kind": e.Kind}, Source: e.Source, Folders: true, Partitions: e.Partitions, Path: e.Path,
		Of: table.Ref{Workspace: workspace, Table: e.Name},
	}
	maps.Copy(n.Props, e.Properties)
	return n, nil
}

// ExternalTables lists the external tables of a workspace, by name.
func (s *Store) ExternalTables(workspace string) ([]*ExternalTable, error) {
	all, err := storedDocs[ExternalTable](s, kindExternalTable, workspace)
	slices.SortFunc(all, func(a, b *ExternalTable) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// ExternalTable finds one. Errors wrap ErrNotFound if there is none.
func (s *Store) ExternalTable(workspace, name string) (*ExternalTable, error) {
	return storedDoc[ExternalTable](s, kindExternalTable, workspace, name)
}

// PutExternalTable creates or replaces an external table. Errors: *InvalidError.
func (s *Store) PutExternalTable(ctx context.Context, workspace string, e *ExternalTable) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	refuse := func(why string, args ...any) error {
		return invalid("InvalidParameter", "The external table '%s' %s.", e.Name, fmt.Sprintf(why, args...))
	}
	switch {
	case len(e.Columns) == 0 || len(e.Columns) > maxExternalColumn:
		return refuse("has %d columns: it has at least one, and at most %d", len(e.Columns), maxExternalColumn)
	case len(e.Connections) == 0 || len(e.Connections) > maxConnections:
		return refuse("has %d connection strings: it has at least one, and at most %d", len(e.Connections), maxConnections)
	}
	for _, text := range slices.Concat(e.Connections, e.Source, slices.Collect(maps.Values(e.Properties)), []string{e.Folder, e.DocString}) {
		if len(text) > maxSavedText {
			return refuse("has a text of more than %d bytes", maxSavedText)
		}
	}
	return putStored(ctx, s, kindExternalTable, "external table", workspace, e.Name, e)
}

// DeleteExternalTable removes an external table, and the mappings that it has.
func (s *Store) DeleteExternalTable(ctx context.Context, workspace, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := table.Ref{Workspace: workspace, Table: name}
	mappings, err := s.Mappings(ref)
	if err != nil {
		return err
	}
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindExternalTable, ID: workspace + "/" + name}}}
	for _, m := range mappings {
		e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: kindMapping, ID: mappingID(ref, m.Kind, m.Name)})
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return fmt.Errorf("control: delete %s: %w", name, err)
	}
	return nil
}
