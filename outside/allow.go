package outside

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
)

// ErrNotAllowed says that an address is not on the list of those that queries may read.
var ErrNotAllowed = errors.New("the address is not allowed")

// List is which addresses may be read; the empty list is none.
type List []entry

// entry is one of a list: a scheme, a host with its port, and the beginning of a path,
// in whole segments.
type entry struct {
	scheme, host, port, path string
	wild                     bool // any name under host
}

// ParseList reads addresses joined by commas. Each is an https or http URL, up to a
// part of its path; *. before the host is any name under it.
func ParseList(text string) (List, error) { return parseList(text, "https", "http") }

// ParseServers reads servers of databases, written likewise: sqlserver://, mysql:// or
// postgresql://, and a host. Which database of it is read, its credentials say.
func ParseServers(text string) (List, error) {
	l, err := parseList(text, "sqlserver", "mysql", "postgresql")
	for _, e := range l {
		if e.path != "/" {
			return nil, fmt.Errorf("the allowed server %s: it has no path", e.host)
		}
	}
	return l, err
}

func parseList(text string, schemes ...string) (List, error) {
	var l List
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		u, err := url.Parse(item)
		if err != nil {
			return nil, fmt.Errorf("the allowed address %q: %w", item, err)
		}
		e := entry{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), port: port(u), path: path.Clean("/" + u.Path)}
		e.host, e.wild = strings.CutPrefix(e.host, "*.")
		switch {
		case !slices.Contains(schemes, e.scheme):
			return nil, fmt.Errorf("the allowed address %q: it starts with %s://", item, strings.Join(schemes, ":// or "))
		case e.host == "" || strings.Contains(e.host, "*"):
			return nil, fmt.Errorf("the allowed address %q: it names a host, or *. and a domain", item)
		case u.User != nil || u.RawQuery != "" || u.Fragment != "":
			return nil, fmt.Errorf("the allowed address %q: it has no user, no query and no fragment", item)
		}
		l = append(l, e)
	}
	return l, nil
}

// ports are those that addresses have unless they name one.
var ports = map[string]string{"https": "443", "http": "80", "sqlserver": "1433", "mysql": "3306", "postgresql": "5432"}

// port is a URL's, written or by its scheme.
func port(u *url.URL) string { return cmp.Or(u.Port(), ports[u.Scheme]) }

// allows finds the entry that an address is under.
func (l List) allows(u *url.URL) (entry, bool) {
	host, at := strings.ToLower(u.Hostname()), path.Clean("/"+u.Path)
	i := slices.IndexFunc(l, func(e entry) bool {
		named := host == e.host && !e.wild || e.wild && strings.HasSuffix(host, "."+e.host)
		return named && u.Scheme == e.scheme && port(u) == e.port && within(at, e.path)
	})
	if i < 0 || u.User != nil {
		return entry{}, false
	}
	return l[i], true
}

// within reports whether a path is another, or below it.
func within(at, top string) bool {
	return top == "/" || at == top || strings.HasPrefix(at, top+"/")
}

// private reports whether an entry names an address of the machine or of its network
// itself, so that whoever wrote it meant that.
func (e entry) private() bool {
	_, err := netip.ParseAddr(e.host)
	return err == nil || e.host == "localhost"
}

// ParseNetworks reads networks (10.0.0.0/8) joined by commas.
func ParseNetworks(text string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		p, err := netip.ParsePrefix(item)
		if err != nil {
			return nil, fmt.Errorf("the network %q: %w", item, err)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// shared is the range that carriers share (RFC 6598): no address of the public network.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// reachable reports whether an address that a name stands for may be connected to: a
// public one, or one of the networks that are listed.
func reachable(address string, networks []netip.Prefix) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	ip = ip.Unmap().WithZone("")
	if slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return fmt.Errorf("%w: its name stands for %s, which is of no network that is listed", ErrNotAllowed, ip)
	}
	return nil
}
