package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/rule"
)

// estate is the manifests of many Deployments, each with its service and budget.
func estate(deployments int) string {
	var b strings.Builder
	for i := range deployments {
		fmt.Fprintf(&b, `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: w%d, namespace: ns%d}
spec:
  replicas: %d
  selector: {matchLabels: {app: w%[1]d}}
  template:
    metadata: {labels: {app: w%[1]d, team: shop}}
    spec:
      containers:
      - name: web
        image: shop/web:%[1]d
        ports: [{containerPort: 8080, name: http}]
        readinessProbe: {httpGet: {path: /ready, port: http}}
        livenessProbe: {httpGet: {path: /live, port: http}}
---
apiVersion: v1
kind: Service
metadata: {name: w%[1]d, namespace: ns%[2]d}
spec: {selector: {app: w%[1]d, team: shop}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: w%[1]d, namespace: ns%[2]d}
spec: {minAvailable: 1, selector: {matchLabels: {app: w%[1]d}}}
`, i, i%7, 1+i%5)
	}
	return b.String()
}

// BenchmarkCheck reads and judges 20,000 Deployments of one file.
func BenchmarkCheck(b *testing.B) {
	text := estate(20_000)
	for b.Loop() {
		set := manifest.New()
		if err := set.ReadStream("m.yaml", strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
		if found := check(b, rule.Input{Set: set, Measured: rule.Measured{Now: judged}}); len(found) < 20_000 {
			b.Fatalf("%d findings", len(found))
		}
	}
}
