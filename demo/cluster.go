package demo

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"
)

// cluster is what the Kubernetes agent reports: an inventory each minute, and events.
func cluster(m *minute) {
	at := m.at.Add(13 * time.Second)
	for _, n := range m.world.nodes {
		status, system := "Ready", "Ubuntu 24.04.3 LTS"
		if !n.ready {
			status = "NotReady"
		}
		if n.windows {
			system = "Windows Server 2022 Datacenter"
		}
		m.add("KubeNodeInventory", at, "Computer", n.name, "ClusterName", clusterName, "ClusterId", clusterID, "Status", status, "KubeletVersion", "v1.34.2",
			"KubeProxyVersion", "v1.34.2", "OperatingSystem", system, "CreationTimeStamp", stamp(m.day.Add(-72*hour)), "LastTransitionTimeReady", stamp(n.since),
			"KubernetesProviderID", "azure://"+clusterID+"/"+n.name, "_ResourceId", clusterID)
	}
	w := worldAt(at)
	for _, p := range w.pods {
		m.inventory(at, p)
	}
	for i := range services {
		s := &services[i]
		m.add("KubeServices", at, "ClusterName", clusterName, "ClusterId", clusterID, "Namespace", namespace, "ServiceName", s.name, "ServiceType", "ClusterIP",
			"ClusterIp", fmt.Sprintf("10.0.%d.10", s.subnet), "SelectorLabels", `[{"app":"`+s.name+`"}]`, "_ResourceId", clusterID)
		m.deployment(at, s, &w)
	}
	m.rollout()
	m.pending()
	m.nodeLost()
}

// inventory is a pod as the agent lists it: what waits for a node has no container yet.
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/kubepodinventory
func (m *minute) inventory(at time.Time, p pod) {
	status, state := "Running", "running"
	switch {
	case p.node == "":
		status, state = "Pending", ""
	case p.ending:
		status = "Terminating"
	case at.Before(p.started):
		status, state = "Pending", "waiting"
	}
	uid := p.uid()
	row := []any{"Computer", p.node, "ClusterName", clusterName, "ClusterId", clusterID, "Namespace", namespace, "Name", p.name, "PodUid", uid,
		"PodStatus", status, "PodIp", p.ip, "ControllerKind", "ReplicaSet", "ControllerName", p.replicaSet(), "ServiceName", p.service.name,
		"PodLabel", `[{"app":"` + p.service.name + `","pod-template-hash":"` + p.hash + `"}]`, "PodRestartCount", 0, "PodCreationTimeStamp", stamp(p.created), "_ResourceId", clusterID}
	if p.node != "" {
		row = append(row, "PodStartTime", stamp(p.created.Add(time.Second)))
	}
	switch state {
	case "waiting":
		row = append(row, "ContainerName", uid+"/"+p.service.name, "ContainerStatus", state, "ContainerStatusReason", "ContainerCreating", "ContainerRestartCount", 0)
	case "running":
		row = append(row, "ContainerName", uid+"/"+p.service.name, "ContainerStatus", state, "ContainerRestartCount", 0,
			"ContainerStartTime", stamp(p.started), "ContainerCreationTimeStamp", stamp(p.started))
	}
	m.add("KubePodInventory", at, row...)
}

func (p pod) uid() string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.name))
	return fixedGUID(h.Sum64())
}

// deployment is what a Deployment's controller reports:
// https://learn.microsoft.com/azure/azure-monitor/containers/container-insights-deployment-hpa-metrics
func (m *minute) deployment(at time.Time, s *service, w *world) {
	updated, available, newest := 0, 0, podAt(s, 0, m.day, at.Sub(m.day)).hash
	if off := at.Sub(m.day); s.name == "storefront" && off >= rolloutFrom-rolloutAhead {
		newest = podAt(s, 0, m.day, rolloutFrom).hash
	}
	for _, p := range w.pods {
		if p.service != s || p.ending {
			continue
		}
		if p.hash == newest {
			updated++
		}
		if p.node != "" && w.ready(p.node) && !at.Before(p.started.Add(rolloutStarted-2*time.Second)) {
			available++
		}
	}
	tags, err := json.Marshal(map[string]any{"container.azm.ms/clusterId": clusterID, "container.azm.ms/clusterName": clusterName, "k8sNamespace": namespace, "deployment": s.name,
		"deploymentStrategy": "RollingUpdate", "creationTime": stamp(m.day.Add(-72 * hour)), "spec_replicas": s.wanted(at.Sub(m.day)), "status_replicas_updated": updated, "status_replicas_available": available})
	if err != nil {
		panic(err) // text and numbers
	}
	m.add("InsightsMetrics", at, "Computer", w.nodes[0].name, "Origin", "container.azm.ms", "Namespace", "container.azm.ms/kubestate", "Name", "kube_deployment_status_replicas_ready",
		"Val", float64(available), "Tags", string(tags), "_ResourceId", clusterID)
}

