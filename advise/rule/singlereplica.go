package rule

import "github.com/yagura/yagura/advise/message"

var singleReplica = Rule{
	ID: "single-replica", Severity: Warning, Title: "One pod serves alone",
	Doc:     "With one replica, a node's loss or drain is an outage until a new pod is scheduled, pulled, started and ready. A drain does not start the new pod first: eviction deletes, and only then the controller replaces. An unreachable node's pod is given up after the node monitor's 50 s (40 s before Kubernetes 1.32) and the default toleration of 300 s.",
	Fix:     "Two replicas. Programs that must run alone need leader election, not one replica. A StatefulSet gets no patch: a database or broker has to know of its second member and to copy its data to it.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/pods/disruptions/", "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions"},
	check: func(c *run) {
		for _, w := range c.running() {
			least, _ := c.Scale(w)
			if least != 1 || w.DaemonSet != nil || len(c.ServicesOf(w)) == 0 {
				continue
			}
			f := finding{path: []string{"spec", "replicas"}, reason: message.New("1 pod − 1 evicted = 0 pods."), failure: message.New("A drain or upgrade of its node is an outage of one start; the node's loss, of 50 s + 300 s and a start.")}
			if h := c.AutoscalerOf(w); h != nil {
				f.reason = message.Sentences(message.New("The autoscaler goes down to minReplicas 1."), f.reason)
				f.patch = &Patch{Type: "strategic", Target: "horizontalpodautoscaler/" + h.Name, path: []string{"spec", "minReplicas"}, value: 2}
			} else if w.Kind != "Pod" && w.StatefulSet == nil { // a member more of a database is not another like it
				f.patch = strategic(w, 2, "spec", "replicas")
			}
			c.on(w, f)
		}
	},
}
