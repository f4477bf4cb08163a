package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/explain"
	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/table"
)

// Where a workspace is asked: {at} is the time that is asked about, {cluster} the cluster. Inventories are of a minute or more; their rows have one time, so that
// what is gone is not in the newest.
const (
	workspaceClusters = `union KubePodInventory, KubeEvents | where TimeGenerated between ({at} - 1d .. {at}) | distinct ClusterName | order by ClusterName asc`
	workspaceEvents   = `KubeEvents | where TimeGenerated between ({at} - 1d .. {at}) and ClusterName == {cluster}
| summarize arg_max(TimeGenerated, KubeEventType, SourceComponent, FirstSeen, LastSeen, Count) by ObjectKind, Namespace, Name, Reason, Message
| project ObjectKind, Namespace, Name, Reason, Message, KubeEventType, SourceComponent, FirstSeen, LastSeen = coalesce(LastSeen, TimeGenerated), Count`
	workspacePods = `let rows = KubePodInventory | where TimeGenerated between ({at} - 1d .. {at}) and ClusterName == {cluster};
let newest = toscalar(rows | summarize max(TimeGenerated));
rows | where TimeGenerated > newest - 30s
| summarize arg_max(TimeGenerated, PodStatus, Computer, ControllerKind, ControllerName, ContainerStatus, ContainerStatusReason, ContainerRestartCount, ContainerLastStatus, PodLabel, PodCreationTimeStamp) by Namespace, Name, ContainerName
| order by Namespace asc, Name asc, ContainerName asc`
	workspaceNodes = `let rows = KubeNodeInventory | where TimeGenerated between ({at} - 1d .. {at}) and ClusterName == {cluster};
let newest = toscalar(rows | summarize max(TimeGenerated));
rows | where TimeGenerated > newest - 30s | summarize arg_max(TimeGenerated, Status, LastTransitionTimeReady) by Computer`
	workspaceServices = `let rows = KubeServices | where TimeGenerated between ({at} - 1d .. {at}) and ClusterName == {cluster};
let newest = toscalar(rows | summarize max(TimeGenerated));
rows | where TimeGenerated > newest - 30s | distinct Namespace, ServiceName, SelectorLabels`
	workspaceDeployments = `InsightsMetrics | where TimeGenerated between ({at} - 1h .. {at}) and Name == "kube_deployment_status_replicas_ready"
| extend t = parse_json(Tags)
| where tostring(t["container.azm.ms/clusterName"]) == {cluster}
| summarize arg_max(TimeGenerated, Val, t) by Namespace = tostring(t.k8sNamespace), Name = tostring(t.deployment)
| project TimeGenerated, Namespace, Name, Ready = tolong(Val), Wanted = tolong(t.spec_replicas), Updated = tolong(t.status_replicas_updated), Available = tolong(t.status_replicas_available), Strategy = tostring(t.deploymentStrategy)`
	workspaceLastSeen = `KubePodInventory | where TimeGenerated between ({at} - 1d .. {at}) and ClusterName == {cluster} and Name == {pod} | summarize LastSeen = max(TimeGenerated)`
)

// workspace is where the tables of a running server are asked about a cluster.
type workspace struct {
	on                       *bool
	cluster, at, credentials *string

	r *remote
}

// rows runs one of the queries, for the cluster and time that were asked for.
func (w *workspace) rows(ctx context.Context, query string, f func(at func(string) table.Value)) error {
	at := "now()"
	if *w.at != "" {
		t, err := table.ParseTime(*w.at)
		if err != nil {
			return &usageError{fmt.Sprintf("-at %q is no time", *w.at)}
		}
		at = "datetime(" + t.Go().UTC().Format(time.RFC3339Nano) + ")"
	}
	if err := w.r.rows(ctx, strings.NewReplacer("{at}", at, "{cluster}", strconv.Quote(*w.cluster)).Replace(query), f); err != nil {
		return fmt.Errorf("read the workspace: %w", err)
	}
	return nil
}

