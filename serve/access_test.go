package serve

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/engine"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/store"
	"github.com/yagura/yagura/table"
)

// analyst is someone who has only the roles that a test gives them.
type analyst struct {
	*world
	p identity.Principal
}

func (w *world) analyst() *analyst {
	w.t.Helper()
	p, _, err := w.ctl.Directory().AddApplication(context.Background(), "analyst")
	check(w.t, err)
	one := *w
	one.token, _, err = w.ctl.Directory().Session(p, identity.LogAnalytics)
	check(w.t, err)
	return &analyst{&one, p}
}

// grant gives a role at a scope, "" for the workspace, by its id or as actions of a role
// of its own: a data action has a "+" before it.
func (a *analyst) grant(scope, condition string, actions ...string) string {
	a.t.Helper()
	if !strings.HasPrefix(scope, "/subscriptions") {
		scope = a.workspace() + scope
	}
	sub := "/subscriptions/" + a.setup.SubscriptionID
	owner := control.Caller{Principal: a.owner}
	role := &control.Resource{Properties: map[string]any{"roleName": uuid.NewString(), "assignableScopes": []any{sub}}}
	role.ID = sub + "/providers/Microsoft.Authorization/roleDefinitions/" + uuid.NewString()
	lists := map[string]any{}
	for _, act := range actions {
		kind, name := "actions", act
		for prefix, k := range map[string]string{"+": "dataActions", "-": "notActions"} {
			if n, ok := strings.CutPrefix(act, prefix); ok {
				kind, name = k, n
			}
		}
		list, _ := lists[kind].([]any)
		lists[kind] = append(list, name)
	}
	role.Properties["permissions"] = []any{lists}
	_, err := a.ctl.Put(context.Background(), owner, role, control.Match{})
	check(a.t, err)
	as := &control.Resource{Properties: map[string]any{"roleDefinitionId": role.ID, "principalId": a.p.ObjectID}}
	if condition != "" {
		as.Properties["condition"], as.Properties["conditionVersion"] = condition, "2.0"
	}
	as.ID = scope + "/providers/Microsoft.Authorization/roleAssignments/" + uuid.NewString()
	_, err = a.ctl.Put(context.Background(), owner, as, control.Match{})
	check(a.t, err)
	return as.ID
}

func (w *world) workspace() string {
	return "/subscriptions/" + w.setup.SubscriptionID + "/resourceGroups/" + w.setup.ResourceGroup + "/providers/Microsoft.OperationalInsights/workspaces/" + w.setup.WorkspaceName
}

// wants asks a query and compares the answer: "" for rows, or what a refusal names.
func (a *analyst) wants(query, rows string, refused ...string) {
	a.t.Helper()
	status, body := a.do("GET", "/v1/workspaces/{w}/query?query="+url.QueryEscape(query), "")
	if len(refused) == 0 && (status != 200 || !strings.Contains(body, `"rows":`+rows)) {
		a.t.Errorf("%s: %d %s, want rows %s", query, status, body, rows)
	}
	for _, r := range refused {
		if status != http.StatusForbidden || !strings.Contains(body, r) || !strings.Contains(body, `"code":"InsufficientAccessError"`) {
			a.t.Errorf("%s: %d %s, want 403 naming %s", query, status, body, r)
		}
	}
}

const (
	queryAction = "Microsoft.OperationalInsights/workspaces/query/read"
	dataAction  = "+Microsoft.OperationalInsights/workspaces/tables/data/read"
)

