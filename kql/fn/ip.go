package fn

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// IP addresses. An address may have a prefix length behind a slash: the bits after
// it count as 0.
var ipFuncs = []Func{
	{
		Name: "parse_ipv4", Kind: Scalar, Doc: "An IPv4 address as a number.",
		Overloads: []Overload{{Params: P(Str("ip")), Returns: Is(table.Long), Eval: Map1OK(func(s string) (int64, bool) {
			a, ok := parseIPv4(s)
			return int64(a.masked(32)), ok
		})}},
		Examples: []Example{{`parse_ipv4("192.168.1.1/24")`, `3232235776`}, {`parse_ipv4("x")`, `long(null)`}},
	},
	{
		Name: "parse_ipv4_mask", Kind: Scalar, Doc: "An IPv4 address as a number, of which only the first bits count.",
		Overloads: []Overload{{Params: P(Str("ip"), LongP("prefix")), Returns: Is(table.Long), Eval: Map2OK(func(s string, prefix int64) (int64, bool) {
			a, ok := parseIPv4(s)
			return int64(a.masked(prefix)), ok && prefix >= 0 && prefix <= 32
		})}},
		Examples: []Example{{`parse_ipv4_mask("127.0.0.1", 24)`, `2130706432`}},
	},
	{
		Name: "format_ipv4", Kind: Scalar, Doc: "An IPv4 address, given as text or number, of which only the first bits count.",
		Overloads: []Overload{{Params: P(AnyP("ip"), Opt(LongP("prefix"))), Returns: Is(table.String), Eval: padded(formatIPv4(false), 1, int64(32))}},
		Examples:  []Example{{`format_ipv4("192.168.1.255", 24)`, `"192.168.1.0"`}, {`format_ipv4(3232236031)`, `"192.168.1.255"`}},
	},
	{
		Name: "format_ipv4_mask", Kind: Scalar, Doc: "The network of an IPv4 address, given as text or number: address and prefix length.",
		Overloads: []Overload{{Params: P(AnyP("ip"), Opt(LongP("prefix"))), Returns: Is(table.String), Eval: padded(formatIPv4(true), 1, int64(32))}},
		Examples:  []Example{{`format_ipv4_mask("192.168.1.255", 24)`, `"192.168.1.0/24"`}},
	},
	{
		Name: "ipv4_is_private", Kind: Scalar, Doc: "Whether an IPv4 address is of a private network (RFC 1918).",
		Overloads: []Overload{{Params: P(Str("ip")), Returns: Is(table.Bool), Eval: Map1OK(func(s string) (bool, bool) {
			a, ok := parseIPv4(s)
			return a.addr>>24 == 10 || a.addr>>20 == 172<<4|1 || a.addr>>16 == 192<<8|168, ok
		})}},
		Examples: []Example{{`ipv4_is_private("192.168.1.1/24")`, `true`}, {`ipv4_is_private("127.0.0.1")`, `false`}},
	},
	{
		Name: "ipv4_netmask_suffix", Kind: Scalar, Doc: "The prefix length behind an IPv4 address, 32 if there is none.",
		Overloads: []Overload{{Params: P(Str("ip")), Returns: Is(table.Long), Eval: Map1OK(func(s string) (int64, bool) {
			a, ok := parseIPv4(s)
			return a.prefix, ok
		})}},
		Examples: []Example{{`ipv4_netmask_suffix("10.1.2.3/24")`, `24`}},
	},
	{
		Name: "ipv4_compare", Kind: Scalar, Doc: "-1, 0 or 1 as the first IPv4 address is below, equal to or above the second, by the bits that count in both.",
		Overloads: []Overload{{Params: P(Str("ip1"), Str("ip2"), Opt(LongP("prefix"))), Returns: Is(table.Long), Eval: padded(lift3(texts, texts, longs, compareIPv4), 2, int64(32))}},
		Examples:  []Example{{`ipv4_compare("192.168.1.1/24", "192.168.1.255")`, `0`}, {`ipv4_compare("10.0.0.1", "10.0.0.2")`, `long(-1)`}},
	},
	{
		Name: "ipv4_is_match", Kind: Scalar, Doc: "Whether two IPv4 addresses are equal by the bits that count in both.",
		Overloads: []Overload{{Params: P(Str("ip1"), Str("ip2"), Opt(LongP("prefix"))), Returns: Is(table.Bool), Eval: padded(lift3(texts, texts, longs, func(a, b string, prefix int64) (bool, bool) {
			c, ok := compareIPv4(a, b, prefix)
			return c == 0, ok
		}), 2, int64(32))}},
		Examples: []Example{{`ipv4_is_match("192.168.1.1", "192.168.1.0", 31)`, `true`}},
	},
	{
		Name: "ipv4_is_in_range", Kind: Scalar, Doc: "Whether an IPv4 address is in a network.",
		Overloads: []Overload{{Params: P(Str("ip"), Str("ip_range")), Returns: Is(table.Bool), Eval: Map2OK(inRangeIPv4)}},
		Examples:  []Example{{`ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")`, `true`}},
	},
	{
		Name: "ipv4_is_in_any_range", Kind: Scalar, Doc: "Whether an IPv4 address is in one of several networks.",
		Overloads: anyRange(inRangeIPv4), Examples: []Example{{`ipv4_is_in_any_range("192.168.1.6", "10.0.0.0/8", "192.168.1.1/24")`, `true`}, {`ipv4_is_in_any_range("1.2.3.4", dynamic(["10.0.0.0/8"]))`, `false`}},
	},
	{
		Name: "ipv4_range_to_cidr_list", Kind: Scalar, Doc: "The networks that together are all IPv4 addresses from one to another.",
		Overloads: []Overload{{Params: P(Str("start_ip"), Str("end_ip")), Returns: Is(table.Dynamic), Eval: Map2OK(cidrList)}},
		Examples:  []Example{{`ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255")`, `dynamic(["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"])`}},
	},
	{
		Name: "parse_ipv6", Kind: Scalar, Doc: "An IPv6 address (or an IPv4 one, mapped) in full: eight groups of four digits.",
		Overloads: []Overload{{Params: P(Str("ip")), Returns: Is(table.String), Eval: Map1OK(func(s string) (string, bool) { return fullIPv6(s, 128) })}},
		Examples:  []Example{{`parse_ipv6("192.168.255.255/24")`, `"0000:0000:0000:0000:0000:ffff:c0a8:ff00"`}, {`parse_ipv6("x")`, `""`}},
	},
	{
		Name: "parse_ipv6_mask", Kind: Scalar, Doc: "An IPv6 address (or an IPv4 one, mapped) in full, of which only the first bits count.",
		Overloads: []Overload{{Params: P(Str("ip"), LongP("prefix")), Returns: Is(table.String), Eval: Map2OK(fullIPv6)}},
		Examples:  []Example{{`parse_ipv6_mask("fe80::85d:e82c:9446:7994/120", 124)`, `"fe80:0000:0000:0000:085d:e82c:9446:7900"`}},
	},
	{
		Name: "ipv6_compare", Kind: Scalar, Doc: "-1, 0 or 1 as the first IPv6 (or IPv4) address is below, equal to or above the second, by the bits that count in both.",
		Overloads: []Overload{{Params: P(Str("ip1"), Str("ip2"), Opt(LongP("prefix"))), Returns: Is(table.Long), Eval: padded(lift3(texts, texts, longs, compareIPv6), 2, int64(128))}},
		Examples:  []Example{{`ipv6_compare("::ffff:7f00:1", "127.0.0.1")`, `0`}},
	},
	{
		Name: "ipv6_is_match", Kind: Scalar, Doc: "Whether two IPv6 (or IPv4) addresses are equal by the bits that count in both.",
		Overloads: []Overload{{Params: P(Str("ip1"), Str("ip2"), Opt(LongP("prefix"))), Returns: Is(table.Bool), Eval: padded(lift3(texts, texts, longs, func(a, b string, prefix int64) (bool, bool) {
			c, ok := compareIPv6(a, b, prefix)
			return c == 0, ok
		}), 2, int64(128))}},
		Examples: []Example{{`ipv6_is_match("fe80::1", "fe80::2", 120)`, `true`}},
	},
	{
		Name: "ipv6_is_in_range", Kind: Scalar, Doc: "Whether an IPv6 (or IPv4) address is in a network.",
		Overloads: []Overload{{Params: P(Str("ip"), Str("ip_range")), Returns: Is(table.Bool), Eval: Map2OK(inRangeIPv6)}},
		Examples:  []Example{{`ipv6_is_in_range("a5e:f127:8a9d:146d:e102:b5d3:c755:abcd", "a5e:f127:8a9d:146d:e102:b5d3:c755:0/112")`, `true`}},
	},
	{
		Name: "ipv6_is_in_any_range", Kind: Scalar, Doc: "Whether an IPv6 (or IPv4) address is in one of several networks.",
		Overloads: anyRange(inRangeIPv6), Examples: []Example{{`ipv6_is_in_any_range("fe80::1", "10.0.0.0/8", "fe80::/16")`, `true`}},
	},
}

