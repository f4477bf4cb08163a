package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/kql"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// Stored finds what a workspace keeps to be used in queries by its name: a function, a
// materialized view, an entity group, an external table or a model of a graph. What cannot
// be read is not there.
func (s *Store) Stored(workspace, name string) (kql.Stored, bool) {
	if f, err := s.Function(workspace, name); err == nil {
		return kql.Stored{Kind: kql.StoredFunction, Text: f.Source()}, true
	}
	if v, err := s.View(workspace, name); err == nil {
		return kql.Stored{Kind: kql.StoredView, Text: v.Source()}, true
	}
	if g, err := s.EntityGroup(workspace, name); err == nil {
		return kql.Stored{Kind: kql.StoredGroup, Text: g.Source()}, true
	}
	if e, err := s.ExternalTable(workspace, name); err == nil {
		return s.storedExternal(workspace, e)
	}
	if m, err := s.GraphModel(workspace, name); err == nil {
		return s.storedGraph(workspace, m)
	}
	return kql.Stored{}, false
}

// storedExternal is an external table with its mappings.
func (s *Store) storedExternal(workspace string, e *ExternalTable) (kql.Stored, bool) {
	n, err := e.Data(workspace)
	if err != nil {
		return kql.Stored{}, false
	}
	mappings, err := s.Mappings(table.Ref{Workspace: workspace, Table: e.Name})
	if err != nil {
		return kql.Stored{}, false
	}
	out := kql.Stored{Kind: kql.StoredExternal, External: n, Mappings: map[string]string{}}
	for _, m := range mappings {
		out.Mappings[m.Name] = m.Text
	}
	return out, true
}

// storedNames are what messages call things.
var storedNames = map[kql.StoredKind]string{
	kql.StoredFunction: "function", kql.StoredView: "materialized view", kql.StoredGroup: "entity group", kql.StoredExternal: "external table",
	kql.StoredGraph: "graph model",
}

// free says why a new thing of a kind cannot have a name: tables and what is stored
// share their names. s.mu is held.
func (s *Store) free(workspace, kind, name string) error {
	taken := func(by string) error {
		return invalid("BadRequest_EntityNameAlreadyExists", "The name '%s' of the %s is taken by a %s.", name, kind, by)
	}
	if !entityName.MatchString(name) || len(name) > maxEntityName {
		return invalid("InvalidParameter", "The name '%s' of the %s is invalid: it has letters, digits, and '_', '.', '-' and blanks.", name, kind)
	}
	if _, err := s.Table(table.Ref{Workspace: workspace, Table: name}); err == nil {
		return taken("table")
	}
	is, ok := s.Stored(workspace, name)
	if !ok {
		return nil
	}
	return taken(storedNames[is.Kind])
}

// maxStored is how many views, and how many entity groups, a workspace keeps.
const maxStored = 1000

// storedDocs lists the documents of a kind that a workspace keeps, by name.
func storedDocs[T any](s *Store, kind, workspace string) ([]*T, error) {
	var all []*T
	for _, doc := range s.docsOf(kind, workspace) {
		v, err := readStored[T](doc)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// docsOf lists the documents of a kind whose ids begin with a workspace's.
func (s *Store) docsOf(kind, workspace string) (docs []catalog.Doc) {
	s.cat.View().Docs(kind, func(doc catalog.Doc) bool {
		if strings.HasPrefix(doc.ID, workspace+"/") {
			docs = append(docs, doc)
		}
		return true
	})
	return docs
}

func readStored[T any](doc catalog.Doc) (*T, error) {
	v := new(T)
	if err := json.Unmarshal(doc.JSON, v); err != nil {
		return nil, fmt.Errorf("control: read %s: %w", doc.ID, err)
	}
	return v, nil
}

// storedDoc finds one. Errors wrap ErrNotFound if there is none.
func storedDoc[T any](s *Store, kind, workspace, name string) (*T, error) {
	doc, ok := s.cat.View().Doc(kind, workspace+"/"+name)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	return readStored[T](doc)
}

// EntityGroup is a list of databases that macro-expand can name.
type EntityGroup struct {
	Name     string   `json:"name"`
	Entities []string `json:"entities"` // cluster('a').database('b')
}

const kindEntityGroup = "control.entityGroup"

// Source is the group as a query would declare it.
func (g *EntityGroup) Source() string {
	return "entity_group [" + strings.Join(g.Entities, ", ") + "]"
}

// EntityGroups lists the groups that a workspace keeps, by name.
func (s *Store) EntityGroups(workspace string) ([]*EntityGroup, error) {
	all, err := storedDocs[EntityGroup](s, kindEntityGroup, workspace)
	slices.SortFunc(all, func(a, b *EntityGroup) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// EntityGroup finds one. Errors wrap ErrNotFound if there is none.
func (s *Store) EntityGroup(workspace, name string) (*EntityGroup, error) {
	return storedDoc[EntityGroup](s, kindEntityGroup, workspace, name)
}

// maxEntities is how many databases a group has.
const maxEntities = 1000

// PutEntityGroup creates or replaces a group. Errors: *InvalidError.
func (s *Store) PutEntityGroup(ctx context.Context, workspace string, g *EntityGroup) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(g.Entities) > maxEntities {
		return invalid("InvalidParameter", "The entity group '%s' has %d entities: %d are allowed.", g.Name, len(g.Entities), maxEntities)
	}
	return putStored(ctx, s, kindEntityGroup, "entity group", workspace, g.Name, g)
}

// putStored saves the document of something that a workspace keeps, which messages call
// what. What is new has a name that is free. s.mu is held.
func putStored[T any](ctx context.Context, s *Store, kind, what, workspace, name string, v *T) error {
	if _, err := storedDoc[T](s, kind, workspace, name); err != nil {
		if !IsNotFound(err) {
			return err
		}
		if err := s.free(workspace, what, name); err != nil {
			return err
		}
	}
	others := slices.DeleteFunc(s.docsOf(kind, workspace), func(doc catalog.Doc) bool { return doc.ID == workspace+"/"+name })
	if n := len(others); n >= maxStored {
		return invalid("InvalidParameter", "The workspace keeps %d of them: there is no room for '%s'.", n, name)
	}
	doc, err := document(kind, workspace+"/"+name, v)
	if err != nil {
		return err
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
		return fmt.Errorf("control: save %s: %w", name, err)
	}
	return nil
}

// DeleteEntityGroup removes a group.
func (s *Store) DeleteEntityGroup(ctx context.Context, workspace, name string) error {
	return s.deleteStored(ctx, kindEntityGroup, workspace, name)
}

func (s *Store) deleteStored(ctx context.Context, kind, workspace, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.cat.Commit(ctx, catalog.Edit{DropDocs: []catalog.Doc{{Kind: kind, ID: workspace + "/" + name}}})
	if err != nil {
		return fmt.Errorf("control: delete %s: %w", name, err)
	}
	return nil
}
