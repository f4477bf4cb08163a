package fn

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/yagura/yagura/table"
)

// JSON text to dynamic and back.
var jsonFuncs = []Func{
	parseJSONFunc("parse_json", "", Texts, Example{`parse_json('{"a":[1,2]}').a[1]`, `dynamic(2)`}, Example{`parse_json("not json")`, `dynamic("not json")`}),
	aliasOf(parseJSONFunc("parsejson", "parse_json", Texts, Example{`parsejson("5")`, `dynamic(5)`}), "parse_json"),
	parseJSONFunc("todynamic", "parse_json", Texts, Example{`todynamic("[1]")`, `dynamic([1])`}),
	aliasOf(parseJSONFunc("toobject", "parse_json", Texts, Example{`toobject("[1]")`, `dynamic([1])`}), "parse_json"),
	extractJSONFunc("extract_json", "", Example{`extract_json("$.hosts[1].AvailableMB", '{"hosts":[{"AvailableMB":"48"},{"AvailableMB":"1"}]}')`, `"1"`}, Example{`extract_json("$.a", '{"a":"5"}', typeof(long))`, `5`}),
	extractJSONFunc("extractjson", "extract_json", Example{`extractjson("$.a", '{"a":{"b":1}}')`, `'{"b":1}'`}),
	{
		Name: "dynamic_to_json", Kind: Scalar, Doc: "A dynamic as canonical JSON text, with its keys sorted; any other value as text.",
		Overloads: []Overload{
			{Params: P(DynP("dynamic")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
				return lift1(dyns, func(d table.Dyn) (string, bool) {
					return string(w.AppendTreeJSON(nil, sortedKeys(d.Tree()))), true
				})
			})},
			{Params: P(AnyP("dynamic")), Returns: Is(table.String), Slow: converting(table.String)},
		},
		Examples: []Example{{`dynamic_to_json(dynamic({"b":1,"a":[2]}))`, `'{"a":[2],"b":1}'`}},
	},
}

func parseJSONFunc(name, alias string, types []table.Type, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "JSON text as dynamic; text that is not JSON stays as it is.", Alias: alias, Result: FirstArg, Examples: examples,
		Overloads: []Overload{{Params: P(Param{Name: "json_text", Types: types}), Returns: Is(table.Dynamic), Slow: slow(parseJSON)}},
	}
}

func parseJSON(w *work) Eval {
	parse := func(s string) (table.Dyn, bool) { return parseDynamic(w, s) }
	return func(args []table.Vec, rows int) (table.Vec, error) {
		if args[0].Type() == table.Dynamic {
			return lift1(dyns, func(d table.Dyn) (table.Dyn, bool) {
				if s, ok := d.Tree().(string); ok {
					return parse(s)
				}
				return d, true
			})(args, rows)
		}
		return lift1(texts, parse)(args, rows)
	}
}

func parseDynamic(w *work, s string) (table.Dyn, bool) {
	if strings.TrimSpace(s) == "" {
		return table.Dyn{}, false
	}
	t, err := w.ParseTree(s)
	if err != nil {
		return table.NewDyn(s), true
	}
	return element(t)
}

func extractJSONFunc(name, alias string, examples ...Example) Func {
	return Func{
		Name: name, Kind: Scalar, Doc: "What a JSON path finds in JSON text, as text or as the type that typeof() names.", Alias: alias, Examples: examples,
		Overloads: []Overload{
			{Params: P(Const(Str("jsonPath")), Str("jsonText")), Returns: Is(table.String), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					return extractJSON(w, args, table.String, rows)
				}
			})},
			{Params: P(Const(Str("jsonPath")), Str("jsonText"), TypeP("type")), Returns: TypeArg(2), Slow: slow(func(w *work) Eval {
				return func(args []table.Vec, rows int) (table.Vec, error) {
					to, err := typeArg(args[2], rows)
					if err != nil {
						return nil, err
					}
					return extractJSON(w, args, to, rows)
				}
			})},
		},
	}
}

func extractJSON(w *work, args []table.Vec, to table.Type, rows int) (table.Vec, error) {
	paths, s := texts(args[0]), texts(args[1])
	out := table.NewVec(to, rows)
	parse := memo(func(p string) pathResult { steps, err := parsePath(p); return pathResult{steps, err} })
	for i := range rows {
		p := parse(paths.Vals[i])
		if p.err != nil {
			return nil, p.err
		}
		t, err := w.ParseTree(s.Vals[i])
		if err != nil {
			table.Append(out, nil)
			continue
		}
		table.Append(out, castTree(p.steps.find(t), to))
	}
	return out, nil
}

type pathResult struct {
	steps jsonPath
	err   error
}

// jsonPath is a list of keys (string) and positions (int).
type jsonPath []any

// parsePath reads $.key, ['key'] and [n], in any number.
func parsePath(p string) (jsonPath, error) {
	bad := func() (jsonPath, error) { return nil, fmt.Errorf("JSON path %q is not valid", p) }
	var steps jsonPath
	s := strings.TrimPrefix(p, "$")
	if s != "" && s[0] != '.' && s[0] != '[' {
		s = "." + s
	}
	for s != "" {
		if s[0] == '.' {
			end := strings.IndexAny(s[1:], ".[") + 1
			if end == 0 {
				end = len(s)
			}
			if end == 1 {
				return bad()
			}
			steps, s = append(steps, s[1:end]), s[end:]
			continue
		}
		end := strings.IndexByte(s, ']')
		if s[0] != '[' || end < 2 {
			return bad()
		}
		in := s[1:end]
		if q := in[0]; q == '\'' || q == '"' {
			close := strings.Index(s[2:], string(q)+"]")
			if close < 0 {
				return bad()
			}
			steps, s = append(steps, s[2:2+close]), s[close+4:]
			continue
		}
		n, err := strconv.Atoi(in)
		if err != nil {
			return bad()
		}
		steps, s = append(steps, n), s[end+1:]
	}
	return steps, nil
}

// find walks a tree; what is not there is nil.
func (p jsonPath) find(t any) any {
	for _, step := range p {
		switch step := step.(type) {
		case string:
			b, ok := t.(*table.Bag)
			if !ok {
				return nil
			}
			t, _ = b.Get(step)
		case int:
			a, ok := t.([]any)
			if step < 0 {
				step += len(a)
			}
			if !ok || step < 0 || step >= len(a) {
				return nil
			}
			t = a[step]
		}
	}
	return t
}

// sortedKeys returns a tree with the keys of its bags in order.
func sortedKeys(t any) any {
	switch t := t.(type) {
	case []any:
		a := make([]any, len(t))
		for i, e := range t {
			a[i] = sortedKeys(e)
		}
		return a
	case *table.Bag:
		order := make([]int, len(t.Keys))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Compare(t.Keys[i], t.Keys[j]) })
		b := &table.Bag{Keys: make([]string, len(order)), Vals: make([]any, len(order))}
		for i, k := range order {
			b.Keys[i], b.Vals[i] = t.Keys[k], sortedKeys(t.Vals[k])
		}
		return b
	}
	return t
}
