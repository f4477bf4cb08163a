// Package rule holds the advice on Kubernetes workloads: one rule a file, each with the
// reason in numbers, the failure it leads to, and a patch.
package rule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/yagura/yagura/advise/manifest"
	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/windows"
)

// Severity orders findings.
type Severity uint8

// A Note is worth knowing, a Warning costs requests on some days, an Error is refused,
// stalls or fails for certain.
const (
	Note Severity = iota + 1
	Warning
	Error
)

var severities = map[Severity]string{Note: "note", Warning: "warning", Error: "error"}

func (s Severity) String() string { return severities[s] }

// MarshalText writes the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads a severity's name.
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severities {
		if n == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("there is no severity %q: it is note, warning or error", name)
}

// Rule is one piece of advice.
type Rule struct {
	// ID names the rule in reports, annotations and the documentation.
	ID       string
	Severity Severity
	Title    string
	// Doc explains what happens and why, Fix what the patch does, in Markdown.
	Doc, Fix string
	// Sources are addresses of the documentation that decides.
	Sources []string

	check func(*run)
}

// All returns the rules in the order of the documentation.
func All() []*Rule {
	return []*Rule{
		&rejected, &unknownField, &removedAPI,
		&rolloutOutage, &rolloutStalls, &rolloutSlow, &progressDeadline, &minReady, &singleReplica,
		&pdbBlocks, &pdbMissing, &pdbOverlap, &pdbUnhealthy, &pdbUnscalable, &pdbNothing,
		&preStop, &graceShort, &longConnections,
		&readinessMissing, &livenessReadiness, &livenessDatabase, &startBudget, &probeTimeout, &probePort,
		&requestsMissing, &unschedulable, &antiAffinityNodes, &spreadMissing, &hpaRequests, &hpaReplicas,
		&serviceNothing, &servicePort,
		&credentialExpires, &certificateExpires, &servicePrincipal, &poolSurge,
		&windowsFields, &windowsSelector, &windowsHost, &windowsSupport, &windowsBase, &windowsDevice,
	}
}

// Measured is what manifests cannot say. Zero means unknown, but for Now.
type Measured struct {
	// Now is when certificates and credentials are judged.
	Now time.Time
	// RPS is the requests a second that a workload takes, over all its pods.
	RPS float64
	// Start is how long the slowest of a hundred starts takes, from the container's
	// start to the first answer.
	Start time.Duration
	// Request is the longest of a thousand requests.
	Request time.Duration
	// Propagation is how long requests still reach a pod after its deletion.
	Propagation time.Duration
	// Drain is how long the program goes on to listen after TERM.
	Drain time.Duration
	// Database is how long a call to the database may wait.
	Database time.Duration
	// Provision is how long a new node takes.
	Provision time.Duration
}

// Finding is a rule that an object breaks.
type Finding struct {
	Rule     *Rule
	Severity Severity
	// Object is what it is about: deployment/web.
	Namespace, Object string
	Source            manifest.Source
	// Path leads to the field in the object.
	Path []string
	// Reason is the arithmetic, Failure what happens when nobody acts.
	Reason, Failure message.Text
	Patch           *Patch
	// Suppressed says that an annotation asks to ignore it, and Why what it gives as the
	// reason.
	Suppressed bool
	Why        string
}

// Line is where the field stands, or the nearest above it.
func (f *Finding) Line() int { return f.Source.Line(f.Path...) }

// Patch is a change that ends a finding.
type Patch struct {
	// Type is strategic (kubectl patch), or apply: a whole object.
	Type string
	// Target is what it is for: deployment/web.
	Target string

	path  []string // to what changes
	value any
}

// Body is the patch as JSON has it: maps, lists, strings and numbers.
func (p *Patch) Body() map[string]any {
	body := p.value
	for _, name := range slices.Backward(p.path) {
		body = map[string]any{name: body}
	}
	return body.(map[string]any)
}

// YAML is the patch's text.
func (p *Patch) YAML() string {
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := errors.Join(e.Encode(p.Body()), e.Close()); err != nil {
		panic(err) // Body has nothing else
	}
	return b.String()
}

// The annotations that the advice reads, on an object or on its pod template.
const (
	// IgnorePrefix and a rule's id: the finding is reported as suppressed. The value is
	// the reason.
	IgnorePrefix = "ignore.advise.yagura/"
	// MeasuredPrefix and a name of Measured in lower case: a number for one workload.
	MeasuredPrefix = "measured.advise.yagura/"
)

// Input is what the rules look at.
type Input struct {
	Set      *manifest.Set
	Measured Measured
	// Images are those that Dockerfiles, compose files and image files name; those of
	// the Set's workloads are found there.
	Images []windows.Use
	// Hosts are the versions of Windows that containers are to run on, and Isolation how:
	// process, hyperv, or either. Nodes of the set are hosts of its workloads.
	Hosts     []Host
	Isolation string
}

// Host is a version of Windows that was asked for.
type Host struct {
	windows.Host
	Version windows.Version
}

// Check runs all rules. Findings come by file, line and rule. The error is the
// context's.
func Check(ctx context.Context, in Input) ([]Finding, error) { return check(ctx, in, All()) }

// Windows runs the rules on Windows containers.
func Windows(ctx context.Context, in Input) ([]Finding, error) {
	return check(ctx, in, []*Rule{&windowsFields, &windowsSelector, &windowsHost, &windowsSupport, &windowsBase, &windowsDevice})
}

func check(ctx context.Context, in Input, rules []*Rule) ([]Finding, error) {
	c := &run{Set: in.Set, measured: in.Measured, Input: &in}
	for _, r := range rules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.rule = r
		r.check(c)
	}
	slices.SortStableFunc(c.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line(), b.Source.Line()), cmp.Compare(a.Object, b.Object), cmp.Compare(b.Severity, a.Severity),
			slices.Compare(a.Path, b.Path), message.Compare(a.Reason, b.Reason))
	})
	return c.findings, nil
}

// run is a run of the rules.
type run struct {
	*manifest.Set
	*Input
	measured Measured
	rule     *Rule
	findings []Finding
	placed   *placement
}

// finding is what a rule says of an object; the run adds the rest.
type finding struct {
	severity        Severity // the rule's, if not set
	path            []string
	reason, failure message.Text
	patch           *Patch
}

// report files a finding about an object whose metadata is m, and templates.
func (c *run) report(object any, kind string, m *metav1.ObjectMeta, f finding, templates ...*corev1.PodTemplateSpec) {
	out := Finding{Rule: c.rule, Severity: f.severity, Namespace: m.Namespace, Object: strings.ToLower(kind) + "/" + m.Name,
		Source: c.Set.Source(object), Path: f.path, Reason: f.reason, Failure: f.failure, Patch: f.patch}
	if out.Severity == 0 {
		out.Severity = c.rule.Severity
	}
	out.Why, out.Suppressed = m.Annotations[IgnorePrefix+c.rule.ID]
	for _, t := range templates {
		if why, ok := t.Annotations[IgnorePrefix+c.rule.ID]; ok && !out.Suppressed {
			out.Why, out.Suppressed = why, true
		}
	}
	c.findings = append(c.findings, out)
}

// on files a finding about a workload.
func (c *run) on(w *manifest.Workload, f finding) { c.report(w, w.Kind, w.Meta, f, w.Template) }
