package simulate_test

import (
	"strings"
	"testing"
)

// TestImaginedNodes: without nodes in the manifests, none of their pods waits for one,
// whatever it asks its node for.
func TestImaginedNodes(t *testing.T) {
	for what, spec := range map[string]string{
		"nothing":            `{containers: [{name: c, image: a}]}`,
		"cpu and memory":     `{containers: [{name: c, image: a, resources: {requests: {cpu: "4", memory: 32Gi}}}]}`,
		"a device":           `{containers: [{name: c, image: a, resources: {limits: {nvidia.com/gpu: 2}}}]}`,
		"Windows":            `{nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, image: a}]}`,
		"Windows by name":    `{os: {name: windows}, nodeSelector: {kubernetes.io/os: windows}, containers: [{name: c, image: a, resources: {requests: {cpu: 100m}}}]}`,
		"a pool":             `{nodeSelector: {agentpool: gpu, kubernetes.io/os: linux}, containers: [{name: c, image: a}]}`,
		"affinity":           `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: kind, operator: In, values: [big, huge]}, {key: ssd, operator: Exists}]}]}}}, containers: [{name: c, image: a}]}`,
		"affinity of nobody": `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}, containers: [{name: c, image: a}]}`,
		"zones":              `{topologySpreadConstraints: [{maxSkew: 1, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: a}}}], containers: [{name: c, image: a}]}`,
	} {
		text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: " + spec + "}}\n"
		o := defaults()
		o.Nodes = 0
		r := play(t, scenario(t, text, o))
		if (r.Done) == (what == "affinity of nobody") { // no term, no node
			t.Errorf("%s: %+v", what, r.Stall)
		}
		for _, n := range r.Scenario.Nodes {
			if strings.HasPrefix(what, "Windows") && strings.HasPrefix(n.Name, "windows") != (n.Object.Labels["kubernetes.io/os"] == "windows") {
				t.Errorf("%s: node %s is %v", what, n.Name, n.Object.Labels)
			}
		}
	}
}

// TestReplicaSetsDoNotRollOut: a new template does not replace a ReplicaSet's pods.
func TestReplicaSetsDoNotRollOut(t *testing.T) {
	text := "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a}\nspec: {replicas: 2, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: a}]}}}\n"
	if r := play(t, scenario(t, text, defaults())); !r.Done || r.Peak("") != 2 {
		t.Errorf("%d pods: %+v", r.Peak(""), r.Stall)
	}
}
