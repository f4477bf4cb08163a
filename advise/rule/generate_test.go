package rule_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/yagura/yagura/advise/rule"
)

func one[T any](t *rapid.T, label string, from ...T) T { return rapid.SampledFrom(from).Draw(t, label) }

func often(t *rapid.T, label string, percent int) bool {
	return rapid.IntRange(1, 100).Draw(t, label) <= percent
}

func measured(t *rapid.T) rule.Measured {
	return rule.Measured{Now: judged, RPS: one(t, "rps", 0, 0.5, 1000), Start: one(t, "start", 0, 5*time.Second, 2*time.Minute), Request: one(t, "request", 0, time.Second, time.Minute),
		Propagation: one(t, "propagation", 0, 20*time.Second), Drain: one(t, "drain", 0, 3*time.Second), Database: one(t, "database", 0, 15*time.Second)}
}

// manifests draws workloads and what belongs to them.
func manifests(t *rapid.T) []object {
	var all []object
	for i := range rapid.IntRange(0, 3).Draw(t, "workloads") {
		name := fmt.Sprintf("w%d", i)
		labels := object{"app": name, "team": one(t, "team", "a", "b")}
		kind := one(t, "kind", "Deployment", "Deployment", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod", "Job", "CronJob")
		all = append(all, workload(t, kind, name, labels))
		if often(t, "service", 70) {
			all = append(all, service(t, name, labels))
		}
		if often(t, "budget", 60) {
			all = append(all, budgetFor(t, name, labels))
		}
		if often(t, "autoscaler", 30) && (kind == "Deployment" || kind == "StatefulSet") {
			least := rapid.IntRange(1, 4).Draw(t, "min")
			all = append(all, object{"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": object{"name": name}, "spec": object{
				"scaleTargetRef": object{"apiVersion": "apps/v1", "kind": kind, "name": name}, "minReplicas": least, "maxReplicas": least + rapid.IntRange(0, 5).Draw(t, "more"),
				"metrics": []any{object{"type": "Resource", "resource": object{"name": one(t, "metric", "cpu", "memory"), "target": object{"type": "Utilization", "averageUtilization": 70}}}}}})
		}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "nodes") {
		all = append(all, node(t, i))
	}
	if often(t, "other", 20) {
		all = append(all, object{"apiVersion": "example.com/v1", "kind": "Widget", "metadata": object{"name": "x"}, "spec": object{"replicas": "many"}})
	}
	return all
}

func workload(t *rapid.T, kind, name string, labels object) object {
	template := object{"metadata": object{"labels": labels}, "spec": podSpec(t, name)}
	spec := object{"template": template, "selector": object{"matchLabels": object{"app": name}}}
	if often(t, "replicas", 80) && kind != "DaemonSet" {
		spec["replicas"] = one(t, "n", 0, 1, 1, 2, 3, 4, 10)
	}
	version := "apps/v1"
	switch kind {
	case "Deployment":
		if often(t, "strategy", 70) {
			spec["strategy"] = strategy(t)
		}
		if often(t, "minReady", 30) {
			spec["minReadySeconds"] = one(t, "minReadySeconds", 0, 10, 700)
		}
		if often(t, "deadline", 20) {
			spec["progressDeadlineSeconds"] = one(t, "deadlineSeconds", 30, 600)
		}
	case "DaemonSet":
		delete(spec, "replicas")
	case "Pod":
		return object{"apiVersion": "v1", "kind": kind, "metadata": object{"name": name, "labels": labels}, "spec": template["spec"]}
	case "Job":
		return object{"apiVersion": "batch/v1", "kind": kind, "metadata": object{"name": name}, "spec": object{"template": template}}
	case "CronJob":
		return object{"apiVersion": "batch/v1", "kind": kind, "metadata": object{"name": name}, "spec": object{"schedule": "* * * * *", "jobTemplate": object{"spec": object{"template": template}}}}
	}
	return object{"apiVersion": version, "kind": kind, "metadata": object{"name": name}, "spec": spec}
}

func strategy(t *rapid.T) object {
	if often(t, "recreate", 15) {
		return object{"type": "Recreate"}
	}
	return object{"type": "RollingUpdate", "rollingUpdate": object{"maxSurge": one[any](t, "surge", 0, 1, 3, "0%", "25%", "100%"), "maxUnavailable": one[any](t, "unavailable", 0, 1, 2, "0%", "25%", "50%", "100%")}}
}

func podSpec(t *rapid.T, name string) object {
	spec := object{"containers": []any{container(t, name)}}
	if often(t, "sidecar", 20) {
		spec["containers"] = append(spec["containers"].([]any), container(t, "side"))
	}
	if often(t, "grace", 30) {
		spec["terminationGracePeriodSeconds"] = one(t, "seconds", 0, 5, 30, 120)
	}
	switch one(t, "os", "", "", "", "selector", "os") {
	case "selector":
		spec["nodeSelector"] = object{"kubernetes.io/os": "windows"}
	case "os":
		spec["os"] = object{"name": "windows"}
		spec["hostPID"] = often(t, "hostPID", 50)
	}
	if often(t, "securityContext", 30) {
		spec["securityContext"] = object{"runAsUser": 1000, "fsGroup": 2000}
	}
	if often(t, "apart", 20) {
		spec["affinity"] = object{"podAntiAffinity": object{"requiredDuringSchedulingIgnoredDuringExecution": []any{object{"topologyKey": "kubernetes.io/hostname", "labelSelector": object{"matchLabels": object{"app": name}}}}}}
	}
	if often(t, "spread", 20) {
		spec["topologySpreadConstraints"] = []any{object{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": object{"matchLabels": object{"app": name}}}}
	}
	return spec
}

func container(t *rapid.T, name string) object {
	c := object{"name": name, "image": one(t, "image", "shop/web:1", "mcr.microsoft.com/windows/servercore:1803", "mcr.microsoft.com/dotnet/framework/aspnet:4.8", "postgres:16")}
	if often(t, "ports", 70) {
		p := object{"containerPort": 8080}
		if often(t, "named", 50) {
			p["name"] = "http"
		}
		c["ports"] = []any{p}
	}
	for _, kind := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if often(t, kind, 50) {
			c[kind] = probe(t)
		}
	}
	if often(t, "preStop", 40) {
		c["lifecycle"] = object{"preStop": one(t, "how", object{"sleep": object{"seconds": 10}}, object{"exec": object{"command": []any{"sh", "-c", "sleep 40"}}}, object{"httpGet": object{"path": "/stop", "port": 8080}})}
	}
	if often(t, "resources", 60) {
		c["resources"] = one(t, "what", object{"requests": object{"cpu": "500m", "memory": "256Mi"}}, object{"limits": object{"cpu": "1"}}, object{"requests": object{"cpu": "2"}, "limits": object{"cpu": "1"}}, object{"requests": object{"memory": "64Gi"}})
	}
	if often(t, "env", 30) {
		c["env"] = []any{object{"name": "DATABASE_URL", "value": "Server=db;Connect Timeout=15"}}
	}
	if often(t, "privileged", 10) {
		c["securityContext"] = object{"privileged": true, "capabilities": object{"add": []any{"NET_ADMIN"}}}
	}
	return c
}

func probe(t *rapid.T) object {
	p := one(t, "handler", object{"httpGet": object{"path": "/healthz", "port": 8080}}, object{"httpGet": object{"path": "/health/db", "port": "http"}}, object{"tcpSocket": object{"port": 8080}},
		object{"httpGet": object{"path": "/actuator/health", "port": 8080}}, object{"exec": object{"command": []any{"pg_isready", "-h", "db"}}}, object{"grpc": object{"port": 9000}})
	out := object{}
	for k, v := range p {
		out[k] = v
	}
	for _, f := range []struct {
		name   string
		values []int
	}{{"initialDelaySeconds", []int{0, 5, 90}}, {"periodSeconds", []int{1, 10, 30}}, {"timeoutSeconds", []int{1, 20}}, {"failureThreshold", []int{1, 3, 30}}, {"successThreshold", []int{1, 1, 2}}} {
		if often(t, f.name, 30) {
			out[f.name] = one(t, f.name+"Value", f.values...)
		}
	}
	return out
}

func service(t *rapid.T, name string, labels object) object {
	spec := object{"selector": labels, "ports": []any{object{"port": 80, "targetPort": one[any](t, "targetPort", 8080, "http"), "name": one(t, "portName", "http", "grpc-api")}}}
	if often(t, "external", 40) {
		spec["type"] = "LoadBalancer"
		spec["externalTrafficPolicy"] = one(t, "policy", "Local", "Cluster")
	}
	return object{"apiVersion": "v1", "kind": "Service", "metadata": object{"name": name}, "spec": spec}
}

func budgetFor(t *rapid.T, name string, labels object) object {
	selector := one(t, "selector", object{"matchLabels": object{"app": name}}, object{"matchLabels": object{"app": name}}, object{"matchLabels": object{"team": labels["team"]}}, object{"matchLabels": object{"app": "none"}}, object{})
	spec := object{"selector": selector}
	spec[one(t, "bound", "minAvailable", "maxUnavailable")] = one[any](t, "value", 0, 1, 2, 3, "0%", "30%", "50%", "100%")
	if often(t, "always", 20) {
		spec["unhealthyPodEvictionPolicy"] = "AlwaysAllow"
	}
	return object{"apiVersion": one(t, "version", "policy/v1", "policy/v1", "policy/v1beta1"), "kind": "PodDisruptionBudget", "metadata": object{"name": name}, "spec": spec}
}

func node(t *rapid.T, i int) object {
	name := fmt.Sprintf("n%d", i)
	n := object{"apiVersion": "v1", "kind": "Node", "metadata": object{"name": name, "labels": object{"kubernetes.io/hostname": name, "kubernetes.io/os": one(t, "nodeOS", "linux", "windows"), "topology.kubernetes.io/zone": one(t, "zone", "1", "2")}},
		"spec": object{}, "status": object{"allocatable": object{"cpu": one(t, "cpu", "900m", "4"), "memory": "8Gi", "pods": one(t, "pods", "3", "110")}}}
	if often(t, "taint", 20) {
		n["spec"] = object{"taints": []any{object{"key": "dedicated", "value": "x", "effect": "NoSchedule"}}}
	}
	if often(t, "cordoned", 10) {
		n["spec"] = object{"unschedulable": true}
	}
	return n
}
