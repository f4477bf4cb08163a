// Package report writes findings: for people, as JSON, and as SARIF for code scanning.
package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rule"
)

// Report is findings, and the rules that were run.
type Report struct {
	Findings []rule.Finding
	Rules    []*rule.Rule
	Version  string
}

// Format writes a report.
type Format func(w io.Writer, r Report) error

// Formats are the formats by name.
var Formats = map[string]Format{"text": Text, "json": JSON, "sarif": SARIF}

// Worst is the gravest severity that is not suppressed, 0 if there is none.
func Worst(findings []rule.Finding) rule.Severity {
	worst := rule.Severity(0)
	for _, f := range findings {
		if !f.Suppressed {
			worst = max(worst, f.Severity)
		}
	}
	return worst
}

// Text writes findings for people, and a line that counts them.
func Text(w io.Writer, r Report) error {
	b := bufio.NewWriter(w)
	counts, suppressed := map[rule.Severity]int{}, 0
	for _, f := range r.Findings {
		if f.Suppressed {
			suppressed++
			continue
		}
		counts[f.Severity]++
		fmt.Fprintf(b, "%s:%d: %s %s: %s\n", f.Source.File, f.Line(), f.Severity, f.Rule.ID, name(f))
		for _, line := range []string{f.Rule.Title + ".", f.Reason.String(), f.Failure.String()} {
			if line != "" {
				fmt.Fprintf(b, "    %s\n", line)
			}
		}
		if f.Patch != nil {
			head := "patch " + f.Patch.Target
			if f.Patch.Type == "apply" {
				head = "apply " + f.Patch.Target
			}
			fmt.Fprintf(b, "    %s:\n", head)
			for line := range strings.Lines(f.Patch.YAML()) {
				fmt.Fprintf(b, "        %s", line)
			}
		}
		fmt.Fprintln(b)
	}
	var totals []string
	for _, s := range []rule.Severity{rule.Error, rule.Warning, rule.Note} {
		total := fmt.Sprintf("%d %s", counts[s], s)
		if counts[s] != 1 {
			total += "s"
		}
		totals = append(totals, total)
	}
	fmt.Fprint(b, strings.Join(totals, ", "))
	if suppressed > 0 {
		fmt.Fprintf(b, ", %d suppressed", suppressed)
	}
	fmt.Fprintln(b)
	return b.Flush()
}

func name(f rule.Finding) string {
	if f.Namespace == "" || f.Namespace == "default" {
		return f.Object
	}
	return f.Object + " in " + f.Namespace
}

// Page is the documentation of a rule.
func Page(id string) string {
	return "https://github.com/yagura/yagura/blob/main/docs/advise/rules/" + id + ".md"
}

// Patch is a patch as JSON has it; YAML is the text of Body, for kubectl.
type Patch struct {
	Type   string         `json:"type"`
	Target string         `json:"target"`
	Body   map[string]any `json:"body"`
	YAML   string         `json:"yaml"`
}

// Finding is a finding as JSON has it.
type Finding struct {
	Rule       string        `json:"rule"`
	Severity   rule.Severity `json:"severity"`
	Title      string        `json:"title"`
	Namespace  string        `json:"namespace,omitempty"`
	Object     string        `json:"object"`
	File       string        `json:"file"`
	Line       int           `json:"line"`
	Path       string        `json:"path,omitempty"`
	Reason     message.Text  `json:"reason"`
	Failure    message.Text  `json:"failure"`
	Patch      *Patch        `json:"patch,omitempty"`
	Suppressed bool          `json:"suppressed,omitempty"`
	Why        string        `json:"suppressedBecause,omitempty"`
	Help       string        `json:"help"`
}

// Findings gives findings their JSON form.
func Findings(list []rule.Finding) []Finding {
	out := []Finding{}
	for _, f := range list {
		j := Finding{Rule: f.Rule.ID, Severity: f.Severity, Title: f.Rule.Title, Namespace: f.Namespace, Object: f.Object, File: f.Source.File, Line: f.Line(),
			Path: strings.Join(f.Path, "."), Reason: f.Reason, Failure: f.Failure, Suppressed: f.Suppressed, Why: f.Why, Help: Page(f.Rule.ID)}
		if f.Patch != nil {
			j.Patch = &Patch{Type: f.Patch.Type, Target: f.Patch.Target, Body: f.Patch.Body(), YAML: f.Patch.YAML()}
		}
		out = append(out, j)
	}
	return out
}

// JSON writes an array of findings.
func JSON(w io.Writer, r Report) error { return encode(w, Findings(r.Findings)) }

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
