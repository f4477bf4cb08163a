package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/simulate"
)

// simulateFlags are the numbers that manifests cannot say.
type simulateFlags struct {
	o                       simulate.Options
	live                    *live
	event                   simulate.Happening
	policy, format          string
	slo                     float64
	minimumHealthy, maximum int
	workspace               bool
	credentials             *string
}

// simulateCommand plays what would happen.
func simulateCommand(ctx context.Context, args, env []string, s Streams) error {
	const synopsis = "rollout|drain|upgrade|loss|spike [flags] PATH…   (- is standard input)"
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		fset, _ := newSimulateFlags(synopsis, env, s)
		if len(args) > 0 {
			return parse(fset, args)
		}
		return &usageError{"say what happens: rollout, drain, upgrade, loss or spike"}
	}
	fset, f := newSimulateFlags(synopsis, env, s)
	if err := parse(fset, args[1:]); err != nil {
		return err
	}
	if err := f.happens(args[0]); err != nil {
		return err
	}
	f.o.Guessed = !f.workspace && !given(fset)["start"]
	var measured []measurement
	if f.workspace {
		var err error
		if measured, err = measureWorkspace(ctx, fset, *f.credentials, f.event.Workload, &f.o); err != nil {
			return err
		}
	}
	set, err := f.live.read(ctx, fset.Args(), s)
	if err != nil {
		return err
	}
	for _, p := range set.Problems {
		_, _ = fmt.Fprintln(s.Err, p)
	}
	sc, err := simulate.FromManifests(set, f.o)
	if err != nil {
		return &usageError{err.Error()}
	}
	if len(set.Nodes) == 0 {
		_, _ = fmt.Fprintf(s.Err, "no nodes were read: %d with room for everything are taken (-nodes)\n", len(sc.Nodes))
	}
	if f.format == "text" {
		for _, m := range measured {
			_, _ = fmt.Fprintf(s.Out, "measured: %s %s (%s), by %d samples of\n    %s\n", m.Name, m.Value, m.What, m.Samples, strings.ReplaceAll(m.Query, "\n", "\n    "))
		}
	}
	if f.slo > 0 {
		return f.search(ctx, s.Out, sc)
	}
	r, err := simulate.Run(ctx, sc)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	if f.format == "json" {
		e := json.NewEncoder(s.Out)
		e.SetIndent("", "  ")
		err = e.Encode(struct {
			simulate.Document
			Measured []measurement `json:"measured,omitempty"`
		}{r.Document(), measured})
	} else {
		err = simulate.Text(s.Out, r)
	}
	if err != nil {
		return err
	}
	if !r.Done {
		return errReported
	}
	return nil
}

