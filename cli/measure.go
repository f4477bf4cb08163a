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
// service's name as KQL writes it, %[2]s the condition that the namespace is its, if that was given.
type measure struct {
	flag, what, query string
	least             int64  // samples
	lack              string // why there may be none, besides that nothing happened
	set               func(o *simulate.Options, p50, p99 float64) (said string)
}

// measuredPods are the pods of a Deployment, which has a ReplicaSet between, or of a
// StatefulSet or DaemonSet; of any namespace if none is given.
const measuredPods = `let pods = KubePodInventory | where TimeGenerated > ago(1d)%[2]s
| where ControllerName in (%[1]s, strcat(%[1]s, "-", tostring(parse_json(PodLabel)[0]["pod-template-hash"])))
| summarize Started = min(coalesce(ContainerStartTime, ContainerCreationTimeStamp)), Ip = take_anyif(PodIp, isnotempty(PodIp)) by Namespace, Pod = Name;
let answered = AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s | project Pod = AppRoleInstance, At = TimeGenerated;
`

// Each is of a day. A start is seen by the first request that a pod answers, and
// propagation by the last that came to it after its end had begun: one that it answered,
// or one of which the log of an ingress, proxy or caller says that its address refused it.
var measures = []measure{
	{"rps", "requests a second in the busiest twentieth of the minutes", `AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s
| summarize n = sum(coalesce(ItemCount, 1)) by bin(TimeGenerated, 1m)
| summarize samples = count(), p50 = percentile(n, 95) / 60.0, p99 = max(n) / 60.0`, 30, "", func(o *simulate.Options, p50, _ float64) string {
		o.RPS = p50
		return fmt.Sprintf("%.3g", p50)
	}},
	{"request", "how long a request takes", `AppRequests | where TimeGenerated > ago(1d) and AppRoleName == %[1]s
| summarize samples = count(), p50 = percentile(DurationMs, 50) / 1000.0, p99 = percentile(DurationMs, 99) / 1000.0`, 100, "", func(o *simulate.Options, p50, p99 float64) string {
		o.Request = distOf(p50, p99)
		return o.Request.String()
	}},
	{"start", "from a container's start to the first request that it answers", measuredPods + `pods | where Started > ago(1d)
| join kind=inner (answered | summarize First = min(At) by Pod) on Pod
| where First >= Started
| extend s = (First - Started) / 1s
| summarize samples = count(), p50 = percentile(s, 50), p99 = percentile(s, 99)`, 3, "", func(o *simulate.Options, p50, p99 float64) string {
		o.Start = distOf(p50, p99)
		return o.Start.String()
	}},
	{"propagation", "from the beginning of a pod's end to the last request that came to it", measuredPods + `let killed = KubeEvents | where TimeGenerated > ago(1d) and Reason == "Killing" and Message startswith "Stopping container"
| summarize Killed = min(coalesce(LastSeen, TimeGenerated)) by Namespace, Pod = Name
| join kind=inner pods on Namespace, Pod
| project Pod, Ip, Killed;
let refused = ContainerLogV2 | where TimeGenerated > ago(1d) and LogMessage has "refused"
| mv-expand Ip = extract_all(@"((?:\d+\.){3}\d+):\d+", tostring(LogMessage)) to typeof(string)
| project Ip, At = TimeGenerated;
union (killed | join kind=inner answered on Pod), (killed | join kind=inner refused on Ip)
| where At between (Killed .. Killed + 5m)
| summarize Last = max(At) by Pod, Killed
| extend s = (Last - Killed) / 1s
| summarize samples = count(), p50 = percentile(s, 50), p99 = percentile(s, 99)`, 3, "KubeEvents has Killing, a normal event, only where the agent is told to keep such (collect_all_kube_events)", func(o *simulate.Options, p50, p99 float64) string {
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
	namespace, name := "", workload
	if i := strings.LastIndexByte(workload, '/'); i >= 0 {
		namespace, name = " and Namespace == "+strconv.Quote(workload[:i]), workload[i+1:]
	}
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
		query := fmt.Sprintf(m.query, strconv.Quote(name), namespace)
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
			lack := ""
			if m.lack != "" {
				lack = m.lack + "; "
			}
			return nil, fmt.Errorf("%w: %s of %s has %d samples, and %d are needed; %sgive it with -%s, or see what this finds:\n%s", errTooFew, m.flag, name, samples, m.least, lack, m.flag, query)
		}
		out = append(out, measurement{m.flag, m.what, m.set(o, p50, p99), samples, query})
	}
	return out, nil
}
