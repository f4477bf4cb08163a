package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/simulate"
	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/table"
)

// errTooFew is a workspace that has too little to measure something by.
var errTooFew = errors.New("the workspace has too little to measure it by")

// measure is a number of the simulation that a workspace's tables tell: %[1]s is the
// service's name as KQL writes it, %[2]s the beginning of its pods' names.
type measure struct {
	flag, what, query string
	least             int64 // samples
	set               func(o *simulate.Options, p50, p99 float64) (said string)
}

// Each is of a day. A start is seen by the first request that a pod answers, and
// propagation by the last that still reached it after it was killed.
var measures = []measure{
	{"rps", "requests a second in the busiest twentieth of the minutes", `AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s
| summarize n = sum(coalesce(ItemCount, 1)) by bin(TimeGenerated, 1m)
| summarize samples = count(), p50 = percentile(n, 95) / 60.0, p99 = max(n) / 60.0`, 30, func(o *simulate.Options, p50, _ float64) string {
		o.RPS = p50
		return fmt.Sprintf("%.3g", p50)
	}},
	{"request", "how long a request takes", `AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s
| summarize samples = count(), p50 = percentile(DurationMs, 50) / 1000.0, p99 = percentile(DurationMs, 99) / 1000.0`, 100, func(o *simulate.Options, p50, p99 float64) string {
		o.Request = distOf(p50, p99)
		return o.Request.String()
	}},
	{"start", "from a container's start to the first request that it answers", `KubePodInventory | where TimeGenerated > ago(1d) and Name startswith %[2]s
| summarize Started = min(todatetime(ContainerStartTime)) by Pod = Name
| where Started > ago(1d)
| join kind=inner (AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s | summarize First = min(TimeGenerated) by Pod = AppRoleInstance) on Pod
| where First >= Started
| extend s = (First - Started) / 1s
| summarize samples = count(), p50 = percentile(s, 50), p99 = percentile(s, 99)`, 3, func(o *simulate.Options, p50, p99 float64) string {
		o.Start = distOf(p50, p99)
		return o.Start.String()
	}},
	{"propagation", "from a pod's end to the last request that still reached it", `KubeEvents | where TimeGenerated > ago(1d) and Reason == 'Killing' and Name startswith %[2]s
| summarize Killed = max(TimeGenerated) by Pod = Name
| join kind=inner (AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s | project Pod = AppRoleInstance, At = TimeGenerated) on Pod
| where At between (Killed .. Killed + 5m)
| summarize Last = max(At) by Pod, Killed
| extend s = (Last - Killed) / 1s
| summarize samples = count(), p50 = percentile(s, 50), p99 = percentile(s, 99)`, 3, func(o *simulate.Options, p50, p99 float64) string {
		o.Propagation = distOf(p50, p99)
		return o.Propagation.String()
	}},
}

// distOf is a lognormal distribution, or a range if half of the values are nothing.
func distOf(p50, p99 float64) simulate.Dist {
	a, b := time.Duration(p50*float64(time.Second)).Round(time.Microsecond), time.Duration(p99*float64(time.Second)).Round(time.Microsecond)
	if a <= 0 {
		return simulate.Dist{High: max(b, 0)}
	}
	return simulate.Dist{P50: a, P99: max(a, b)}
}

// measurement is what was measured, for the output.
type measurement struct {
	Name    string `json:"name"`
	What    string `json:"what"`
	Value   string `json:"value"`
	Samples int64  `json:"samples"`
	Query   string `json:"query"`
}

// measureWorkspace fills in the options that were not given with what a running
// server's tables tell of a workload.
func measureWorkspace(ctx context.Context, fset *flag.FlagSet, credentials, workload string, o *simulate.Options) ([]measurement, error) {
	name := workload[strings.LastIndexByte(workload, '/')+1:]
	if name == "" {
		return nil, &usageError{"say with -workload whose numbers are measured: each service has its own"}
	}
	c, err := app.ReadCredentials(credentials)
	if err != nil {
		return nil, fmt.Errorf("%w: start a server in this directory, or name its file with -credentials", err)
	}
	have := given(fset)
	r := newRemote(c)
	var out []measurement
	for _, m := range measures {
		if have[m.flag] {
			continue
		}
		query := fmt.Sprintf(m.query, strconv.Quote(name), strconv.Quote(name+"-"))
		var samples int64
		var p50, p99 float64
		if err := r.rows(ctx, query, func(at func(string) table.Value) {
			samples, _ = at("samples").(int64)
			p50, _ = at("p50").(float64)
			p99, _ = at("p99").(float64)
		}); err != nil {
			return nil, fmt.Errorf("measure %s: %w", m.flag, err)
		}
		if samples < m.least {
			return nil, fmt.Errorf("%w: %s of %s has %d samples, and %d are needed; give it with -%s, or see what this finds:\n%s", errTooFew, m.flag, name, samples, m.least, m.flag, query)
		}
		out = append(out, measurement{m.flag, m.what, m.set(o, p50, p99), samples, query})
	}
	return out, nil
}