// secrets adds a second table to the workspace, and a function over it.
func (w *world) secrets() {
	w.t.Helper()
	ctx := context.Background()
	owner := control.Caller{Principal: w.owner}
	ref := table.Ref{Workspace: w.setup.WorkspaceID, Table: "Secret_CL"}
	cols := []table.Column{{Name: "Word", Type: table.String}, {Name: "Team", Type: table.String}}
	_, err := w.ctl.PutTable(ctx, owner, control.TableSpec{Ref: ref, Columns: cols})
	check(w.t, err)
	b := table.NewBatch(&table.Schema{Cols: append([]table.Column{{Name: "TimeGenerated", Type: table.Datetime}, {Name: table.ResourceID, Type: table.String}}, cols...)})
	for i, word := range []string{"apple", "pear", "plum"} {
		b.AppendRow(table.FromGo(w.now), fmt.Sprintf("/subscriptions/s/resourcegroups/g/providers/p/t/r%d", i), word, []string{"red", "green", "red"}[i])
	}
	check(w.t, w.st.Append(ctx, "", store.Rows{Ref: ref, Batch: b}))
	_, err = w.ctl.PutSavedSearch(ctx, w.setup.WorkspaceID, &control.SavedSearch{Name: "words", Category: "c", DisplayName: "d", Query: "Secret_CL | project Word", FunctionAlias: "Words"})
	check(w.t, err)
}

// TestTablesByRole goes every way from a query to a table that the caller may not read.
func TestTablesByRole(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.secrets()
	a := w.analyst()
	a.wants("Heartbeat | count", "", "Microsoft.OperationalInsights/workspaces/query/read")
	a.grant("", "", queryAction, "Microsoft.OperationalInsights/workspaces/query/Heartbeat/read")
	a.wants("Heartbeat | count", "[[5]]")
	a.wants("print 1", "[[1]]")
	a.wants("union * | count", "[[5]]")
	a.wants("search 'apple' | count", "[[0]]")
	for _, q := range []string{
		"Secret_CL | count", "Heartbeat | union Secret_CL | count", "union isfuzzy=true Heartbeat, Secret_CL | count", "union withsource=T Heartbeat, Secret* | count",
		"Heartbeat | join kind=leftouter (Secret_CL) on $left.Computer == $right.Word | count", "let f = () { Secret_CL }; f() | count", "Words | count", "Words() | count",
		"print toscalar(Secret_CL | count)", "Heartbeat | where Computer in ((Secret_CL | project Word))", "Heartbeat | extend x = toscalar(Secret_CL | take 1 | project Word)",
		"materialize(Secret_CL) | count", "workspace('yagura').Secret_CL | count", "database('yagura').Secret_CL | count", "table('Secret_CL') | count",
		"Secret_CL | evaluate bag_unpack(todynamic(Word))", "Secret_CL | evaluate pivot(Team)", "Heartbeat | lookup (Secret_CL) on $left.Computer == $right.Word", "find in (Secret_CL) where Word == 'apple'",
		"datatable(a:int)[1] | fork (take 1) (count); Secret_CL", "Secret_CL | where false", "Heartbeat | where Computer in (Secret_CL)",
	} {
		status, body := a.do("GET", "/v1/workspaces/{w}/query?query="+url.QueryEscape(q), "")
		if status == 200 || strings.Contains(body, "apple") || status == 403 && !strings.Contains(body, "Secret_CL") {
			t.Errorf("%s: %d %s", q, status, body)
		}
		if status != 403 && status != 400 {
			t.Errorf("%s: %d %s", q, status, body)
		}
	}
	a.wants("Secret_CL", "", "Microsoft.OperationalInsights/workspaces/query/Secret_CL/read", "table 'Secret_CL'")
	a.grant("", "", "Microsoft.OperationalInsights/workspaces/query/Tables.Custom/read")
	a.wants("Words | count", "[[3]]")
	a.wants("Syslog | count", "", "table 'Syslog'")
}

func TestTableScope(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.secrets()
	a := w.analyst()
	a.grant("/tables/Secret_CL", "", "*/read")
	a.wants("Secret_CL | count", "", queryAction) // the workspace cannot be queried
	a.grant("", "", queryAction)
	a.wants("Secret_CL | count", "[[3]]")
	a.wants("Heartbeat | count", "", "table 'Heartbeat'")
	b := w.analyst()
	b.grant("", "", "*", "-Microsoft.OperationalInsights/workspaces/query/Secret_CL/read")
	b.wants("Heartbeat | count", "[[5]]")
	b.wants("Secret_CL | count", "", "table 'Secret_CL'")
}

