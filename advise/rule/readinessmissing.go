package rule

import "github.com/yagura/yagura/advise/message"

var readinessMissing = Rule{
	ID: "readiness-missing", Severity: Warning, Title: "Requests come before the program listens",
	Doc:     "Without a readiness probe a pod is ready as soon as its containers run. It gets its share of requests while the program still starts, and a rolling update goes on to the next pod at once.",
	Fix:     "A readiness probe on the port that serves. The patch probes by TCP, which only proves that it listens; an HTTP path that answers when the program can work is better.",
	Sources: []string{"https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/"},
	check: func(c *run) {
		for _, w := range c.running() {
			for _, v := range c.ServicesOf(w) {
				i := target(w, v)
				k := w.Template.Spec.Containers[i]
				if k.ReadinessProbe != nil || k.StartupProbe != nil || len(v.Spec.Ports) == 0 {
					continue
				}
				m := c.of(w)
				failure := message.New("Each new pod refuses its share of the requests until it listens.")
				if pods, _ := c.Scale(w); m.RPS > 0 && m.Start > 0 && pods > 0 {
					failure = message.New("Each new pod refuses %s requests/s for %s until it listens.", number(m.RPS/float64(pods)), secs(m.Start))
				}
				port := any(v.Spec.Ports[0].TargetPort.IntValue())
				if v.Spec.Ports[0].TargetPort.StrVal != "" {
					port = v.Spec.Ports[0].TargetPort.StrVal
				}
				c.on(w, finding{path: at(w, i), reason: message.New("Service %s sends requests to container %s, which has neither readiness nor startup probe: ready 0 s after its start.", v.Name, k.Name), failure: failure,
					patch: containerPatch(w, k.Name, map[string]any{"readinessProbe": map[string]any{"tcpSocket": map[string]any{"port": port}, "periodSeconds": 5}})})
				break
			}
		}
	},
}
