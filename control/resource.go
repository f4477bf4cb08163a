package control

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/yagura/yagura/store/catalog"
)

// Meta is what every resource has. A resource type embeds it.
type Meta struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Type       string            `json:"type"`
	Location   string            `json:"location,omitempty"`
	Kind       string            `json:"kind,omitempty"`
	Tags       map[string]string `json:"tags,omitempty"`
	Identity   json.RawMessage   `json:"identity,omitempty"`
	Etag       string            `json:"etag,omitempty"` // of the document's version; set when it is read
	SystemData *SystemData       `json:"systemData,omitempty"`
}

// SystemData says when a resource came to be.
type SystemData struct {
	CreatedBy          string    `json:"createdBy,omitempty"`
	CreatedByType      string    `json:"createdByType,omitempty"`
	CreatedAt          time.Time `json:"createdAt"`
	LastModifiedBy     string    `json:"lastModifiedBy,omitempty"`
	LastModifiedByType string    `json:"lastModifiedByType,omitempty"`
	LastModifiedAt     time.Time `json:"lastModifiedAt"`
}

// Head returns the part that every resource has.
func (m *Meta) Head() *Meta { return m }

// Resource is a document with a type. A type is a struct that embeds Meta.
type Resource interface {
	// Head returns the part that every resource has.
	Head() *Meta
	// ResourceType is the type's name: "Microsoft.Insights/dataCollectionRules".
	ResourceType() string
	// settle fills in what the service decides, not the client; old is the resource
	// as it was, or nil if there was none.
	settle(s *Store, old Resource)
	// validate says why the resource cannot be so; it may look up others.
	validate(s *Store) error
	// aliases are other names that are unique among resources of the type.
	aliases() []string
}

// Of says that R is a pointer to the struct T and a Resource.
type Of[T any] interface {
	*T
	Resource
}

// An alias is a document of its own, that names the resource.
func aliasKind(resourceType string) string { return resourceType + " alias" }

type aliasDoc struct {
	Key string `json:"key"`
}

// Get returns the resource with an id. Errors wrap ErrNotFound if there is none.
func Get[T any, R Of[T]](s *Store, id string) (R, error) {
	r, ok, err := lookup[T, R](s, s.cat.View(), key(id))
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return r, err
}

// ByAlias returns the resource with another unique name than its id: a workspace by
// its customer id, a data collection rule by its immutable id.
func ByAlias[T any, R Of[T]](s *Store, alias string) (R, error) {
	var a aliasDoc
	v := s.cat.View()
	doc, ok := v.Doc(aliasKind(R(nil).ResourceType()), alias)
	if !ok {
		return nil, fmt.Errorf("%w: %s %s", ErrNotFound, R(nil).ResourceType(), alias)
	}
	if err := json.Unmarshal(doc.JSON, &a); err != nil {
		return nil, fmt.Errorf("control: read alias %s: %w", alias, err)
	}
	r, ok, err := lookup[T, R](s, v, a.Key)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNotFound, a.Key)
	}
	return r, err
}

// List returns the resources of a type in scope, by id. Scope "/" is everything.
func List[T any, R Of[T]](s *Store, scope string) ([]R, error) {
	var all []R
	var err error
	s.cat.View().Docs(R(nil).ResourceType(), func(doc catalog.Doc) bool {
		if !within(doc.ID, scope) {
			return true
		}
		var r R
		if r, err = decode[T, R](s, doc); err != nil {
			return false
		}
		all = append(all, r)
		return true
	})
	slices.SortFunc(all, func(a, b R) int { return cmp.Compare(key(a.Head().ID), key(b.Head().ID)) })
	return all, err
}

// Put creates or replaces the resource with r's ID, on behalf of by. It fills in what
// the service decides, and reports whether the resource is new. Errors: *InvalidError.
func Put[T any, R Of[T]](ctx context.Context, s *Store, by Caller, r R) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, created, err := s.put(r, by, func(v *catalog.View, k string) (Resource, bool, error) { return lookup[T, R](s, v, k) })
	if err != nil {
		return false, err
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: save %s: %w", r.Head().ID, err)
	}
	return created, nil
}