// TestRowConditions shows that rows outside of a condition are not there, whatever the
// query does.
func TestRowConditions(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.secrets()
	const red = `@Resource[Microsoft.OperationalInsights/workspaces/tables:name] StringEquals 'Secret_CL' AND @Resource[Microsoft.OperationalInsights/workspaces/tables/record:Team] StringEquals 'red'`
	a := w.analyst()
	a.grant("", red, queryAction, dataAction)
	a.wants("Secret_CL | count", "", queryAction) // the condition is on the right to query, too
	a.grant("", "", queryAction)
	a.wants("Secret_CL | count", "[[2]]")
	a.wants("Secret_CL | summarize make_set(Word)", `[["[\"apple\",\"plum\"]"]]`)
	a.wants("Secret_CL | where Team == 'green' or true | count", "[[2]]")
	a.wants("Words | count", "[[2]]")
	a.wants("union * | count", "[[2]]")
	a.wants("workspace('yagura').Secret_CL | union Secret_CL | count", "[[4]]")
	a.wants("Secret_CL | evaluate pivot(Word)", "[[")
	a.wants("Heartbeat", "", "table 'Heartbeat'")
	if _, body := a.do("GET", "/v1/workspaces/{w}/query?query="+url.QueryEscape("Secret_CL | evaluate pivot(Word)"), ""); strings.Contains(body, "pear") {
		t.Errorf("a column tells of a row: %s", body)
	}
	more := a.grant("", `@Resource[Microsoft.OperationalInsights/workspaces/tables/record:Word] StringLikeIgnoreCase 'PEAR'`, dataAction)
	a.wants("Secret_CL | count", "[[3]]") // what assignments give adds up
	_, err := w.ctl.Delete(context.Background(), control.Caller{Principal: w.owner}, more, control.Match{})
	check(t, err)
	a.wants("Secret_CL | count", "[[2]]")

	b := w.analyst()
	b.grant("", `@Resource[Microsoft.OperationalInsights/workspaces/tables/record:Nothing] StringEquals 'x'`, dataAction)
	b.grant("", "", queryAction)
	if status, body := b.do("GET", "/v1/workspaces/{w}/query?query=Secret_CL", ""); status == 200 {
		t.Errorf("a condition on a column that is not there: %s", body)
	}
}

func TestQueriesOfResources(t *testing.T) {
	w := newWorld(t, engine.Options{})
	w.secrets()
	ask := func(a *analyst, path, query string) (int, string) {
		return a.do("POST", path, `{"query":"`+query+`"}`)
	}
	const one = "/subscriptions/s/resourceGroups/G/providers/P/t/r1"
	a := w.analyst()
	if status, body := ask(a, "/v1"+one+"/query", "Secret_CL"); status != 403 || !strings.Contains(body, "Microsoft.Insights/logs/Secret_CL/read") {
		t.Errorf("without a role: %d %s", status, body)
	}
	owner := control.Caller{Principal: w.owner}
	sub := &control.Resource{Properties: map[string]any{"displayName": "s"}}
	sub.ID = "/subscriptions/s"
	_, err := w.ctl.Put(context.Background(), owner, sub, control.Match{})
	check(t, err)
	group := &control.Resource{}
	group.ID, group.Location = "/subscriptions/s/resourceGroups/g", "local"
	_, err = w.ctl.Put(context.Background(), owner, group, control.Match{})
	check(t, err)
	as := &control.Resource{Properties: map[string]any{"roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7", "principalId": a.p.ObjectID}}
	as.ID = one + "/providers/Microsoft.Authorization/roleAssignments/" + uuid.NewString()
	_, err = w.ctl.Put(context.Background(), owner, as, control.Match{})
	check(t, err)
	for _, c := range []struct{ path, query, rows string }{
		{"/v1" + one + "/query", "Secret_CL | project Word", `[["pear"]]`},
		{"/v1/" + one + "/query", "union * | count", `[[1]]`},
	} {
		if status, body := ask(a, c.path, c.query); status != 200 || !strings.Contains(body, `"rows":`+c.rows) {
			t.Errorf("%s %s: %d %s", c.path, c.query, status, body)
		}
	}
	if status, _ := ask(a, "/v1/subscriptions/s/resourceGroups/g/providers/p/t/r2/query", "Secret_CL"); status != 403 {
		t.Errorf("another resource: %d", status)
	}
	if status, _ := ask(a, "/v1/subscriptions/s/query", "Secret_CL"); status != 403 {
		t.Errorf("all of the subscription: %d", status)
	}
	a.wants("Secret_CL", "", queryAction)
}

