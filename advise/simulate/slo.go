package simulate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/message"
)

// Choice is settings that were tried, and what they came to.
type Choice struct {
	Surge, Unavailable string
	PreStop, Grace     time.Duration
	Replicas           int32
	Success            float64 // percent
	// Cost is the most pods at once; Time how long the event took.
	Cost int32
	Time time.Duration
	Done bool
}

// Search tries settings of one workload, the first Deployment if it has no name, and
// returns those that meet the goal for its requests, the cheapest first: fewest pods at
// the peak, then fewest replicas, then the shortest time. Of a rollout of all workloads
// its own is played alone.
func Search(ctx context.Context, sc *Scenario, workload string, goal float64) ([]Choice, error) {
	if workload != "" {
		w, err := sc.Find(workload)
		if err != nil {
			return nil, err
		}
		workload = w.Name
	}
	i := slices.IndexFunc(sc.Workloads, func(w Workload) bool { return w.Kind == Deployment && (workload == "" || w.Name == workload) })
	if i < 0 {
		return nil, message.Errorf("%s: there is no Deployment %q to search settings for", ErrNothing, workload)
	}
	base := sc.Workloads[i]
	if e, ok := sc.Event.(Rollout); ok && e.Workload == "" {
		one := *sc
		one.Event = Rollout{Workload: base.Name}
		sc = &one
	}
	var met []Choice
	for _, more := range []int32{0, 1, 2} {
		for _, rolling := range [][2]string{{"0", "1"}, {"1", "0"}, {"25%", "0"}, {"25%", "25%"}, {"50%", "0"}, {"100%", "0"}} {
			for _, pre := range []time.Duration{0, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second, 60 * time.Second} {
				v := base
				surge, unavailable := intstr.Parse(rolling[0]), intstr.Parse(rolling[1])
				v.Recreate, v.Surge, v.Unavailable = false, &surge, &unavailable
				v.PreStop, v.Replicas = pre, base.Replicas+more
				v.Grace = max(base.Grace, pre+v.Drain+v.Request.Most().Round(time.Second)+5*time.Second)
				try := *sc
				try.Workloads = slices.Clone(sc.Workloads)
				try.Workloads[i] = v
				r, err := Run(ctx, &try)
				if err != nil {
					return nil, err
				}
				c := Choice{Surge: rolling[0], Unavailable: rolling[1], PreStop: pre, Grace: v.Grace, Replicas: v.Replicas, Success: r.SuccessOf(base.Name), Cost: r.Peak(base.Name), Time: time.Duration(r.Finished - r.Began), Done: r.Done}
				if r.Done && c.Success >= goal {
					met = append(met, c)
				}
			}
		}
	}
	slices.SortStableFunc(met, func(a, b Choice) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Replicas, b.Replicas), cmp.Compare(a.Time, b.Time), cmp.Compare(a.PreStop, b.PreStop))
	})
	return met, nil
}

// ChoiceDocument is a Choice as JSON has it; times are seconds.
type ChoiceDocument struct {
	Surge       string  `json:"maxSurge"`
	Unavailable string  `json:"maxUnavailable"`
	PreStop     float64 `json:"preStop"`
	Grace       float64 `json:"grace"`
	Replicas    int32   `json:"replicas"`
	Success     float64 `json:"answeredPercent"`
	Peak        int32   `json:"peakPods"`
	Seconds     float64 `json:"seconds"`
}

// Choices gives choices their JSON form.
func Choices(list []Choice) []ChoiceDocument {
	out := []ChoiceDocument{}
	for _, c := range list {
		out = append(out, ChoiceDocument{c.Surge, c.Unavailable, c.PreStop.Seconds(), c.Grace.Seconds(), c.Replicas, c.Success, c.Cost, c.Time.Seconds()})
	}
	return out
}
