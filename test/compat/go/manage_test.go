package compat

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	query "github.com/Azure/azure-sdk-for-go/sdk/monitor/query/azlogs"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/applicationinsights/armapplicationinsights"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/authorization/armauthorization/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/monitor/armmonitor"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/operationalinsights/armoperationalinsights/v2"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
)

// checker fails the test at the first thing that goes wrong.
type checker struct{ *testing.T }

func (c checker) ok(what string, err error) {
	c.Helper()
	if err != nil {
		c.Fatalf("%s: %v", what, err)
	}
}

// must is ok for calls that return something.
func must[T any](c checker, what string) func(T, error) T {
	return func(v T, err error) T {
		c.Helper()
		c.ok(what, err)
		return v
	}
}

// all reads every page of a list and counts what they have.
func all[T any](ctx context.Context, c checker, what string, p *runtime.Pager[T], count func(T) int) int {
	c.Helper()
	n := 0
	for p.More() {
		n += count(must[T](c, what)(p.NextPage(ctx)))
	}
	return n
}

// manage makes, changes, lists and deletes a resource of each type.
func (k *clients) manage(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	c := checker{t}
	opts := &arm.ClientOptions{ClientOptions: k.opts}
	sub, group := k.creds.SubscriptionID, "managed"
	groups := must[*armresources.ResourceGroupsClient](c, "groups")(armresources.NewResourceGroupsClient(sub, k.cred, opts))
	g := must[armresources.ResourceGroupsClientCreateOrUpdateResponse](c, "create a group")(groups.CreateOrUpdate(ctx, group, armresources.ResourceGroup{Location: to.Ptr("westeurope")}, nil))
	if n := all(ctx, c, "list groups", groups.NewListPager(nil), func(p armresources.ResourceGroupsClientListResponse) int { return len(p.Value) }); n != 2 {
		t.Errorf("%d groups", n)
	}
	ws := k.manageWorkspace(ctx, c, opts, group)
	k.manageInsights(ctx, c, opts, group, ws)
	k.manageRoles(ctx, c, opts, *g.ID)
	k.readActivity(ctx, c, opts)
	poller := must[*runtime.Poller[armresources.ResourceGroupsClientDeleteResponse]](c, "delete the group")(groups.BeginDelete(ctx, group, nil))
	must[armresources.ResourceGroupsClientDeleteResponse](c, "delete the group")(poller.PollUntilDone(ctx, nil))
	if _, err := groups.Get(ctx, group, nil); !strings.Contains(fmt.Sprint(err), "ResourceGroupNotFound") {
		t.Errorf("the group is still there: %v", err)
	}
}

