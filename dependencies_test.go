package yagura_test

import (
	"os"
	"regexp"
	"testing"
)

// TestDependencies compares the direct dependencies in go.mod with the reasons given
// in docs/dependencies.md.
func TestDependencies(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct, known := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\t?((?:github\.com|golang\.org|pgregory\.net|gonum\.org|k8s\.io|sigs\.k8s\.io|go\.yaml\.in)/\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1) {
		direct[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:github\.com|golang\.org|pgregory\.net|gonum\.org|k8s\.io|sigs\.k8s\.io|go\.yaml\.in)/[\w./-]+`).FindAllString(string(doc), -1) {
		known[m] = true
	}
	for m := range direct {
		if !known[m] {
			t.Errorf("docs/dependencies.md does not say why %s is there", m)
		}
	}
	for m := range known {
		if !direct[m] {
			t.Errorf("docs/dependencies.md names %s, which go.mod does not require directly", m)
		}
	}
	if len(direct) == 0 {
		t.Error("no direct dependency found in go.mod")
	}
}
