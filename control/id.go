package control

import (
	"fmt"
	"strings"
)

// ID is the parts of the id of a resource in a subscription or in one of its groups.
type ID struct {
	Subscription string
	Group        string // "" if it is in no group
	Type         string // "Microsoft.Insights/dataCollectionRules"
	Name         string
}

// String writes the id as Resource Manager does.
func (id ID) String() string {
	group := ""
	if id.Group != "" {
		group = "/resourceGroups/" + id.Group
	}
	return fmt.Sprintf("/subscriptions/%s%s/providers/%s/%s", id.Subscription, group, id.Type, id.Name)
}

// ParseID reads the id of a resource; that of a resource in another is refused.
func ParseID(s string) (ID, bool) {
	p := strings.Split(strings.Trim(s, "/"), "/")
	var id ID
	if len(p) == 8 && strings.EqualFold(p[2], "resourceGroups") {
		id.Group = p[3]
		p = append(p[:2:2], p[4:]...)
	}
	if len(p) != 6 || !strings.EqualFold(p[0], "subscriptions") || !strings.EqualFold(p[2], "providers") {
		return ID{}, false
	}
	for _, seg := range p {
		if seg == "" || strings.ContainsAny(seg, "\x00\r\n\t?#%\\\"") {
			return ID{}, false
		}
	}
	id.Subscription, id.Type, id.Name = p[1], p[3]+"/"+p[4], p[5]
	return id, true
}

// key is the form of an id under which its document is kept.
func key(id string) string { return "/" + strings.ToLower(strings.Trim(id, "/")) }

// within reports whether an id is scope or below it. Scope "/" is everything.
func within(id, scope string) bool {
	id, scope = key(id), key(scope)
	return scope == "/" || id == scope || strings.HasPrefix(id, scope+"/")
}
