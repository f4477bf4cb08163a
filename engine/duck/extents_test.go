package duck

import (
	"strings"
	"testing"

	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/table"
)

// TestExtentIDs: rows know their extents in Go and in DuckDB, of several workspaces too,
// and conditions on them leave the others unread.
func TestExtentIDs(t *testing.T) {
	b := openBoth(t, engine.Options{})
	a := table.Ref{Workspace: wsA, Table: "App_CL"}
	if err := b.st.FlushAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.rows(t, a, 1000, 1100)
	const none = "guid(00000000-0000-0000-0000-000000000000)"
	b.want(t, `App_CL | summarize n = count(), min(N), max(N) by none = extent_id() == `+none+` | order by none asc`, "false 1000 0 999", "true 100 1000 1099")
	b.want(t, `App_CL | extend id = extent_id() | where Level == "Info" | summarize n = count() by id | summarize ids = count(), sum(n)`, "3 367")
	b.want(t, `App_CL | where extent_id() != `+none+` and N between (499 .. 1000) | summarize count(), dcount(extent_id(), 4)`, "501 2")
	b.want(t, `App_CL | where TimeGenerated > datetime(2026-01-01 16:30) | extend tags = extent_tags() | summarize count(), countif(isnull(tags))`, "109 100")
	b.want(t, `union App_CL, (workspace("B").App_CL | project Level) | summarize count() by extent_id() == `+none+` | count`, "2")
	var one string
	for _, m := range b.each["go"].Stored(wsA, "App_CL").Extents {
		one = engine.ExtentID(m).String()
	}
	_, res := b.ask(t, engine.Request{Text: "App_CL | where extent_id() == guid(" + one + ") | summarize count(), max(N)"})
	if s := res["duck"].Stats; s.Extents != 1 || !strings.Contains(s.Plan, "extent "+one) {
		t.Errorf("%d extents were read\n%s", s.Extents, s.Plan)
	}
	got, _ := b.ask(t, engine.Request{Text: "App_CL | summarize n = count() by none = extent_id() == " + none + " | order by none asc", Others: []string{"B"}})
	if got.Rows != 2 || got.Vecs[1].At(0) != int64(1010) || got.Vecs[1].At(1) != int64(100) {
		t.Errorf("of two workspaces: %d rows, of which %v", got.Rows, got.Vecs[1].At(0))
	}
}