// TestNoWayIntoAnotherWorkspace goes every way from one workspace, where the caller may
// read all, to another where they may nothing: by name, by the request's list, by a
// function of the first that reads the second.
func TestNoWayIntoAnotherWorkspace(t *testing.T) {
	w := newWorld(t, engine.Options{})
	ctx := context.Background()
	owner := control.Caller{Principal: w.owner}
	ws := &control.Resource{Properties: map[string]any{}}
	ws.ID, ws.Location = strings.TrimSuffix(w.workspace(), w.setup.WorkspaceName)+"second", "local"
	_, err := w.ctl.Put(ctx, owner, ws, control.Match{})
	check(t, err)
	second, err := w.ctl.Workspace("second")
	check(t, err)
	b := table.NewBatch(&table.Schema{Cols: []table.Column{{Name: "TimeGenerated", Type: table.Datetime}, {Name: "Computer", Type: table.String}}})
	b.AppendRow(table.FromGo(w.now), "apple")
	check(t, w.st.Append(ctx, "", store.Rows{Ref: table.Ref{Workspace: second.Properties.CustomerID, Table: "Heartbeat"}, Batch: b}))
	_, err = w.ctl.PutSavedSearch(ctx, w.setup.WorkspaceID, &control.SavedSearch{Name: "theirs", Category: "c", DisplayName: "d", Query: "workspace('second').Heartbeat", FunctionAlias: "Theirs"})
	check(t, err)
	a := w.analyst()
	a.grant("", "", "*/read")
	a.wants("Heartbeat | count", "[[5]]")
	for _, q := range []string{
		"workspace('second').Heartbeat", "workspace('" + second.Properties.CustomerID + "').Heartbeat", "workspace('" + ws.ID + "').Heartbeat | count", "Theirs", "Theirs() | count",
		"union Heartbeat, workspace('second').Heartbeat", "union isfuzzy=true Heartbeat, workspace('second').Heartbeat | count", "print toscalar(workspace('second').Heartbeat | project Computer)",
		"database('second').Heartbeat", "Heartbeat | join kind=inner (Theirs) on Computer", "workspace('second').Heart* | count",
	} {
		status, body := a.do("GET", "/v1/workspaces/{w}/query?query="+url.QueryEscape(q), "")
		if status != http.StatusForbidden && status != http.StatusBadRequest || strings.Contains(body, "apple") {
			t.Errorf("%s: %d %s", q, status, body)
		}
	}
	for _, name := range []string{"second", second.Properties.CustomerID, ws.ID} {
		status, body := a.do("POST", "/v1/workspaces/{w}/query", `{"query":"Heartbeat | where Computer == 'apple'","workspaces":["`+name+`"]}`)
		if status != http.StatusForbidden || strings.Contains(body, `"apple"`) {
			t.Errorf("%s in the list: %d %s", name, status, body)
		}
		if status, body := a.do("POST", "/v1/workspaces/"+url.PathEscape(name)+"/query", `{"query":"Heartbeat"}`); status == http.StatusOK {
			t.Errorf("%s in the path: %d %s", name, status, body)
		}
	}
	w.token, _, err = w.ctl.Directory().Session(w.owner, identity.LogAnalytics)
	check(t, err)
	if status, body := w.do("GET", "/v1/workspaces/{w}/query?query="+url.QueryEscape("Theirs | project Computer"), ""); status != 200 || !strings.Contains(body, "apple") {
		t.Errorf("the owner: %d %s", status, body)
	}
}
