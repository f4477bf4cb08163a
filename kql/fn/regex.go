package fn

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// Functions of regular expressions; see Pattern.
var regexFuncs = []Func{
	{
		Name: "extract", Kind: Scalar, Doc: "What a regular expression matches in a text, or one of its groups; as text, or as the type that typeof() names.",
		Overloads: []Overload{
			{Params: P(Const(Regex(Str("regex"))), LongP("captureGroup"), Str("source")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) { return extractText(w, args, rows) }
			})},
			{Params: P(Const(Regex(Str("regex"))), LongP("captureGroup"), Str("source"), TypeP("typeLiteral")), Returns: TypeArg(3), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					to, err := typeArg(args[3], rows)
					if err != nil {
						return nil, err
					}
					v, err := extractText(w, args, rows)
					if err != nil {
						return nil, err
					}
					return castVec(v, to), nil
				}
			})},
		},
		Examples: []Example{{`extract("x=([0-9.]+)", 1, "hello x=45.6|wo")`, `"45.6"`}, {`extract("x=([0-9.]+)", 1, "x=45.6", typeof(real))`, `45.6`}},
	},
	extractAllFunc("extract_all", Example{`extract_all(@"(\d+)", "a 123, b 567")`, `dynamic(["123","567"])`}, Example{`extract_all(@"(\w)(\w)", "ab cd")`, `dynamic([["a","b"],["c","d"]])`}),
	aliasOf(extractAllFunc("extractall", Example{`extractall("(b)", "abab")`, `dynamic(["b","b"])`}), "extract_all"),
	{
		Name: "replace_regex", Kind: Scalar, Doc: `A text with all matches of a regular expression replaced; \1 stands for what its first group matched.`,
		Overloads: []Overload{{Params: P(Str("source"), Const(Regex(Str("lookup_regex"))), Const(Str("rewrite_pattern"))), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return func(args []table.Vec, rows int) (table.Vec, error) {
				return replaceRegex(w, args[0], args[1], args[2], rows)
			}
		})}},
		Examples: []Example{{`replace_regex("Number is 1", @"is (\d+)", @"was: \1")`, `"Number was: 1"`}},
	},
	aliasOf(Func{
		Name: "replace", Kind: Scalar, Doc: `A text with all matches of a regular expression replaced; \1 stands for what its first group matched.`,
		Overloads: []Overload{{Params: P(Const(Regex(Str("regex"))), Const(Str("rewrite")), Str("source")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return func(args []table.Vec, rows int) (table.Vec, error) {
				return replaceRegex(w, args[2], args[0], args[1], rows)
			}
		})}},
		Examples: []Example{{`replace("b+", "x", "abbc")`, `"axc"`}},
	}, "replace_regex"),
	trimFunc("trim", "start and the end", `^(?:%[1]s)|(?:%[1]s)$`, Example{`trim("--", "--https://bing.com--")`, `"https://bing.com"`}),
	trimFunc("trim_start", "start", `^(?:%s)`, Example{`trim_start("[^a-z]+", "12ab34")`, `"ab34"`}),
	trimFunc("trim_end", "end", `(?:%s)$`, Example{`trim_end(".com", "bing.com")`, `"bing"`}),
	{
		Name: "countof", Kind: Scalar, Doc: `How often a string occurs in a text, overlaps included; or, with "regex", how often a regular expression matches.`,
		Overloads: []Overload{{Params: P(Str("source"), Str("search"), Opt(OneOf("kind", "normal", "regex"))), Returns: Is(table.Long), Slow: slow(func(w *work) Eval { return padded(countOf(w), 2, "normal") })}},
		Examples:  []Example{{`countof("aaa", "a")`, `3`}, {`countof("aaaa", "aa")`, `3`}, {`countof("ababa", "ab?", "regex")`, `3`}},
	},
	{
		Name: "indexof_regex", Kind: Scalar, Doc: "Position of the first (or n-th) match of a regular expression in part of a text, or -1.",
		Overloads: []Overload{{Params: P(AnyP("string"), Const(Regex(AnyP("match"))), Opt(IntP("start")), Opt(IntP("length")), Opt(Const(IntP("occurrence")))), Returns: Is(table.Long), Slow: slow(func(w *work) Eval { return padded(indexOfRegex(w), 2, int64(0), int64(-1), int64(1)) })}},
		Examples:  []Example{{`indexof_regex("abcabc", "a.c")`, `0`}, {`indexof_regex("abcabcdefg", "a.c", 0, 9, 2)`, `3`}, {`indexof_regex("abc", "b", -1)`, `long(null)`}},
	},
	{
		Name: "regex_quote", Kind: Scalar, Doc: "A regular expression that matches just this text.",
		Overloads: textFunc("string", quoteRegex, nil), Examples: []Example{{`regex_quote("(so$me.Te^xt)")`, `@"\(so\$me\.Te\^xt\)"`}},
	},
}

