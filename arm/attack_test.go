package arm

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yagura/yagura/identity"
)

// as is the server with another caller, who has the roles by their names at a scope.
func (s *server) as(scope string, roles ...string) *server {
	s.Helper()
	p, _, err := s.control.Directory().AddApplication(context.Background(), "someone")
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range roles {
		s.assign(scope, r, p.ObjectID)
	}
	one := *s
	one.object, one.who = p.ObjectID, p
	if one.token, _, err = s.control.Directory().Session(p, identity.Management); err != nil {
		s.Fatal(err)
	}
	return &one
}

// assign gives a built-in role, by its id.
func (s *server) assign(scope, role, object string) {
	s.Helper()
	s.want("PUT", scope+"/providers/Microsoft.Authorization/roleAssignments/"+uuid.NewString(),
		`{"properties":{"roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/`+role+`","principalId":"`+object+`"}}`, 201, "")
}

const (
	contributor             = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	reader                  = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	owner                   = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	accessAdministrator     = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
	logAnalyticsContributor = "92aaf0da-9dab-42b6-94a3-d43ce8d16293"
	monitoringContributor   = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"
)

// TestRatesPerPrincipal shows that one principal's requests are bounded, and nobody
// else's by them.
func TestRatesPerPrincipal(t *testing.T) {
	s := newServer(t)
	one, other := s.as(s.group, reader), s.as(s.group, reader)
	for _, c := range []struct {
		method string
		limit  int
	}{{"GET", 250}, {"PUT", 200}, {"DELETE", 200}} {
		refused := 0
		for range c.limit + 100 { // some come back meanwhile
			res := one.send(c.method, s.group+workspacePath+"/yagura", "{}")
			if res.StatusCode != http.StatusTooManyRequests {
				continue
			}
			refused++
			if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err != nil || n < 1 {
				t.Errorf("%s: Retry-After %q", c.method, res.Header.Get("Retry-After"))
			}
		}
		if refused == 0 {
			t.Errorf("%s: %d requests were all taken", c.method, c.limit+100)
		}
		if res := other.send(c.method, s.group+workspacePath+"/yagura", "{}"); res.StatusCode == http.StatusTooManyRequests {
			t.Errorf("%s: another principal is refused", c.method)
		}
	}
}

// hostile are names that no resource has, and each is refused as a mistake of the
// client: nothing is made, nothing fails inside.
var hostile = map[string]string{
	"dots": "..", "a dot": ".", "a slash": "a/b", "a backslash": `a\b`, "a quote": "a'b", "double quotes": `a"b`, "NUL": "a\x00b", "a newline": "a\nb", "long": strings.Repeat("x", 10_000),
	"an escape": "%2e%2e", "markup": "<b>", "KQL": "T | project-away *", "not UTF-8": "\xff\xfe", "RTL": "a\u202eb_CL",
}

func TestHostileNames(t *testing.T) {
	s := newServer(t)
	before := s.want("GET", s.group+workspacePath+"/yagura/tables", "", 200, "")
	for what, name := range hostile {
		escaped := url.PathEscape(name)
		for _, c := range []struct{ path, body string }{
			{s.group + workspacePath + "/" + escaped, `{"location":"local","properties":{}}`},
			{s.group + workspacePath + "/" + escaped + "/tables/App_CL", `{"properties":{"schema":{"name":"App_CL","columns":[{"name":"A","type":"string"}]}}}`},
			{s.group + workspacePath + "/yagura/tables/" + escaped + "_CL", `{"properties":{"schema":{"columns":[{"name":"A","type":"string"}]}}}`},
			{s.group + "/providers/Microsoft.Insights/dataCollectionRules/" + escaped, `{"location":"local","properties":{}}`},
			{"/subscriptions/" + s.setup.SubscriptionID + "/resourceGroups/" + escaped, `{"location":"local"}`},
		} {
			if res := s.send("PUT", c.path, c.body); res.StatusCode < 400 || res.StatusCode >= 500 {
				t.Errorf("%s: PUT %.120q: %d", what, c.path, res.StatusCode)
			}
			if res := s.send("GET", c.path, ""); res.StatusCode < 400 || res.StatusCode >= 500 {
				t.Errorf("%s: GET %.120q: %d", what, c.path, res.StatusCode)
			}
		}
		column, err := json.Marshal(name)
		if err != nil {
			t.Fatal(err)
		}
		if res := s.send("PUT", s.group+workspacePath+"/yagura/tables/Odd_CL", `{"properties":{"schema":{"name":"Odd_CL","columns":[{"name":`+string(column)+`,"type":"string"}]}}}`); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: a column: %d", what, res.StatusCode)
		}
	}
	if after := s.want("GET", s.group+workspacePath+"/yagura/tables", "", 200, ""); len(after["value"].([]any)) != len(before["value"].([]any)) {
		t.Error("a table was made")
	}
	if all := s.want("GET", s.group+workspacePath, "", 200, ""); len(all["value"].([]any)) != 1 {
		t.Errorf("a workspace was made: %v", all["value"])
	}
}

