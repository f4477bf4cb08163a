package fn

import (
	"strings"
	"unicode/utf8"

	"github.com/yagura/yagura/table"
)

// Functions on strings. Positions count characters from 0.
var stringFuncs = []Func{
	{
		Name: "strlen", Kind: Scalar, Doc: "Number of characters of a string.", Result: PrefixAndArg,
		Overloads: []Overload{{Params: P(TextP("string")), Returns: Is(table.Long), Eval: lift1(texts, sure(func(s string) int64 { return int64(utf8.RuneCountInString(s)) })), SQL: SQL{"duckdb:string": "length($1)"}}},
		Examples:  []Example{{`strlen("hello")`, `5`}, {`strlen("⒦⒰⒮⒯⒪")`, `5`}},
	},
	{
		Name: "string_size", Kind: Scalar, Doc: "Number of bytes of a string in UTF-8.", Result: PrefixAndArg,
		Overloads: []Overload{{Params: P(TextP("string")), Returns: Is(table.Long), Eval: lift1(texts, sure(func(s string) int64 { return int64(len(s)) })), SQL: SQL{"duckdb:string": "strlen($1)"}}},
		Examples:  []Example{{`string_size("⒦⒰⒮⒯⒪")`, `15`}},
	},
	{
		Name: "tolower", Kind: Scalar, Doc: "A string in lower case.",
		Overloads: textFunc("value", strings.ToLower, SQL{"duckdb:string": "lower($1)"}),
		Examples:  []Example{{`tolower("Hello")`, `"hello"`}},
	},
	{
		Name: "toupper", Kind: Scalar, Doc: "A string in upper case.",
		Overloads: textFunc("value", table.Fold, nil),
		Examples:  []Example{{`toupper("Hello")`, `"HELLO"`}},
	},
	{
		Name: "reverse", Kind: Scalar, Doc: "A string with its characters in the opposite order.",
		Overloads: textFunc("value", reverseText, nil),
		Examples:  []Example{{`reverse("macrosoft")`, `"tfosorcam"`}},
	},
	{
		Name: "substring", Kind: Scalar, Doc: "Part of a string, from a position, so many characters long or to the end. A negative position counts from the end.",
		Overloads: []Overload{{Params: P(AnyP("string"), IntP("start"), Opt(IntP("length"))), Returns: Is(table.String), Eval: padded(lift3(texts, longs, longs, substring), 2, int64(-1))}},
		Examples:  []Example{{`substring("123456", 1)`, `"23456"`}, {`substring("ABCD", 0, 2)`, `"AB"`}, {`substring("abc", 10)`, `""`}},
	},
	{
		Name: "strcat", Kind: Scalar, Doc: "All arguments as text, one after the other.",
		Overloads: []Overload{{Params: P(Rest(AnyP("arg"))), Returns: Is(table.String), Eval: func(args []table.Vec, rows int) (table.Vec, error) { return joined("", args, rows), nil }}},
		Examples:  []Example{{`strcat("hello", " ", "world")`, `"hello world"`}, {`strcat("a", 1, int(null))`, `"a1"`}},
	},
	{
		Name: "strcat_delim", Kind: Scalar, Doc: "The arguments as text with a delimiter, the first argument, between them.",
		Overloads: []Overload{{Params: P(AnyP("delimiter"), AnyP("arg"), Rest(AnyP("arg"))), Returns: Is(table.String), Eval: func(args []table.Vec, rows int) (table.Vec, error) {
			vs := make([]*table.Of[string], len(args))
			for i, a := range args {
				vs[i] = texts(a)
			}
			return fill(rows, nil, func(i int) (string, bool) {
				parts := make([]string, len(vs)-1)
				for k, v := range vs[1:] {
					parts[k] = v.Vals[i]
				}
				return strings.Join(parts, vs[0].Vals[i]), true
			}), nil
		}}},
		Examples: []Example{{`strcat_delim("-", 1, "A", 2s)`, `"1-A-00:00:02"`}},
	},
	{
		Name: "strcmp", Kind: Scalar, Doc: "-1, 0 or 1 as the first string comes before the second, is equal, or comes after it.",
		Overloads: []Overload{{Params: P(AnyP("s1"), AnyP("s2")), Returns: Is(table.Long), Eval: lift2(texts, texts, func(a, b string) (int64, bool) { return int64(strings.Compare(a, b)), true })}},
		Examples:  []Example{{`strcmp("ABC", "abc")`, `long(-1)`}, {`strcmp("abcde", "abc")`, `1`}},
	},
	{
		Name: "strrep", Kind: Scalar, Doc: "A value as text, repeated so many times (at most 1024), with a delimiter between.",
		Overloads: []Overload{{Params: P(AnyP("value"), LongP("multiplier"), Opt(AnyP("delimiter"))), Returns: Is(table.String), Eval: padded(lift3(texts, longs, texts, strrep), 2, "")}},
		Examples:  []Example{{`strrep("ABC", 2)`, `"ABCABC"`}, {`strrep(123, 3, ".")`, `"123.123.123"`}},
	},
	{
		Name: "indexof", Kind: Scalar, Doc: "Position of the first (or n-th) occurrence of a string in part of another, or -1.",
		Overloads: []Overload{{Params: P(AnyP("string"), AnyP("match"), Opt(IntP("start")), Opt(IntP("length")), Opt(Const(IntP("occurrence")))), Returns: Is(table.Long), Eval: padded(indexOf, 2, int64(0), int64(-1), int64(1))}},
		Examples:  []Example{{`indexof("abcdefg", "cde")`, `2`}, {`indexof("abcdefg", "cde", 3)`, `long(-1)`}, {`indexof("abcabc", "c", 0, -1, 2)`, `5`}},
	},
	{
		Name: "replace_string", Kind: Scalar, Doc: "A text with every occurrence of a string replaced.",
		Overloads: []Overload{{Params: P(Str("text"), Str("lookup"), Str("rewrite")), Returns: Is(table.String), Eval: lift3(texts, texts, texts, replaceString)}},
		Examples:  []Example{{`replace_string("axb", "x", "-")`, `"a-b"`}},
	},
	{
		Name: "replace_strings", Kind: Scalar, Doc: "A text with the strings of one array replaced by those of another, at the same place, in turn; what has been replaced is not looked at again.",
		Overloads: []Overload{{Params: P(Str("text"), DynP("lookups"), DynP("rewrites")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
			return lift3(texts, dyns, dyns, func(s string, from, to table.Dyn) (string, bool) { return replaceStrings(w, s, from, to) })
		})}},
		Examples: []Example{{`replace_strings("The quick", dynamic(["The", "quick"]), dynamic(["A", "slow"]))`, `"A slow"`}},
	},
	{
		Name: "split", Kind: Scalar, Doc: "The parts of a string between delimiters, as an array; or one of them, as an array of one.", Result: FirstArg,
		Overloads: []Overload{{Params: P(AnyP("source"), Str("delimiter")), Returns: Is(table.Dynamic), Eval: lift2(texts, texts, split)},
			{Params: P(AnyP("source"), Str("delimiter"), IntP("requestedIndex")), Returns: Is(table.Dynamic), Eval: lift3(texts, texts, longs, splitAt)}},
		Examples: []Example{{`split("aa_bb", "_")`, `dynamic(["aa","bb"])`}, {`split("aaa_bbb_ccc", "_", 1)`, `dynamic(["bbb"])`}, {`split("", "_")`, `dynamic([""])`}},
	},
	{
		Name: "translate", Kind: Scalar, Doc: "A string in which each character of a list is replaced by that at the same place of another list.",
		Overloads: []Overload{{Params: P(Str("searchList"), Str("replacementList"), Str("source")), Returns: Is(table.String), Eval: lift3(texts, texts, texts, translate)}},
		Examples:  []Example{{`translate("krasp", "otsku", "spark")`, `"kusto"`}, {`translate("abc", "x", "abc")`, `"xxx"`}, {`translate("abc", "", "ab")`, `""`}},
	},
	{
		Name: "has_any_index", Kind: Scalar, Doc: "Position in an array of the first value that a string has as a term, or -1.",
		Overloads: []Overload{{Params: P(TextP("source"), DynP("values")), Returns: Is(table.Long), Eval: lift2(texts, dyns, hasAnyIndex)}},
		Examples:  []Example{{`has_any_index("this is an example", dynamic(["this", "example"]))`, `0`}, {`has_any_index("x", dynamic(["y"]))`, `long(-1)`}},
	},
}