// put prepares the edit that writes r. The caller holds s.mu.
func (s *Store) put(r Resource, by Caller, find func(*catalog.View, string) (Resource, bool, error)) (e catalog.Edit, created bool, err error) {
	m := r.Head()
	id, ok := ParseID(m.ID)
	if !ok {
		return e, false, invalid("InvalidResourceId", "'%s' is not the id of a resource.", m.ID)
	}
	id.Type = r.ResourceType()
	m.ID, m.Name, m.Type = id.String(), id.Name, id.Type
	k := key(m.ID)
	old, exists, err := find(s.cat.View(), k)
	if err != nil {
		return e, false, err
	}
	now := s.o.Now().UTC()
	m.Etag = ""
	m.SystemData = &SystemData{CreatedBy: by.Name, CreatedByType: "Application", CreatedAt: now}
	var was []string
	if exists {
		sys := *old.Head().SystemData
		m.SystemData = &sys
		m.ID, m.Name = old.Head().ID, old.Head().Name
		was = old.aliases()
		r.settle(s, old)
	} else {
		r.settle(s, nil)
	}
	m.SystemData.LastModifiedBy, m.SystemData.LastModifiedByType, m.SystemData.LastModifiedAt = by.Name, "Application", now
	if err := r.validate(s); err != nil {
		return e, false, err
	}
	doc, err := document(r.ResourceType(), k, r)
	if err != nil {
		return e, false, err
	}
	e.PutDocs = append(e.PutDocs, doc)
	for _, a := range r.aliases() {
		doc, err := document(aliasKind(r.ResourceType()), a, aliasDoc{k})
		if err != nil {
			return e, false, err
		}
		e.PutDocs = append(e.PutDocs, doc)
	}
	for _, a := range was {
		if !slices.Contains(r.aliases(), a) {
			e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: aliasKind(r.ResourceType()), ID: a})
		}
	}
	return e, !exists, nil
}

// Delete removes a resource. It reports whether there was one.
func Delete[T any, R Of[T]](ctx context.Context, s *Store, id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := key(id)
	old, ok, err := lookup[T, R](s, s.cat.View(), k)
	if err != nil || !ok {
		return false, err
	}
	e := catalog.Edit{DropDocs: []catalog.Doc{{Kind: old.ResourceType(), ID: k}}}
	for _, a := range old.aliases() {
		e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: aliasKind(old.ResourceType()), ID: a})
	}
	if err := s.cat.Commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: delete %s: %w", id, err)
	}
	s.decoded.Delete(decodedKey{old.ResourceType(), k})
	s.flows.Delete(k)
	return true, nil
}

// decodedKey and decodedDoc remember what a document decodes to, as the same ones are
// asked for with each request.
type (
	decodedKey struct{ kind, id string }
	decodedDoc struct {
		version uint64
		res     Resource
	}
)

func lookup[T any, R Of[T]](s *Store, v *catalog.View, k string) (R, bool, error) {
	doc, ok := v.Doc(R(nil).ResourceType(), k)
	if !ok {
		return nil, false, nil
	}
	r, err := decode[T, R](s, doc)
	return r, err == nil, err
}

func decode[T any, R Of[T]](s *Store, doc catalog.Doc) (R, error) {
	k := decodedKey{doc.Kind, doc.ID}
	if d, ok := s.decoded.Load(k); ok {
		if d := d.(*decodedDoc); d.version == doc.Version {
			return d.res.(R), nil
		}
	}
	r := R(new(T))
	if err := json.Unmarshal(doc.JSON, r); err != nil {
		return nil, fmt.Errorf("control: read %s: %w", doc.ID, err)
	}
	r.Head().Etag = fmt.Sprintf(`"%d"`, doc.Version)
	s.decoded.Store(k, &decodedDoc{doc.Version, r})
	return r, nil
}

func document(kind, id string, v any) (catalog.Doc, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return catalog.Doc{}, fmt.Errorf("control: write %s: %w", id, err)
	}
	return catalog.Doc{Kind: kind, ID: id, JSON: text}, nil
}
