package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
)

// group is a set of principals that can be given roles together.
type group struct {
	ID      string    `json:"id"`
	Name    string    `json:"displayName"`
	Members []string  `json:"members"` // object ids
	Created time.Time `json:"created"`
}

// DirectoryRole is one of Entra ID's roles in the directory itself.
type DirectoryRole struct {
	ID      string // of its template, the same in every directory
	Name    string
	Reports bool // it may read the sign-in, audit and risk logs
	Writes  []string
}

// DirectoryRoles are the roles that matter here, with what their holders may change.
var DirectoryRoles = []DirectoryRole{
	{"62e90394-69f5-4237-9190-012177145e10", "Global Administrator", true, []string{"applications", "users", "groups", "roles", "logs"}},
	{"f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", true, nil},
	{"194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", true, []string{"logs"}},
	{"5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", "Security Operator", true, nil},
	{"5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", true, nil},
	{"4a5d8f65-41da-4de4-8968-e035b65339cf", "Reports Reader", true, nil},
	{"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator", false, []string{"applications"}},
	{"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", false, []string{"users", "groups"}},
	{"e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", false, []string{"roles"}},
}

// GlobalAdministrator is the id of the directory role that may do everything.
const GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// roleHolder says who has a directory role.
type roleHolder struct {
	ID          string `json:"id"`
	PrincipalID string `json:"principalId"`
	RoleID      string `json:"roleId"`
}

// AssignDirectoryRole gives a principal a directory role. What is there already stays.
func (d *Directory) AssignDirectoryRole(ctx context.Context, principalID, roleID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.assignRole(ctx, principalID, roleID)
	return err
}

func (d *Directory) assignRole(ctx context.Context, principalID, roleID string) (roleHolder, error) {
	if !slices.ContainsFunc(DirectoryRoles, func(r DirectoryRole) bool { return r.ID == roleID }) {
		return roleHolder{}, fmt.Errorf("%w: directory role %q", ErrNotFound, roleID)
	}
	for h := range d.roleHolders {
		if h.PrincipalID == principalID && h.RoleID == roleID {
			return *h, nil
		}
	}
	h := roleHolder{ID: uuid.NewString(), PrincipalID: principalID, RoleID: roleID}
	doc, err := document(kindRole, h.ID, h)
	if err != nil {
		return h, err
	}
	return h, d.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}})
}

// HasDirectoryRoles reports whether anyone has a directory role.
func (d *Directory) HasDirectoryRoles() bool {
	for range d.roleHolders {
		return true
	}
	return false
}

func (d *Directory) roleHolders(yield func(*roleHolder) bool) {
	d.cat.View().Docs(kindRole, func(doc catalog.Doc) bool {
		h := &roleHolder{}
		return d.decode(doc, h, func(v any) { h = v.(*roleHolder) }) != nil || yield(h)
	})
}

// directoryRoles are the roles that a principal has, itself or as a member of groups.
func (d *Directory) directoryRoles(objectID string) []DirectoryRole {
	who := append(d.GroupsOf(objectID), objectID)
	var out []DirectoryRole
	for h := range d.roleHolders {
		if slices.Contains(who, h.PrincipalID) {
			for _, r := range DirectoryRoles {
				if r.ID == h.RoleID {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// HasDirectoryRole reports whether a principal has a directory role, by its id.
func (d *Directory) HasDirectoryRole(objectID, roleID string) bool {
	return slices.ContainsFunc(d.directoryRoles(objectID), func(r DirectoryRole) bool { return r.ID == roleID })
}

// ManagesLogs reports whether a principal has a directory role that lets it read, or
// change, where the directory's logs go.
func (d *Directory) ManagesLogs(objectID string, change bool) bool {
	return slices.ContainsFunc(d.directoryRoles(objectID), func(r DirectoryRole) bool {
		return slices.Contains(r.Writes, "logs") || !change && r.Reports
	})
}

// ReadsReports reports whether a principal has a directory role that lets it read the
// tables of sign-ins, audits and risks.
func (d *Directory) ReadsReports(objectID string) bool {
	return slices.ContainsFunc(d.directoryRoles(objectID), func(r DirectoryRole) bool { return r.Reports })
}

// PrincipalType finds out what a principal is, by its object id.
func (d *Directory) PrincipalType(objectID string) (PrincipalType, bool) {
	if _, err := d.user(objectID); err == nil {
		return User, true
	}
	if _, ok := d.cat.View().Doc(kindGroup, strings.ToLower(objectID)); ok {
		return Group, true
	}
	for a := range d.applications {
		if a.ObjectID == objectID {
			return ServicePrincipal, true
		}
	}
	return "", false
}

func (d *Directory) groups(yield func(*group) bool) {
	d.cat.View().Docs(kindGroup, func(doc catalog.Doc) bool {
		g := &group{}
		return d.decode(doc, g, func(v any) { g = v.(*group) }) != nil || yield(g)
	})
}

// GroupsOf are the object ids of the groups that a principal is in, itself or through
// other groups.
func (d *Directory) GroupsOf(objectID string) []string {
	var out []string
	for next := []string{objectID}; len(next) > 0; next = next[1:] {
		for g := range d.groups {
			if slices.Contains(g.Members, next[0]) && !slices.Contains(out, g.ID) {
				out = append(out, g.ID)
				next = append(next, g.ID)
			}
		}
	}
	return out
}

// AddGroup makes a group with members, by their object ids.
func (d *Directory) AddGroup(ctx context.Context, name string, members ...string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	g := &group{ID: uuid.NewString(), Name: name, Members: members, Created: d.o.Now().UTC()}
	return g.ID, d.saveGroup(ctx, g)
}

func (d *Directory) saveGroup(ctx context.Context, g *group) error {
	doc, err := document(kindGroup, g.ID, g)
	if err != nil {
		return err
	}
	return d.commit(ctx, catalog.Edit{PutDocs: []catalog.Doc{doc}})
}
