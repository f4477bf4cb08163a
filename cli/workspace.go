package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/app"
	"github.com/yagura/yagura/table"
)

// What a workspace knows of a cluster: the newest rows of a day.
const (
	workspaceEvents = `KubeEvents | where TimeGenerated > ago(1d) | summarize arg_max(TimeGenerated, KubeEventType, SourceComponent, FirstSeen, LastSeen, Count) by ObjectKind, Namespace, Name, Reason, Message
| project ObjectKind, Namespace, Name, Reason, Message, KubeEventType, SourceComponent, FirstSeen, LastSeen, Count`
	workspacePods = `KubePodInventory | where TimeGenerated > ago(1d) | summarize arg_max(TimeGenerated, PodStatus, Computer, ControllerKind, ControllerName, ContainerStatus, ContainerStatusReason, ContainerRestartCount, ContainerLastStatus) by Namespace, Name, ContainerName
| project Namespace, Name, PodStatus, Computer, ControllerKind, ControllerName, ContainerName, ContainerStatus, ContainerStatusReason, ContainerRestartCount, ContainerLastStatus | order by Namespace asc, Name asc, ContainerName asc`
	workspaceNodes = `KubeNodeInventory | where TimeGenerated > ago(1d) | summarize arg_max(TimeGenerated, Status, LastTransitionTimeReady) by Computer | project Computer, Status, LastTransitionTimeReady`
)

// readWorkspace makes a set of what Container insights' tables hold. They know no
// requests and no allocatable resources.
func readWorkspace(ctx context.Context, credentials string) (*manifest.Set, error) {
	c, err := app.ReadCredentials(credentials)
	if err != nil {
		return nil, fmt.Errorf("%w: start a server in this directory, or name its file with -credentials", err)
	}
	r := newRemote(c)
	set := manifest.New()
	for _, q := range []struct {
		text string
		add  func(*manifest.Set, func(string) table.Value)
	}{{workspaceEvents, addEvent}, {workspacePods, addPod}, {workspaceNodes, addNode}} {
		if err := r.rows(ctx, q.text, func(at func(string) table.Value) { q.add(set, at) }); err != nil {
			return nil, fmt.Errorf("read the workspace: %w", err)
		}
	}
	return set, nil
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

func addEvent(set *manifest.Set, at func(string) table.Value) {
	e := &manifest.Event{Object: corev1.ObjectReference{Kind: table.Text(at("ObjectKind")), Namespace: table.Text(at("Namespace")), Name: table.Text(at("Name"))},
		Type: table.Text(at("KubeEventType")), Reason: table.Text(at("Reason")), Message: table.Text(at("Message")), Source: table.Text(at("SourceComponent")), Count: 1}
	if n, ok := at("Count").(float64); ok && n > 1 && n < 1e9 {
		e.Count = int32(n)
	}
	if t, ok := at("LastSeen").(table.Time); ok {
		e.Last = t.Go()
	}
	set.Events = append(set.Events, e)
}

// addPod adds a container's row to its pod.
func addPod(set *manifest.Set, at func(string) table.Value) {
	ns, name := table.Text(at("Namespace")), table.Text(at("Name"))
	var p *corev1.Pod
	if n := len(set.Pods); n > 0 && set.Pods[n-1].Name == name && set.Pods[n-1].Namespace == ns {
		p = set.Pods[n-1]
	} else {
		p = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}, Spec: corev1.PodSpec{NodeName: table.Text(at("Computer"))}, Status: corev1.PodStatus{Phase: corev1.PodPhase(table.Text(at("PodStatus")))}}
		if kind := table.Text(at("ControllerKind")); kind != "" {
			yes := true
			p.OwnerReferences = []metav1.OwnerReference{{Kind: kind, Name: table.Text(at("ControllerName")), Controller: &yes}}
		}
		set.Pods = append(set.Pods, p)
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
	switch table.Text(at("ContainerStatus")) {
	case "waiting":
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: table.Text(at("ContainerStatusReason"))}
	case "terminated":
		s.State.Terminated = &corev1.ContainerStateTerminated{Reason: table.Text(at("ContainerStatusReason"))}
	case "running":
		s.Ready = true
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
	ready := corev1.ConditionTrue
	for _, c := range p.Status.ContainerStatuses {
		if !c.Ready {
			ready = corev1.ConditionFalse
		}
	}
	p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}
}

func addNode(set *manifest.Set, at func(string) table.Value) {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: table.Text(at("Computer"))}}
	status, text := corev1.ConditionFalse, table.Text(at("Status"))
	switch text {
	case "Ready":
		status = corev1.ConditionTrue
	case "Unknown", "":
		status = corev1.ConditionUnknown
	}
	c := corev1.NodeCondition{Type: corev1.NodeReady, Status: status, Message: text}
	if t, ok := at("LastTransitionTimeReady").(table.Time); ok {
		c.LastTransitionTime = metav1.NewTime(t.Go())
	}
	n.Status.Conditions = []corev1.NodeCondition{c}
	set.Nodes = append(set.Nodes, n)
}
