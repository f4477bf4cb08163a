package explain_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/advise/explain"
	"github.com/yagura/yagura/advise/manifest"
)

// TestGolden explains objects of a dump: pod NAME, node NAME, rollout NAME; or a message;
// or a rollout as an inventory shows it, with what was kept of Deployments: kept NAME.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "fuzz") {
			return
		}
		set := manifest.New()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var e *explain.Explanation
			var err error
			var subject strings.Builder
			name := ""
			if len(d.CmdArgs) > 0 {
				name = d.CmdArgs[0].Key
			}
			switch d.Cmd {
			case "objects":
				set = manifest.New()
				if err := set.ReadStream("dump", strings.NewReader(d.Input)); err != nil {
					t.Fatal(err)
				}
				for _, p := range set.Problems {
					t.Fatal(p)
				}
				return ""
			case "event":
				e = explain.Event(d.Input)
			case "pod":
				e, err = explain.Pod(set, name)
			case "node":
				e, err = explain.Node(set, name)
			case "rollout":
				e, err = explain.Rollout(set, name)
			case "kept":
				inv := explain.Inventory{Set: set, At: time.Date(2026, 11, 23, 10, 6, 13, 0, time.UTC)}
				if d.Input != "" {
					if err := json.Unmarshal([]byte(d.Input), &inv.Deployments); err != nil {
						t.Fatal(err)
					}
				}
				e, err = inv.Rollout(name)
				if err == nil {
					fmt.Fprintln(&subject, e.Subject)
				}
			default:
				d.Fatalf(t, "unknown command")
			}
			if err != nil {
				return err.Error() + "\n"
			}
			return subject.String() + e.Text + "\n- " + strings.Join(e.Evidence, "\n- ") + "\n"
		})
	})
}

func TestSchedulingGrammar(t *testing.T) {
	for message, want := range map[string]explain.Scheduling{
		"0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.": {
			Nodes: 3, Reasons: []explain.Reason{{3, "Insufficient cpu"}}, Preemption: []explain.Reason{{3, "No preemption victims found for incoming pod"}}},
		"0/5 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint {a.b/c: x, y}, 3 node(s) didn't match Pod's node affinity/selector.": {
			Nodes: 5, Reasons: []explain.Reason{{3, "node(s) didn't match Pod's node affinity/selector"}, {1, "Insufficient memory"}, {1, "node(s) had untolerated taint {a.b/c: x, y}"}}},
		"0/2 nodes are available: 2 node(s) had taint {k: v}, that the pod didn't tolerate.": {
			Nodes: 2, Reasons: []explain.Reason{{2, "node(s) had taint {k: v}"}}},
		"0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.": {
			Nodes: 4, Before: "pod has unbound immediate PersistentVolumeClaims", Preemption: []explain.Reason{{4, "Preemption is not helpful for scheduling"}}},
	} {
		got, ok := explain.ParseScheduling(message)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n is %+v\nnot %+v", message, got, want)
		}
	}
	if _, ok := explain.ParseScheduling("Successfully assigned"); ok {
		t.Error("another message was read")
	}
}

func FuzzScheduling(f *testing.F) {
	f.Add("0/3 nodes are available: 3 Insufficient cpu, 1 x {a, b}. preemption: 0/3 nodes are available: 1 y.")
	f.Fuzz(func(t *testing.T, text string) { _ = fmt.Sprint(explain.Event(text)) })
}