func workspaceFlags(fset *flag.FlagSet, env []string) *workspace {
	return &workspace{
		on:          fset.Bool("from-workspace", false, "read the newest inventory and a day's events in the Kube tables of a running server, instead of files"),
		cluster:     fset.String("cluster", "", "-from-workspace: the ClusterName; needed if the tables hold several"),
		at:          fset.String("at", "", "-from-workspace: the time to explain things at, such as 2026-11-28T10:06:00Z; default: now"),
		credentials: credentialsFlag(fset, env),
	}
}

// errClusters is a workspace with several clusters.
var errClusters = errors.New("the tables hold several clusters: say which with -cluster")

// read makes an inventory of what Container insights' tables hold. They know no requests
// and no allocatable resources.
func (w *workspace) read(ctx context.Context) (*explain.Inventory, error) {
	c, err := app.ReadCredentials(*w.credentials)
	if err != nil {
		return nil, fmt.Errorf("%w: start a server in this directory, or name its file with -credentials", err)
	}
	w.r = newRemote(c)
	if *w.cluster == "" {
		var names []string
		if err := w.rows(ctx, workspaceClusters, func(at func(string) table.Value) { names = append(names, table.Text(at("ClusterName"))) }); err != nil {
			return nil, err
		}
		if len(names) > 1 {
			return nil, fmt.Errorf("%w: %q", errClusters, names)
		}
		*w.cluster = strings.Join(names, "")
	}
	inv := &explain.Inventory{Set: manifest.New()}
	for _, q := range []struct {
		text string
		add  func(*explain.Inventory, func(string) table.Value)
	}{{workspaceEvents, addEvent}, {workspacePods, addPod}, {workspaceNodes, addNode}, {workspaceServices, addService}, {workspaceDeployments, addDeployment}} {
		if err := w.rows(ctx, q.text, func(at func(string) table.Value) { q.add(inv, at) }); err != nil {
			return nil, err
		}
	}
	return inv, nil
}

// lastSeen is when a pod that is not in the inventory was last in one; ok is false if it
// was in none of the day.
func (w *workspace) lastSeen(ctx context.Context, pod string) (at time.Time, ok bool, err error) {
	err = w.rows(ctx, strings.ReplaceAll(workspaceLastSeen, "{pod}", strconv.Quote(pod)), func(col func(string) table.Value) {
		var t table.Time
		if t, ok = col("LastSeen").(table.Time); ok {
			at = t.Go().UTC()
		}
	})
	return at, ok, err
}

// rows runs a query and calls f for each row.
func (r *remote) rows(ctx context.Context, query string, f func(at func(string) table.Value)) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	status, text, err := r.post(ctx, "/v1/workspaces/"+r.c.WorkspaceID+"/query", audienceQuery, nil, body)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the server answered %d: %.300s", status, text)
	}
	rows, err := decodeAnswer(text, io.Discard)
	if err != nil {
		return err
	}
	b, err := table.ReadAll(ctx, rows)
	if err != nil {
		return err
	}
	for i := range b.Rows {
		f(func(name string) table.Value { return b.Vecs[b.Schema.Index(name)].At(i) })
	}
	return nil
}

func addEvent(inv *explain.Inventory, at func(string) table.Value) {
	e := &manifest.Event{Object: corev1.ObjectReference{Kind: table.Text(at("ObjectKind")), Namespace: table.Text(at("Namespace")), Name: table.Text(at("Name"))},
		Type: table.Text(at("KubeEventType")), Reason: table.Text(at("Reason")), Message: table.Text(at("Message")), Source: table.Text(at("SourceComponent")), Count: 1}
	if n, ok := at("Count").(float64); ok && n > 1 && n < 1e9 {
		e.Count = int32(n)
	}
	if t, ok := at("LastSeen").(table.Time); ok {
		e.Last = t.Go()
	}
	inv.Events = append(inv.Events, e)
}

