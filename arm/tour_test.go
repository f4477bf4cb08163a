package arm

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
	"github.com/yagura/yagura/identity"
	"github.com/yagura/yagura/table"
)

// TestSecondSubscription goes the way to another subscription: who administers the
// directory may give roles everywhere, becomes owner there, and makes it by an alias. Its
// activity log then leads to a workspace of the first one.
func TestSecondSubscription(t *testing.T) {
	s := newServer(t)
	var rows []string
	s.record = func(ref table.Ref, row map[string]any) {
		rows = append(rows, ref.Workspace+" "+row["OperationName"].(string))
	}
	const alias, elevate = "/providers/Microsoft.Subscription/aliases/second", "/providers/Microsoft.Authorization/elevateAccess"
	body := `{"properties":{"displayName":"Second","workload":"Production","billingScope":"/billingAccounts/1"}}`
	s.want("PUT", alias, body, 403, "AuthorizationFailed")
	stranger := s.as(s.group, owner)
	stranger.want("POST", elevate, "", 403, "AuthorizationFailed")
	s.want("POST", elevate, "", 200, "")
	s.want("POST", elevate, "", 200, "")
	s.assign("", owner, s.object)
	made := s.want("PUT", alias, body, 201, "")
	id, _ := at(made, "properties.subscriptionId").(string)
	if again := s.want("PUT", alias, body, 200, ""); at(again, "properties.subscriptionId") != id {
		t.Errorf("another: %v", again)
	}
	second := "/subscriptions/" + id
	if one := s.want("GET", second, "", 200, ""); one["displayName"] != "Second" {
		t.Errorf("%v", one)
	}
	if all := s.want("GET", "/subscriptions", "", 200, "")["value"].([]any); len(all) != 2 {
		t.Errorf("%d subscriptions", len(all))
	}
	if all := stranger.want("GET", "/subscriptions", "", 200, "")["value"].([]any); len(all) != 1 {
		t.Errorf("a stranger sees %d subscriptions", len(all))
	}
	s.want("PUT", second+"/providers/Microsoft.Insights/diagnosticSettings/far", `{"properties":{"workspaceId":"`+s.group+workspacePath+`/yagura","logs":[{"categoryGroup":"allLogs","enabled":true}]}}`, 200, "")
	rows = nil
	s.want("PUT", second+"/resourceGroups/g", `{"location":"local"}`, 201, "")
	const done = " Microsoft.Resources/subscriptions/resourceGroups/write"
	if got := strings.Join(rows, ", "); got != id+done+", "+s.setup.WorkspaceID+done {
		t.Errorf("the logs have %s", got)
	}
}

// TestDirectorysLogs shows who reads and changes where the directory's logs go: those
// with directory roles, and no owner of a subscription.
func TestDirectorysLogs(t *testing.T) {
	s := newServer(t)
	const settings = "/providers/microsoft.aadiam/diagnosticSettings"
	body := `{"properties":{"workspaceId":"` + s.group + workspacePath + `/yagura","logs":[{"category":"AuditLogs","enabled":true}]}}`
	s.want("GET", settings, "", 200, "") // the first client is the directory's administrator
	s.want("PUT", settings+"/mine", body, 200, "")
	one := s.as("/subscriptions/"+s.setup.SubscriptionID, owner)
	one.want("GET", settings, "", 403, "AuthorizationFailed")
	for _, c := range []struct {
		role        string
		read, write int
	}{
		{"4a5d8f65-41da-4de4-8968-e035b65339cf", 200, 403}, // Reports Reader
		{"194ae4cb-b126-40b2-bd5b-6091b380977d", 200, 200}, // Security Administrator
	} {
		if err := s.control.Directory().AssignDirectoryRole(context.Background(), one.object, c.role); err != nil {
			t.Fatal(err)
		}
		if status, _ := one.do("GET", settings, ""); status != c.read {
			t.Errorf("%s reads: %d", c.role, status)
		}
		if status, _ := one.do("PUT", settings+"/mine", body); status != c.write {
			t.Errorf("%s writes: %d", c.role, status)
		}
	}
}

