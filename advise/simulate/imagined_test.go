package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/advise/simulate"
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
		"a host port":        `{containers: [{name: c, image: a, ports: [{containerPort: 80, hostPort: 80}]}]}`,
		"the host's network": `{hostNetwork: true, containers: [{name: c, image: a, ports: [{containerPort: 80}]}]}`,
		"a node each":        `{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: a}}}]}}, containers: [{name: c, image: a}]}`,
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

// TestZoneLoss: where pods keep apart and no nodes are read, the zones that are left take
// the pods of the one that is lost; a pod that tolerates its node's loss stays there.
func TestZoneLoss(t *testing.T) {
	for replicas := range 8 {
		text := fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: %d, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: a, ports: [{containerPort: 80, hostPort: 80}]}]}}}\n", replicas+1)
		for _, zone := range []string{"zone-1", "zone-2", "zone-3"} {
			o := defaults()
			o.Nodes, o.Event = 0, simulate.Loss{Zone: zone}
			if r := play(t, scenario(t, text, o)); !r.Done {
				t.Errorf("%d replicas, %s: %+v", replicas+1, zone, r.Stall)
			}
		}
	}
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {tolerations: [{operator: Exists, effect: NoExecute}], containers: [{name: c, image: a}]}}}\n"
	o := defaults()
	o.Event = simulate.Loss{Zone: "zone-1"}
	if r := play(t, scenario(t, text, o)); r.Done || !strings.Contains(r.Stall.Why.String(), "tolerates for ever") {
		t.Errorf("%+v", r.Stall)
	}
}

// TestHostPorts: pods of two workloads that want one port of their node keep apart, so two
// nodes do not take three of them.
func TestHostPorts(t *testing.T) {
	text := ""
	for _, w := range []struct{ name, port string }{{"a", "80"}, {"b", "80"}, {"c", "81"}} {
		text += "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " + w.name + "}\nspec: {replicas: 2, selector: {matchLabels: {app: " + w.name + "}}, template: {metadata: {labels: {app: " + w.name + "}}, spec: {containers: [{name: c, image: a, ports: [{containerPort: 80, hostPort: " + w.port + "}]}]}}}\n"
	}
	for nodes, done := range map[int]bool{0: true, 4: true, 3: false} {
		o := defaults()
		o.Nodes = nodes
		r := play(t, scenario(t, text, o))
		if r.Done != done || !done && !strings.Contains(r.Stall.Why.String(), "1 Pending: 0/3 nodes are available: 3 node(s) didn't have free ports") {
			t.Errorf("%d nodes: %+v", nodes, r.Stall)
		}
	}
}

// TestGuessedStart: a start that nobody has measured does not break what the manifest
// says of it; one that was given does.
func TestGuessedStart(t *testing.T) {
	text := "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: a, startupProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}]}}}\n"
	for _, guessed := range []bool{true, false} {
		o := defaults()
		o.Guessed = guessed
		if r := play(t, scenario(t, text, o)); r.Done != guessed {
			t.Errorf("guessed %v: %+v", guessed, r.Stall)
		}
	}
}

// TestOnDelete: an update of what is OnDelete is over at once, and says so.
func TestOnDelete(t *testing.T) {
	for _, kind := range []string{"DaemonSet", "StatefulSet"} {
		text := "apiVersion: apps/v1\nkind: " + kind + "\nmetadata: {name: a}\nspec: {updateStrategy: {type: OnDelete}, selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: a}]}}}\n"
		r := play(t, scenario(t, text, defaults()))
		if !r.Done || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Text.String(), "OnDelete") || r.Points[len(r.Points)-1].Terminating > 0 {
			t.Errorf("%s: %+v, %+v", kind, r.Stall, r.Notes)
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
