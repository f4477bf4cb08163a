package mgmt_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/table"
)

// TestChangesAreInTheActivityLog shows which commands the activity log has: those that
// change something, refusals included, and none that only read or bring rows.
func TestChangesAreInTheActivityLog(t *testing.T) {
	w := newWorld(t)
	var log []string
	w.record = func(_ context.Context, ref table.Ref, row map[string]any, _ string) error {
		if ref == control.ActivityRef(w.setup.SubscriptionID) {
			properties := row["Properties_d"].(map[string]any)
			log = append(log, fmt.Sprintf("%s %s %s %s", row["OperationName"], row["ActivityStatusValue"], row["ActivitySubstatusValue"], properties["message"]))
		}
		return nil
	}
	stranger, _, err := w.dir.AddApplication(context.Background(), "stranger")
	check(t, err)
	const tables, searches = "Microsoft.OperationalInsights/workspaces/tables/", "Microsoft.OperationalInsights/workspaces/savedSearches/"
	for _, c := range []struct {
		by      control.Caller
		command string
		want    string // "": nothing
	}{
		{w.owner(), ".create table Audited_CL (A:string)", tables + "write Success  .create table Audited_CL"},
		{w.owner(), ".show tables", ""},
		{w.owner(), ".ingest inline into table Audited_CL <|\nx", ""},
		{w.owner(), ".delete table Audited_CL records with (whatif=true) <| Audited_CL | where A == 'x'", ""},
		{w.owner(), ".delete table Audited_CL records <| Audited_CL | where A == 'x'", "Microsoft.OperationalInsights/workspaces/purge/action Success  .delete table Audited_CL records"},
		{w.owner(), ".create-or-alter function Mine() { Audited_CL }", searches + "write Success  .create-or-alter function Mine"},
		{w.owner(), ".drop function Mine", searches + "delete Success  .drop function Mine"},
		{w.owner(), ".drop function Mine", searches + "delete Failure BadRequest .drop function Mine"},
		{control.Caller{Principal: stranger}, ".drop table Audited_CL", tables + "delete Failure AuthorizationFailed .drop table Audited_CL"},
		{w.owner(), ".drop table Audited_CL", tables + "delete Success  .drop table Audited_CL"},
	} {
		log = nil
		got := w.run(c.by, c.command)
		if all := strings.Join(log, "\n"); c.want == "" && all != "" || !strings.HasPrefix(all, c.want) || len(log) > 1 {
			t.Errorf("%s\n%s\nis logged as %q, want %q", c.command, got, log, c.want)
		}
	}
}