// compiler compiles regular expressions, each once.
type compiler map[string]*regexp.Regexp

func (c compiler) get(s string) (*regexp.Regexp, error) {
	if re, ok := c[s]; ok {
		return re, nil
	}
	re, err := CompilePattern(s)
	if err != nil {
		return nil, fmt.Errorf("regular expression %q: %w", s, err)
	}
	c[s] = re
	return re, nil
}

// withRegex makes a column: f gets each row and the regular expression of that row,
// made of the column patterns by form.
func withRegex[R table.Elem](w *work, patterns table.Vec, form func(string) string, null []bool, rows int, f func(re *search, i int) (R, bool)) (table.Vec, error) {
	pats, c := texts(patterns), compiler{}
	var last *search
	var lastText string
	var err error
	out := fill(rows, null, func(i int) (r R, ok bool) {
		if err != nil {
			return r, false
		}
		if p := pats.Vals[i]; last == nil || p != lastText {
			re, e := c.get(form(p))
			if err = e; err != nil {
				return r, false
			}
			last, lastText = &search{Regexp: re, w: w}, p
		}
		return f(last, i)
	})
	return out, err
}

func asIs(s string) string { return s }

func matchesRegex(w *work) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		s := texts(args[0])
		return withRegex(w, args[1], asIs, nil, rows, func(re *search, i int) (bool, bool) { return re.matches(s.Vals[i]), true })
	}
}

func extractText(w *work, args []table.Vec, rows int) (table.Vec, error) {
	group, s := longs(args[1]), texts(args[2])
	return withRegex(w, args[0], asIs, group.Null, rows, func(re *search, i int) (string, bool) {
		m, g := re.first(s.Vals[i]), group.Vals[i]
		if g < 0 || g >= int64(len(m)/2) {
			return "", true
		}
		return Matched(s.Vals[i], m, int(g)), true
	})
}

func extractAllFunc(name string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "What the groups of a regular expression match in a text, for every match; or those groups whose numbers or names are given.", Examples: examples,
		Overloads: []Overload{
			{Params: P(Const(Regex(Str("regex"))), Str("source")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					s := texts(args[1])
					return withRegex(w, args[0], asIs, nil, rows, func(re *search, i int) (table.Dyn, bool) {
						groups := make([]int, re.NumSubexp())
						for g := range groups {
							groups[g] = g + 1
						}
						return allMatches(re, groups, s.Vals[i])
					})
				}
			})},
			{Params: P(Const(Regex(Str("regex"))), DynP("captureGroups"), Str("source")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					which, s := dyns(args[1]), texts(args[2])
					return withRegex(w, args[0], asIs, which.Null, rows, func(re *search, i int) (table.Dyn, bool) {
						groups, ok := namedGroups(re.Regexp, which.Vals[i])
						if !ok {
							return table.Dyn{}, false
						}
						return allMatches(re, groups, s.Vals[i])
					})
				}
			})},
		},
	}
}

func namedGroups(re *regexp.Regexp, which table.Dyn) ([]int, bool) {
	arr, ok := which.Array()
	if !ok {
		return nil, false
	}
	groups := make([]int, len(arr))
	for k, g := range arr {
		switch g := g.(type) {
		case string:
			groups[k] = re.SubexpIndex(g)
		case int64:
			groups[k] = int(min(max(g, -1), 1<<20))
		default:
			return nil, false
		}
		if groups[k] < 0 || groups[k] > re.NumSubexp() {
			return nil, false
		}
	}
	return groups, true
}

// allMatches returns null if nothing matches.
func allMatches(re *search, groups []int, s string) (table.Dyn, bool) {
	var all []any
	re.each(s, -1, func(m []int) {
		found := make([]any, len(groups))
		for k, g := range groups {
			found[k] = Matched(s, m, g)
		}
		switch len(found) {
		case 0:
			all = append(all, Matched(s, m, 0))
		case 1:
			all = append(all, found[0])
		default:
			all = append(all, found)
		}
	})
	return table.NewDyn(all), all != nil
}

