package mgmt_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestPurgeInTwoSteps: the first step deletes nothing, and its token is for the same
// predicate only.
func TestPurgeInTwoSteps(t *testing.T) {
	w := newWorld(t)
	run := func(text string) string { t.Helper(); return w.run(w.owner(), text) }
	run(".create table T (id:long)")
	run(".ingest inline into table T <|\n1\n2\n3\n")
	step := func(with, where string) string {
		return run(".purge table T records in database yagura " + with + "<| T | where " + where)
	}
	first := step("", "id > 1")
	token := regexp.MustCompile(`"([0-9a-f]{80})"`).FindStringSubmatch(first)
	if token == nil || !strings.Contains(first, "\n2 ") {
		t.Fatal(first)
	}
	want := func(rows string) {
		t.Helper()
		if got := run("T | count"); !strings.HasSuffix(got, "\n"+rows+"\n") {
			t.Errorf("rows: %s", got)
		}
	}
	want("3")
	with := "with (verificationtoken=h'" + token[1] + "') "
	if got := step(with, "id > 0"); !strings.HasPrefix(got, "error: The verification token") {
		t.Error(got)
	}
	want("3")
	if got := step(with, "id > 1"); !strings.Contains(got, "Purge completed successfully") {
		t.Error(got)
	}
	want("1")
}