func newSimulateFlags(synopsis string, env []string, s Streams) (*flag.FlagSet, *simulateFlags) {
	fset := flags("simulate", synopsis, s)
	f := &simulateFlags{live: liveFlags(fset), credentials: credentialsFlag(fset, env)}
	fset.BoolVar(&f.workspace, "from-workspace", false, "measure -rps, -request, -start and -propagation of -workload, those that are not given, by a running server's AppRequests, KubePodInventory and KubeEvents of the last day")
	o := &f.o
	dist := func(into *simulate.Dist, name, value, help string) {
		*into, _ = simulate.ParseDist(value)
		fset.Func(name, help+" (30s, 20s..40s, or p50=20s,p99=60s; default "+value+")", func(text string) (err error) {
			*into, err = simulate.ParseDist(text)
			return err
		})
	}
	dist(&o.Start, "start", "10s", "from the container's start until the program answers")
	dist(&o.Request, "request", "200ms", "how long a request takes")
	dist(&o.Propagation, "propagation", "1s", "how long load balancers take to hear of a change")
	dist(&o.Provision, "provision", "2m", "how long a new or reimaged node takes")
	fset.Float64Var(&o.RPS, "rps", 100, "requests a second to each workload that has a service")
	fset.Float64Var(&o.Capacity, "capacity", 0, "requests a second that one pod can answer; 0: no limit")
	fset.Float64Var(&o.Connections, "connections", 0, "long connections to each workload")
	fset.Float64Var(&o.Cost, "cost", 0, "cpu seconds of a request, for autoscalers")
	fset.DurationVar(&o.Drain, "drain", 0, "how long the program goes on to listen after TERM")
	fset.BoolVar(&o.Broken, "broken", false, "the new version never becomes ready")
	fset.DurationVar(&o.Horizon, "horizon", 2*time.Hour, "when to stop at the latest")
	fset.DurationVar(&o.NodeMonitorGrace, "node-monitor-grace", 50*time.Second, "how long a node may be silent; 40s before Kubernetes 1.32")
	fset.IntVar(&o.Nodes, "nodes", 0, "nodes to take if none is read; default: 3, or as many as pods that keep apart need")
	fset.Uint64Var(&o.Seed, "seed", 1, "runs of one seed are alike")
	fset.StringVar(&f.policy, "policy", "kubernetes", "kubernetes or ecs")
	fset.IntVar(&f.minimumHealthy, "minimum-healthy", 100, "ECS's minimumHealthyPercent")
	fset.IntVar(&f.maximum, "maximum", 200, "ECS's maximumPercent")
	fset.DurationVar(&o.Deregistration, "deregistration", 300*time.Second, "ECS: the target group's deregistration delay")
	fset.StringVar(&f.event.Workload, "workload", "", "rollout: the workload; default: all")
	fset.StringVar(&f.event.Node, "node", "", "drain, loss: the node")
	fset.StringVar(&f.event.Zone, "zone", "", "loss: the zone")
	fset.StringVar(&f.event.Pool, "pool", "", "upgrade: the pool; default: all nodes")
	fset.StringVar(&f.event.NodeSurge, "max-surge", "", "upgrade: nodes to add, a number or percentage; default 1")
	fset.StringVar(&f.event.NodeUnavailable, "max-unavailable", "", "upgrade: nodes to drain at a time without surge")
	fset.Float64Var(&f.event.Factor, "factor", 3, "spike: times the load")
	fset.DurationVar(&f.event.For, "for", 10*time.Minute, "spike: how long")
	fset.Func("set", "settings to try instead of the manifests': maxSurge=1,maxUnavailable=0,replicas=4,minReady=10s,preStop=15s,grace=60s, or some of them", func(text string) (err error) {
		o.Change, err = simulate.ParseChange(text)
		return err
	})
	fset.Float64Var(&f.slo, "slo", 0, "search the cheapest settings that answer this percentage")
	fset.StringVar(&f.format, "format", "text", "text or json")
	return fset, f
}

func (f *simulateFlags) happens(name string) error {
	f.o.MinimumHealthy, f.o.Maximum = int32(min(max(f.minimumHealthy, 0), 100)), int32(min(max(f.maximum, 100), 1000))
	switch f.o.Policy = simulate.Policy(f.policy); f.o.Policy {
	case simulate.Kubernetes, simulate.ECS:
	default:
		return &usageError{fmt.Sprintf("there is no policy %q: it is kubernetes or ecs", f.policy)}
	}
	if f.format != "text" && f.format != "json" {
		return &usageError{fmt.Sprintf("there is no format %q: it is text or json", f.format)}
	}
	f.event.Kind, f.event.Provision = name, f.o.Provision
	var err error
	if f.o.Event, err = f.event.Event(); err != nil {
		return &usageError{err.Error()}
	}
	return nil
}

// search prints the cheapest settings, and the patch for the first.
func (f *simulateFlags) search(ctx context.Context, w io.Writer, sc *simulate.Scenario) error {
	met, err := simulate.Search(ctx, sc, f.event.Workload, f.slo)
	if err != nil {
		return &usageError{err.Error()}
	}
	if f.format == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(simulate.Choices(met))
	}
	if len(met) == 0 {
		_, _ = fmt.Fprintf(w, "none of the settings that were tried answers %g%%\n", f.slo)
		return errReported
	}
	_, _ = fmt.Fprintf(w, "%d settings answer %g%%; the cheapest (fewest pods at once, then fewest replicas, then shortest):\n\n%8s %14s %8s %6s %9s %9s %10s %9s\n", len(met), f.slo, "maxSurge", "maxUnavailable", "preStop", "grace", "replicas", "peak", "time", "answered")
	for _, c := range met[:min(len(met), 5)] {
		_, _ = fmt.Fprintf(w, "%8s %14s %8s %6s %9d %9d %10s %8.3f%%\n", c.Surge, c.Unavailable, c.PreStop, c.Grace, c.Replicas, c.Cost, c.Time.Round(time.Second), c.Success)
	}
	return nil
}