func (k *clients) manageWorkspace(ctx context.Context, c checker, opts *arm.ClientOptions, group string) string {
	type oi = armoperationalinsights.Workspace
	poller := must[*runtime.Poller[armoperationalinsights.WorkspacesClientCreateOrUpdateResponse]](c, "create a workspace")(k.work.BeginCreateOrUpdate(ctx, group, "managed", oi{
		Location: to.Ptr("westeurope"), Properties: &armoperationalinsights.WorkspaceProperties{RetentionInDays: to.Ptr[int32](60), SKU: &armoperationalinsights.WorkspaceSKU{Name: to.Ptr(armoperationalinsights.WorkspaceSKUNameEnumPerGB2018)}},
	}, nil))
	ws := must[armoperationalinsights.WorkspacesClientCreateOrUpdateResponse](c, "create a workspace")(poller.PollUntilDone(ctx, nil))
	up := must[armoperationalinsights.WorkspacesClientUpdateResponse](c, "update the workspace")(k.work.Update(ctx, group, "managed", armoperationalinsights.WorkspacePatch{
		Properties: &armoperationalinsights.WorkspaceProperties{RetentionInDays: to.Ptr[int32](90)}, Tags: map[string]*string{"a": to.Ptr("b")},
	}, nil))
	if *up.Properties.RetentionInDays != 90 || *up.Properties.CustomerID != *ws.Properties.CustomerID {
		c.Errorf("%+v", up.Properties)
	}
	if n := all(ctx, c, "list workspaces", k.work.NewListPager(nil), func(p armoperationalinsights.WorkspacesClientListResponse) int { return len(p.Value) }); n != 2 {
		c.Errorf("%d workspaces", n)
	}
	before := must[armoperationalinsights.SharedKeysClientGetSharedKeysResponse](c, "keys")(k.keys.GetSharedKeys(ctx, group, "managed", nil))
	after := must[armoperationalinsights.SharedKeysClientRegenerateResponse](c, "new keys")(k.keys.Regenerate(ctx, group, "managed", nil))
	if *before.PrimarySharedKey == *after.PrimarySharedKey {
		c.Error("the key is the same")
	}
	saved := must[*armoperationalinsights.SavedSearchesClient](c, "saved searches")(armoperationalinsights.NewSavedSearchesClient(k.creds.SubscriptionID, k.cred, opts))
	must[armoperationalinsights.SavedSearchesClientCreateOrUpdateResponse](c, "save a function")(saved.CreateOrUpdate(ctx, group, "managed", "double", armoperationalinsights.SavedSearch{
		Etag:       to.Ptr("*"),
		Properties: &armoperationalinsights.SavedSearchProperties{Category: to.Ptr("c"), DisplayName: to.Ptr("d"), Query: to.Ptr("print y = 2 * x"), FunctionAlias: to.Ptr("Double"), FunctionParameters: to.Ptr("x:long")},
	}, nil))
	res, err := k.query.QueryWorkspace(ctx, *ws.Properties.CustomerID, query.QueryBody{Query: to.Ptr("Double(21)")}, nil)
	if err != nil || res.Tables[0].Rows[0][0] != 42.0 {
		c.Errorf("call the function: %+v, %v", res, err)
	}
	if l := must[armoperationalinsights.SavedSearchesClientListByWorkspaceResponse](c, "list saved searches")(saved.ListByWorkspace(ctx, group, "managed", nil)); len(l.Value) != 1 {
		c.Errorf("%d saved searches", len(l.Value))
	}
	must[armoperationalinsights.SavedSearchesClientDeleteResponse](c, "delete the function")(saved.Delete(ctx, group, "managed", "double", nil))
	exports := must[*armoperationalinsights.DataExportsClient](c, "exports")(armoperationalinsights.NewDataExportsClient(k.creds.SubscriptionID, k.cred, opts))
	must[armoperationalinsights.DataExportsClientCreateOrUpdateResponse](c, "create an export")(exports.CreateOrUpdate(ctx, group, "managed", "x", armoperationalinsights.DataExport{
		Properties: &armoperationalinsights.DataExportProperties{TableNames: []*string{to.Ptr("Heartbeat")}, Destination: &armoperationalinsights.Destination{
			ResourceID: to.Ptr(strings.Split(*ws.ID, "/providers/")[0] + "/providers/Microsoft.Storage/storageAccounts/x")}},
	}, nil))
	must[armoperationalinsights.DataExportsClientGetResponse](c, "get the export")(exports.Get(ctx, group, "managed", "x", nil))
	must[armoperationalinsights.DataExportsClientDeleteResponse](c, "delete the export")(exports.Delete(ctx, group, "managed", "x", nil))
	return *ws.ID
}

