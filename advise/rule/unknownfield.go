package rule

import (
	"strings"

	"github.com/yagura/yagura/advise/message"
)

var unknownField = Rule{
	ID: "unknown-field", Severity: Warning, Title: "A field that Kubernetes does not know",
	Doc:     "kubectl refuses unknown and repeated fields since 1.25; Helm and controllers send them, and the API server drops them with a warning. Then the setting that the author believes in is not there: a misspelt `maxSuge` is the default 25%.",
	Fix:     "Spell the field as the reference does, and indent it under the right parent.",
	Sources: []string{"https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"},
	check: func(c *run) {
		for _, p := range c.Problems {
			if p.Ignored {
				path := strings.FieldsFunc(p.Field, func(r rune) bool { return strings.ContainsRune(".[]", r) })
				c.findings = append(c.findings, Finding{Rule: c.rule, Severity: Warning, Object: "document", Source: p.Source, Path: path,
					Reason: message.New("A field is wrong: %s.", p.Err), Failure: message.New("kubectl apply refuses the document; other clients lose the setting in silence.")})
			}
		}
	},
}