// ipv4 is an address and how many of its bits count.
type ipv4 struct {
	addr   uint32
	prefix int64
}

func (a ipv4) masked(prefix int64) uint32 {
	return a.addr & ^uint32(0xffffffff>>uint(max(min(a.prefix, prefix), 0)))
}

func parseIPv4(s string) (ipv4, bool) {
	addr, prefix, ok := splitPrefix(s, 32)
	if !ok {
		return ipv4{}, false
	}
	a, err := netip.ParseAddr(addr)
	if err != nil || !a.Is4() {
		return ipv4{}, false
	}
	b := a.As4()
	return ipv4{uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]), prefix}, true
}

// splitPrefix cuts "address/length"; without a length it is most.
func splitPrefix(s string, most int64) (addr string, prefix int64, ok bool) {
	addr, length, has := strings.Cut(strings.TrimSpace(s), "/")
	if !has {
		return addr, most, true
	}
	n, err := strconv.ParseUint(length, 10, 8)
	return addr, int64(n), err == nil && int64(n) <= most
}

func textIPv4(a uint32) string {
	return fmt.Sprintf("%d.%d.%d.%d", a>>24, a>>16&255, a>>8&255, a&255)
}

// formatIPv4 writes an address or, with its prefix length, its network.
func formatIPv4(network bool) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		prefix := longs(args[1])
		return fill(rows, prefix.Null, func(i int) (string, bool) {
			p := prefix.Vals[i]
			a, ok := anyIPv4(args[0].At(i))
			if !ok || p < 0 || p > 32 {
				return "", false
			}
			p = min(p, a.prefix)
			if network {
				return textIPv4(a.masked(p)) + "/" + strconv.FormatInt(p, 10), true
			}
			return textIPv4(a.masked(p)), true
		}), nil
	}
}

