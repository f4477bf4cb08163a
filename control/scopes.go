package control

import (
	"context"
	"fmt"
	"regexp"
)

// succeeded is the provisioningState of every resource: writing one is all that there
// is to do.
const succeeded = "Succeeded"

// The scopes that resources are in.
var scopeTypes = []*Type{
	{Name: typeSubscription, in: inTenant, decide: func(_ *Store, r, _ *Resource) error {
		r.Properties["state"] = "Enabled"
		return nil
	}},
	{Name: typeGroup, in: inSubscription, decide: decideGroup},
	{Name: typeAlias, in: inTenant, decide: func(_ *Store, r, old *Resource) error {
		r.keep(old, "subscriptionId", newID())
		r.Properties["provisioningState"] = succeeded
		return nil
	}},
}

// typeAlias is what subscriptions are made by: their paths have ids that the service
// decides.
const typeAlias = "Microsoft.Subscription/aliases"

// PutAlias makes a subscription under the name of an alias, whose owner by becomes, or
// finds the one that was made under it. Errors: *InvalidError.
// https://learn.microsoft.com/rest/api/subscription/alias/create
func (s *Store) PutAlias(ctx context.Context, by Caller, alias *Resource) (created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit, created, err := s.edit(by, alias, Match{})
	if err != nil || !created {
		return false, err
	}
	id := alias.Text("subscriptionId")
	owner := &Resource{Properties: map[string]any{"roleDefinitionId": "/subscriptions/" + id + "/providers/" + typeRoleDefinition + "/" + roleOwner, "principalId": by.ObjectID}}
	owner.ID = ID{Subscription: id, Type: typeRoleAssignment, Name: newID()}.String()
	for _, r := range []*Resource{newSubscription(id, alias.Text("displayName")), owner} {
		e, err := s.first(by.Principal, r)
		if err != nil {
			return false, err
		}
		edit.PutDocs = append(edit.PutDocs, e.PutDocs...)
	}
	if err := s.commit(ctx, edit); err != nil {
		return false, fmt.Errorf("control: make the subscription %s: %w", alias.Name, err)
	}
	return true, nil
}

var groupName = regexp.MustCompile(`^[\p{L}\p{N}_().\-]{0,89}[\p{L}\p{N}_()\-]$`)

func decideGroup(_ *Store, r, old *Resource) error {
	if !groupName.MatchString(r.Name) {
		return invalid("InvalidResourceGroupName", "The provided resource group name '%s' is not 1 to 90 letters, digits, '_', '-', '.', '(' and ')', or ends in a period.", r.Name)
	}
	switch {
	case r.Location == "":
		return invalid("LocationRequired", "The location property is required for this definition.")
	case old != nil && !sameLocation(old.Location, r.Location):
		return invalid("InvalidResourceGroupLocation", "Invalid resource group location '%s'. The Resource group already exists in location '%s'.", r.Location, old.Location)
	}
	r.Properties["provisioningState"] = succeeded
	return nil
}

// tracked refuses a resource without a location, or one that would move.
func tracked(r, old *Resource) error {
	switch {
	case r.Location == "" && old != nil:
		r.Location = old.Location
	case r.Location == "":
		return invalid("LocationRequired", "The location property is required for this definition.")
	case old != nil && !sameLocation(old.Location, r.Location):
		return invalid("InvalidResourceLocation", "The resource '%s' already exists in location '%s'. A resource with the same name cannot be created in location '%s'. Please select a new resource name.", r.Name, old.Location, r.Location)
	}
	return nil
}

// sameLocation compares names of regions as Azure does: "West Europe" is "westeurope".
func sameLocation(a, b string) bool { return region(a) == region(b) }

func region(name string) string {
	out := make([]byte, 0, len(name))
	for i := range len(name) {
		switch c := name[i]; {
		case c == ' ':
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// newSubscription is a subscription as a resource.
func newSubscription(id, name string) *Resource {
	r := &Resource{Properties: map[string]any{"displayName": name}}
	r.ID = ID{Type: typeSubscription, Name: id}.String()
	return r
}

func newGroup(subscription, name, location string) *Resource {
	r := &Resource{}
	r.ID = fmt.Sprintf("/subscriptions/%s/resourceGroups/%s", subscription, name)
	r.Location = location
	return r
}
