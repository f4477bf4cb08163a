package fn

import (
	"strings"

	"github.com/yagura/yagura/table"
)

// IPv4 addresses in text: they have to stand free, between characters that are
// neither letters nor digits.
var ipSearchFuncs = []Func{
	{
		Name: "has_ipv4", Kind: Scalar, Doc: "Whether a text has an IPv4 address.",
		Overloads: []Overload{{Params: P(TextP("source"), Str("ip")), Returns: Is(table.Bool), Eval: lift2(texts, texts, func(s, ip string) (bool, bool) { return hasIPv4(s, ip), true })}},
		Examples:  []Example{{`has_ipv4("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.0.1")`, `true`}, {`has_ipv4("05:04:54 127.0.0.256 GET", "127.0.0.256")`, `false`}},
	},
	{
		Name: "has_any_ipv4", Kind: Scalar, Doc: "Whether a text has one of several IPv4 addresses.",
		Overloads: searchAny("ips", hasIPv4), Examples: []Example{{`has_any_ipv4("a 127.0.0.1 b", "127.0.0.2", "127.0.0.1")`, `true`}, {`has_any_ipv4("05127.0.0.1", dynamic(["127.0.0.1"]))`, `false`}},
	},
	{
		Name: "has_ipv4_prefix", Kind: Scalar, Doc: "Whether a text has an IPv4 address that begins so; the prefix is an address, or ends in a dot.",
		Overloads: []Overload{{Params: P(TextP("source"), Str("ip_prefix")), Returns: Is(table.Bool), Eval: lift2(texts, texts, func(s, p string) (bool, bool) { return hasIPv4Prefix(s, p), true })}},
		Examples:  []Example{{`has_ipv4_prefix("a 127.0.0.1 b", "127.0.")`, `true`}, {`has_ipv4_prefix("a 127.0.0.1 b", "127.0")`, `false`}},
	},
	{
		Name: "has_any_ipv4_prefix", Kind: Scalar, Doc: "Whether a text has an IPv4 address that begins in one of several ways.",
		Overloads: searchAny("ip_prefixes", hasIPv4Prefix), Examples: []Example{{`has_any_ipv4_prefix("a 127.0.0.1 b", "10.", "127.0.")`, `true`}},
	},
}

// searchAny makes the overloads of a test for several texts, listed or in an array.
func searchAny(param string, has func(s, what string) bool) []Overload {
	return []Overload{
		{Params: P(TextP("source"), DynP(param)), Returns: Is(table.Bool), Eval: lift2(texts, dyns, func(s string, what table.Dyn) (bool, bool) {
			list, ok := what.Array()
			for _, w := range list {
				if has(s, treeText(w)) {
					return true, true
				}
			}
			return false, ok
		})},
		{Params: P(TextP("source"), Rest(Str(param))), Returns: Is(table.Bool), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			s := texts(args[0])
			return fill(rows, nil, func(i int) (bool, bool) {
				for _, w := range args[1:] {
					if has(s.Vals[i], texts(w).Vals[i]) {
						return true, true
					}
				}
				return false, true
			}), nil
		}},
	}
}

func hasIPv4(s, ip string) bool {
	if _, ok := parseIPv4(ip); !ok || strings.Contains(ip, "/") {
		return false
	}
	return indexTerm(s, ip, boundStart|boundEnd) >= 0
}

func hasIPv4Prefix(s, prefix string) bool {
	if !strings.HasSuffix(prefix, ".") {
		return hasIPv4(s, prefix)
	}
	for from := 0; ; {
		i := strings.Index(s[from:], prefix)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(prefix)
		for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.') {
			end++
		}
		_, valid := parseIPv4(strings.TrimRight(s[i:end], "."))
		if valid && !cuts(s, i) && !cuts(s, end) {
			return true
		}
		from = i + 1
	}
}
