package main

import (
	"bytes"
	"fmt"

	"github.com/yagura/yagura/advise/rule"
)

// rules returns a page for every rule, and their list, by file.
func rules() map[string][]byte {
	pages := map[string][]byte{}
	var list bytes.Buffer
	fmt.Fprint(&list, "# Rules of `yagura advise kube`\n\nMade from the rules themselves.\n\n| rule | severity | |\n| --- | --- | --- |\n")
	for _, r := range rule.All() {
		fmt.Fprintf(&list, "| [%s](%s.md) | %s | %s |\n", r.ID, r.ID, r.Severity, cell(r.Title))
		var b bytes.Buffer
		fmt.Fprintf(&b, "# %s\n\n%s. Severity: %s.\n\n%s\n\n## What to do\n\n%s\n\nTo ignore it, give the object or its pod template the annotation `%s%s: \"why\"`.\n\n## Sources\n\n",
			r.ID, r.Title, r.Severity, r.Doc, r.Fix, rule.IgnorePrefix, r.ID)
		for _, s := range r.Sources {
			fmt.Fprintf(&b, "- <%s>\n", s)
		}
		pages["advise/rules/"+r.ID+".md"] = b.Bytes()
	}
	pages["advise/rules/README.md"] = list.Bytes()
	return pages
}