func (m *minute) event(at time.Time, kind, name, reason, message string) {
	typ, source := "Normal", "kubelet"
	switch reason {
	case "FailedScheduling", "NodeNotReady", "FailedToUpdate", "Unhealthy":
		typ = "Warning"
	}
	switch reason {
	case "FailedScheduling", "Scheduled":
		source = "default-scheduler"
	case "TriggeredScaleUp", "ScaleDown":
		source = "cluster-autoscaler"
	case "ScalingReplicaSet":
		source = "deployment-controller"
	case "NodeNotReady", "NodeReady", "TaintManagerEviction":
		source = "node-controller"
	}
	ns := namespace
	if kind == "Node" {
		ns = "default"
	}
	m.add("KubeEvents", at, "ClusterName", clusterName, "ClusterId", clusterID, "ObjectKind", kind, "Namespace", ns, "Name", name, "Reason", reason, "Message", message,
		"KubeEventType", typ, "SourceComponent", source, "FirstSeen", stamp(at), "LastSeen", stamp(at), "Count", 1.0, "_ResourceId", clusterID)
}

// rollout replaces the storefront's pods one by one. They have no preStop hook.
func (m *minute) rollout() {
	for r := range services[0].replicas {
		off := rolloutFrom + time.Duration(r)*rolloutStep
		if !m.once(off) {
			continue
		}
		at := m.day.Add(off)
		old, fresh := podAt(&services[0], r, m.day, off-time.Second), podAt(&services[0], r, m.day, off+time.Minute)
		m.event(fresh.created, "Deployment", "storefront", "ScalingReplicaSet", fmt.Sprintf("Scaled up replica set %s from %d to %d", fresh.replicaSet(), r, r+1))
		m.event(fresh.created.Add(time.Second), "Pod", fresh.name, "Scheduled", fmt.Sprintf("Successfully assigned %s/%s to %s", namespace, fresh.name, fresh.node))
		m.event(fresh.started.Add(-time.Second), "Pod", fresh.name, "Pulled", "Successfully pulled image \"shop.example.com/storefront:2026.11.2\" in 1.9s")
		m.event(fresh.started, "Pod", fresh.name, "Started", "Started container storefront")
		m.event(at.Add(-time.Second), "Deployment", "storefront", "ScalingReplicaSet", fmt.Sprintf("Scaled down replica set %s from %d to %d", old.replicaSet(), services[0].replicas-r, services[0].replicas-r-1))
		m.event(at, "Pod", old.name, "Killing", "Stopping container storefront")
	}
}

// pending is the recommender's new pod, for which no node has room.
func (m *minute) pending() {
	r := service{}
	for _, s := range services {
		if s.name == "recommend" {
			r = s
		}
	}
	if m.between(pendingFrom, nodeAdded) {
		p := podAt(&r, r.replicas, m.day, pendingFrom)
		m.event(m.at.Add(4*time.Second), "Pod", p.name, "FailedScheduling",
			"0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 3 Insufficient cpu. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.")
		if m.once(pendingFrom) {
			m.event(m.at, "Deployment", "recommend", "ScalingReplicaSet", "Scaled up replica set "+p.replicaSet()+" from 2 to 3")
		}
		if m.once(pendingFrom + min) {
			m.event(m.at.Add(20*time.Second), "Pod", p.name, "TriggeredScaleUp", "pod triggered scale-up: [{aks-linux-31415926-vmss 3->4 (max: 5)}]")
		}
	}
	if m.once(nodeAdded) {
		p := podAt(&r, r.replicas, m.day, nodeAdded)
		m.event(m.at.Add(time.Second), "Node", p.node, "NodeReady", "Node "+p.node+" status is now: NodeReady")
		m.event(m.at.Add(3*time.Second), "Pod", p.name, "Scheduled", fmt.Sprintf("Successfully assigned %s/%s to %s", namespace, p.name, p.node))
		m.event(m.at.Add(50*time.Second), "Pod", p.name, "Started", "Started container recommend")
	}
	if m.once(nodeRemoved) {
		m.event(m.at.Add(time.Second), "Node", "aks-linux-31415926-vmss000003", "ScaleDown", "node removed by cluster autoscaler")
	}
}

// nodeLost is the node whose host failed, and what became of its pods.
func (m *minute) nodeLost() {
	if m.once(hostFailed) {
		m.event(m.at.Add(41*time.Second), "Node", hostLost, "NodeNotReady", "Node "+hostLost+" status is now: NodeNotReady")
	}
	if m.once(hostFailed + 5*min) {
		before := worldAt(m.at.Add(-min))
		for _, p := range before.pods {
			if p.node == hostLost {
				m.event(m.at.Add(2*time.Second), "Pod", p.name, "TaintManagerEviction", "Marking for deletion Pod "+namespace+"/"+p.name)
			}
		}
	}
	if m.once(hostRepaired) {
		m.event(m.at.Add(5*time.Second), "Node", hostLost, "NodeReady", "Node "+hostLost+" status is now: NodeReady")
	}
}