// textFunc makes the overload of a function of any scalar as text.
func textFunc(param string, f func(string) string, sql SQL) []Overload {
	return []Overload{{Params: P(AnyP(param)), Returns: Is(table.String), Eval: lift1(texts, sure(f)), SQL: sql}}
}

func reverseText(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

// substring cuts s; a negative length means to the end.
func substring(s string, start, length int64) (string, bool) {
	if start < 0 {
		start += int64(utf8.RuneCountInString(s))
		start = max(start, 0)
	}
	i := runeOffset(s, start)
	if length < 0 {
		return s[i:], true
	}
	return s[i : i+runeOffset(s[i:], length)], true
}

// runeOffset is where character n of s begins, len(s) if it has fewer.
func runeOffset(s string, n int64) int {
	if n >= int64(len(s)) {
		return len(s)
	}
	for i := range s {
		if n <= 0 {
			return i
		}
		n--
	}
	return len(s)
}

// joined writes each row's values as text, with delim between.
func joined(delim string, args []table.Vec, rows int) table.Vec {
	vs := make([]*table.Of[string], len(args))
	for i, a := range args {
		vs[i] = texts(a)
	}
	return fill(rows, nil, func(i int) (string, bool) {
		var b strings.Builder
		for k, v := range vs {
			if k > 0 {
				b.WriteString(delim)
			}
			b.WriteString(v.Vals[i])
		}
		return b.String(), true
	})
}

func strrep(s string, n int64, delim string) (string, bool) {
	n = min(n, 1024)
	if n <= 0 {
		return "", true
	}
	mayMake(int(n) * (len(s) + len(delim)))
	return strings.Repeat(s+delim, int(n-1)) + s, true
}

func indexOf(args []table.Vec, rows int) (table.Vec, error) {
	s, sub := texts(args[0]), texts(args[1])
	start, length, nth := longs(args[2]), longs(args[3]), longs(args[4])
	return fill(rows, either(either(start.Null, length.Null), nth.Null), func(i int) (int64, bool) {
		return indexNth(s.Vals[i], sub.Vals[i], start.Vals[i], length.Vals[i], nth.Vals[i])
	}), nil
}

// window returns the part of s that a search from start over length characters may
// see, and how many characters are before it. A negative length means to the end;
// a negative start counts from the end.
func window(s string, start, length int64) (part string, before int64, ok bool) {
	if start < 0 {
		start += int64(utf8.RuneCountInString(s))
		start = max(start, 0)
	}
	if length < -1 {
		return "", 0, false
	}
	part = s[runeOffset(s, start):]
	if length >= 0 {
		part = part[:runeOffset(part, length)]
	}
	return part, start, true
}

// indexNth finds the n-th occurrence. The length bounds how far each is from where its
// search starts, which is behind the first character of the one before.
func indexNth(s, sub string, start, length, nth int64) (int64, bool) {
	if nth < 1 {
		return 0, false
	}
	for {
		part, before, ok := window(s, start, length)
		if !ok {
			return 0, false
		}
		i := strings.Index(part, sub)
		if i < 0 || before > int64(utf8.RuneCountInString(s)) {
			return -1, true
		}
		at := before + int64(utf8.RuneCountInString(part[:i]))
		if nth--; nth == 0 {
			return at, true
		}
		start = at + 1
	}
}

func replaceString(s, lookup, rewrite string) (string, bool) {
	if lookup == "" {
		return s, true
	}
	if len(s)/len(lookup)*len(rewrite) >= mostMade {
		mayMake(strings.Count(s, lookup) * len(rewrite))
	}
	return strings.ReplaceAll(s, lookup, rewrite), true
}

// replaceStrings takes the lookups in turn; what one has replaced the next ones do
// not see. A rewrite that is not a string keeps what it should replace.
func replaceStrings(w *work, s string, lookups, rewrites table.Dyn) (string, bool) {
	from, ok := lookups.Array()
	to, ok2 := rewrites.Array()
	if !ok || !ok2 || len(from) != len(to) {
		return "", false
	}
	// Texts in turn that may still be replaced (even places) and that are done (odd).
	parts := []string{s}
	for i, l := range from {
		old, isText := l.(string)
		if !isText || old == "" {
			continue
		}
		with, isText := to[i].(string)
		if !isText {
			with = old
		}
		var next []string
		for k, p := range parts {
			if k%2 == 1 {
				next = append(next, p)
				continue
			}
			w.Step(len(p))
			for j, piece := range strings.Split(p, old) {
				if j > 0 {
					next = append(next, with)
				}
				next = append(next, piece)
			}
		}
		parts = next
	}
	made := 0
	for _, p := range parts {
		made += len(p)
	}
	mayMake(made)
	return strings.Join(parts, ""), true
}

func split(s, delim string) (table.Dyn, bool) {
	parts := splitText(s, delim)
	arr := make([]any, len(parts))
	for i, p := range parts {
		arr[i] = p
	}
	return table.NewDyn(arr), true
}

func splitText(s, delim string) []string {
	if delim == "" {
		return []string{s}
	}
	return strings.Split(s, delim)
}

func splitAt(s, delim string, n int64) (table.Dyn, bool) {
	parts := splitText(s, delim)
	if n < 0 {
		n += int64(len(parts))
	}
	if n < 0 || n >= int64(len(parts)) {
		return table.NewDyn([]any{}), true
	}
	return table.NewDyn([]any{parts[n]}), true
}

// translate replaces by place; a list that is too short goes on with its last
// character, and an empty one makes an empty string.
func translate(search, replacement, s string) (string, bool) {
	to := []rune(replacement)
	if len(to) == 0 {
		return "", true
	}
	m := map[rune]rune{}
	n := 0
	for _, r := range search {
		if _, ok := m[r]; !ok {
			m[r] = to[min(n, len(to)-1)]
		}
		n++
	}
	return strings.Map(func(r rune) rune {
		if t, ok := m[r]; ok {
			return t
		}
		return r
	}, s), true
}

func hasAnyIndex(s string, values table.Dyn) (int64, bool) {
	arr, ok := values.Array()
	if !ok {
		return 0, false
	}
	for i, v := range arr {
		if newNeedle(treeText(v)).in(s, boundStart|boundEnd) {
			return int64(i), true
		}
	}
	return -1, true
}
