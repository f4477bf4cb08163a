package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/yagura/yagura/kql/fn"
	"github.com/yagura/yagura/table"
)

// inventory is all that Microsoft's own parser knows of the language.
type inventory struct {
	ScalarTypes []struct {
		Name    string
		Aliases []string
	}
	QueryOperators     []struct{ Keywords []string }
	ScalarOperators    []struct{ Name string }
	Functions          []symbol
	Aggregates         []symbol
	Plugins            []symbol
	RequestOptions     []struct{ Name string }
	OperatorParameters map[string][]struct {
		Name      string
		ValueKind string
		Values    []string
	}
	Facts          map[string][]string
	Forms          []struct{ Name string }
	DocumentedOnly []struct{ Kind, Name string }
}

// symbol is a function, an aggregate or a plugin.
type symbol struct {
	Name       string
	Signatures []struct {
		Parameters []parameter
		Tabularity string
	}
}

type parameter struct {
	TypeKind, Argument string
	Types              []string
	Values             []any
	Min                int
}

// probeTable has a column of each type, named after it.
var probeTable = &table.Schema{Cols: []table.Column{
	{Name: "b", Type: table.Bool}, {Name: "i", Type: table.Int}, {Name: "l", Type: table.Long}, {Name: "r", Type: table.Real},
	{Name: "d", Type: table.Decimal}, {Name: "s", Type: table.String}, {Name: "t", Type: table.Datetime},
	{Name: "p", Type: table.Timespan}, {Name: "g", Type: table.Guid}, {Name: "y", Type: table.Dynamic},
}}