// addPod adds a container's row to its pod. A pod that was just placed may have an older
// row without a container.
func addPod(inv *explain.Inventory, at func(string) table.Value) {
	ns, name := table.Text(at("Namespace")), table.Text(at("Name"))
	if t, ok := at("TimeGenerated").(table.Time); ok && t.Go().After(inv.At) {
		inv.At = t.Go()
	}
	var p *corev1.Pod
	if n := len(inv.Pods); n > 0 && inv.Pods[n-1].Name == name && inv.Pods[n-1].Namespace == ns {
		p = inv.Pods[n-1]
	} else {
		p = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}
		inv.Pods = append(inv.Pods, p)
	}
	p.Spec.NodeName, p.Labels = table.Text(at("Computer")), labelsOf(table.Text(at("PodLabel")))
	if kind := table.Text(at("ControllerKind")); kind != "" {
		yes := true
		p.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: table.Text(at("ControllerName")), Controller: &yes}}
	}
	if t, ok := at("PodCreationTimeStamp").(table.Time); ok {
		p.CreationTimestamp = metav1.NewTime(t.Go())
	}
	if p.Status.Phase = corev1.PodPhase(table.Text(at("PodStatus"))); p.Status.Phase == "Terminating" {
		p.Status.Phase, p.DeletionTimestamp = corev1.PodRunning, &metav1.Time{} // since when is not kept
	}
	container := table.Text(at("ContainerName"))
	container = container[strings.LastIndexByte(container, '/')+1:] // the agent writes the pod's uid before it
	if container == "" {
		return
	}
	s := corev1.ContainerStatus{Name: container}
	if n, ok := at("ContainerRestartCount").(int32); ok {
		s.RestartCount = n
	}
	switch strings.ToLower(table.Text(at("ContainerStatus"))) {
	case "waiting":
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: table.Text(at("ContainerStatusReason"))}
	case "terminated":
		s.State.Terminated = &corev1.ContainerStateTerminated{Reason: table.Text(at("ContainerStatusReason"))}
	case "running":
		s.State.Running = &corev1.ContainerStateRunning{}
	}
	var last struct {
		Reason   string `json:"reason"`
		ExitCode int32  `json:"exitCode"`
	}
	if json.Unmarshal([]byte(table.Text(at("ContainerLastStatus"))), &last) == nil && last.Reason != "" {
		s.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{Reason: last.Reason, ExitCode: last.ExitCode}
	}
	p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, s)
}

// labelsOf reads labels as the agent writes them: a list of one bag.
func labelsOf(text string) map[string]string {
	var list []map[string]string
	if json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
		return nil
	}
	return list[0]
}

func addNode(inv *explain.Inventory, at func(string) table.Value) {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: table.Text(at("Computer"))}}
	status, text := corev1.ConditionFalse, table.Text(at("Status"))
	switch text {
	case "Ready":
		status = corev1.ConditionTrue
	case "Unknown", "":
		status = corev1.ConditionUnknown
	}
	c := corev1.NodeCondition{Type: corev1.NodeReady, Status: status, Reason: text}
	if t, ok := at("LastTransitionTimeReady").(table.Time); ok {
		c.LastTransitionTime = metav1.NewTime(t.Go())
	}
	n.Status.Conditions = []corev1.NodeCondition{c}
	inv.Nodes = append(inv.Nodes, n)
}

func addService(inv *explain.Inventory, at func(string) table.Value) {
	inv.Services = append(inv.Services, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: table.Text(at("Namespace")), Name: table.Text(at("ServiceName"))},
		Spec: corev1.ServiceSpec{Selector: labelsOf(table.Text(at("SelectorLabels")))}})
}

func addDeployment(inv *explain.Inventory, at func(string) table.Value) {
	number := func(name string) int32 {
		n, _ := at(name).(int64)
		return int32(min(max(n, 0), math.MaxInt32))
	}
	c := explain.Counts{Namespace: table.Text(at("Namespace")), Name: table.Text(at("Name")), Strategy: table.Text(at("Strategy")),
		Wanted: number("Wanted"), Updated: number("Updated"), Ready: number("Ready"), Available: number("Available")}
	if t, ok := at("TimeGenerated").(table.Time); ok {
		c.At = t.Go()
	}
	inv.Deployments = append(inv.Deployments, c)
}
