package rule

import (
	"time"

	"github.com/yagura/yagura/advise/message"
)

var graceShort = Rule{
	ID: "grace-short", Severity: Warning, Title: "The grace period ends before the requests do",
	Doc:     "preStop counts in the grace period. What is left after it is the time for open requests; at its end the kubelet kills. The need is `preStop + d + the longest request + the longest wait for the database`. A preStop that is still running at the end gets 2 s more, once.",
	Fix:     "A grace period that holds preStop and the longest request.",
	Sources: []string{"https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"},
	check: func(c *run) {
		for _, w := range c.running() {
			m := c.of(w)
			for _, k := range containers(w) {
				wait, present, known := preStopOf(k)
				need := wait + m.Drain + m.Request + m.Database
				if !known || len(c.ServicesOf(w)) == 0 && !present {
					continue
				}
				if k.Lifecycle != nil && k.Lifecycle.PreStop != nil && k.Lifecycle.PreStop.Sleep != nil && wait > grace(w) {
					continue // refused: another rule's
				}
				if grace(w) > need || grace(w) == need && !present {
					continue
				}
				f := finding{path: pod(w, "terminationGracePeriodSeconds"), failure: message.New("Requests that are still open are cut at the kill."),
					reason: message.New("Container %s: terminationGracePeriodSeconds %s, preStop %s + d %s + request %s + database %s = %s.", k.Name, secs(grace(w)), secs(wait), secs(m.Drain), secs(m.Request), secs(m.Database), secs(need)),
					patch:  podPatch(w, map[string]any{"terminationGracePeriodSeconds": int64((need + 30*time.Second) / time.Second)})}
				if wait >= grace(w) && present {
					f.severity, f.failure = Error, message.New("TERM comes when the grace period is over, and KILL 2 s later: every open request is cut, at every stop.")
				}
				c.on(w, f)
			}
		}
	},
}