func (k *clients) manageInsights(ctx context.Context, c checker, opts *arm.ClientOptions, group, ws string) {
	sub := k.creds.SubscriptionID
	f := must[*armmonitor.ClientFactory](c, "monitor")(armmonitor.NewClientFactory(sub, k.cred, opts))
	ag := must[armmonitor.ActionGroupsClientCreateOrUpdateResponse](c, "create an action group")(f.NewActionGroupsClient().CreateOrUpdate(ctx, group, "ops", armmonitor.ActionGroupResource{
		Location: to.Ptr("Global"), Properties: &armmonitor.ActionGroup{GroupShortName: to.Ptr("ops"), Enabled: to.Ptr(true), EmailReceivers: []*armmonitor.EmailReceiver{{Name: to.Ptr("a"), EmailAddress: to.Ptr("a@example.com")}}},
	}, nil))
	must[armmonitor.ActionGroupsClientUpdateResponse](c, "update it")(f.NewActionGroupsClient().Update(ctx, group, "ops", armmonitor.ActionGroupPatchBody{Properties: &armmonitor.ActionGroupPatch{Enabled: to.Ptr(false)}}, nil))
	if n := all(ctx, c, "list action groups", f.NewActionGroupsClient().NewListBySubscriptionIDPager(nil), func(p armmonitor.ActionGroupsClientListBySubscriptionIDResponse) int { return len(p.Value) }); n != 1 {
		c.Errorf("%d action groups", n)
	}
	must[armmonitor.ScheduledQueryRulesClientCreateOrUpdateResponse](c, "create a log alert")(f.NewScheduledQueryRulesClient().CreateOrUpdate(ctx, group, "errors", armmonitor.ScheduledQueryRuleResource{
		Location: to.Ptr("westeurope"), Properties: &armmonitor.ScheduledQueryRuleProperties{
			Severity: to.Ptr(armmonitor.AlertSeverity(2)), Enabled: to.Ptr(true), EvaluationFrequency: to.Ptr("PT5M"), WindowSize: to.Ptr("PT5M"), Scopes: []*string{&ws},
			Criteria: &armmonitor.ScheduledQueryRuleCriteria{AllOf: []*armmonitor.Condition{{
				Query: to.Ptr("Heartbeat"), TimeAggregation: to.Ptr(armmonitor.TimeAggregationCount), Operator: to.Ptr(armmonitor.ConditionOperatorGreaterThan), Threshold: to.Ptr(0.0),
			}}},
			Actions: &armmonitor.Actions{ActionGroups: []*string{ag.ID}},
		},
	}, nil))
	must[armmonitor.ScheduledQueryRulesClientUpdateResponse](c, "update it")(f.NewScheduledQueryRulesClient().Update(ctx, group, "errors", armmonitor.ScheduledQueryRuleResourcePatch{Properties: &armmonitor.ScheduledQueryRuleProperties{Enabled: to.Ptr(false)}}, nil))
	must[armmonitor.ScheduledQueryRulesClientDeleteResponse](c, "delete it")(f.NewScheduledQueryRulesClient().Delete(ctx, group, "errors", nil))
	must[armmonitor.MetricAlertsClientCreateOrUpdateResponse](c, "create a metric alert")(f.NewMetricAlertsClient().CreateOrUpdate(ctx, group, "cpu", armmonitor.MetricAlertResource{
		Location: to.Ptr("global"), Properties: &armmonitor.MetricAlertProperties{
			Severity: to.Ptr[int32](3), Enabled: to.Ptr(true), EvaluationFrequency: to.Ptr("PT1M"), WindowSize: to.Ptr("PT5M"), Scopes: []*string{&ws},
			Criteria: &armmonitor.MetricAlertSingleResourceMultipleMetricCriteria{
				ODataType: to.Ptr(armmonitor.OdatatypeMicrosoftAzureMonitorSingleResourceMultipleMetricCriteria),
				AllOf: []*armmonitor.MetricCriteria{{Name: to.Ptr("c"), CriterionType: to.Ptr(armmonitor.CriterionTypeStaticThresholdCriterion), MetricName: to.Ptr("Percentage CPU"),
					Operator: to.Ptr(armmonitor.OperatorGreaterThan), Threshold: to.Ptr(80.0), TimeAggregation: to.Ptr(armmonitor.AggregationTypeEnumAverage)}},
			},
		},
	}, nil))
	must[armmonitor.MetricAlertsClientDeleteResponse](c, "delete it")(f.NewMetricAlertsClient().Delete(ctx, group, "cpu", nil))
	dce := must[armmonitor.DataCollectionEndpointsClientCreateResponse](c, "create an endpoint")(f.NewDataCollectionEndpointsClient().Create(ctx, group, "in", armmonitor.DataCollectionEndpointResource{
		Location: to.Ptr("westeurope"), Properties: &armmonitor.DataCollectionEndpointResourceProperties{},
	}, nil))
	if *dce.Properties.LogsIngestion.Endpoint == "" {
		c.Error("the endpoint has no address")
	}
	vm := strings.Split(ws, "/providers/")[0] + "/providers/Microsoft.Compute/virtualMachines/vm"
	must[armmonitor.DataCollectionRuleAssociationsClientCreateResponse](c, "associate")(f.NewDataCollectionRuleAssociationsClient().Create(ctx, vm, "configurationAccessEndpoint", armmonitor.DataCollectionRuleAssociationProxyOnlyResource{
		Properties: &armmonitor.DataCollectionRuleAssociationProxyOnlyResourceProperties{DataCollectionEndpointID: dce.ID},
	}, nil))
	if n := all(ctx, c, "list associations", f.NewDataCollectionRuleAssociationsClient().NewListByResourcePager(vm, nil), func(p armmonitor.DataCollectionRuleAssociationsClientListByResourceResponse) int { return len(p.Value) }); n != 1 {
		c.Errorf("%d associations", n)
	}
	must[armmonitor.DataCollectionRuleAssociationsClientDeleteResponse](c, "dissociate")(f.NewDataCollectionRuleAssociationsClient().Delete(ctx, vm, "configurationAccessEndpoint", nil))
	must[armmonitor.DataCollectionEndpointsClientDeleteResponse](c, "delete the endpoint")(f.NewDataCollectionEndpointsClient().Delete(ctx, group, "in", nil))
	must[armmonitor.DiagnosticSettingsClientCreateOrUpdateResponse](c, "create a diagnostic setting")(f.NewDiagnosticSettingsClient().CreateOrUpdate(ctx, ws, "audit", armmonitor.DiagnosticSettingsResource{
		Properties: &armmonitor.DiagnosticSettings{WorkspaceID: &ws, Logs: []*armmonitor.LogSettings{{CategoryGroup: to.Ptr("audit"), Enabled: to.Ptr(true)}}},
	}, nil))
	if n := all(ctx, c, "list categories", f.NewDiagnosticSettingsCategoryClient().NewListPager(ws, nil), func(p armmonitor.DiagnosticSettingsCategoryClientListResponse) int { return len(p.Value) }); n != 4 {
		c.Errorf("%d categories", n)
	}
	must[armmonitor.DiagnosticSettingsClientDeleteResponse](c, "delete the setting")(f.NewDiagnosticSettingsClient().Delete(ctx, ws, "audit", nil))
	apps := must[*armapplicationinsights.ComponentsClient](c, "components")(armapplicationinsights.NewComponentsClient(sub, k.cred, opts))
	app := must[armapplicationinsights.ComponentsClientCreateOrUpdateResponse](c, "create a component")(apps.CreateOrUpdate(ctx, group, "shop", armapplicationinsights.Component{
		Location: to.Ptr("westeurope"), Kind: to.Ptr("web"), Properties: &armapplicationinsights.ComponentProperties{ApplicationType: to.Ptr(armapplicationinsights.ApplicationTypeWeb), WorkspaceResourceID: &ws},
	}, nil))
	if !strings.HasPrefix(*app.Properties.ConnectionString, "InstrumentationKey="+*app.Properties.InstrumentationKey+";IngestionEndpoint=https://") {
		c.Errorf("connection string %s", *app.Properties.ConnectionString)
	}
	must[armapplicationinsights.ComponentsClientUpdateTagsResponse](c, "tag it")(apps.UpdateTags(ctx, group, "shop", armapplicationinsights.TagsResource{Tags: map[string]*string{"a": to.Ptr("b")}}, nil))
	must[armapplicationinsights.ComponentsClientDeleteResponse](c, "delete it")(apps.Delete(ctx, group, "shop", nil))
}