func replaceRegex(w *work, source, regex, rewrite table.Vec, rows int) (table.Vec, error) {
	s, with := texts(source), texts(rewrite)
	template := memo(goTemplate)
	return withRegex(w, regex, asIs, nil, rows, func(re *search, i int) (string, bool) {
		return replaceAll(re, s.Vals[i], template(with.Vals[i])), true
	})
}

// replaceAll is re.ReplaceAllString, which looks at nothing of how much it makes.
func replaceAll(re *search, s, template string) string {
	if (len(s)+1)*len(template) < mostMade && len(s) <= searchedAtOnce {
		return re.ReplaceAllString(s, template)
	}
	var out []byte
	at := 0
	re.each(s, -1, func(m []int) {
		out = append(out, s[at:m[0]]...)
		out = re.ExpandString(out, template, s, m)
		mayMake(len(out))
		at = m[1]
	})
	return string(append(out, s[at:]...))
}

// goTemplate writes RE2's rewrite (\0 to \9) as Go's (${0} to ${9}).
func goTemplate(w string) string {
	var b strings.Builder
	for i := 0; i < len(w); i++ {
		switch c := w[i]; {
		case c == '\\' && i+1 < len(w) && w[i+1] >= '0' && w[i+1] <= '9':
			i++
			b.WriteString("${" + w[i:i+1] + "}")
		case c == '\\' && i+1 < len(w) && w[i+1] == '\\':
			i++
			b.WriteByte('\\')
		case c == '$':
			b.WriteString("$$")
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// trimFunc makes a function that drops a match from an end of a text; anchored is
// the expression with its anchors.
func trimFunc(name, where, anchored string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "A text without what a regular expression matches at its " + where + ".", Examples: examples,
		Overloads: []Overload{{Params: P(Const(Regex(Str("regex"))), Str("source")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return func(args []table.Vec, rows int) (table.Vec, error) {
				s := texts(args[1])
				form := func(p string) string { return fmt.Sprintf(anchored, p) }
				return withRegex(w, args[0], form, nil, rows, func(re *search, i int) (string, bool) { return re.ReplaceAllString(s.Vals[i], ""), true })
			}
		})}},
	}
}

func countOf(w *work) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		s, sub, kind := texts(args[0]), texts(args[1]), texts(args[2])
		if k, _ := constant(kind); strings.EqualFold(k, "regex") {
			return withRegex(w, args[1], asIs, nil, rows, func(re *search, i int) (int64, bool) {
				n := int64(0)
				re.each(s.Vals[i], -1, func([]int) { n++ })
				return n, true
			})
		}
		return fill(rows, nil, func(i int) (int64, bool) { return overlapping(s.Vals[i], sub.Vals[i]), true }), nil
	}
}

// overlapping counts the positions of s at which sub stands.
func overlapping(s, sub string) int64 {
	if sub == "" {
		return 0
	}
	n := int64(0)
	for {
		i := strings.Index(s, sub)
		if i < 0 {
			return n
		}
		n++
		_, w := utf8.DecodeRuneInString(s[i:])
		s = s[i+w:]
	}
}

func indexOfRegex(w *work) Eval {
	return func(args []table.Vec, rows int) (table.Vec, error) {
		s, start, length, nth := texts(args[0]), longs(args[2]), longs(args[3]), longs(args[4])
		null := either(either(start.Null, length.Null), nth.Null)
		return withRegex(w, args[1], asIs, null, rows, func(re *search, i int) (int64, bool) {
			if start.Vals[i] < 0 || nth.Vals[i] < 1 {
				return 0, false
			}
			part, before, ok := window(s.Vals[i], start.Vals[i], length.Vals[i])
			if !ok {
				return 0, false
			}
			n, at := int64(0), 0
			re.each(part, int(min(nth.Vals[i], 1<<30)), func(m []int) { n, at = n+1, m[0] })
			if n < nth.Vals[i] {
				return -1, true
			}
			return before + int64(utf8.RuneCountInString(part[:at])), true
		})
	}
}

func quoteRegex(s string) string { return regexp.QuoteMeta(s) }
