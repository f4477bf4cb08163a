package control

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/format"
	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// IngestionMapping is a mapping of the parts of records to columns that a table keeps,
// or that a workspace keeps for all its tables.
type IngestionMapping struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`    // one of format.Mappings
	Text    string    `json:"mapping"` // JSON; see format.ParseMapping
	Changed time.Time `json:"changed"`
}

const kindMapping = "control.ingestionMapping"

// maxMapping is the size of a mapping's text, in bytes, and maxMappings how many a
// table, or a workspace, keeps.
const (
	maxMapping  = 1 << 20
	maxMappings = 1000
)

// A mapping of a workspace is kept as one of its table "".
func mappingID(ref table.Ref, kind, name string) string {
	return mappingsOf(ref) + strings.ToLower(kind) + "/" + name
}

func mappingsOf(ref table.Ref) string { return ref.Workspace + "/" + ref.Table + "/" }

// Mappings lists what a table keeps, by kind and name; with no table in ref, what the
// workspace keeps.
func (s *Store) Mappings(ref table.Ref) ([]*IngestionMapping, error) {
	var all []*IngestionMapping
	var err error
	s.cat.View().Docs(kindMapping, func(doc catalog.Doc) bool {
		if !strings.HasPrefix(doc.ID, mappingsOf(ref)) {
			return true
		}
		var m *IngestionMapping
		if m, err = readMapping(doc); err != nil {
			return false
		}
		all = append(all, m)
		return true
	})
	slices.SortFunc(all, func(a, b *IngestionMapping) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	return all, err
}

func readMapping(doc catalog.Doc) (*IngestionMapping, error) {
	m := &IngestionMapping{}
	if err := json.Unmarshal(doc.JSON, m); err != nil {
		return nil, fmt.Errorf("control: read mapping %s: %w", doc.ID, err)
	}
	return m, nil
}

// Mapping finds a mapping that ref keeps. Errors wrap ErrNotFound if there is none.
func (s *Store) Mapping(ref table.Ref, kind, name string) (*IngestionMapping, error) {
	doc, ok := s.cat.View().Doc(kindMapping, mappingID(ref, kind, name))
	if !ok {
		return nil, fmt.Errorf("%w: ingestion mapping %s of kind %s", ErrNotFound, name, kind)
	}
	return readMapping(doc)
}

// FindMapping finds the mapping that ingestion into a table means by a name: the
// table's, or else the workspace's. Errors wrap ErrNotFound if there is none.
func (s *Store) FindMapping(ref table.Ref, kind, name string) (*format.Mapping, error) {
	m, err := s.Mapping(ref, kind, name)
	if IsNotFound(err) {
		m, err = s.Mapping(table.Ref{Workspace: ref.Workspace}, kind, name)
	}
	if err != nil {
		return nil, err
	}
	return format.ParseMapping(m.Kind, m.Text)
}

// PutMapping creates or replaces a mapping of a table, or of a workspace. Errors:
// *InvalidError, *format.StreamError.
func (s *Store) PutMapping(ctx context.Context, ref table.Ref, m *IngestionMapping) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Name == "" || len(m.Name) > maxEntityName || len(m.Text) > maxMapping {
		return invalid("InvalidParameter", "The mapping '%s' has no name, or is too long.", m.Name)
	}
	if _, err := format.ParseMapping(m.Kind, m.Text); err != nil {
		return err
	}
	if all, err := s.Mappings(ref); err != nil || len(all) >= maxMappings {
		return cmp.Or(err, invalid("InvalidParameter", "The table '%s' keeps %d mappings: there is no room for more.", ref.Table, len(all)))
	}
	m.Kind, m.Changed = strings.ToLower(m.Kind), s.o.Now().UTC()
	doc, err := document(kindMapping, mappingID(ref, m.Kind, m.Name), m)
	if err != nil {
		return err
	}
	if err := s.cat.Commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}}); err != nil {
		return fmt.Errorf("control: save the mapping %s: %w", m.Name, err)
	}
	return nil
}

// DeleteMapping removes a mapping. It reports whether there was one.
func (s *Store) DeleteMapping(ctx context.Context, ref table.Ref, kind, name string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := mappingID(ref, kind, name)
	if _, ok := s.cat.View().Doc(kindMapping, id); !ok {
		return false, nil
	}
	if err := s.cat.Commit(ctx, catalog.Edit{DropDocs: []catalog.Doc{{Kind: kindMapping, ID: id}}}); err != nil {
		return false, fmt.Errorf("control: delete the mapping %s: %w", name, err)
	}
	return true, nil
}
