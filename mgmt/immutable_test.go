package mgmt_test

import (
	"strings"
	"testing"
)

// TestNobodyChangesTheActivityLog has the owner try every command that takes rows away,
// or has them expire early, on the table of the activity log.
func TestNobodyChangesTheActivityLog(t *testing.T) {
	w := newWorld(t)
	run := func(text string) string { return w.run(w.owner(), text) }
	if got := run(".set-or-append AzureActivity <| print OperationName = 'Instances/Run', SourceSystem = 'Azure'"); strings.HasPrefix(got, "error") {
		t.Fatal(got)
	}
	for _, c := range []string{
		".clear table AzureActivity data",
		".set-or-replace AzureActivity <| print OperationName = 'nothing'",
		".set-or-replace AzureActivity <| AzureActivity | where false",
		".drop table AzureActivity",
		".drop tables (AzureActivity, Heartbeat)",
		".drop table AzureActivity columns (Caller)",
		".drop column AzureActivity.Caller",
		".alter table AzureActivity (OperationName:string)",
		".delete table AzureActivity records <| AzureActivity | where true",
		".purge table AzureActivity records with (noregrets='true') <| where true",
		".alter-merge table AzureActivity policy retention softdelete = 1d",
		".alter table AzureActivity policy retention @'{\"SoftDeletePeriod\": \"30.00:00:00\"}'",
		".alter tables (Heartbeat, AzureActivity) policy retention @'{\"SoftDeletePeriod\": \"31.00:00:00\"}'",
	} {
		if got := run(c); !strings.HasPrefix(got, "error") {
			t.Errorf("%s was done: %s", c, got)
		}
	}
	// The column that says where a row comes from is not the sender's to choose.
	const want = "Instances/Run RestAPI"
	if got := run("AzureActivity | project strcat(OperationName, ' ', SourceSystem)"); !strings.Contains(got, want) || strings.Count(got, "\n") != 2 {
		t.Errorf("the log has\n%s", got)
	}
	for _, c := range []string{".alter-merge table AzureActivity policy retention softdelete = 120d", ".delete table AzureActivity policy retention"} {
		if got := run(c); strings.HasPrefix(got, "error") {
			t.Errorf("%s: %s", c, got)
		}
	}
	if got := run(".show table AzureActivity policy retention"); !strings.Contains(got, "90.00:00:00") {
		t.Errorf("with nothing configured rows are kept\n%s", got)
	}
}
