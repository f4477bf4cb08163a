package mgmt_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/yagura/yagura/control"
)

// TestUpdatePoliciesReadWhatTheirSetterMay shows that a policy is no way around who may
// read what: neither by its source, nor by another table that its query names.
func TestUpdatePoliciesReadWhatTheirSetterMay(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	if got := w.run(w.owner(), ".create table Mine_CL (UserPrincipalName:string)"); strings.HasPrefix(got, "error") {
		t.Fatal(got)
	}
	p, _, err := w.dir.AddApplication(ctx, "contributor")
	check(t, err)
	as := &control.Resource{Properties: map[string]any{"roleDefinitionId": "b24988ac-6180-42a0-ab88-20f7382dd24c", "principalId": p.ObjectID}}
	as.ID = "/subscriptions/" + w.setup.SubscriptionID + "/providers/Microsoft.Authorization/roleAssignments/" + uuid.NewString()
	_, err = w.ctl.Put(ctx, w.owner(), as, control.Match{})
	check(t, err)
	by := control.Caller{Principal: p}
	policy := func(source, query string) string {
		return w.run(by, ".alter table Mine_CL policy update @'[{\"IsEnabled\": true, \"Source\": \""+source+"\", \"Query\": \""+query+"\", \"IsTransactional\": true}]'")
	}
	for _, c := range [][2]string{
		{"SigninLogs", "SigninLogs | project UserPrincipalName"},
		{"Heartbeat", "SigninLogs | project UserPrincipalName"},
		{"Heartbeat", "Heartbeat | project UserPrincipalName = toscalar(SigninLogs | take 1 | project UserPrincipalName)"},
	} {
		if got := policy(c[0], c[1]); !strings.Contains(got, "The table 'SigninLogs' may not be read") {
			t.Errorf("%s: %s", c[1], got)
		}
	}
	if got := policy("Heartbeat", "Heartbeat | project UserPrincipalName = Computer"); strings.HasPrefix(got, "error") {
		t.Error(got)
	}
}
