package serve

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
)

const adviseWeb = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: shop/web:1
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
`

// ask is the body of a request for advice on files, name and text by turns.
func ask(more map[string]any, files ...string) string {
	body := map[string]any{}
	for k, v := range more {
		body[k] = v
	}
	var list []map[string]any
	for i := 0; i < len(files); i += 2 {
		list = append(list, map[string]any{"name": files[i], "text": files[i+1]})
	}
	if list != nil {
		body["files"] = list
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func zipped(t *testing.T, files ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i])
		check(t, err)
		_, err = w.Write([]byte(files[i+1]))
		check(t, err)
	}
	check(t, z.Close())
	return b.Bytes()
}

type m = map[string]any

func TestAdvise(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.server.now = func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	rollout := m{"event": m{"kind": "rollout"}, "settings": m{"rps": 600, "propagation": "11s"}}
	with := func(settings m) m { return m{"event": m{"kind": "rollout"}, "settings": settings} }
	const project = `<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>`
	archive := m{"files": []m{{"name": "all.zip", "zip": zipped(t, "shop/web.yaml", adviseWeb, "shop/readme.txt", "no", "shop/node_modules/a.yaml", adviseWeb, "app/Shop.csproj", project, "app/Web.config", "<configuration/>")}}}
	bomb := m{"files": []m{{"name": "bomb.zip", "zip": zipped(t, "a.yaml", strings.Repeat("# nothing\n", 10<<20/10))}}}
	aliases := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		aliases += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 8), c-1)
	}
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		want                     []string
	}{
		{"findings", "POST", "/ui/advise/kube", ask(nil, "web.yaml", adviseWeb), 200, []string{`"rule":"pdb-blocks-drain"`, `"severity":"error"`, `"yaml":"spec:\n`, `"file":"web.yaml"`, `"doc":`, `"messages":{"`, `{"template":"%d expected pods","args":["4"]}`}},
		{"SARIF", "POST", "/ui/advise/kube?format=sarif", ask(nil, "web.yaml", adviseWeb), 200, []string{`"version":"2.1.0"`, `"ruleId":"pdb-blocks-drain"`}},
		{"JSON", "POST", "/ui/advise/kube?format=json", ask(nil, "web.yaml", adviseWeb), 200, []string{`[{"rule":`}},
		{"another format", "POST", "/ui/advise/kube?format=text", ask(nil, "web.yaml", adviseWeb), 400, []string{"InvalidFormat"}},
		{"a template", "POST", "/ui/advise/kube", ask(nil, "web.yaml", "a: {{ .Values.a }}"), 200, []string{`this is a template, not a manifest`}},
		{"anchors that grow", "POST", "/ui/advise/kube", ask(nil, "a.yaml", aliases), 200, []string{`"problems":[{"file":"a.yaml","line":1,"text":`}},
		{"no text", "POST", "/ui/advise/kube", ask(nil, "a.yaml", "MZ\x00\x01"), 200, []string{`this is no text`}},
		{"what is there", "POST", "/ui/advise/read", ask(archive), 200, []string{`"workloads":[{"name":"web","kind":"Deployment","replicas":4}]`, `"nodes":["node-1","node-2","node-3"]`, `"budgets":1`, `"projects":["app/Shop.csproj"]`}},
		{"a patch", "POST", "/ui/advise/read", ask(nil, "over/a.yaml", adviseWeb, "over/kustomization.yaml", "patches: [{path: a.yaml}]"), 200, []string{`"workloads":[]`, `"patch":1`}},
		{"an archive that grows", "POST", "/ui/advise/read", ask(bomb), 400, []string{`more than 4 MiB of text`}},
		{"no archive", "POST", "/ui/advise/read", ask(m{"files": []m{{"name": "x.zip", "zip": []byte("PK")}}}), 400, []string{"InvalidArchive"}},
		{"too much text", "POST", "/ui/advise/read", ask(nil, "a.yaml", strings.Repeat("a", 5<<20)), 400, []string{"TooLarge"}},
		{"too large a request", "POST", "/ui/advise/read", ask(nil, "a.yaml", strings.Repeat("a", 9<<20)), 413, []string{"RequestEntityTooLarge"}},
		{"too many objects", "POST", "/ui/advise/read", ask(nil, "a.yaml", strings.Repeat("kind: Service\napiVersion: v1\n---\n", 5001)), 400, []string{"5001 objects"}},
		{"a rollout", "POST", "/ui/advise/simulate", ask(rollout, "web.yaml", adviseWeb), 200, []string{`"done":true`, `"imaginedNodes":3`, `"refused while stopping"`, `{"at":0,"workload":"web","ready":4`}},
		{"other settings", "POST", "/ui/advise/simulate", ask(with(m{"rps": 600, "set": "preStop=15s"}), "web.yaml", adviseWeb), 200, []string{`"answeredPercent":100,`}},
		{"ECS", "POST", "/ui/advise/simulate", ask(with(m{"policy": "ecs", "minimumHealthy": 50, "maximum": 100}), "web.yaml", adviseWeb), 200, []string{`"peakPods":`}},
		{"a stall", "POST", "/ui/advise/simulate", ask(m{"event": m{"kind": "drain", "node": "node-1"}}, "web.yaml", adviseWeb), 200, []string{`"stall":{"at":0,"who":"drain of node-1"`}},
		{"no such node", "POST", "/ui/advise/simulate", ask(m{"event": m{"kind": "drain", "node": "x"}}, "web.yaml", adviseWeb), 400, []string{`there is no node`}},
		{"no such setting", "POST", "/ui/advise/simulate", ask(with(m{"set": "surge=1"}), "web.yaml", adviseWeb), 400, []string{`there is no setting`}},
		{"no such time", "POST", "/ui/advise/simulate", ask(with(m{"start": "soon"}), "web.yaml", adviseWeb), 400, []string{`start: read`}},
		{"too many pods", "POST", "/ui/advise/simulate", ask(with(m{"set": "replicas=2000000000"}), "web.yaml", adviseWeb), 400, []string{"TooLarge", "20000 may be there at once", `"template":"%s: %s wants %d pods, and %d may be there at once"`}},
		{"nothing to play", "POST", "/ui/advise/simulate", ask(rollout, "a.yaml", ""), 400, []string{`no Deployment`}},
		{"a search", "POST", "/ui/advise/search", ask(m{"event": m{"kind": "rollout"}, "settings": m{"rps": 600, "propagation": "11s"}, "goal": 99.95}, "web.yaml", adviseWeb), 200, []string{`"preStop":15`, `"met":`}},
		{"no goal", "POST", "/ui/advise/search", ask(rollout, "web.yaml", adviseWeb), 400, []string{`The goal`}},
		{"facts", "GET", "/ui/advise/windows", "", 200, []string{`"checked":"`, `{"build":17134,"process":false,"hyperV":true`, `"phase":"extended"`}},
		{"1803 on 1809", "POST", "/ui/advise/windows", ask(m{"images": []string{"mcr.microsoft.com/windows/servercore:1803"}, "hosts": []string{"1809"}, "isolation": "process"}), 200, []string{`"rule":"windows-host"`, `0xc0370101`}},
		{"a project", "POST", "/ui/advise/windows", ask(archive), 200, []string{`"system":"linux"`, `FROM mcr.microsoft.com/dotnet/sdk:8.0`}},
		{"no such host", "POST", "/ui/advise/windows", ask(m{"hosts": []string{"vista"}}), 400, []string{`there is no host`}},
		{"no image of Windows", "POST", "/ui/advise/windows", ask(m{"images": []string{"nginx"}}), 400, []string{`no reference`}},
		{"no JSON", "POST", "/ui/advise/kube", "files", 400, []string{"InvalidJsonBody"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := w.do(c.method, c.path, c.body)
			if status != c.status {
				t.Fatalf("%d %.500s, want %d", status, body, c.status)
			}
			for _, want := range c.want {
				if !strings.Contains(body, want) {
					t.Errorf("%q is not in %.3000s", want, body)
				}
			}
		})
	}
}

// TestAdviseForWhom: no advice without the page's session and its header, or a token.
func TestAdviseForWhom(t *testing.T) {
	w := newWorld(t, engine.Options{})
	for _, path := range []string{"/ui/advise/read", "/ui/advise/kube", "/ui/advise/simulate", "/ui/advise/search", "/ui/advise/windows"} {
		nobody := func(r *http.Request) { r.Header.Del("Authorization") }
		if status, _ := w.do("POST", path, "{}", nobody); status != http.StatusUnauthorized {
			t.Errorf("%s without a session: %d", path, status)
		}
		cookie := func(r *http.Request) {
			r.Header.Del("Authorization")
			r.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: w.token})
		}
		if status, _ := w.do("POST", path, "{}", cookie); status != http.StatusUnauthorized {
			t.Errorf("%s from another site: %d", path, status)
		}
	}
	if status, body := w.do("POST", "/ui/advise/read", "{}", func(r *http.Request) {
		r.Header.Del("Authorization")
		r.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: w.token})
		r.Header.Set(identity.PageHeader, "1")
	}); status != http.StatusOK {
		t.Errorf("from the page: %d %s", status, body)
	}
}