// TestNobodyClimbs goes the ways on which a role could make itself larger.
func TestNobodyClimbs(t *testing.T) {
	s := newServer(t)
	sub := "/subscriptions/" + s.setup.SubscriptionID
	assignment := func(scope string) string {
		return scope + "/providers/Microsoft.Authorization/roleAssignments/" + uuid.NewString()
	}
	give := func(role, object string) string {
		return `{"properties":{"roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/` + role + `","principalId":"` + object + `"}}`
	}
	definition := func(scopes, actions string) string {
		return `{"properties":{"roleName":"` + uuid.NewString() + `","assignableScopes":[` + scopes + `],"permissions":[{"actions":[` + actions + `]}]}}`
	}
	// Who manages everything, or all of monitoring, gives nobody a role and defines none.
	for _, role := range []string{contributor, reader, logAnalyticsContributor, monitoringContributor} {
		c := s.as(sub, role)
		for _, scope := range []string{sub, s.group, s.group + workspacePath + "/yagura", s.group + workspacePath + "/yagura/tables/Heartbeat"} {
			c.want("PUT", assignment(scope), give(owner, c.object), 403, "AuthorizationFailed")
			c.want("PUT", scope+"/providers/Microsoft.Authorization/roleDefinitions/"+uuid.NewString(), definition(`"`+sub+`"`, `"*"`), 403, "AuthorizationFailed")
		}
	}
	// Who manages the access of a group reaches nothing above it.
	g := s.as(s.group, accessAdministrator)
	g.want("PUT", assignment(sub), give(owner, g.object), 403, "AuthorizationFailed")
	g.want("PUT", assignment("/subscriptions/"+s.setup.SubscriptionID+"/resourceGroups/other"), give(owner, g.object), 403, "AuthorizationFailed")
	role := "/providers/Microsoft.Authorization/roleDefinitions/" + uuid.NewString()
	for _, scopes := range []string{`"` + sub + `"`, `"/"`, `"` + s.group + `","` + sub + `"`, `"` + s.group + `/../.."`, `"` + s.group + `","/subscriptions/` + uuid.NewString() + `"`} {
		if status, out := g.do("PUT", s.group+role, definition(scopes, `"*"`)); status != 403 && status != 400 {
			t.Errorf("a role at %s: %d %v", scopes, status, out)
		}
	}
	// A role that is assigned above cannot be made larger from below.
	s.want("PUT", sub+role, definition(`"`+sub+`","`+s.group+`"`, `"Microsoft.OperationalInsights/workspaces/read"`), 201, "")
	g.want("PUT", s.group+role, definition(`"`+s.group+`"`, `"*"`), 403, "AuthorizationFailed")
	g.want("DELETE", s.group+role, "", 403, "AuthorizationFailed")
	// An assignment keeps who, what and where it is about.
	id := assignment(s.group)
	g.want("PUT", id, give(reader, g.object), 201, "")
	if status, out := g.do("PUT", id, give(owner, g.object)); status < 400 {
		t.Errorf("an assignment became another: %d %v", status, out)
	}
	// Nor is a resource of another scope named in the body taken for the path's.
	c := s.as(s.group, contributor)
	body := `{"id":"` + sub + `/resourceGroups/other","name":"other","location":"local","properties":{"scope":"` + sub + `"}}`
	if status, _ := c.do("PUT", sub+"/resourceGroups/other", body); status != 403 {
		t.Errorf("a group beside one's own: %d", status)
	}
}
