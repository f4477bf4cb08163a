package fn

import (
	"fmt"
	"strings"
	"sync"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/yagura/yagura/table"
)

var userAgentFuncs = []Func{{
	Name: "parse_user_agent", Kind: Scalar, Doc: `What a user agent says of its "browser", "os" or "device": one of them, or several in an array.`,
	Overloads: []Overload{
		{Params: P(Str("user_agent")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return lift1(texts, func(s string) (table.Dyn, bool) { return parseUserAgent(w, s, []any{"browser", "os", "device"}) })
		})},
		{Params: P(Str("user_agent"), TextP("look_for")), Returns: Is(table.Dynamic), Slow: slow(func(w *work) Eval {
			return lift2(texts, dyns, func(s string, look table.Dyn) (table.Dyn, bool) {
				if list, ok := look.Array(); ok {
					return parseUserAgent(w, s, list)
				}
				return parseUserAgent(w, s, []any{look.Tree()})
			})
		})},
	},
	Examples: []Example{{`parse_user_agent("Mozilla/5.0 (Windows; U; en-US) AppleWebKit/531.9 (KHTML, like Gecko) AdobeAIR/2.5.1", "browser")`, `dynamic({"Browser":{"Family":"AdobeAIR","MajorVersion":"2","MinorVersion":"5","Patch":"1"}})`}},
}}

// agents compiles its thousand expressions at the first use.
var agents = sync.OnceValue(func() *uaparser.Parser {
	p, err := uaparser.New()
	if err != nil {
		panic(fmt.Sprintf("fn: user agents: %v", err))
	}
	return p
})

// mostAgent is how many bytes of a user agent are looked at: none is longer, and its
// thousand expressions would be looked for through all of a long text.
const (
	mostAgent  = 4 << 10
	agentSteps = 1 << 10 // that a byte of one takes
)

func parseUserAgent(w *work, s string, look []any) (table.Dyn, bool) {
	s = s[:min(len(s), mostAgent)]
	w.Step(agentSteps * len(s))
	want := map[string]bool{}
	for _, l := range look {
		if name, ok := l.(string); ok {
			want[strings.ToLower(name)] = true
		}
	}
	out := &table.Bag{}
	if want["browser"] {
		b := agents().ParseUserAgent(s)
		out.Set("Browser", textBag("Family", b.Family, "MajorVersion", b.Major, "MinorVersion", b.Minor, "Patch", b.Patch))
	}
	if want["os"] {
		o := agents().ParseOs(s)
		out.Set("OperatingSystem", textBag("Family", o.Family, "MajorVersion", o.Major, "MinorVersion", o.Minor, "Patch", o.Patch, "PatchMinor", o.PatchMinor))
	}
	if want["device"] {
		d := agents().ParseDevice(s)
		out.Set("Device", textBag("Family", d.Family, "Brand", d.Brand, "Model", d.Model))
	}
	return table.NewDyn(out), len(out.Keys) > 0
}

func textBag(pairs ...string) *table.Bag {
	b := &table.Bag{}
	for i := 0; i < len(pairs); i += 2 {
		b.Set(pairs[i], pairs[i+1])
	}
	return b
}
