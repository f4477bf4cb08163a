package fn

import (
	"net/url"
	"strings"

	"github.com/yagura/yagura/table"
)

// URLs: their parts, and the encoding of their text.
var urlFuncs = []Func{
	parseURLFunc("parse_url", Example{`parse_url("scheme://user:pw@host:1234/this/is?k1=v1#frag").Port`, `dynamic("1234")`}, Example{`parse_url("https://x.com/a?b=1")["Query Parameters"].b`, `dynamic("1")`}),
	aliasOf(parseURLFunc("parseurl", Example{`parseurl("http://host/a").Host`, `dynamic("host")`}), "parse_url"),
	parseQueryFunc("parse_urlquery", Example{`parse_urlquery("k1=v1&k2=v2")`, `dynamic({"Query Parameters":{"k1":"v1","k2":"v2"}})`}),
	aliasOf(parseQueryFunc("parseurlquery", Example{`parseurlquery("k=v")`, `dynamic({"Query Parameters":{"k":"v"}})`}), "parse_urlquery"),
	{
		Name: "url_encode", Kind: Scalar, Doc: "A text for the query of a URL: blanks become +.",
		Overloads: []Overload{{Params: P(Str("url")), Returns: Is(table.String), Eval: Map1(func(s string) string { return percentEncode(s, "-_.!*()", true) })}},
		Examples:  []Example{{`url_encode("https://www.bing.com/hello word")`, `"https%3a%2f%2fwww.bing.com%2fhello+word"`}},
	},
	{
		Name: "url_encode_component", Kind: Scalar, Doc: "A text for any part of a URL: blanks become %20.",
		Overloads: []Overload{{Params: P(Str("url")), Returns: Is(table.String), Eval: Map1(func(s string) string { return percentEncode(s, "-_.~", false) })}},
		Examples:  []Example{{`url_encode_component("https://www.bing.com/hello word/")`, `"https%3a%2f%2fwww.bing.com%2fhello%20word%2f"`}},
	},
	{
		Name: "url_decode", Kind: Scalar, Doc: "The text that an encoded text of a URL stands for.",
		Overloads: []Overload{{Params: P(Str("encoded_url")), Returns: Is(table.String), Eval: Map1(urlDecode)}},
		Examples:  []Example{{`url_decode("https%3a%2f%2fwww.bing.com%2f")`, `"https://www.bing.com/"`}, {`url_decode("a%20b+c")`, `"a b c"`}},
	},
}

func parseURLFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The parts of a URL: Scheme, Host, Port, Path, Username, Password, Query Parameters, Fragment.", Examples: examples,
		Overloads: []Overload{{Params: P(Str("url")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval { return Map1(func(s string) table.Dyn { return parseURL(w, s) }) })}},
	}
}

func parseQueryFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "The parameters of a URL's query.", Examples: examples,
		Overloads: []Overload{{Params: P(Str("query")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return Map1(func(s string) table.Dyn {
				return table.NewDyn(&table.Bag{Keys: []string{"Query Parameters"}, Vals: []any{queryParameters(w, strings.TrimPrefix(s, "?"))}})
			})
		})}},
	}
}

// parseURL takes a URL apart; what it lacks is empty.
func parseURL(w *work, s string) table.Dyn {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		scheme, rest = "", s
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	user, password := "", ""
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, password, _ = strings.Cut(authority[:i], ":")
		authority = authority[i+1:]
	}
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.Contains(authority[i:], "]") {
		host, port = authority[:i], authority[i+1:]
	}
	return table.NewDyn(&table.Bag{
		Keys: []string{"Scheme", "Host", "Port", "Path", "Username", "Password", "Query Parameters", "Fragment"},
		Vals: []any{scheme, host, port, path, user, password, queryParameters(w, query), fragment},
	})
}

func queryParameters(w *work, q string) *table.Bag {
	b := newBagBuilder()
	for part := range strings.SplitSeq(q, "&") {
		if k, v, _ := strings.Cut(part, "="); k != "" {
			b.set(k, v)
			w.Step(hashing)
		}
	}
	return b.bag
}

// percentEncode writes all but ASCII letters, digits and keep as %xx; for forms with
// + for a blank.
func percentEncode(s, keep string, form bool) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		case c == ' ' && form:
			b.WriteByte('+')
		default:
			b.WriteString("%" + string(digits[c>>4]) + string(digits[c&15]))
		}
	}
	return b.String()
}

func urlDecode(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return strings.ToValidUTF8(d, "\ufffd")
	}
	return s
}