// manageRoles gives a new application a role of its own, and signs it in with a secret
// and with a certificate: it may do what the role says, and nothing else.
func (k *clients) manageRoles(ctx context.Context, c checker, opts *arm.ClientOptions, scope string) {
	var app, sp struct{ ID, AppID string }
	k.graph(ctx, c, http.MethodPost, "/applications", map[string]any{"displayName": "reader"}, &app)
	k.graph(ctx, c, http.MethodPost, "/servicePrincipals", map[string]any{"appId": app.AppID}, &sp)
	defs := must[*armauthorization.RoleDefinitionsClient](c, "roles")(armauthorization.NewRoleDefinitionsClient(k.cred, opts))
	const role = "6f0f1f5e-7a5a-4d5a-9a55-1f0a8a5f2b11"
	def := must[armauthorization.RoleDefinitionsClientCreateOrUpdateResponse](c, "define a role")(defs.CreateOrUpdate(ctx, scope, role, armauthorization.RoleDefinition{Properties: &armauthorization.RoleDefinitionProperties{
		RoleName: to.Ptr("Sees groups"), Description: to.Ptr("d"), RoleType: to.Ptr("CustomRole"), AssignableScopes: []*string{&scope},
		Permissions: []*armauthorization.Permission{{Actions: []*string{to.Ptr("Microsoft.Resources/subscriptions/resourceGroups/read")}}},
	}}, nil))
	assignments := must[*armauthorization.RoleAssignmentsClient](c, "assignments")(armauthorization.NewRoleAssignmentsClient(k.creds.SubscriptionID, k.cred, opts))
	const assignment = "6f0f1f5e-7a5a-4d5a-9a55-1f0a8a5f2b12"
	must[armauthorization.RoleAssignmentsClientCreateResponse](c, "assign it")(assignments.Create(ctx, scope, assignment, armauthorization.RoleAssignmentCreateParameters{Properties: &armauthorization.RoleAssignmentProperties{
		PrincipalID: &sp.ID, RoleDefinitionID: def.ID, PrincipalType: to.Ptr(armauthorization.PrincipalTypeServicePrincipal),
	}}, nil))
	if n := all(ctx, c, "list assignments", assignments.NewListForScopePager(scope, &armauthorization.RoleAssignmentsClientListForScopeOptions{Filter: to.Ptr("principalId eq '" + sp.ID + "'")}), func(p armauthorization.RoleAssignmentsClientListForScopeResponse) int {
		return len(p.Value)
	}); n != 1 {
		c.Errorf("%d assignments", n)
	}
	var secret struct{ SecretText string }
	k.graph(ctx, c, http.MethodPost, "/applications/"+app.ID+"/addPassword", map[string]any{"passwordCredential": map[string]any{"displayName": "one"}}, &secret)
	key := must[*rsa.PrivateKey](c, "key")(rsa.GenerateKey(rand.Reader, 2048))
	t := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "reader"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der := must[[]byte](c, "certificate")(x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key))
	k.graph(ctx, c, http.MethodPatch, "/applications/"+app.ID, map[string]any{"keyCredentials": []any{map[string]any{"type": "AsymmetricX509Cert", "usage": "Verify", "key": base64.StdEncoding.EncodeToString(der)}}}, nil)
	cert := must[*x509.Certificate](c, "certificate")(x509.ParseCertificate(der))
	bySecret := must[*azidentity.ClientSecretCredential](c, "by secret")(azidentity.NewClientSecretCredential(k.creds.TenantID, app.AppID, secret.SecretText, &azidentity.ClientSecretCredentialOptions{ClientOptions: k.opts, DisableInstanceDiscovery: k.pointed}))
	byCert := must[*azidentity.ClientCertificateCredential](c, "by certificate")(azidentity.NewClientCertificateCredential(k.creds.TenantID, app.AppID, []*x509.Certificate{cert}, key, &azidentity.ClientCertificateCredentialOptions{ClientOptions: k.opts, DisableInstanceDiscovery: k.pointed, SendCertificateChain: true}))
	for name, cred := range map[string]azcore.TokenCredential{"secret": bySecret, "certificate": byCert} {
		groups := must[*armresources.ResourceGroupsClient](c, name)(armresources.NewResourceGroupsClient(k.creds.SubscriptionID, cred, opts))
		got := must[armresources.ResourceGroupsClientGetResponse](c, "read the group by "+name)(groups.Get(ctx, "managed", nil))
		_, err := groups.CreateOrUpdate(ctx, "managed", armresources.ResourceGroup{Location: got.Location}, nil)
		var re *azcore.ResponseError
		if !errors.As(err, &re) || re.StatusCode != 403 || re.ErrorCode != "AuthorizationFailed" || !strings.Contains(err.Error(), "Microsoft.Resources/subscriptions/resourceGroups/write") {
			c.Errorf("write the group by %s: %v", name, err)
		}
		if n := all(ctx, c, "list groups", groups.NewListPager(nil), func(p armresources.ResourceGroupsClientListResponse) int { return len(p.Value) }); n != 1 {
			c.Errorf("%d groups by %s", n, name)
		}
	}
	must[armauthorization.RoleAssignmentsClientDeleteResponse](c, "unassign")(assignments.Delete(ctx, scope, assignment, nil))
	must[armauthorization.RoleDefinitionsClientDeleteResponse](c, "remove the role")(defs.Delete(ctx, scope, role, nil))
}

