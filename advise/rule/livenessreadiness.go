package rule

import (
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/yagura/yagura/advise/message"
)

var livenessReadiness = Rule{
	ID: "liveness-equals-readiness", Severity: Warning, Title: "What makes a pod unready also kills it",
	Doc:     "Readiness takes a pod out of the endpoints while it cannot work; liveness kills it because only a restart helps. If both ask the same with the same patience, an overloaded or waiting pod is restarted instead of spared, its load moves to the others, and they follow. A liveness that waits longer, as Kubernetes' documentation has it for a common pattern, is a note, and one that waits three times as long is none.",
	Fix:     "Liveness on a path that only proves the program is not hung, and with more patience than readiness.",
	Sources: []string{"https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"},
	check: func(c *run) {
		for _, w := range c.running() {
			for i, k := range containers(w) {
				l, r := k.LivenessProbe, k.ReadinessProbe
				if l == nil || r == nil || !equality.Semantic.DeepEqual(l.ProbeHandler, r.ProbeHandler) || l.TCPSocket != nil {
					continue
				}
				dies, leaves := timing(l), timing(r)
				killed, unready := dies.Period*time.Duration(dies.Failure), leaves.Period*time.Duration(leaves.Failure)
				if killed >= 3*unready {
					continue
				}
				severity := Warning
				if killed > unready {
					severity = Note
				}
				c.on(w, finding{severity: severity, path: at(w, i, "livenessProbe"),
					reason:  message.New("Container %s: both probes ask the same; unready after %d × %s, killed after %d × %s.", k.Name, r.FailureThreshold, secs(leaves.Period), l.FailureThreshold, secs(dies.Period)),
					failure: message.New("A slow dependency or a load spike restarts all pods, one after the other or together."),
					patch:   containerPatch(w, k.Name, map[string]any{"livenessProbe": map[string]any{"periodSeconds": max(l.PeriodSeconds, r.PeriodSeconds), "failureThreshold": 3 * r.FailureThreshold}})})
			}
		}
	},
}
