package rule_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/report"
	"github.com/yagura/yagura/advise/rule"
)

var judged = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// read returns a set of one stream.
func read(t testing.TB, text string) *manifest.Set {
	t.Helper()
	set := manifest.New()
	if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return set
}

// TestGolden shows what the rules say of manifests: advise [rules=(a,b)] [rps=…] ….
// Without rules all are shown.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "rapid") { // what failed before
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			m := rule.Measured{Now: judged}
			var only []string
			for _, a := range d.CmdArgs {
				switch a.Key {
				case "rules":
					only = a.Vals
				case "rps":
					a.Scan(t, 0, &m.RPS)
				case "start", "request", "propagation", "drain", "database", "provision":
					v, err := time.ParseDuration(a.Vals[0])
					if err != nil {
						t.Fatal(err)
					}
					*map[string]*time.Duration{"start": &m.Start, "request": &m.Request, "propagation": &m.Propagation, "drain": &m.Drain, "database": &m.Database, "provision": &m.Provision}[a.Key] = v
				default:
					d.Fatalf(t, "unknown argument %s", a.Key)
				}
			}
			var b strings.Builder
			if err := report.Formats[d.Cmd](&b, report.Report{Findings: choose(check(t, rule.Input{Set: read(t, d.Input), Measured: m}), only), Rules: rule.All(), Version: "test"}); err != nil {
				t.Fatal(err)
			}
			return b.String()
		})
	})
}

// check runs all rules.
func check(t interface{ Fatal(args ...any) }, in rule.Input) []rule.Finding {
	all, err := rule.Check(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func choose(all []rule.Finding, only []string) []rule.Finding {
	if only == nil {
		return all
	}
	var out []rule.Finding
	for _, f := range all {
		for _, id := range only {
			if f.Rule.ID == id {
				out = append(out, f)
			}
		}
	}
	return out
}