// graph calls Microsoft Graph.
func (k *clients) graph(ctx context.Context, c checker, method, path string, in, out any) {
	c.Helper()
	token := must[azcore.AccessToken](c, "a token for Graph")(k.cred.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}}))
	body := must[[]byte](c, "body")(json.Marshal(in))
	r := must[*http.Request](c, "request")(http.NewRequestWithContext(ctx, method, k.graphAt+"/v1.0"+path, bytes.NewReader(body)))
	r.Header.Set("Authorization", "Bearer "+token.Token)
	r.Header.Set("Content-Type", "application/json")
	resp := must[*http.Response](c, path)(http.DefaultClient.Do(r))
	defer resp.Body.Close()
	text := must[[]byte](c, path)(io.ReadAll(resp.Body))
	if resp.StatusCode >= 300 {
		c.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, text)
	}
	if out != nil {
		c.ok(path, json.Unmarshal(text, out))
	}
}

// readActivity finds in the logs what was done above.
func (k *clients) readActivity(ctx context.Context, c checker, opts *arm.ClientOptions) {
	logs := must[*armmonitor.ActivityLogsClient](c, "activity log")(armmonitor.NewActivityLogsClient(k.creds.SubscriptionID, k.cred, opts))
	filter := fmt.Sprintf("eventTimestamp ge '%s' and eventTimestamp le '%s' and resourceGroupName eq 'managed'", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Minute).UTC().Format(time.RFC3339))
	seen := map[string]string{}
	all(ctx, c, "list activities", logs.NewListPager(filter, nil), func(p armmonitor.ActivityLogsClientListResponse) int {
		for _, e := range p.Value {
			seen[*e.OperationName.Value] += *e.Status.Value
		}
		return len(p.Value)
	})
	for _, want := range []string{"Microsoft.OperationalInsights/workspaces/write", "Microsoft.OperationalInsights/workspaces/sharedKeys/action", "Microsoft.Insights/metricAlerts/delete"} {
		if seen[want] == "" {
			c.Errorf("%s is not in the activity log: %v", want, seen)
		}
	}
	if got := seen["Microsoft.Resources/subscriptions/resourceGroups/write"]; got == "" || !strings.Contains(got, "Failed") {
		c.Errorf("a write that was refused is not in the activity log: %v", seen)
	}
	for kql, want := range map[string]float64{
		"AzureActivity | where OperationNameValue =~ 'Microsoft.Insights/actionGroups/write' and ActivityStatusValue == 'Success' | count":              2,
		"AADServicePrincipalSignInLogs | where ServicePrincipalName == 'reader' | summarize dcount(ClientCredentialType)":                               2,
		"AuditLogs | where OperationName == 'Add application' and tostring(TargetResources[0].displayName) == 'reader' and Result == 'success' | count": 1,
	} {
		res, err := k.query.QueryWorkspace(ctx, k.creds.WorkspaceID, query.QueryBody{Query: to.Ptr(kql)}, nil)
		if err != nil || len(res.Tables) == 0 || res.Tables[0].Rows[0][0] != want {
			c.Errorf("%s: %+v, %v, want %v", kql, res.Tables, err, want)
		}
	}
}

