package rule

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var probeTimeout = Rule{
	ID: "probe-timeout", Severity: Warning, Title: "The probe gives up before the database does",
	Doc: "A readiness probe that waits for the database fails at `timeoutSeconds` (1 s by default), while the program behind it waits on. If the probe's patience, `timeoutSeconds`, is less than the database's timeout, a slow database takes all pods out of the endpoints at once, and the program's own fallback is never reached. " +
		"The database's timeout is what was measured, or what a connection string in the environment says.",
	Fix:     "A timeout longer than the database's, or a health page that answers from a state it keeps.",
	Sources: []string{"https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/", "https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectiontimeout"},
	check: func(c *run) {
		for _, w := range c.running() {
			m := c.of(w)
			for i, k := range containers(w) {
				p := k.ReadinessProbe
				if p == nil || p.TCPSocket != nil {
					continue
				}
				wait, how := m.Database, message.New("measured")
				if wait == 0 {
					wait, how = connectTimeout(k)
				}
				if timeout := time.Duration(p.TimeoutSeconds) * time.Second; wait > 0 && timeout <= wait {
					f := finding{path: at(w, i, "readinessProbe", "timeoutSeconds"), reason: message.New("Container %s: readiness gives up after %s, the database after %s (%s).", k.Name, secs(timeout), secs(wait), how),
						failure: message.New("A database that is slow for %s takes every pod out of the service.", secs(timing(p).Period*time.Duration(p.FailureThreshold)))}
					f.patch = containerPatch(w, k.Name, map[string]any{"readinessProbe": map[string]any{"timeoutSeconds": int64(wait/time.Second) + 1, "periodSeconds": max(int64(p.PeriodSeconds), int64(wait/time.Second)+1)}})
					c.on(w, f)
				}
			}
		}
	},
}

var connectionTimeout = regexp.MustCompile(`(?i)(?:connect(?:ion)?[ _]?timeout|timeout)\s*=\s*(\d+)`)

// connectTimeout finds a timeout in a connection string of the environment.
func connectTimeout(k *corev1.Container) (time.Duration, message.Text) {
	for _, e := range k.Env {
		if m := connectionTimeout.FindStringSubmatch(e.Value); m != nil && databaseEnv.MatchString(e.Name) {
			n, _ := strconv.Atoi(m[1])
			return time.Duration(n) * time.Second, message.Verbatim(e.Name)
		}
	}
	return 0, message.Text{}
}

// copyHandler gives a patch the handler of a probe.
func copyHandler(into map[string]any, p *corev1.Probe) {
	text, err := json.Marshal(p.ProbeHandler)
	if err == nil {
		err = json.Unmarshal(text, &into)
	}
	if err != nil {
		panic(err) // a probe that was read is written
	}
}