// TestAdviseEnds: a simulation stops when its client is gone, and its place is free.
func TestAdviseEnds(t *testing.T) {
	w := newWorld(t, engine.Options{})
	body := ask(m{"event": m{"kind": "rollout"}, "settings": m{"rps": 600, "set": "replicas=20000,maxSurge=0,maxUnavailable=1"}}, "web.yaml", adviseWeb)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	r := httptest.NewRequest("POST", "/ui/advise/simulate", strings.NewReader(body)).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer "+w.token)
	rec := httptest.NewRecorder()
	begun := time.Now()
	w.handler.ServeHTTP(rec, r)
	if took := time.Since(begun); took > 10*time.Second || rec.Code == http.StatusOK {
		t.Errorf("%d after %v", rec.Code, took)
	}
	if len(w.server.advising) != 0 {
		t.Error("its place is still taken")
	}
	for range adviseAtOnce {
		w.server.advising <- struct{}{}
	}
	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := w.server.advise(httptest.NewRecorder(), func() *http.Request {
		r := httptest.NewRequest("POST", "/ui/advise/read", strings.NewReader("{}")).WithContext(ctx)
		r.Header.Set("Authorization", "Bearer "+w.token)
		return r
	}(), time.Second, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while others are served: %v", err)
	}
}