// Where the server gives managed identities' tokens, and the header that an app's
// environment has.
const (
	identityEndpoint = "127.0.0.1:48617"
	identityHeader   = "the header"
)

// signIn signs a user in on a device without a browser, and programs by the identities
// of the machine and the app in which they run.
func (k *clients) signIn(t *testing.T) {
	ctx, c, creds := within(t, time.Minute), checker{t}, k.creds
	var user struct{ ID string }
	const name, password = "ada@example.com", "correct horse battery"
	k.graph(ctx, c, http.MethodPost, "/users", map[string]any{
		"accountEnabled": true, "displayName": "Ada", "mailNickname": "ada", "userPrincipalName": name, "passwordProfile": map[string]any{"password": password},
	}, &user)
	device := must[*azidentity.DeviceCodeCredential](c, "device code")(azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: k.opts, DisableInstanceDiscovery: k.pointed, TenantID: creds.TenantID,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			resp, err := http.PostForm(m.VerificationURL, url.Values{"code": {m.UserCode}, "username": {name}, "password": {password}})
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != 200 {
				return fmt.Errorf("the page answers %s", resp.Status)
			}
			return nil
		},
	}))
	scope := policy.TokenRequestOptions{Scopes: []string{"https://management.azure.com/.default"}}
	must[azcore.AccessToken](c, "a user's token")(device.GetToken(ctx, scope))
	must[azcore.AccessToken](c, "a user's token for another API, by the refresh token")(device.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://api.loganalytics.io/.default"}}))
	groups := must[*armresources.ResourceGroupsClient](c, "groups")(armresources.NewResourceGroupsClient(creds.SubscriptionID, device, &arm.ClientOptions{ClientOptions: k.opts}))
	if _, err := groups.Get(ctx, creds.ResourceGroup, nil); !strings.Contains(fmt.Sprint(err), "'ada@example.com'") || !strings.Contains(fmt.Sprint(err), "AuthorizationFailed") {
		t.Errorf("a user without a role: %v", err)
	}
	id := "/subscriptions/" + creds.SubscriptionID + "/resourceGroups/" + creds.ResourceGroup + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web"
	res := must[*armresources.Client](c, "resources")(armresources.NewClient(creds.SubscriptionID, k.cred, &arm.ClientOptions{ClientOptions: k.opts}))
	poller := must[*runtime.Poller[armresources.ClientCreateOrUpdateByIDResponse]](c, "an identity")(res.BeginCreateOrUpdateByID(ctx, id, "2023-01-31", armresources.GenericResource{Location: to.Ptr("westeurope")}, nil))
	made := must[armresources.ClientCreateOrUpdateByIDResponse](c, "an identity")(poller.PollUntilDone(ctx, nil))
	clientID := made.Properties.(map[string]any)["clientId"].(string)
	if k.pointed { // as in an app, whose environment says where its identity is
		t.Setenv("IDENTITY_ENDPOINT", "http://"+identityEndpoint+"/msi/token")
		t.Setenv("IDENTITY_HEADER", identityHeader)
	}
	managed := must[*azidentity.ManagedIdentityCredential](c, "a managed identity")(azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ID: azidentity.ClientID(clientID)}))
	must[azcore.AccessToken](c, "a managed identity's token")(managed.GetToken(ctx, scope))
	out, err := k.query.QueryWorkspace(ctx, creds.WorkspaceID, query.QueryBody{Query: to.Ptr("print Seen = toscalar(SigninLogs | where ResultType == '0' and AuthenticationProtocol == 'deviceCode' | summarize make_set(UserPrincipalName)[0]), Silent = toscalar(AADNonInteractiveUserSignInLogs | count), Managed = toscalar(AADManagedIdentitySignInLogs | where ServicePrincipalName == 'web' | count)")}, nil)
	if err != nil || fmt.Sprint(out.Tables[0].Rows[0]) != "[ada@example.com 1 1]" {
		t.Errorf("the logs: %v, %v", out.Tables[0].Rows, err)
	}
}