func anyIPv4(v table.Value) (ipv4, bool) {
	if d, ok := v.(table.Dyn); ok {
		v = scalarOf(d)
	}
	switch v := v.(type) {
	case string:
		return parseIPv4(v)
	case int32, int64:
		n, _ := toLong(v)
		return ipv4{uint32(n), 32}, n >= 0 && n <= 0xffffffff
	}
	return ipv4{}, false
}

func compareIPv4(s, t string, prefix int64) (int64, bool) {
	a, ok := parseIPv4(s)
	b, ok2 := parseIPv4(t)
	if !ok || !ok2 || prefix < 0 || prefix > 32 {
		return 0, false
	}
	p := min(a.prefix, b.prefix, prefix)
	x, y := a.masked(p), b.masked(p)
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}

func inRangeIPv4(ip, network string) (bool, bool) {
	a, ok := parseIPv4(ip)
	n, ok2 := parseIPv4(network)
	return a.masked(n.prefix) == n.masked(32) && a.prefix >= n.prefix, ok && ok2
}

// anyRange makes the overloads of a test against several networks, listed or in an
// array. Networks that are not valid are passed over.
func anyRange(in func(ip, network string) (bool, bool)) []Overload {
	return []Overload{
		{Params: P(TextP("ip"), DynP("ranges")), Returns: Is(table.Bool), Slow: slow(func(w *work) Eval {
			return lift2(texts, dyns, func(ip string, ranges table.Dyn) (bool, bool) {
				list, ok := ranges.Array()
				if s, isText := ranges.Tree().(string); isText {
					list, ok = []any{s}, true
				}
				if !ok {
					return false, false
				}
				found, any := false, len(list) == 0
				for _, r := range list {
					w.Step(hashing + len(ip))
					yes, valid := in(ip, treeText(r))
					found, any = found || yes && valid, any || valid
				}
				return found, any
			})
		})},
		{Params: P(TextP("ip"), Rest(Str("ranges"))), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			ip := texts(args[0])
			return fill(rows, nil, func(i int) (bool, bool) {
				found, any := false, false
				for _, r := range args[1:] {
					yes, valid := in(ip.Vals[i], texts(r).Vals[i])
					found, any = found || yes && valid, any || valid
				}
				return found, any
			}), nil
		}},
	}
}