// TestSmallRequests are what tools ask beside the resources themselves.
func TestSmallRequests(t *testing.T) {
	s := newServer(t)
	sub, w := "/subscriptions/"+s.setup.SubscriptionID, s.group+workspacePath+"/yagura"
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", s.group, 204}, {"HEAD", sub + "/resourceGroups/none", 404}, {"HEAD", w, 204}, {"HEAD", w + "x", 404},
		{"POST", sub + "/providers/Microsoft.Insights/register", 200}, {"POST", sub + "/providers/Microsoft.Nowhere/register", 404},
		{"GET", w + "/managementGroups", 200}, {"GET", w + "x/managementGroups", 404}, {"GET", w + "/availableServiceTiers", 200},
		{"GET", w + "/schema", 200}, {"POST", w + "/schema", 200}, {"GET", sub + "/providers/Microsoft.OperationalInsights/deletedWorkspaces", 200},
		{"GET", w + "/providers/Microsoft.Insights/metrics", 200}, {"GET", w + "/providers/microsoft.insights/metricDefinitions", 200}, {"GET", w + "/providers/Microsoft.Insights/metricNamespaces", 200},
		{"POST", w + "/tables/Heartbeat/migrate", 400}, {"POST", w + "/tables/None_CL/migrate", 404}, {"GET", sub + "/tagNames", 404},
	} {
		if res := s.send(c.method, c.path, ""); res.StatusCode != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, res.StatusCode, c.status)
		}
	}
	if p := s.want("GET", w+"/providers/Microsoft.Authorization/permissions", "", 200, "")["value"].([]any); len(p) != 2 || !strings.Contains(fmt.Sprint(p), "actions:[*]") {
		t.Errorf("the owner may %v", p)
	}
	if p := s.as(s.group, reader).want("GET", sub+"/providers/Microsoft.Authorization/permissions", "", 200, "")["value"].([]any); len(p) != 0 {
		t.Errorf("above its scope a reader may %v", p)
	}
	// A retention of 0 says nothing; a name is the same in any case.
	s.want("PUT", s.group+workspacePath+"/zero", `{"location":"local","tags":{"team":"a"},"properties":{"retentionInDays":0}}`, 201, "")
	for filter, n := range map[string]int{
		"": 3, "resourceType eq 'microsoft.operationalinsights/Workspaces'": 2, "resourceType eq 'Microsoft.Insights/components'": 1, "name eq 'ZERO'": 1,
		"tagName eq 'team'": 1, "tagName eq 'team' and tagValue eq 'b'": 0, "resourceGroup eq 'none'": 0,
	} {
		if all := s.want("GET", sub+"/resources?api-version=2021-04-01&$filter="+strings.ReplaceAll(filter, " ", "%20"), "", 200, "")["value"].([]any); len(all) != n {
			t.Errorf("%s: %d resources, want %d", filter, len(all), n)
		}
	}
	s.want("GET", sub+"/resources?api-version=2021-04-01&$filter=plan%20eq%20'x'", "", 400, "InvalidFilterInQueryString")
}

// TestMigrate makes a table of the Data Collector API's one that rules feed.
func TestMigrate(t *testing.T) {
	s := newServer(t)
	ref := table.Ref{Workspace: s.setup.WorkspaceID, Table: "Old_CL"}
	if _, err := s.control.ExtendTable(context.Background(), ref, func(*control.Table) ([]table.Column, error) {
		return []table.Column{{Name: "A_s", Type: table.String}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	path := s.group + workspacePath + "/yagura/tables/Old_CL"
	for _, want := range []string{control.Classic, control.ByRule} {
		if one := s.want("GET", path, "", 200, ""); at(one, "properties.schema.tableSubType") != want {
			t.Errorf("%v, want %s", at(one, "properties.schema.tableSubType"), want)
		}
		s.want("POST", path+"/migrate", "", 200, "")
	}
}

// TestMetricsBatch shows a well-formed answer without values, to who may read metrics.
func TestMetricsBatch(t *testing.T) {
	s := newServer(t)
	vm := s.group + "/providers/Microsoft.Compute/virtualMachines/vm1"
	path := "/subscriptions/" + s.setup.SubscriptionID + "/metrics:getBatch?api-version=2024-02-01&metricnames=Percentage%20CPU&metricnamespace=Microsoft.Compute/virtualMachines&interval=PT5M"
	one := s.as(s.group)
	for _, c := range []struct {
		by         *server
		body       string
		status     int
		wrongToken bool
	}{
		{s, `{"resourceids":["` + vm + `"]}`, 200, false},
		{s, `{"resourceids":["` + vm + `"]}`, 401, true},
		{one, `{"resourceids":["` + vm + `"]}`, 403, false},
		{s, `{"resourceids":[]}`, 400, false},
		{s, `{"resourceids":["/subscriptions/` + uuid.NewString() + `/resourceGroups/g"]}`, 400, false},
		{s, `{"resourceids":["..` + vm + `"]}`, 400, false},
		{s, `[`, 400, false},
	} {
		token := c.by.token
		if !c.wrongToken {
			var err error
			if token, _, err = s.control.Directory().Session(c.by.who, identity.Metrics); err != nil {
				t.Fatal(err)
			}
		}
		q, err := http.NewRequest("POST", s.url+path, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", c.body, resp.StatusCode, c.status)
		}
	}
}
