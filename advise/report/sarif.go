package report

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path/filepath"
	"strings"

	"github.com/yagura/yagura/advise/message"
	"github.com/yagura/yagura/advise/rule"
)

// SARIF's shape, as far as it is used:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		Name             string    `json:"name"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
		HelpURI          string    `json:"helpUri"`
		Default          struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifResult struct {
		RuleID              string             `json:"ruleId"`
		RuleIndex           int                `json:"ruleIndex"`
		Level               string             `json:"level"`
		Message             sarifText          `json:"message"`
		Locations           []sarifLocation    `json:"locations"`
		PartialFingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions        []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region struct {
				StartLine int `json:"startLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
		Logical []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification,omitempty"`
	}
)

// SARIF writes findings as a SARIF 2.1.0 log with the rules that were run.
func SARIF(w io.Writer, rep Report) error {
	run := sarifRun{Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "yagura advise", Version: rep.Version, InformationURI: "https://github.com/yagura/yagura"}
	index := map[*rule.Rule]int{}
	for i, r := range rep.Rules {
		index[r] = i
		s := sarifRule{ID: r.ID, Name: pascal(r.ID), ShortDescription: sarifText{Text: r.Title}, FullDescription: sarifText{Text: r.Doc}, HelpURI: Page(r.ID)}
		s.Help = sarifText{Text: r.Fix, Markdown: r.Doc + "\n\n" + r.Fix}
		s.Default.Level = r.Severity.String()
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, s)
	}
	for _, f := range rep.Findings {
		run.Results = append(run.Results, result(f, index[f.Rule]))
	}
	return encode(w, sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func result(f rule.Finding, index int) sarifResult {
	message := message.Sentences(f.Reason, f.Failure).String()
	if f.Patch != nil {
		message += "\n\nPatch of " + f.Patch.Target + ":\n" + f.Patch.YAML()
	}
	r := sarifResult{RuleID: f.Rule.ID, RuleIndex: index, Level: f.Severity.String(), Message: sarifText{Text: message}}
	var l sarifLocation
	l.Physical.Artifact.URI = filepath.ToSlash(f.Source.File)
	if f.Source.File == "-" {
		l.Physical.Artifact.URI = "stdin"
	}
	l.Physical.Region.StartLine = max(f.Line(), 1)
	full := f.Namespace + "/" + f.Object
	if len(f.Path) > 0 {
		full += "#" + strings.Join(f.Path, ".")
	}
	l.Logical = []sarifLogical{{FullyQualifiedName: full}}
	r.Locations = []sarifLocation{l}
	sum := sha256.Sum256([]byte(f.Rule.ID + "\x00" + full))
	r.PartialFingerprints = map[string]string{"object/v1": hex.EncodeToString(sum[:16])}
	if f.Suppressed {
		r.Suppressions = []sarifSuppression{{Kind: "inSource", Justification: f.Why}}
	}
	return r
}

func pascal(id string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(id, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}
