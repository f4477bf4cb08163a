// Package route finds the handler of a request as Azure's hosts do: without regard
// to the case of fixed path segments and to doubled slashes, and by host where one
// path means different things on different hosts.
package route

import (
	"net/http"
	"net/url"
	"strings"
)

// Route is one endpoint. Pattern is "METHOD /fixed/{name}/{rest...}"; METHOD may be
// several, joined by "|". Hosts are suffixes of host names on which alone the route
// is served; none is every host.
type Route struct {
	Pattern string
	Hosts   []string
	Handle  http.HandlerFunc
}

// Router serves routes; of those that match, the one whose first segment that
// differs is fixed, and of equal ones the first.
type Router struct {
	routes   []parsed
	notFound http.HandlerFunc
}

type parsed struct {
	Route
	methods []string
	segs    []string
}

// New returns a router. notFound answers what no route matches.
func New(notFound http.HandlerFunc, lists ...[]Route) *Router {
	r := &Router{notFound: notFound}
	for _, l := range lists {
		for _, rt := range l {
			methods, path, ok := strings.Cut(rt.Pattern, " ")
			if !ok || !strings.HasPrefix(path, "/") {
				panic("route: not a pattern: " + rt.Pattern)
			}
			r.routes = append(r.routes, parsed{rt, strings.Split(methods, "|"), split(path)})
		}
	}
	return r
}

func split(path string) []string {
	var segs []string
	for s := range strings.SplitSeq(path, "/") {
		if s != "" {
			segs = append(segs, s)
		}
	}
	return segs
}

// ServeHTTP finds the route and calls its handler, with the pattern's names as
// path values. A path that exists under another method is 405.
func (r *Router) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	segs := split(q.URL.EscapedPath())
	for i, s := range segs {
		if u, err := url.PathUnescape(s); err == nil {
			segs[i] = u
		}
	}
	host := Host(q)
	var best *parsed
	var allow []string
	for i := range r.routes {
		p := &r.routes[i]
		if !p.onHost(host) || !p.matches(segs) {
			continue
		}
		if !p.takes(q.Method) {
			allow = append(allow, p.methods...)
			continue
		}
		if best == nil || p.before(best) {
			best = p
		}
	}
	switch {
	case best != nil:
		best.setValues(q, segs)
		best.Handle(w, q)
	case allow != nil:
		w.Header().Set("Allow", strings.Join(allow, ", "))
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		r.notFound(w, q)
	}
}

// Host is the name of the host that a request is for: in lower case, without a port.
func Host(q *http.Request) string {
	host := strings.ToLower(q.Host)
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return host
}

func (p *parsed) onHost(host string) bool {
	for _, h := range p.Hosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return len(p.Hosts) == 0
}

func (p *parsed) takes(method string) bool {
	for _, m := range p.methods {
		if m == method || m == http.MethodGet && method == http.MethodHead {
			return true
		}
	}
	return false
}

func (p *parsed) matches(segs []string) bool {
	for i, s := range p.segs {
		if strings.HasSuffix(s, "...}") {
			return true
		}
		if i >= len(segs) || s[0] != '{' && !strings.EqualFold(s, segs[i]) {
			return false
		}
	}
	return len(segs) == len(p.segs)
}

// before reports whether p is more exact than o; both match the same path.
func (p *parsed) before(o *parsed) bool {
	for i := range min(len(p.segs), len(o.segs)) {
		a, b := kind(p.segs[i]), kind(o.segs[i])
		if a != b {
			return a < b
		}
	}
	if len(p.segs) != len(o.segs) {
		return len(p.segs) > len(o.segs)
	}
	return len(p.Hosts) > 0 && len(o.Hosts) == 0
}

func kind(seg string) int {
	switch {
	case strings.HasSuffix(seg, "...}"):
		return 2
	case seg[0] == '{':
		return 1
	}
	return 0
}

func (p *parsed) setValues(q *http.Request, segs []string) {
	for i, s := range p.segs {
		switch kind(s) {
		case 1:
			q.SetPathValue(s[1:len(s)-1], segs[i])
		case 2:
			q.SetPathValue(s[1:len(s)-4], strings.Join(segs[min(i, len(segs)):], "/"))
		}
	}
}
