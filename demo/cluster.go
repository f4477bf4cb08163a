package demo

import (
	"fmt"
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
	for _, p := range m.world.pods {
		m.inventory(at, p)
	}
	for _, s := range services {
		m.add("KubeServices", at, "ClusterName", clusterName, "ClusterId", clusterID, "Namespace", namespace, "ServiceName", s.name, "ServiceType", "ClusterIP",
			"ClusterIp", fmt.Sprintf("10.0.%d.10", len(s.name)), "SelectorLabels", `[{"app":"`+s.name+`"}]`, "_ResourceId", clusterID)
	}
	m.rollout()
	m.pending()
	m.nodeLost()
}

func (m *minute) inventory(at time.Time, p pod) {
	status, container, reason := "Running", "running", ""
	if p.node == "" {
		status, container, reason = "Pending", "waiting", "Unschedulable"
	} else if !m.world.ready(p.node) {
		status, container, reason = "Unknown", "unknown", "NodeLost"
	}
	row := []any{"Computer", p.node, "ClusterName", clusterName, "ClusterId", clusterID, "Namespace", namespace, "Name", p.name, "PodUid", fixedGUID(uint64(len(p.name)) + uint64(p.started.Unix())),
		"PodStatus", status, "PodIp", p.ip, "ContainerName", p.service.name, "ContainerStatus", container, "ContainerStatusReason", reason, "ControllerKind", "ReplicaSet",
		"ControllerName", p.name[:len(p.name)-6], "ServiceName", p.service.name, "PodLabel", `[{"app":"` + p.service.name + `"}]`, "PodRestartCount", 0, "ContainerRestartCount", 0,
		"PodCreationTimeStamp", stamp(p.started.Add(-8 * time.Second)), "_ResourceId", clusterID}
	if p.node != "" {
		row = append(row, "PodStartTime", stamp(p.started), "ContainerStartTime", stamp(p.started))
	}
	m.add("KubePodInventory", at, row...)
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
		m.event(at.Add(-9*time.Second), "Deployment", "storefront", "ScalingReplicaSet", fmt.Sprintf("Scaled up replica set %s to %d", fresh.name[:len(fresh.name)-6], r+1))
		m.event(at.Add(-8*time.Second), "Pod", fresh.name, "Scheduled", fmt.Sprintf("Successfully assigned %s/%s to %s", namespace, fresh.name, fresh.node))
		m.event(at.Add(-6*time.Second), "Pod", fresh.name, "Pulled", "Successfully pulled image \"shop.example.com/storefront:2026.11.2\" in 1.9s")
		m.event(at.Add(-5*time.Second), "Pod", fresh.name, "Started", "Started container storefront")
		m.event(at.Add(-time.Second), "Deployment", "storefront", "ScalingReplicaSet", fmt.Sprintf("Scaled down replica set %s to %d", old.name[:len(old.name)-6], services[0].replicas-r-1))
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
			m.event(m.at, "Deployment", "recommend", "ScalingReplicaSet", "Scaled up replica set "+p.name[:len(p.name)-6]+" to 3 from 2")
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
	lost := "aks-linux-31415926-vmss000001"
	if m.once(hostFailed) {
		m.event(m.at.Add(41*time.Second), "Node", lost, "NodeNotReady", "Node "+lost+" status is now: NodeNotReady")
	}
	if m.once(hostFailed + 5*min) {
		before := worldAt(m.at.Add(-min))
		for _, p := range before.pods {
			if p.node == lost {
				m.event(m.at.Add(2*time.Second), "Pod", p.name, "TaintManagerEviction", "Marking for deletion Pod "+namespace+"/"+p.name)
			}
		}
	}
	if m.once(hostRepaired) {
		m.event(m.at.Add(5*time.Second), "Node", lost, "NodeReady", "Node "+lost+" status is now: NodeReady")
	}
}
