package control

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/yagura/yagura/store/catalog"
)

// Meta is what every resource has.
type Meta struct {
	ID               string            `json:"id"`
	Name             string            `json:"name"`
	Type             string            `json:"type"`
	Location         string            `json:"location,omitempty"`
	Kind             string            `json:"kind,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
	Identity         json.RawMessage   `json:"identity,omitempty"`
	SKU              json.RawMessage   `json:"sku,omitempty"`
	Plan             json.RawMessage   `json:"plan,omitempty"`
	Zones            []string          `json:"zones,omitempty"`
	ManagedBy        string            `json:"managedBy,omitempty"`
	ExtendedLocation json.RawMessage   `json:"extendedLocation,omitempty"`
	Etag             string            `json:"etag,omitempty"` // of the document's version; set when it is read
	SystemData       *SystemData       `json:"systemData,omitempty"`
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

// Resource is a document of a declared type.
type Resource struct {
	Meta
	Properties map[string]any `json:"properties"`
}

// DecodeResource reads a resource that a client sends. What is not a property of any
// resource is an error that names it: it is better said than dropped.
func DecodeResource(body []byte) (*Resource, error) {
	r := &Resource{}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(r)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return r, nil
		}
		err = errors.New("more text follows the resource")
	}
	return nil, invalid("InvalidRequestContent", "The request content was invalid and could not be deserialized: '%s'.", err)
}

// value finds a property by the names that lead to it, joined by dots; nil: there is
// none.
func (r *Resource) value(path string) any {
	var v any = r.Properties
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// Text is a property that is a text, or "".
func (r *Resource) Text(path string) string {
	text, _ := r.value(path).(string)
	return text
}

// list is a property that is a list of objects.
func (r *Resource) list(path string) []map[string]any {
	all, _ := r.value(path).([]any)
	var out []map[string]any
	for _, e := range all {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// texts is a property that is a list of texts.
func (r *Resource) texts(path string) []string {
	all, _ := r.value(path).([]any)
	var out []string
	for _, e := range all {
		if text, ok := e.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// initially gives a property a value if it has none.
func (r *Resource) initially(name string, v any) {
	if _, ok := r.Properties[name]; !ok {
		r.Properties[name] = v
	}
}

// keep takes a property from the resource as it was, or the value if it is new.
func (r *Resource) keep(old *Resource, name string, v any) {
	if old != nil && old.Properties[name] != nil {
		v = old.Properties[name]
	}
	r.Properties[name] = v
}

// clone is a copy whose properties can be changed.
func (r *Resource) clone() *Resource {
	c := *r
	c.Tags = maps.Clone(r.Tags)
	c.Properties, _ = cloneValue(r.Properties).(map[string]any)
	return &c
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = cloneValue(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = cloneValue(e)
		}
		return out
	}
	return v
}

// Of says that R is a pointer to the struct T, as which code of this module reads the
// resources of a type.
type Of[T any] interface {
	*T
	Head() *Meta
	// ResourceType is the type's name: "Microsoft.Insights/dataCollectionRules".
	ResourceType() string
}

// An alias is a document of its own, that names the resource.
func aliasKind(resourceType string) string { return resourceType + " alias" }

type aliasDoc struct {
	Key string `json:"key"`
}

// Get returns the resource with an id. Errors wrap ErrNotFound if there is none.
func Get[T any, R Of[T]](s *Store, id string) (R, error) {
	r, ok, err := lookup[T, R](s, s.cat.View(), R(nil).ResourceType(), key(id))
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
	r, ok, err := lookup[T, R](s, v, R(nil).ResourceType(), a.Key)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNotFound, a.Key)
	}
	return r, err
}

// List returns the resources of a type in scope, by id. Scope "/" is everything.
func List[T any, R Of[T]](s *Store, scope string) ([]R, error) {
	return list[T, R](s, R(nil).ResourceType(), scope)
}

func list[T any, R interface {
	*T
	Head() *Meta
}](s *Store, kind, scope string) ([]R, error) {
	var all []R
	var err error
	s.cat.View().Docs(kind, func(doc catalog.Doc) bool {
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

// Resource returns the resource with an id, of any declared type.
func (s *Store) Resource(id ID) (*Resource, error) {
	r, ok, err := s.find(id)
	if err == nil && !ok {
		err = fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return r, err
}

func (s *Store) find(id ID) (*Resource, bool, error) {
	t, ok := TypeOf(id.Type)
	if !ok {
		return nil, false, nil
	}
	return lookup[Resource](s, s.cat.View(), t.Name, key(id.String()))
}

// Resources returns the resources of a type in scope, by id.
func (s *Store) Resources(t *Type, scope string) ([]*Resource, error) {
	return list[Resource](s, t.Name, scope)
}

// Match is what a client says of the version that it changes: the ETags of If-Match and
// If-None-Match, or "*"; "" is nothing.
type Match struct{ Is, IsNot string }

// check compares with a resource as it is, or nil.
func (m Match) check(old *Resource) error {
	is := func(want string) bool {
		if old == nil {
			return false
		}
		for e := range strings.SplitSeq(want, ",") {
			e = strings.TrimPrefix(strings.TrimSpace(e), "W/")
			if e == "*" || strings.Trim(e, `"`) == strings.Trim(old.Etag, `"`) {
				return true
			}
		}
		return false
	}
	if m.Is != "" && !is(m.Is) || m.IsNot != "" && is(m.IsNot) {
		return ErrChanged
	}
	return nil
}

// Put creates or replaces a resource as the struct that code of this module reads it as,
// which becomes as it is kept.
func Put[T any, R Of[T]](ctx context.Context, s *Store, by Caller, r R) (created bool, err error) {
	return PutIf[T, R](ctx, s, by, r, Match{})
}

// PutIf is Put, if the resource is at the version that m names. Errors: ErrChanged too.
func PutIf[T any, R Of[T]](ctx context.Context, s *Store, by Caller, r R, m Match) (created bool, err error) {
	text, err := json.Marshal(r)
	if err != nil {
		return false, fmt.Errorf("control: write %s: %w", r.Head().ID, err)
	}
	doc := &Resource{}
	if err := json.Unmarshal(text, doc); err != nil {
		return false, fmt.Errorf("control: write %s: %w", r.Head().ID, err)
	}
	if created, err = s.Put(ctx, by, doc, m); err != nil {
		return false, err
	}
	kept, err := Get[T, R](s, doc.ID)
	if err != nil {
		return false, err
	}
	*r = *kept
	return created, nil
}

// Put creates or replaces the resource with r's ID, on behalf of by. It fills in what
// the service decides, and reports whether the resource is new. Errors: *InvalidError,
// ErrNotFound for what it is in, ErrChanged.
func (s *Store) Put(ctx context.Context, by Caller, r *Resource, m Match) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(ctx, by, r, m)
}

// Patch merges properties into a resource: those that are null are removed, lists are
// replaced. Tags, if there are any, are replaced as a whole.
func (s *Store) Patch(ctx context.Context, by Caller, p *Resource, m Match) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := ParseID(p.ID)
	if !ok {
		return invalid("InvalidResourceId", "'%s' is not the id of a resource.", p.ID)
	}
	old, err := s.Resource(id)
	if err != nil {
		return err
	}
	r := old.clone()
	r.Properties, _ = merge(r.Properties, p.Properties).(map[string]any)
	if p.Tags != nil {
		r.Tags = p.Tags
	}
	if p.Kind != "" {
		r.Kind = p.Kind
	}
	for _, raw := range []struct{ to, from *json.RawMessage }{{&r.Identity, &p.Identity}, {&r.SKU, &p.SKU}, {&r.Plan, &p.Plan}} {
		if *raw.from != nil {
			*raw.to = *raw.from
		}
	}
	_, err = s.write(ctx, by, r, m)
	return err
}

// merge is RFC 7396's.
func merge(v, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	m, ok := v.(map[string]any)
	if !ok {
		m = map[string]any{}
	}
	for name, e := range p {
		if e == nil {
			delete(m, name)
		} else {
			m[name] = merge(m[name], e)
		}
	}
	return m
}

func (s *Store) write(ctx context.Context, by Caller, r *Resource, m Match) (created bool, err error) {
	e, created, err := s.edit(by, r, m)
	if err != nil {
		return false, err
	}
	if err := s.commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: save %s: %w", r.ID, err)
	}
	return created, nil
}

// commit makes an edit durable. What was made of documents before is made anew.
func (s *Store) commit(ctx context.Context, e catalog.Edit) error {
	defer s.generation.Add(1)
	return s.cat.Commit(ctx, e)
}

// edit prepares the edit that writes r. The caller holds s.mu.
func (s *Store) edit(by Caller, r *Resource, m Match) (e catalog.Edit, created bool, err error) {
	t, id, err := s.place(r.ID)
	if err != nil {
		return e, false, err
	}
	r.ID, r.Name, r.Type = id.String(), id.Leaf(), id.Type
	old, exists, err := lookup[Resource](s, s.cat.View(), t.Name, key(r.ID))
	if err != nil {
		return e, false, err
	}
	if err := m.check(old); err != nil {
		return e, false, err
	}
	if r.Properties == nil {
		r.Properties = map[string]any{}
	}
	taken, err := t.properties.take("properties", r.Properties)
	if err != nil {
		return e, false, err
	}
	r.Properties, _ = taken.(map[string]any)
	r.stamp(by, old, s.o.Now().UTC())
	if t.decide != nil {
		if err := t.decide(s, r, old); err != nil {
			return e, false, err
		}
	}
	if e, err = s.documents(t, r, old); err != nil {
		return e, false, err
	}
	return e, !exists, nil
}

// documents is the edit that writes a resource and what belongs to it, or, if r is nil,
// drops them.
func (s *Store) documents(t *Type, r, old *Resource) (e catalog.Edit, err error) {
	var all []Companion
	names := func(r *Resource) []string {
		if r == nil || t.aliases == nil {
			return nil
		}
		return t.aliases(r)
	}
	for _, a := range names(old) {
		if !slices.Contains(names(r), a) {
			all = append(all, Companion{aliasKind(t.Name), a, nil})
		}
	}
	switch {
	case r != nil:
		k := key(r.ID)
		all = append(all, Companion{t.Name, k, r})
		for _, a := range names(r) {
			all = append(all, Companion{aliasKind(t.Name), a, aliasDoc{k}})
		}
	default:
		all = append(all, Companion{t.Name, key(old.ID), nil})
	}
	if t.with != nil {
		more, err := t.with(s, r, old)
		if err != nil {
			return e, err
		}
		all = append(all, more...)
	}
	if t.edit != nil {
		t.edit(r, old, &e)
	}
	for _, c := range all {
		if c.value == nil {
			e.DropDocs = append(e.DropDocs, catalog.Doc{Kind: c.kind, ID: c.id})
			continue
		}
		doc, err := document(c.kind, c.id, c.value)
		if err != nil {
			return e, err
		}
		e.PutDocs = append(e.PutDocs, doc)
	}
	return e, nil
}

// stamp sets what every resource has from who writes it when.
func (r *Resource) stamp(by Caller, old *Resource, now time.Time) {
	r.Etag = ""
	r.SystemData = &SystemData{CreatedBy: by.Name, CreatedByType: by.kind(), CreatedAt: now}
	if old != nil {
		sys := *old.SystemData
		r.SystemData = &sys
		r.ID, r.Name = old.ID, old.Name
	}
	r.SystemData.LastModifiedBy, r.SystemData.LastModifiedByType, r.SystemData.LastModifiedAt = by.Name, by.kind(), now
}

// place finds the type of an id and makes sure that a resource of it can be there:
// what it is in exists.
func (s *Store) place(text string) (*Type, ID, error) {
	id, ok := ParseID(text)
	if !ok {
		return nil, id, invalid("InvalidResourceId", "'%s' is not the id of a resource.", text)
	}
	t, ok := TypeOf(id.Type)
	if !ok {
		return nil, id, invalid("InvalidResourceType", "The resource type '%s' could not be found in the namespace '%s'.", id.Type, id.Type[:strings.IndexByte(id.Type, '/')])
	}
	id.Type = t.Name
	if strings.Count(id.Name, "/") != strings.Count(t.Name, "/")-1 {
		return nil, id, invalid("InvalidResourceId", "'%s' is not the id of a resource.", text)
	}
	if t.in&id.place() == 0 {
		return nil, id, invalid("InvalidResourceLocation", "A resource of type '%s' cannot be in '%s'.", t.Name, "/"+strings.TrimPrefix(id.Scope(), "/"))
	}
	return t, id, s.scopeExists(id)
}

// scopeExists returns a *ScopeError if what a resource is in or part of is not there.
func (s *Store) scopeExists(id ID) error {
	has := func(t, id string) bool { _, ok := s.cat.View().Doc(t, key(id)); return ok }
	sub := "/subscriptions/" + id.Subscription
	if id.Subscription != "" && id.Type != typeSubscription && !has(typeSubscription, sub) {
		return &ScopeError{"SubscriptionNotFound", fmt.Sprintf("The subscription '%s' could not be found.", id.Subscription)}
	}
	if id.Group != "" && id.Type != typeGroup && !has(typeGroup, sub+"/resourceGroups/"+id.Group) {
		return &ScopeError{"ResourceGroupNotFound", fmt.Sprintf("Resource group '%s' could not be found.", id.Group)}
	}
	if parent, ok := id.Parent(); ok {
		if t, ok := TypeOf(parent.Type); ok && !has(t.Name, parent.String()) {
			return &ScopeError{"ParentResourceNotFound", fmt.Sprintf("Failed to perform 'write' on resource(s) of type '%s', because the parent resource '%s' could not be found.", id.Type, parent)}
		}
	}
	if base, ok := ParseID(id.Base); ok {
		if t, ok := TypeOf(base.Type); ok && !has(t.Name, base.String()) {
			return &ScopeError{"ResourceNotFound", fmt.Sprintf("The Resource '%s' was not found.", id.Base)}
		}
	}
	return nil
}

// Delete removes a resource. It reports whether there was one.
func Delete[T any, R Of[T]](ctx context.Context, s *Store, by Caller, id string) (bool, error) {
	return s.Delete(ctx, by, id, Match{})
}

// Delete removes the resource with an id, of any type, and what is part of it. It
// reports whether there was one. Errors: *InvalidError, ErrChanged.
func (s *Store) Delete(ctx context.Context, by Caller, id string, m Match) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	parsed, ok := ParseID(id)
	if !ok {
		return false, invalid("InvalidResourceId", "'%s' is not the id of a resource.", id)
	}
	old, ok, err := s.find(parsed)
	if err != nil || !ok {
		return false, err
	}
	if err := m.check(old); err != nil {
		return false, err
	}
	e, err := s.dropping(ctx, old)
	if err != nil {
		return false, err
	}
	if err := s.commit(ctx, e); err != nil {
		return false, fmt.Errorf("control: delete %s: %w", id, err)
	}
	for _, d := range e.DropDocs {
		s.decoded.Range(func(k, _ any) bool {
			if k := k.(decodedKey); k.kind == d.Kind && k.id == d.ID {
				s.decoded.Delete(k)
			}
			return true
		})
		s.flows.Delete(d.ID)
	}
	return true, nil
}

// dropping is the edit that deletes a resource, after those that are part of it or
// extend it.
func (s *Store) dropping(ctx context.Context, r *Resource) (catalog.Edit, error) {
	var e catalog.Edit
	for _, t := range Types() {
		all, err := s.Resources(t, r.ID)
		if err != nil {
			return e, err
		}
		slices.Reverse(all) // parts before what they are part of
		for _, one := range all {
			if t.dropped != nil {
				if err := t.dropped(ctx, s, one); err != nil {
					return e, err
				}
			}
			d, err := s.documents(t, nil, one)
			if err != nil {
				return e, err
			}
			e.DropDocs = append(e.DropDocs, d.DropDocs...)
			e.PutDocs = append(e.PutDocs, d.PutDocs...)
			e.Retain(d.Retention)
		}
	}
	return e, nil
}

// decodedKey and decodedDoc remember what a document decodes to, as the same ones are
// asked for with each request.
type (
	decodedKey struct {
		kind, id string
		as       any // a nil pointer of the struct
	}
	decodedDoc struct {
		version uint64
		res     any
	}
)

func lookup[T any, R interface {
	*T
	Head() *Meta
}](s *Store, v *catalog.View, kind, k string) (R, bool, error) {
	doc, ok := v.Doc(kind, k)
	if !ok {
		return nil, false, nil
	}
	r, err := decode[T, R](s, doc)
	return r, err == nil, err
}

func decode[T any, R interface {
	*T
	Head() *Meta
}](s *Store, doc catalog.Doc) (R, error) {
	k := decodedKey{doc.Kind, doc.ID, R(nil)}
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

// as reads a resource as a struct of its type.
func as[T any](r *Resource) (*T, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("control: read %s: %w", r.ID, err)
	}
	out := new(T)
	if err := json.Unmarshal(text, out); err != nil {
		return nil, invalid("InvalidRequestContent", "The properties of '%s' cannot be read: %s.", r.Name, err)
	}
	return out, nil
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("control: a value is not JSON: " + err.Error())
	}
	return string(text)
}

func document(kind, id string, v any) (catalog.Doc, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return catalog.Doc{}, fmt.Errorf("control: write %s: %w", id, err)
	}
	return catalog.Doc{Kind: kind, ID: id, JSON: text}, nil
}
