package control

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/yagura/yagura/store/catalog"
)

// The properties of the resource types, as their documentation lists them: a file each.
//
//go:embed types/*.json
var typeFiles embed.FS

// Type declares a resource type: its name, its properties, where its resources may be,
// and what the service decides about them.
type Type struct {
	Name     string   // "Microsoft.Insights/actionGroups"
	Versions []string // the api-versions whose properties it has, oldest first

	in         place
	properties *shape
	// decide fills in what the service decides, not the client, and says why the
	// resource cannot be so. old is the resource as it was, or nil if it is new.
	decide func(s *Store, r, old *Resource) error
	// aliases are other names that are unique among resources of the type.
	aliases func(r *Resource) []string
	// with are documents that are written and dropped together with a resource.
	with func(s *Store, r, old *Resource) ([]Companion, error)
	// edit adds to the edit that writes a resource, or, if r is nil, drops it, what is no
	// document.
	edit func(r, old *Resource, e *catalog.Edit)
	// dropped is called when a resource is about to be deleted: it says why that cannot
	// be, or removes what is not a document.
	dropped func(ctx context.Context, s *Store, r *Resource) error
}

// Companion is a document that belongs to a resource and is kept apart from it, such as
// its keys.
type Companion struct {
	kind, id string
	value    any // nil: it is dropped
}

// place is where a type's resources may be.
type place uint8

const (
	inGroup place = 1 << iota
	inSubscription
	inTenant
	onResource // they extend any other resource
)

// anywhere is where resources may be that extend any scope.
const anywhere = inGroup | inSubscription | inTenant | onResource

// types are all resource types by their names in lower case. They are made by init, as
// the functions of a declaration may look types up.
var types map[string]*Type

func init() {
	types = map[string]*Type{}
	for _, t := range slices.Concat(scopeTypes, workspaceTypes, collectionTypes, diagnosticTypes, alertTypes, componentTypes, roleTypes, workbookTypes) {
		types[strings.ToLower(t.Name)] = t
	}
	files, err := typeFiles.ReadDir("types")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		text, err := typeFiles.ReadFile("types/" + f.Name())
		if err != nil {
			panic(err)
		}
		var file struct {
			Type        string
			APIVersions []string
			Properties  any
		}
		if err := json.Unmarshal(text, &file); err != nil {
			panic(fmt.Sprintf("control: read %s: %v", f.Name(), err))
		}
		t := types[strings.ToLower(file.Type)]
		if t == nil || t.Name != file.Type {
			panic(fmt.Sprintf("control: %s is of the type %s, which is not declared", f.Name(), file.Type))
		}
		t.Versions, t.properties = file.APIVersions, newShape(file.Properties)
		t.properties.fields["limitations"] = &shape{readOnly: true} // see limited
	}
	for _, t := range types {
		if t.properties == nil {
			panic(fmt.Sprintf("control: the type %s has no properties", t.Name))
		}
	}
}

// TypeOf finds a resource type by its name, in any case.
func TypeOf(name string) (*Type, bool) {
	t, ok := types[strings.ToLower(name)]
	return t, ok
}

// Types lists the resource types by name.
func Types() []*Type {
	all := make([]*Type, 0, len(types))
	for _, t := range types {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b *Type) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Extension reports whether resources of the type may extend any other resource.
func (t *Type) Extension() bool { return t.in&onResource != 0 }

// place finds out where an id says that its resource is.
func (id ID) place() place {
	switch {
	case id.Base != "":
		return onResource
	case id.Group != "" && id.Type != typeGroup:
		return inGroup
	case id.Subscription != "" && id.Type != typeSubscription:
		return inSubscription
	}
	return inTenant
}