func cidrList(from, to string) (table.Dyn, bool) {
	a, ok := parseIPv4(from)
	b, ok2 := parseIPv4(to)
	if !ok || !ok2 || a.addr > b.addr {
		return table.Dyn{}, false
	}
	var out []any
	for lo, hi := uint64(a.addr), uint64(b.addr); lo <= hi; {
		size := min(bits.TrailingZeros64(lo|1<<32), bits.Len64(hi-lo+1)-1)
		out = append(out, textIPv4(uint32(lo))+"/"+strconv.Itoa(32-size))
		lo += 1 << size
	}
	return table.NewDyn(out), true
}

// ipv6 is an address and how many of its bits count; an IPv4 address is mapped.
type ipv6 struct {
	addr   [16]byte
	prefix int64
	dotted bool // written with an IPv4 address
}

func parseIPv6(s string) (ipv6, bool) {
	addr, prefix, ok := splitPrefix(s, 128)
	if !ok {
		return ipv6{}, false
	}
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return ipv6{}, false
	}
	dotted := strings.Contains(addr, ".")
	if dotted && strings.Contains(s, "/") {
		prefix = min(prefix+96, 128)
	}
	return ipv6{a.As16(), prefix, dotted}, true
}

// comparableIPv6 reads an address to be compared: ::1.2.3.4 is then ::ffff:1.2.3.4.
func comparableIPv6(s string) (ipv6, bool) {
	a, ok := parseIPv6(s)
	if a.dotted && [12]byte(a.addr[:12]) == [12]byte{} {
		a.addr[10], a.addr[11] = 0xff, 0xff
	}
	return a, ok
}

func (a ipv6) masked(prefix int64) [16]byte {
	p := max(min(prefix, a.prefix), 0)
	out := a.addr
	for i := range out {
		switch left := p - int64(i)*8; {
		case left <= 0:
			out[i] = 0
		case left < 8:
			out[i] &= ^byte(0xff >> left)
		}
	}
	return out
}

func fullIPv6(s string, prefix int64) (string, bool) {
	a, ok := parseIPv6(s)
	if !ok || prefix < 0 || prefix > 128 {
		return "", false
	}
	return netip.AddrFrom16(a.masked(prefix)).StringExpanded(), true
}

func compareIPv6(s, t string, prefix int64) (int64, bool) {
	a, ok := comparableIPv6(s)
	b, ok2 := comparableIPv6(t)
	if !ok || !ok2 || prefix < 0 || prefix > 128 {
		return 0, false
	}
	if a.dotted && b.dotted && prefix <= 32 {
		prefix += 96
	}
	p := min(a.prefix, b.prefix, prefix)
	x, y := a.masked(p), b.masked(p)
	return int64(strings.Compare(string(x[:]), string(y[:]))), true
}

func inRangeIPv6(ip, network string) (bool, bool) {
	a, ok := comparableIPv6(ip)
	n, ok2 := comparableIPv6(network)
	return a.masked(n.prefix) == n.masked(128) && a.prefix >= n.prefix, ok && ok2
}
