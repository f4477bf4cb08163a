package control

import (
	"net/url"
	"strings"
)

// The types of the scopes that resources are in, which have paths of their own form.
const (
	typeSubscription = "Microsoft.Resources/subscriptions"
	typeGroup        = "Microsoft.Resources/resourceGroups"
)

// ID is the parts of a resource's id. A resource stands in a resource group, in a
// subscription, or in neither (then it is the tenant's), or it extends another one.
type ID struct {
	Subscription string
	Group        string // "" if it is in no group
	Type         string // "Microsoft.OperationalInsights/workspaces/savedSearches"
	Name         string // one name for each part of the type after the first: "ws/search"
	Base         string // the id of the resource that it extends, or ""
}

// Limits on what an id is made of: names and segments in bytes.
const (
	maxID   = 2048
	maxName = 260
)

// String writes the id as Resource Manager does.
func (id ID) String() string {
	var b strings.Builder
	b.WriteString(id.Scope())
	switch id.Type {
	case "":
		return "/"
	case typeSubscription:
		return "/subscriptions/" + id.Name
	case typeGroup:
		return b.String() + "/resourceGroups/" + id.Name
	}
	types := strings.Split(id.Type, "/")
	b.WriteString("/providers/" + types[0])
	names := strings.Split(id.Name, "/")
	for i, t := range types[1:] {
		b.WriteString("/" + t)
		if i < len(names) {
			b.WriteString("/" + names[i])
		}
	}
	return b.String()
}

// Scope is the id of what the resource is in or extends; "" is the tenant.
func (id ID) Scope() string {
	switch {
	case id.Base != "":
		return id.Base
	case id.Type == typeSubscription || id.Subscription == "":
		return ""
	case id.Group == "" || id.Type == typeGroup:
		return "/subscriptions/" + id.Subscription
	}
	return "/subscriptions/" + id.Subscription + "/resourceGroups/" + id.Group
}

// Scoped is the id as a scope: "" for the tenant.
func (id ID) Scoped() string {
	if id.Type == "" {
		return ""
	}
	return id.String()
}

// Parent is the id of the resource that this one is part of: the workspace of a saved
// search. false: it is part of none.
func (id ID) Parent() (ID, bool) {
	t, n := strings.LastIndexByte(id.Type, '/'), strings.LastIndexByte(id.Name, '/')
	if n < 0 || t < 0 {
		return ID{}, false
	}
	id.Type, id.Name = id.Type[:t], id.Name[:n]
	return id, true
}

// Leaf is the last of the resource's names.
func (id ID) Leaf() string { return id.Name[strings.LastIndexByte(id.Name, '/')+1:] }

// ParseID reads the id of a resource, a resource group or a subscription.
func ParseID(s string) (ID, bool) {
	p, ok := ParsePath(s)
	if !ok || p.Rest != "" {
		return ID{}, false
	}
	return p.ID, p.ID.Type != ""
}

// Path is a path of Resource Manager's API: the id of a resource, and what follows it.
type Path struct {
	// ID is the resource or scope that the path names; its Type is "" for the tenant.
	ID ID
	// Rest is what follows it: the name of a list or an operation, as in "sharedKeys".
	// It is "" if the path ends with a resource.
	Rest string
	// Provider is the namespace of the resources that Rest names, if they are not part
	// of ID: a list of resources in a scope.
	Provider string
}

// ParsePath takes a path apart, which is as it was sent: segments are percent-encoded.
// It refuses names that no resource has: empty ones, "." and "..", and those with
// slashes, quotes or control characters in them.
func ParsePath(escaped string) (Path, bool) {
	if len(escaped) > 3*maxID {
		return Path{}, false
	}
	var segs []string
	for s := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		if s == "" {
			continue // clients that join paths send "//"
		}
		u, err := url.PathUnescape(s)
		if err != nil || !validSegment(u) {
			return Path{}, false
		}
		segs = append(segs, u)
	}
	return parseSegments(segs)
}

func validSegment(s string) bool {
	if s == "." || s == ".." || len(s) > maxName || strings.ContainsAny(s, "/\\\"'<>%&?#\x7f") {
		return false
	}
	for _, r := range s {
		if r < ' ' || r == '\uFFFD' {
			return false
		}
	}
	return true
}

func parseSegments(segs []string) (Path, bool) {
	var p Path
	if len(segs) >= 2 && strings.EqualFold(segs[0], "subscriptions") {
		p.ID = ID{Type: typeSubscription, Subscription: segs[1], Name: segs[1]}
		segs = segs[2:]
		if len(segs) >= 2 && strings.EqualFold(segs[0], "resourceGroups") {
			p.ID.Type, p.ID.Group, p.ID.Name = typeGroup, segs[1], segs[1]
			segs = segs[2:]
		}
	}
	for len(segs) >= 2 && strings.EqualFold(segs[0], "providers") {
		if p.Provider != "" {
			return Path{}, false
		}
		provider := segs[1]
		segs = segs[2:]
		end := 0
		for end < len(segs) && !strings.EqualFold(segs[end], "providers") {
			end++
		}
		own := segs[:end]
		segs = segs[end:]
		if len(own) < 2 {
			p.Provider, p.Rest = provider, strings.Join(own, "/")
			if len(segs) > 0 {
				return Path{}, false
			}
			continue
		}
		var types, names []string
		for i := 0; i+1 < len(own); i += 2 {
			types, names = append(types, own[i]), append(names, own[i+1])
		}
		base := ""
		if p.ID.Type != "" && p.ID.Type != typeSubscription && p.ID.Type != typeGroup {
			base = p.ID.String()
		}
		p.ID = ID{p.ID.Subscription, p.ID.Group, provider + "/" + strings.Join(types, "/"), strings.Join(names, "/"), base}
		if len(own)%2 == 1 {
			p.Rest = own[len(own)-1]
			if len(segs) > 0 {
				return Path{}, false
			}
		}
	}
	if p.Rest == "" && p.Provider == "" {
		p.Rest = strings.Join(segs, "/")
	} else if len(segs) > 0 {
		return Path{}, false
	}
	return p, len(p.ID.String()) <= maxID || p.ID.Type == ""
}

// key is the form of an id under which its document is kept.
func key(id string) string { return "/" + strings.ToLower(strings.Trim(id, "/")) }

// within reports whether a resource is in a scope, or is it.
func within(id, scope string) bool {
	id, scope = key(id), key(scope)
	return scope == "/" || id == scope || strings.HasPrefix(id, scope+"/")
}

// Within reports whether a resource is in a scope, or is it; "" and "/" are the tenant.
func Within(id, scope string) bool { return within(id, scope) }
