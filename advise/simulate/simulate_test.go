package simulate_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/simulate"
)

// scenario makes a scenario of manifests.
func scenario(t testing.TB, text string, o simulate.Options) *simulate.Scenario {
	t.Helper()
	set := manifest.New()
	if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Problems {
		t.Fatal(p)
	}
	sc, err := simulate.FromManifests(set, o)
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// fatal is a test, a benchmark or a check of rapid's.
type fatal interface{ Fatal(args ...any) }

// play runs a scenario.
func play(t fatal, sc *simulate.Scenario) *simulate.Result {
	r, err := simulate.Run(context.Background(), sc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func defaults() simulate.Options {
	return simulate.Options{Seed: 1, Policy: simulate.Kubernetes, Event: simulate.Rollout{}, Start: simulate.Const(10 * time.Second), Request: simulate.Const(200 * time.Millisecond),
		Propagation: simulate.Const(time.Second), Provision: simulate.Const(2 * time.Minute), Horizon: time.Hour, NodeMonitorGrace: 50 * time.Second, Nodes: 3, MinimumHealthy: 100, Maximum: 200, Deregistration: 300 * time.Second}
}

// TestGolden shows runs: an event, options, manifests, and what happens.
func TestGolden(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.Contains(path, "rapid") {
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			o := defaults()
			arg := map[string]string{}
			for _, a := range d.CmdArgs {
				arg[a.Key] = strings.Join(a.Vals, ",")
			}
			event(t, &o, d.Cmd, arg)
			var b strings.Builder
			if err := simulate.Text(&b, play(t, scenario(t, d.Input, o))); err != nil {
				t.Fatal(err)
			}
			return b.String()
		})
	})
}

func event(t *testing.T, o *simulate.Options, name string, arg map[string]string) {
	parse := func(key string, into *simulate.Dist) {
		if v, ok := arg[key]; ok {
			d, err := simulate.ParseDist(v)
			if err != nil {
				t.Fatal(err)
			}
			*into = d
		}
	}
	parse("start", &o.Start)
	parse("request", &o.Request)
	parse("propagation", &o.Propagation)
	for key, into := range map[string]*float64{"rps": &o.RPS, "capacity": &o.Capacity, "cost": &o.Cost, "connections": &o.Connections} {
		if v, ok := arg[key]; ok {
			d, err := time.ParseDuration(v + "s")
			if err != nil {
				t.Fatal(err)
			}
			*into = d.Seconds()
		}
	}
	if arg["policy"] == "ecs" {
		o.Policy = simulate.ECS
	}
	_, o.Broken = arg["broken"]
	switch name {
	case "rollout":
		o.Event = simulate.Rollout{Workload: arg["workload"]}
	case "drain":
		o.Event = simulate.Drain{Node: arg["node"]}
	case "upgrade":
		o.Event = simulate.NewUpgrade(arg["pool"], arg["surge"], arg["unavailable"], o.Provision)
	case "loss":
		o.Event = simulate.Loss{Node: arg["node"], Zone: arg["zone"]}
	case "spike":
		o.Event = simulate.Spike{Factor: 5, For: 20 * time.Minute}
	default:
		t.Fatalf("unknown event %s", name)
	}
}

func TestSameSeedSameResult(t *testing.T) {
	o := defaults()
	o.RPS = 100
	o.Start = simulate.Dist{P50: 10 * time.Second, P99: 40 * time.Second}
	a, b := play(t, scenario(t, web, o)), play(t, scenario(t, web, o))
	a.Scenario, b.Scenario = nil, nil
	if !reflect.DeepEqual(a, b) {
		t.Error("two runs of one seed differ")
	}
	o.Seed = 2
	if c := play(t, scenario(t, web, o)); reflect.DeepEqual(a.Points, c.Points) {
		t.Error("another seed gives the same run")
	}
}

func TestSearch(t *testing.T) {
	o := defaults()
	o.RPS, o.Propagation = 600, simulate.Const(11*time.Second)
	sc := scenario(t, web, o)
	if r := play(t, sc); r.Success() >= 99.95 {
		t.Fatalf("without preStop %.3f%% are answered", r.Success())
	}
	met, err := simulate.Search(t.Context(), sc, "web", 99.95)
	if err != nil {
		t.Fatal(err)
	}
	if len(met) == 0 || met[0].PreStop < 11*time.Second || met[0].Success < 99.95 {
		t.Errorf("the cheapest settings are %+v", met)
	}
}

const web = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: shop/web:1
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`
