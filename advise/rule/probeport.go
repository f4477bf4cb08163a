package rule

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/yagura/yagura/advise/message"
)

var probePort = Rule{
	ID: "probe-port", Severity: Error, Title: "A probe asks a port that has no such name",
	Doc:     "A probe may name a port of its own container. A name that the container does not have fails every time: a readiness probe keeps the pod out of the service for ever, a liveness probe restarts it for ever.",
	Fix:     "Name the port in the container, or give the number.",
	Sources: []string{"https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port"},
	check: func(c *run) {
		for _, w := range c.running() {
			for i, k := range containers(w) {
				for name, p := range map[string]*corev1.Probe{"livenessProbe": k.LivenessProbe, "readinessProbe": k.ReadinessProbe, "startupProbe": k.StartupProbe} {
					if port, ok := probedName(p); ok && !hasPort(k, port) {
						f := finding{path: at(w, i, name), reason: message.New("Container %s: %s asks port %q; it has %s.", k.Name, name, port, portNames(k)), failure: message.New("The probe never succeeds.")}
						if len(k.Ports) == 1 && k.Ports[0].Name == "" {
							f.patch = containerPatch(w, k.Name, map[string]any{"ports": []any{map[string]any{"containerPort": k.Ports[0].ContainerPort, "name": port}}})
						}
						c.on(w, f)
					}
				}
			}
		}
	},
}

func probedName(p *corev1.Probe) (string, bool) {
	var port intstr.IntOrString
	switch {
	case p == nil:
	case p.HTTPGet != nil:
		port = p.HTTPGet.Port
	case p.TCPSocket != nil:
		port = p.TCPSocket.Port
	}
	return port.StrVal, port.Type == intstr.String && port.IntValue() == 0 && port.StrVal != ""
}

func hasPort(k *corev1.Container, name string) bool {
	for _, p := range k.Ports {
		if p.Name == name {
			return true
		}
	}
	return false
}

func portNames(k *corev1.Container) message.Text {
	if len(k.Ports) == 0 {
		return message.New("no ports")
	}
	return message.Verbatim(names(k.Ports, func(p corev1.ContainerPort) string { return fmt.Sprintf("%d %q", p.ContainerPort, p.Name) }))
}