// TestInventory asks for every entry of the inventory in a query of its own, which must
// run on an empty table, or be refused with the entry's name and the reason.
func TestInventory(t *testing.T) {
	text, err := os.ReadFile(suiteFile("inventory.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the suite ../shared/kql is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var inv inventory
	if err := json.Unmarshal(text, &inv); err != nil {
		t.Fatal(err)
	}
	p := &prober{t: t, env: &tables{schemas: map[string]*table.Schema{"T": probeTable}, names: []string{"T"}}}
	fmt.Fprintf(&p.report, "\n%-24s %11s %7s %7s %7s\n", "inventory", "implemented", "refused", "missing", "of")
	p.section("types", func() {
		for _, s := range inv.ScalarTypes {
			for _, name := range append(s.Aliases, s.Name) {
				p.ask("type "+name, probeType(name))
			}
		}
	})
	p.section("operators", func() {
		for _, o := range inv.QueryOperators {
			for _, k := range o.Keywords {
				p.ask(k, operatorProbes[k])
			}
		}
	})
	p.section("statements, forms", func() {
		for _, f := range inv.Forms {
			p.ask(f.Name, formProbes[f.Name])
		}
	})
	p.section("scalar operators", func() {
		for _, o := range inv.ScalarOperators {
			op := spelling(o.Name)
			p.ask(op, probeOperator(op))
		}
	})
	p.section("functions", func() {
		for _, s := range inv.Functions {
			p.ask(s.Name, probeFunction(s))
		}
	})
	p.section("aggregates", func() {
		for _, s := range inv.Aggregates {
			p.ask(s.Name, probeAggregate(s))
		}
	})
	p.section("plugins", func() {
		for _, s := range inv.Plugins {
			p.ask(s.Name, pluginProbe(s.Name))
		}
	})
	p.section("request options", func() {
		for _, o := range inv.RequestOptions {
			p.ask("set "+o.Name, optionProbe(o.Name))
		}
	})
	p.section("operator parameters", func() {
		for section, params := range inv.OperatorParameters {
			if section == "AllParameters" { // those of the others, and internal ones without an operator
				continue
			}
			for _, x := range params {
				for _, v := range parameterValues(x.ValueKind, x.Values) {
					p.ask(section+" "+x.Name+"="+v, probeParameter(section, x.Name, v))
				}
			}
		}
	})
	p.section("words", func() {
		for fact, template := range factProbes {
			for _, w := range inv.Facts[fact] {
				p.ask(fact+" "+w, fmt.Sprintf(template, w))
			}
		}
	})
	p.section("documented only", func() {
		for _, d := range inv.DocumentedOnly {
			p.ask(d.Kind+" "+d.Name, documentedProbes[d.Name])
		}
	})
	t.Log(p.report.String())
}

// prober counts what queries that ask for entries answer.
type prober struct {
	t                             *testing.T
	env                           *tables
	report                        strings.Builder
	implemented, refused, missing int
}

func (p *prober) section(name string, ask func()) {
	p.implemented, p.refused, p.missing = 0, 0, 0
	ask()
	all := p.implemented + p.refused + p.missing
	if all == 0 {
		p.t.Errorf("%s: the inventory has none", name)
	}
	fmt.Fprintf(&p.report, "%-24s %11d %7d %7d %7d\n", name, p.implemented, p.refused, p.missing, all)
}

// ask runs a query on no rows.
func (p *prober) ask(entry, query string) {
	if query == "" {
		p.missing++
		p.t.Errorf("%s: nothing asks for it", entry)
		return
	}
	_, err := answer(query, p.env)
	switch reason := refusal(entry); {
	case reason == "" && (err == nil || strings.Contains(err.Error(), "no address is allowed")):
		p.implemented++ // what reads from elsewhere has nowhere to read from here
	case err == nil:
		p.missing++
		p.t.Errorf("%s: %s: it is there, though it is refused: %s", entry, query, reason)
	case reason != "" && strings.Contains(err.Error(), reason):
		p.refused++
	default:
		p.missing++
		p.t.Errorf("%s: %s: %v", entry, query, err)
	}
}

// refusal is the reason why an entry is not there, or "".
func refusal(entry string) string {
	_, entry = cut(entry)
	if reason, ok := fn.Refused(entry); ok {
		return reason
	}
	if reason, ok := clauseRefusal[entry]; ok {
		reason, _ = fn.Refused(reason)
		return reason
	}
	if pl, ok := fn.LookupPlugin(entry); ok && pl.Refused != "" {
		return pl.Refused
	}
	return ""
}

// cut takes the kind before an entry's name off.
func cut(entry string) (kind, name string) {
	if k, n, ok := strings.Cut(entry, " "); ok && slices.Contains([]string{"function", "plugin", "operator"}, k) {
		return k, n
	}
	return "", entry
}

// probeType asks for a type by one of its names.
func probeType(name string) string {
	switch name {
	case "null":
		return "print x = dynamic(null)"
	case "type":
		return "print x = gettype(typeof(long))"
	}
	return fmt.Sprintf("let f = (a: %[1]s) { a }; datatable(x: %[1]s)[] | extend y = f(x)", name)
}

// operatorProbes ask for operators, by keyword.
var operatorProbes = map[string]string{
	"as":                    "T | as U",
	"assert-schema":         "T | project l | assert-schema (l: long)",
	"consume":               "T | consume",
	"count":                 "T | count",
	"distinct":              "T | distinct s, l",
	"evaluate":              "T | evaluate narrow()",
	"__executeAndCache":     "T | __executeAndCache",
	"extend":                "T | extend x = l + 1",
	"facet":                 "T | facet by s with (take 1)",
	"where":                 "T | where l > 1",
	"filter":                "T | filter l > 1",
	"find":                  "find in (T) where l > 1",
	"getschema":             "T | getschema",
	"graph-match":           graphProbe + "| graph-match (n)-[e]->(m) where e.l > 1 project n.s, m.s",
	"graph-shortest-paths":  graphProbe + "| graph-shortest-paths (n)-[e*1..3]->(m) where n.s == 'a' project m.s",
	"graph-to-table":        graphProbe + "| graph-to-table nodes",
	"invoke":                "let f = (X: (l: long)) { X | where l > 1 }; T | invoke f()",
	"lookup":                "T | lookup (T) on l",
	"join":                  "T | join (T) on l",
	"search":                "search in (T) 'x'",
	"fork":                  "T | fork (count) (take 1)",
	"macro-expand":          "macro-expand entity_group [database('x')] as D (T)",
	"make-graph":            graphProbe + "| graph-to-table edges",
	"graph-mark-components": graphProbe + "| graph-mark-components kind=weak | graph-to-table nodes",
	"graph-where-nodes":     graphProbe + "| graph-where-nodes s != 'a' | graph-to-table nodes",
	"graph-where-edges":     graphProbe + "| graph-where-edges l > 1 | graph-to-table nodes",
	"make-series":           "T | make-series avg(l) on t from datetime(2024-01-01) to datetime(2024-01-02) step 1h by s",
	"mv-apply":              "T | mv-apply y on (take 1)",
	"mvapply":               "T | mvapply y on (take 1)",
	"mv-expand":             "T | mv-expand y",
	"mvexpand":              "T | mvexpand y",
	"__partitionby":         "T | __partitionby s (take 1)",
	"partition":             "T | partition by s (take 1)",
	"parse":                 "T | parse s with 'a' x 'b'",
	"parse-where":           "T | parse-where s with 'a' x 'b'",
	"parse-kv":              "T | parse-kv s as (a: long)",
	"print":                 "print 1",
	"project":               "T | project l",
	"project-away":          "T | project-away l",
	"project-by-names":      "T | project-by-names dynamic(['l'])",
	"project-keep":          "T | project-keep l",
	"project-rename":        "T | project-rename x = l",
	"project-reorder":       "T | project-reorder s",
	"range":                 "range x from 1 to 3 step 1",
	"reduce":                "T | reduce by s",
	"render":                "T | project t, l | render timechart",
	"sample":                "T | sample 1",
	"sample-distinct":       "T | sample-distinct 1 of s",
	"scan":                  "T | scan with (step one: l > 1;)",
	"serialize":             "T | serialize n = row_number()",
	"sort":                  "T | sort by l",
	"order":                 "T | order by l",
	"summarize":             "T | summarize count() by s",
	"take":                  "T | take 1",
	"limit":                 "T | limit 1",
	"top-hitters":           "T | top-hitters 1 of s",
	"top":                   "T | top 1 by l",
	"top-nested":            "T | top-nested 1 of s by sum(l)",
	"union":                 "T | union T",
}

const graphProbe = "T | extend k = s | make-graph s --> k with T on s "

var formProbes = map[string]string{
	"datatable":                "datatable(x: long)[1]",
	"externaldata":             "externaldata(x: long)[\"https://example.test/x.csv\"] | take 0",
	"inline_external_table":    "inline_external_table(x: long) kind=storage dataformat=csv (h@'https://example.test/c;impersonate') | take 0",
	"materialize":              "let X = materialize(T); X | union X",
	"toscalar":                 "print toscalar(T | count)",
	"totable":                  "T | where l in (totable(T | project l))",
	"let":                      "let x = 1; print x",
	"set":                      "set notruncation; T",
	"declare query_parameters": "declare query_parameters(x: long = 1); print x",
	"declare pattern":          "declare pattern p = (a: string)[b: string] { ('x').['y'] = { T }; }; p('x').y",
	"alias database":           "alias database D = database('x'); database('D').T",
	"restrict access to":       "restrict access to (T); T",
	"batch (;)":                "T | count; T | take 1",
}

// operatorSpelling is how an operator is written whose name is not its spelling in
// snake case.
var operatorSpelling = map[string]string{
	"And": "and", "Or": "or", "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Modulo": "%",
	"LessThan": "<", "LessThanOrEqual": "<=", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "Equal": "==", "NotEqual": "!=",
	"EqualTilde": "=~", "BangTilde": "!~", "MatchRegex": "matches regex", "In": "in~", "InCs": "in", "NotIn": "!in~", "NotInCs": "!in",
	"Like": "like", "LikeCs": "likecs", "NotLike": "notlike", "NotLikeCs": "notlikecs",
}

// spelling is how a scalar operator is written.
func spelling(name string) string {
	if s, ok := operatorSpelling[name]; ok {
		return s
	}
	bare, not := strings.CutPrefix(name, "Not")
	bare, cs := strings.CutSuffix(bare, "Cs")
	var s string
	for _, w := range []string{"HasPrefix", "HasSuffix", "StartsWith", "EndsWith"} {
		if bare == w {
			s = strings.ToLower(w)
		}
	}
	if s == "" {
		for i, c := range bare {
			if i > 0 && c >= 'A' && c <= 'Z' {
				s += "_"
			}
			s += strings.ToLower(string(c))
		}
	}
	if cs {
		s += "_cs"
	}
	if not {
		s = "!" + s
	}
	return s
}

func probeOperator(op string) string {
	switch op {
	case "unary_minus":
		return "T | project -l"
	case "unary_plus":
		return "T | project +l"
	case "search":
		return "T | where * has 'x'"
	case "and", "or":
		return "T | where b " + op + " b"
	case "+", "-", "*", "/", "%", "<", "<=", ">", ">=":
		return "T | project l " + op + " r"
	case "between", "!between":
		return "T | where l " + op + " (1 .. 2)"
	case "in", "in~", "!in", "!in~", "has_any", "has_all":
		return "T | where s " + op + " ('a', 'b')"
	}
	return "T | where s " + op + " 'a'"
}

// functionProbes ask for what cannot be asked for with arguments made from the
// signature.
var functionProbes = map[string]string{
	"assert":                         `T | where assert(1 < 2, "m")`,
	"pack_all":                       "T | project a = pack_all(), b = pack_all(true)",
	"all":                            graphProbe + "| graph-match (n)-[e*1..3]->(m) where all(e, l > 1) project n.s",
	"any":                            graphProbe + "| graph-match (n)-[e*1..3]->(m) where any(e, l > 1) project n.s",
	"map":                            graphProbe + "| graph-match (n)-[e*1..3]->(m) project map(e, l)",
	"inner_nodes":                    graphProbe + "| graph-match (n)-[e*1..3]->(m) project map(inner_nodes(e), s)",
	"labels":                         graphProbe + "| graph-match (n)-[e]->(m) project labels(n), labels(e)",
	"node_degree_in":                 graphProbe + "| graph-match (n)-[e]->(m) project node_degree_in(n)",
	"node_degree_out":                graphProbe + "| graph-match (n)-[e]->(m) project node_degree_out(n)",
	"node_id":                        graphProbe + "| graph-match (n)-[e]->(m) project node_id(n)",
	"bin_auto":                       "set query_bin_auto_size = 10; T | project bin_auto(l)",
	"cluster":                        "cluster('x').database('y').T",
	"database":                       "database('y').T",
	"table":                          "table('T')",
	"cursor_after":                   "T | extend _TimeReceived = t | where cursor_after('')",
	"cursor_before_or_at":            "T | extend _TimeReceived = t | where cursor_before_or_at('')",
	"row_id":                         "T | extend _ItemId = s | project row_id()",
	"parse_command_line":             "T | project parse_command_line(s, 'windows')",
	"entity_group":                   "let g = entity_group('stored group'); macro-expand g as D (D.T)",
	"external_table":                 "external_table('stored external') | take 0",
	"graph":                          "graph('stored graph') | graph-to-table edges",
	"materialized_view":              "materialized_view('stored view')",
	"stored_query_result":            "stored_query_result('stored result')",
	"percentile":                     "T | summarize percentile(l, 50)",
	"percentiles":                    "T | summarize percentiles(l, 5, 50)",
	"percentiles_array":              "T | summarize percentiles_array(l, 5, 50)",
	"percentilew":                    "T | summarize percentilew(l, l, 50)",
	"percentilesw":                   "T | summarize percentilesw(l, l, 5, 50)",
	"percentilesw_array":             "T | summarize percentilesw_array(l, l, 5, 50)",
	"current_principal_is_member_of": "print current_principal_is_member_of('aadgroup=x')",
}

func probeFunction(s symbol) string {
	if q, ok := functionProbes[s.Name]; ok {
		return q
	}
	return "T | serialize " + strings.Join(calls(s), ", ")
}

func probeAggregate(s symbol) string {
	if q, ok := functionProbes[s.Name]; ok {
		return q
	}
	return "T | summarize " + strings.Join(calls(s), ", ")
}

// calls are calls with as few and with as many arguments as each signature takes.
func calls(s symbol) []string {
	var out []string
	for _, sig := range s.Signatures {
		for _, full := range []bool{false, true} {
			var args []string
			for _, p := range sig.Parameters {
				n := p.Min
				if full {
					n = max(n, 1)
				}
				for range n {
					args = append(args, argument(p))
				}
			}
			c := s.Name + "(" + strings.Join(args, ", ") + ")"
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// argument is a value that a parameter takes: a column, or a constant where it must be.
func argument(p parameter) string {
	if len(p.Values) > 0 {
		return fmt.Sprintf("%q", p.Values[0])
	}
	kind := p.TypeKind
	if kind == "Declared" {
		kind = p.Types[0]
	}
	v, ok := arguments[kind]
	if !ok {
		v = arguments["Scalar"]
	}
	if p.Argument == "Constant" || p.Argument == "Literal" || p.Argument == "LiteralNotEmpty" {
		return v.constant
	}
	return v.column
}

var arguments = map[string]struct{ column, constant string }{
	"bool": {"b", "true"}, "datetime": {"t", "datetime(2024-01-01)"}, "decimal": {"d", "decimal(1)"}, "dynamic": {"y", "dynamic([1])"},
	"guid": {"g", "guid(00000000-0000-0000-0000-000000000001)"}, "int": {"i", "int(1)"}, "long": {"l", "1"}, "real": {"r", "1.5"},
	"string": {"s", "'a'"}, "timespan": {"p", "1h"}, "type": {"typeof(long)", "typeof(long)"},
	"DynamicArray": {"y", "dynamic([1])"}, "DynamicBag": {"y", "dynamic({})"}, "Integer": {"l", "1"}, "IntegerOrArray": {"l", "1"},
	"Number": {"r", "1"}, "NumberOrBool": {"r", "1"}, "StringOrArray": {"s", "'a'"}, "StringOrDynamic": {"s", "'a'"},
	"Summable": {"l", "1"}, "Tabular": {"T", "T"}, "Scalar": {"l", "1"},
}

// pluginProbes ask for plugins.
var pluginProbes = map[string]string{
	"active_users_count":                    "T | evaluate active_users_count(s, t, datetime(2024-01-01), datetime(2024-02-01), 7d, 1d, 2, 7d)",
	"activity_counts_metrics":               "T | evaluate activity_counts_metrics(s, t, datetime(2024-01-01), datetime(2024-02-01), 1d)",
	"activity_engagement":                   "T | evaluate activity_engagement(s, t, datetime(2024-01-01), datetime(2024-02-01), 1d, 7d)",
	"activity_metrics":                      "T | evaluate activity_metrics(s, t, datetime(2024-01-01), datetime(2024-02-01), 1d)",
	"autocluster":                           "T | project s, l | evaluate autocluster()",
	"bag_unpack":                            "T | evaluate bag_unpack(y)",
	"basket":                                "T | project s, l | evaluate basket()",
	"dcount_intersect":                      "T | summarize h = hll(l), k = hll(s) | evaluate dcount_intersect(h, k)",
	"diffpatterns":                          "T | project s, l, k = s | evaluate diffpatterns(k, 'a', 'b')",
	"estimate_rows_count":                   "T | evaluate estimate_rows_count()",
	"funnel_sequence":                       "T | evaluate funnel_sequence(g, t, datetime(2024-01-01), datetime(2024-02-01), 1d, 1d, s, dynamic(['a', 'b']))",
	"funnel_sequence_completion":            "T | evaluate funnel_sequence_completion(g, t, datetime(2024-01-01), datetime(2024-02-01), 1d, s, dynamic(['a', 'b']), dynamic([1d]))",
	"geo_line_lookup":                       "T | evaluate geo_line_lookup(T, y, r, r, 10.0)",
	"geo_polygon_lookup":                    "T | evaluate geo_polygon_lookup(T, y, r, r)",
	"http_request":                          "evaluate http_request('https://example.test/') | take 0",
	"http_request_post":                     "evaluate http_request_post('https://example.test/') | take 0",
	"identity":                              "T | evaluate identity()",
	"infer_storage_schema":                  "evaluate infer_storage_schema(dynamic({'StorageContainers': ['https://example.test/c'], 'DataFormat': 'csv'})) | take 0",
	"infer_storage_schema_with_suggestions": "evaluate infer_storage_schema_with_suggestions(dynamic({'StorageContainers': ['https://example.test/c'], 'DataFormat': 'csv'})) | take 0",
	"ipv4_lookup":                           "T | evaluate ipv4_lookup(T, s, s)",
	"ipv6_lookup":                           "T | evaluate ipv6_lookup(T, s, s)",
	"python":                                "T | evaluate python(typeof(*, z:real), 'result = df')",
	"r":                                     "T | evaluate r(typeof(*, z:real), 'result <- df')",
	"csharp":                                "T | evaluate csharp(typeof(*, z:real), '')",
	"cosmosdb_sql_request":                  "evaluate cosmosdb_sql_request('AccountEndpoint=https://example.test', 'select 1')",
	"dax_request":                           "evaluate dax_request('https://example.test', 'evaluate x')",
	"azure_digital_twins_query_request":     "evaluate azure_digital_twins_query_request('https://example.test', 'select 1')",
	"execute_query":                         "evaluate execute_query('https://example.test', 'print 1')",
	"execute_show_command":                  "evaluate execute_show_command('https://example.test', '.show tables')",
	"ai_embed_text":                         "T | evaluate ai_embed_text(s, 'https://example.test')",
	"ai_embeddings":                         "T | evaluate ai_embeddings(s, 'https://example.test')",
	"ai_chat_completion":                    "T | evaluate ai_chat_completion(y, 'https://example.test')",
	"ai_chat_completion_prompt":             "T | evaluate ai_chat_completion_prompt(s, 'https://example.test')",
	"mysql_request":                         "evaluate mysql_request('Server=example.test', 'select 1') : (a: long) | take 0",
	"postgresql_request":                    "evaluate postgresql_request('Host=example.test', 'select 1') : (a: long) | take 0",
	"sql_request":                           "evaluate sql_request('Server=tcp:example.test', 'select 1') : (a: long) | take 0",
	"narrow":                                "T | evaluate narrow()",
	"new_activity_metrics":                  "T | evaluate new_activity_metrics(s, t, datetime(2024-01-01), datetime(2024-02-01), 1d)",
	"pivot":                                 "T | project s, l | evaluate pivot(s, sum(l))",
	"preview":                               "T | evaluate preview(1)",
	"rolling_percentile":                    "T | evaluate rolling_percentile(r, 50, t, 1d, 3)",
	"rows_near":                             "T | evaluate rows_near(l == 1, 1)",
	"sequence_detect":                       "T | evaluate sequence_detect(t, 1h, 1d, a = (s == 'a'), b = (s == 'b'))",
	"session_count":                         "T | evaluate session_count(s, l, 1, 9, 1, 2)",
	"sliding_window_counts":                 "T | evaluate sliding_window_counts(s, t, datetime(2024-01-01), datetime(2024-02-01), 7d, 1d)",
	"diffpatterns_text":                     "T | evaluate diffpatterns_text(s, l > 1)",
	"schema_merge":                          "T | getschema | evaluate schema_merge()",
}

func pluginProbe(name string) string {
	if q, ok := pluginProbes[name]; ok {
		return q
	}
	return "evaluate " + name + "()"
}

// clauseRefusal tells under what name an entry is refused that has no name of its own.
var clauseRefusal = map[string]string{
	"ScanParameters kind=partial": "scan kind=…",
	"ScanParameters kind=full":    "scan kind=…",
}

// optionProbe sets an option to a value of its type.
func optionProbe(name string) string {
	value, ok := optionValues[name]
	if !ok {
		return "set " + name + "; T"
	}
	return "set " + name + " = " + value + "; T | extend _TimeReceived = t"
}

var optionValues = map[string]string{
	"query_bin_auto_at": "0", "query_bin_auto_size": "10", "query_now": "datetime(2024-01-01)", "query_language": "'kql'",
	"query_datetimescope_from": "datetime(2024-01-01)", "query_datetimescope_to": "datetime(2024-01-02)", "query_datetimescope_column": "'TimeGenerated'",
	"query_take_max_records": "5", "truncationmaxrecords": "5", "truncationmaxsize": "5", "query_max_entities_in_union": "5", "maxoutputcolumns": "50",
	"maxmemoryconsumptionperiterator": "5000000", "max_memory_consumption_per_query_per_node": "5000000",
	"query_cursor_after_default": "''", "query_cursor_before_or_at_default": "''", "query_cursor_current": "'1'", "query_cursor_scoped_tables": "dynamic(['X'])",
}

// parameterProbes have a %s where a parameter of an operator stands.
var parameterProbes = map[string]string{
	"AsParameters":                  "T | as %s U",
	"ConsumeParameters":             "T | consume %s",
	"DistinctParameters":            "T | distinct %s s",
	"EvaluateParameters":            "T | evaluate %s narrow()",
	"FindParameters":                "find %s in (T) where l > 1",
	"GraphMatchParameters":          graphProbe + "| graph-match %s (n)-[e]->(m) project n.s",
	"GraphShortestPathsParameters":  graphProbe + "| graph-shortest-paths %s (n)-[e*1..3]->(m) project n.s",
	"RestrictStatementParameters":   "restrict access to (T) with (%s); T",
	"JoinParameters":                "T | join %s (T) on l",
	"GraphMarkComponentsParameters": graphProbe + "| graph-mark-components %s | graph-to-table nodes",
	"LookupParameters":              "T | lookup %s (T) on l",
	"MakeSeriesParameters":          "T | make-series %s avg(l) on t from datetime(2024-01-01) to datetime(2024-01-02) step 1h by s",
	"MvApplyParameters":             "T | mv-apply %s y on (take 1)",
	"MvExpandParameters":            "T | mv-expand %s y",
	"ParseParameters":               "T | parse %s s with 'a' x 'b'",
	"ParseKvWithProperties":         "T | parse-kv s as (a: long) with (%s)",
	"PartitionByParameters":         "T | __partitionby %s s (take 1)",
	"PartitionParameters":           "T | partition %s by s (take 1)",
	"ReduceParameters":              "T | reduce %s by s",
	"ReduceWithParameters":          "T | reduce by s with %s",
	"GraphToTableEdgesParameters":   graphProbe + "| graph-to-table edges %s",
	"GraphToTableNodesParameters":   graphProbe + "| graph-to-table nodes %s",
	"GraphMakeParameters":           "T | extend k = s | make-graph %s s --> k | graph-to-table edges",
	"RenderParameters":              "T | project t, l | render timechart %s",
	"RenderWithProperties":          "T | project t, l | render timechart with (%s)",
	"ScanParameters":                "T | scan %s with (step one: l > 1;)",
	"SearchParameters":              "search %s in (T) 'x'",
	"SortParameters":                "T | sort %s by l",
	"SummarizeParameters":           "T | summarize %s count() by s",
	"TopParameters":                 "T | top %s 1 by l",
	"UnionParameters":               "union %s T, T",
	"MacroExpandParameters":         "macro-expand %s entity_group [database('x')] as D (T)",
}

// parameterValues are values that a parameter takes.
func parameterValues(kind string, values []string) []string {
	if len(values) > 0 {
		return values
	}
	switch kind {
	case "BoolLiteral":
		return []string{"true", "false"}
	case "IntegerLiteral", "NumericLiteral", "ScalarLiteral":
		return []string{"1"}
	case "ForcedRealLiteral":
		return []string{"1.5"}
	case "StringLiteral", "String":
		return []string{"','"}
	case "NameDeclaration":
		return []string{"new_name"}
	case "Column":
		return []string{"s"}
	case "ColumnList":
		return []string{"l"}
	}
	return []string{"x"}
}

func probeParameter(section, name, value string) string {
	switch section + " " + name {
	case "ParseParameters flags":
		value = "i kind=regex"
	case "ParseKvWithProperties regex":
		value = "'(a)=(b)'"
	case "ReduceWithParameters threshold":
		value = "0.5"
	case "RenderParameters by", "RenderParameters with":
		return "T | project t, l | render timechart " + map[string]string{"by": "by l", "with": "with (title='a')"}[name]
	}
	template, ok := parameterProbes[section]
	if !ok {
		return ""
	}
	return fmt.Sprintf(template, name+"="+value)
}

// factProbes have a %s where a word of a list stands.
var factProbes = map[string]string{
	"ParamTypes":           "let f = (a: %s) { a }; print 1",
	"ExtendedParamTypes":   "let f = (a: %s) { a }; print 1",
	"ChartTypes":           "T | project t, l | render %s",
	"DateTimeParts":        "T | project datetime_part('%s', t)",
	"DateDiffParts":        "T | project datetime_diff('%s', t, t)",
	"ScanStepOutputValues": "T | scan with (step one output=%s: l > 1;)",
	"ToScalarKinds":        "print toscalar kind=%s (T | count)",
	"ToTableKinds":         "T | where l in (totable kind=%s (T | project l))",
	"DataScopeValues":      "T datascope=%s",
}

// documentedProbes ask for what has a page, though the parser has no symbol for it.
var documentedProbes = map[string]string{
	"materialize":              formProbes["materialize"],
	"toscalar":                 formProbes["toscalar"],
	"percentile_array_tdigest": "T | summarize h = tdigest(l) | project percentiles_array_tdigest(h, dynamic([50]))",
	"datatable":                formProbes["datatable"],
	"externaldata":             formProbes["externaldata"],
	"inline_external_table":    formProbes["inline_external_table"],
	"numerical":                "T | project l + r * 2",
	"query":                    "T",
	"string":                   "T | where s contains 'a'",
	"diffpatterns_text":        pluginProbes["diffpatterns_text"],
	"schema_merge":             pluginProbes["schema_merge"],
	"between":                  probeOperator("between"), "contains": probeOperator("contains"), "contains_cs": probeOperator("contains_cs"),
	"endswith": probeOperator("endswith"), "endswith_cs": probeOperator("endswith_cs"), "has": probeOperator("has"),
	"has_all": probeOperator("has_all"), "has_any": probeOperator("has_any"), "has_cs": probeOperator("has_cs"),
	"hasprefix": probeOperator("hasprefix"), "hasprefix_cs": probeOperator("hasprefix_cs"), "hassuffix": probeOperator("hassuffix"),
	"hassuffix_cs": probeOperator("hassuffix_cs"), "in": probeOperator("in"), "startswith": probeOperator("startswith"),
	"startswith_cs": probeOperator("startswith_cs"),
}
