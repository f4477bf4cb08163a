package rule

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/yagura/yagura/advise/message"
)

var longConnections = Rule{
	ID: "long-connections", Severity: Note, Title: "Connections outlive the endpoint",
	Doc:     "A Service chooses a pod when a connection opens. gRPC and WebSocket connections stay: after the endpoint is removed, requests go on over them until the pod closes them, and new pods get none until clients connect anew.",
	Fix:     "Send GOAWAY (gRPC: graceful stop; also `MAX_CONNECTION_AGE`) or `Connection: close` on TERM, and let clients reconnect. For even load use a headless Service with client-side balancing, or a proxy.",
	Sources: []string{"https://kubernetes.io/blog/2018/11/07/grpc-load-balancing-on-kubernetes-without-tears/", "https://grpc.io/docs/guides/keepalive/"},
	check: func(c *run) {
		for _, w := range c.running() {
			if least, _ := c.Scale(w); least < 2 {
				continue
			}
			for _, v := range c.ServicesOf(w) {
				if port, ok := longLived(v); ok && v.Spec.ClusterIP != corev1.ClusterIPNone {
					c.on(w, finding{reason: message.New("Service %s has port %s, balanced by connection, not by request.", v.Name, port), failure: message.New("A stopping pod cuts its open streams; a new pod stays idle.")})
					break
				}
			}
		}
	},
}

func longLived(v *corev1.Service) (string, bool) {
	for _, p := range v.Spec.Ports {
		app := ""
		if p.AppProtocol != nil {
			app = *p.AppProtocol
		}
		for _, word := range []string{"grpc", "h2c", "kubernetes.io/ws", "kubernetes.io/wss", "websocket"} {
			if app == word || strings.HasPrefix(strings.ToLower(p.Name), word) && !strings.Contains(word, "/") {
				return p.Name, true
			}
		}
	}
	return "", false
}
