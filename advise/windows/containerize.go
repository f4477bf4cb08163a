package windows

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/yagura/yagura/advise/message"
)

var notName = regexp.MustCompile(`[^a-z0-9]+`)

// Containerize writes a Dockerfile and a manifest for a project, with the reasons as
// comments, as of now.
func (p *Project) Containerize(now time.Time) (dockerfile, manifest string, err error) {
	v := p.Advise(now)
	if v.Base == "" {
		return "", "", fmt.Errorf("containerize %s: %s", p.File, message.Join(v.Why, "; "))
	}
	framework, core := p.Framework()
	var b strings.Builder
	for _, w := range v.Why {
		fmt.Fprintf(&b, "# %s.\n", w)
	}
	switch {
	case core != "":
		p.dotnet(&b, v, core)
	default:
		p.framework(&b, v, framework)
	}
	return b.String(), p.manifest(v), nil
}

func (p *Project) dotnet(b *strings.Builder, v Verdict, core string) {
	sdk := "mcr.microsoft.com/dotnet/sdk:" + core
	if _, suffix, ok := strings.Cut(v.Base, core); ok && suffix != "" {
		sdk += suffix
	}
	fmt.Fprintf(b, "FROM %s AS build\nWORKDIR /src\nCOPY . .\nRUN dotnet publish %s -c Release -o /app\n\n", sdk, quote(p.Name+".csproj"))
	fmt.Fprintf(b, "# The runtime alone: the SDK is several times as large.\nFROM %s\nWORKDIR /app\nCOPY --from=build /app .\n", v.Base)
	modern := core == "8.0" || later(core, "8.0")
	switch {
	case p.Web && modern:
		fmt.Fprint(b, "# A port above 1024 needs no privileges.\nENV ASPNETCORE_HTTP_PORTS=8080\nEXPOSE 8080\n")
	case p.Web:
		fmt.Fprint(b, "# A port above 1024 needs no privileges.\nENV ASPNETCORE_URLS=http://+:8080\nEXPOSE 8080\n")
	}
	if v.Linux && modern {
		fmt.Fprint(b, "USER $APP_UID\n")
	}
	fmt.Fprintf(b, "ENTRYPOINT [\"dotnet\", \"%s.dll\"]\n", p.Name)
}

func (p *Project) framework(b *strings.Builder, v Verdict, version string) {
	tag := frameworkTag(version)
	fmt.Fprintf(b, "# escape=`\n")
	head := b.String()
	b.Reset()
	// The directive must be the first line.
	b.WriteString("# escape=`\n" + strings.TrimSuffix(head, "# escape=`\n"))
	fmt.Fprintf(b, "FROM mcr.microsoft.com/dotnet/framework/sdk:%s-windowsservercore-ltsc2022 AS build\nWORKDIR C:\\src\nCOPY . .\n", tag)
	if p.Web {
		fmt.Fprintf(b, "RUN nuget restore; msbuild %s /p:Configuration=Release /p:DeployOnBuild=true /p:WebPublishMethod=FileSystem /p:publishUrl=C:\\app\n\n", quote(p.Name+".csproj"))
		fmt.Fprintf(b, "# IIS with ASP.NET; a release that the host runs with process isolation.\nFROM %s\nWORKDIR C:\\inetpub\\wwwroot\nCOPY --from=build C:\\app .\nEXPOSE 80\n", v.Base)
		return
	}
	fmt.Fprintf(b, "RUN nuget restore; msbuild %s /p:Configuration=Release /p:OutputPath=C:\\app\n\n", quote(p.Name+".csproj"))
	fmt.Fprintf(b, "FROM %s\nWORKDIR C:\\app\nCOPY --from=build C:\\app .\nENTRYPOINT [\"C:\\\\app\\\\%s.exe\"]\n", v.Base, p.Name)
}

func quote(name string) string {
	if strings.ContainsAny(name, " \t") {
		return `"` + name + `"`
	}
	return name
}

func (p *Project) manifest(v Verdict) string {
	name := strings.Trim(notName.ReplaceAllString(strings.ToLower(p.Name), "-"), "-")
	port, system := 8080, "linux"
	if !v.Linux {
		system = "windows"
		if _, core := p.Framework(); core == "" {
			port = 80
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\nspec:\n  replicas: 2 # one pod alone is an outage at every drain\n", name)
	fmt.Fprintf(&b, "  minReadySeconds: 10\n  strategy:\n    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}\n  selector:\n    matchLabels: {app: %s}\n  template:\n    metadata:\n      labels: {app: %s}\n    spec:\n", name, name)
	fmt.Fprintf(&b, "      # A cluster with Windows nodes has Linux nodes too.\n      os: {name: %s}\n      nodeSelector: {kubernetes.io/os: %s}\n", system, system)
	fmt.Fprintf(&b, "      terminationGracePeriodSeconds: 60 # preStop, and the longest request\n      containers:\n      - name: %s\n        image: registry.example.com/%s:1\n", name, name)
	if system == "windows" {
		fmt.Fprint(&b, "        # Windows has no memory pressure eviction: the limit keeps a leak to its pod.\n")
	}
	fmt.Fprint(&b, "        resources:\n          requests: {cpu: 250m, memory: 512Mi}\n          limits: {memory: 1Gi}\n")
	if !p.Web {
		return b.String()
	}
	fmt.Fprintf(&b, "        ports: [{name: http, containerPort: %d}]\n        startupProbe: {tcpSocket: {port: http}, periodSeconds: 5, failureThreshold: 60}\n        readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 5}\n", port)
	fmt.Fprint(&b, "        # Requests still come for some seconds after the pod is deleted.\n        lifecycle: {preStop: {sleep: {seconds: 15}}}\n")
	fmt.Fprintf(&b, "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: %s\nspec:\n  selector: {app: %s}\n  ports: [{name: http, port: 80, targetPort: http}]\n", name, name)
	fmt.Fprintf(&b, "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: %s\nspec:\n  maxUnavailable: 1\n  unhealthyPodEvictionPolicy: AlwaysAllow\n  selector:\n    matchLabels: {app: %s}\n", name, name)
	return b.String()
}
