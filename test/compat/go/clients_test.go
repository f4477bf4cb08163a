package compat

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	ingest "github.com/Azure/azure-sdk-for-go/sdk/monitor/ingestion/azlogs"
	query "github.com/Azure/azure-sdk-for-go/sdk/monitor/query/azlogs"
	"github.com/Azure/azure-sdk-for-go/sdk/monitor/query/azmetrics"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/monitor/armmonitor"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/operationalinsights/armoperationalinsights/v2"
)

// clients are the vendor's, pointed at one server.
type clients struct {
	creds  credentials
	cred   *azidentity.ClientSecretCredential
	query  *query.Client
	ingest *ingest.Client
	tables *armoperationalinsights.TablesClient
	work   *armoperationalinsights.WorkspacesClient
	keys   *armoperationalinsights.SharedKeysClient
	rules  *armmonitor.DataCollectionRulesClient

	opts    azcore.ClientOptions
	pointed bool   // by settings
	graphAt string // where Graph is
}

// newClients makes the clients. endpoint is where logs are sent to; the others go to
// where conf says, which is Azure's public cloud if it is nil.
func newClients(t *testing.T, c credentials, endpoint string, conf *cloud.Configuration) *clients {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	retry := policy.RetryOptions{MaxRetries: -1} // an error shall be seen
	opts := azcore.ClientOptions{Retry: retry}
	if conf != nil {
		opts.Cloud = *conf
	}
	k := &clients{creds: c, opts: opts, pointed: conf != nil, graphAt: "https://graph.microsoft.com"}
	if conf != nil {
		k.graphAt = c.HTTPS
	}
	var err error
	k.cred, err = azidentity.NewClientSecretCredential(c.TenantID, c.ClientID, c.ClientSecret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: opts, DisableInstanceDiscovery: conf != nil})
	must(err)
	k.query, err = query.NewClient(k.cred, &query.ClientOptions{ClientOptions: opts})
	must(err)
	k.ingest, err = ingest.NewClient(endpoint, k.cred, &ingest.ClientOptions{ClientOptions: opts})
	must(err)
	armOpts := &arm.ClientOptions{ClientOptions: opts, DisableRPRegistration: true}
	k.tables, err = armoperationalinsights.NewTablesClient(c.SubscriptionID, k.cred, armOpts)
	must(err)
	k.work, err = armoperationalinsights.NewWorkspacesClient(c.SubscriptionID, k.cred, armOpts)
	must(err)
	k.keys, err = armoperationalinsights.NewSharedKeysClient(c.SubscriptionID, k.cred, armOpts)
	must(err)
	k.rules, err = armmonitor.NewDataCollectionRulesClient(c.SubscriptionID, k.cred, armOpts)
	must(err)
	return k
}

// own is a cloud in which every service is at base, as the clients document it.
func own(base string) *cloud.Configuration {
	return &cloud.Configuration{
		ActiveDirectoryAuthorityHost: base + "/",
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager:       {Audience: "https://management.azure.com", Endpoint: base},
			query.ServiceName:           {Audience: "https://api.loganalytics.io", Endpoint: base + "/v1"},
			ingest.ServiceNameIngestion: {Audience: "https://monitor.azure.com/"},
			azmetrics.ServiceName:       {Audience: "https://metrics.monitor.azure.com"},
		},
	}
}

func TestClientsPointedHere(t *testing.T) {
	c := start(t, "--https", "127.0.0.1:0", "--identity-endpoint", identityEndpoint, "--identity-header", identityHeader)
	k := newClients(t, c, c.HTTPS, own(c.HTTPS))
	k.use(t)
	k.manage(t)
	k.signIn(t)
	testKusto(t, c, k.cred)
	testKustoHTTP(t, c)
}

// use makes a table and a rule, sends rows through it, and queries them.
func (k *clients) use(t *testing.T) {
	ctx := within(t, time.Minute)
	group, ws := k.creds.ResourceGroup, k.creds.WorkspaceName
	w, err := k.work.Get(ctx, group, ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	if *w.Properties.CustomerID != k.creds.WorkspaceID {
		t.Errorf("the workspace is %s, not %s", *w.Properties.CustomerID, k.creds.WorkspaceID)
	}
	keys, err := k.keys.GetSharedKeys(ctx, group, ws, nil)
	if err != nil || *keys.PrimarySharedKey != k.creds.SharedKey {
		t.Errorf("shared keys: %v", err)
	}
	id := k.makeRule(ctx, t, *w.ID)
	k.sendRows(ctx, t, id)
	k.queryRows(ctx, t)
	k.errors(ctx, t, id)
	k.purge(ctx, t)
	k.metrics(ctx, t, *w.ID)
}

// metrics asks for metrics of which there are none yet, by the resource and by the batch.
func (k *clients) metrics(ctx context.Context, t *testing.T, id string) {
	at := "https://" + metricsEndpoint
	if k.pointed {
		at = k.creds.HTTPS
	}
	c, err := azmetrics.NewClient(at, k.cred, &azmetrics.ClientOptions{ClientOptions: k.opts})
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.QueryResources(ctx, k.creds.SubscriptionID, "Microsoft.OperationalInsights/workspaces", []string{"Query Count"}, azmetrics.ResourceIDList{ResourceIDs: []string{id}},
		&azmetrics.QueryResourcesOptions{Interval: to.Ptr("PT5M"), StartTime: to.Ptr("2026-11-23T00:00:00Z"), EndTime: to.Ptr("2026-11-23T01:00:00Z")})
	switch {
	case err != nil:
		t.Errorf("metrics: %v", err)
	case len(res.Values) != 1 || *res.Values[0].ResourceID != id || len(res.Values[0].Values) != 0:
		t.Errorf("metrics: %+v", res.Values)
	}
	m, err := armmonitor.NewMetricsClient(k.creds.SubscriptionID, k.cred, &arm.ClientOptions{ClientOptions: k.opts, DisableRPRegistration: true})
	if err != nil {
		t.Fatal(err)
	}
	if one, err := m.List(ctx, id, &armmonitor.MetricsClientListOptions{Metricnames: to.Ptr("Query Count")}); err != nil || len(one.Value) != 0 {
		t.Errorf("metrics of a resource: %+v, %v", one.Value, err)
	}
}

func (k *clients) makeRule(ctx context.Context, t *testing.T, workspace string) (immutableID string) {
	group, ws := k.creds.ResourceGroup, k.creds.WorkspaceName
	column := func(name string, typ armoperationalinsights.ColumnTypeEnum) *armoperationalinsights.Column {
		return &armoperationalinsights.Column{Name: &name, Type: &typ}
	}
	poller, err := k.tables.BeginCreateOrUpdate(ctx, group, ws, "Compat_CL", armoperationalinsights.Table{
		Properties: &armoperationalinsights.TableProperties{Schema: &armoperationalinsights.Schema{
			Name: to.Ptr("Compat_CL"),
			Columns: []*armoperationalinsights.Column{
				column("TimeGenerated", armoperationalinsights.ColumnTypeEnumDateTime),
				column("Level", armoperationalinsights.ColumnTypeEnumString),
				column("Count", armoperationalinsights.ColumnTypeEnumLong),
				column("Props", armoperationalinsights.ColumnTypeEnumDynamic),
			},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := poller.PollUntilDone(ctx, nil); err != nil {
		t.Fatal(err)
	}
	tables := 0
	for pager := k.tables.NewListByWorkspacePager(group, ws, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tables += len(page.Value)
	}
	if tables < 900 {
		t.Errorf("the workspace has %d tables", tables)
	}
	stream := func(name string, typ armmonitor.KnownColumnDefinitionType) *armmonitor.ColumnDefinition {
		return &armmonitor.ColumnDefinition{Name: &name, Type: &typ}
	}
	rule, err := k.rules.Create(ctx, group, "compat", armmonitor.DataCollectionRuleResource{
		Location: to.Ptr("westeurope"),
		Properties: &armmonitor.DataCollectionRuleResourceProperties{
			StreamDeclarations: map[string]*armmonitor.StreamDeclaration{"Custom-Compat": {Columns: []*armmonitor.ColumnDefinition{
				stream("Time", armmonitor.KnownColumnDefinitionTypeDatetime), stream("Level", armmonitor.KnownColumnDefinitionTypeString),
				stream("Count", armmonitor.KnownColumnDefinitionTypeLong), stream("Props", armmonitor.KnownColumnDefinitionTypeDynamic),
			}}},
			Destinations: &armmonitor.DataCollectionRuleDestinations{LogAnalytics: []*armmonitor.LogAnalyticsDestination{
				{Name: to.Ptr("ws"), WorkspaceResourceID: &workspace},
			}},
			DataFlows: []*armmonitor.DataFlow{{
				Streams:      []*armmonitor.KnownDataFlowStreams{to.Ptr(armmonitor.KnownDataFlowStreams("Custom-Compat"))},
				Destinations: []*string{to.Ptr("ws")},
				TransformKql: to.Ptr("source | where Level != 'Debug' | project TimeGenerated = Time, Level = toupper(Level), Count, Props"),
				OutputStream: to.Ptr("Custom-Compat_CL"),
			}},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := k.rules.Get(ctx, group, "compat", nil)
	if err != nil || *got.Properties.ImmutableID != *rule.Properties.ImmutableID {
		t.Errorf("the rule cannot be read again: %v", err)
	}
	return *rule.Properties.ImmutableID
}

func (k *clients) sendRows(ctx context.Context, t *testing.T, rule string) {
	type row struct {
		Time  time.Time
		Level string
		Count int64
		Props map[string]any
	}
	var rows []row
	for i := range 10 {
		rows = append(rows, row{time.Now().UTC(), []string{"error", "Debug"}[i%2], 1<<53 + int64(i), map[string]any{"i": i}})
	}
	body, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.ingest.Upload(ctx, rule, "Custom-Compat", body, nil); err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	gz := gzip.NewWriter(&z)
	if _, err := gz.Write(body); err != nil {
		t.Fatal(err)
	}
	gz.Close()
	if _, err := k.ingest.Upload(ctx, rule, "Custom-Compat", z.Bytes(), &ingest.UploadOptions{ContentEncoding: to.Ptr("gzip")}); err != nil {
		t.Fatal(err)
	}
}

func (k *clients) queryRows(ctx context.Context, t *testing.T) {
	const kql = "Compat_CL | summarize n = count(), top = max(Count), sum = sum(toint(Props.i)) by Level"
	body := query.QueryBody{Query: to.Ptr(kql), Timespan: to.Ptr(query.TimeInterval("PT1H"))}
	res, err := k.query.QueryWorkspace(ctx, k.creds.WorkspaceID, body, &query.QueryWorkspaceOptions{
		Options: &query.QueryOptions{Statistics: to.Ptr(true), Visualization: to.Ptr(true), Wait: to.Ptr(600)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if res.Error != nil || len(res.Tables) != 1 || len(res.Tables[0].Rows) != 1 {
		t.Fatalf("%+v", res)
	}
	if got := fmt.Sprint(res.Tables[0].Rows[0]...); got != fmt.Sprint("ERROR", 10.0, float64(1<<53+8), 40.0) {
		t.Errorf("the row is %s", got)
	}
	if len(res.Statistics) == 0 {
		t.Error("there are no statistics")
	}
	resource := "/subscriptions/" + k.creds.SubscriptionID + "/resourceGroups/" + k.creds.ResourceGroup + "/providers/Microsoft.OperationalInsights/workspaces/" + k.creds.WorkspaceName
	byResource, err := k.query.QueryResource(ctx, resource, query.QueryBody{Query: to.Ptr("Compat_CL | count")}, nil)
	if err != nil || byResource.Tables[0].Rows[0][0] != 10.0 {
		t.Errorf("by resource: %+v, %v", byResource, err)
	}
	batch, err := k.query.QueryBatch(ctx, query.BatchRequest{Requests: []query.BatchQueryRequest{
		{ID: to.Ptr("1"), WorkspaceID: &k.creds.WorkspaceID, Body: &query.QueryBody{Query: to.Ptr("Compat_CL | count")}, Method: to.Ptr("POST"), Path: to.Ptr("/query")},
	}}, nil)
	if err != nil || len(batch.Responses) != 1 || *batch.Responses[0].Status != 200 {
		t.Errorf("batch: %+v, %v", batch, err)
	}
}

// purge deletes some of the rows, and waits until they are gone.
func (k *clients) purge(ctx context.Context, t *testing.T) {
	group, ws := k.creds.ResourceGroup, k.creds.WorkspaceName
	client, err := armoperationalinsights.NewWorkspacePurgeClient(k.creds.SubscriptionID, k.cred, &arm.ClientOptions{ClientOptions: k.opts})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.Purge(ctx, group, ws, armoperationalinsights.WorkspacePurgeBody{Table: to.Ptr("Compat_CL"), Filters: []*armoperationalinsights.WorkspacePurgeBodyFilters{
		{Column: to.Ptr("Count"), Operator: to.Ptr(">"), Value: int64(1<<53 + 4)},
		{Column: to.Ptr("Level"), Operator: to.Ptr("in"), Value: []string{"ERROR"}},
	}}, nil)
	if err != nil || made.XMSStatusLocation == nil || !strings.Contains(*made.XMSStatusLocation, *made.OperationID) {
		t.Fatalf("purge: %+v, %v", made, err)
	}
	for {
		st, err := client.GetPurgeStatus(ctx, group, ws, *made.OperationID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if *st.Status == armoperationalinsights.PurgeStateCompleted {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	res, err := k.query.QueryWorkspace(ctx, k.creds.WorkspaceID, query.QueryBody{Query: to.Ptr("Compat_CL | summarize count(), max(Count)")}, nil)
	if err != nil || fmt.Sprint(res.Tables[0].Rows[0]...) != fmt.Sprint(6.0, float64(1<<53+4)) {
		t.Errorf("after the purge: %+v, %v", res, err)
	}
}

// errors asks for what is wrong: the clients must see Azure's codes.
func (k *clients) errors(ctx context.Context, t *testing.T, rule string) {
	want := func(what string, err error, status int, code string) {
		t.Helper()
		var re *azcore.ResponseError
		if !errors.As(err, &re) || re.StatusCode != status || re.ErrorCode != code {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := k.ingest.Upload(ctx, rule, "Custom-Other", []byte(`[]`), nil)
	want("an unknown stream", err, http.StatusBadRequest, "InvalidStream")
	_, err = k.ingest.Upload(ctx, "dcr-00000000000000000000000000000000", "Custom-Compat", []byte(`[]`), nil)
	want("an unknown rule", err, http.StatusNotFound, "NotFound")
	_, err = k.ingest.Upload(ctx, rule, "Custom-Compat", bytes.Repeat([]byte(" "), 2<<20), nil)
	want("a large body", err, http.StatusRequestEntityTooLarge, "ContentLengthLimitExceeded")
	_, err = k.query.QueryWorkspace(ctx, k.creds.WorkspaceID, query.QueryBody{Query: to.Ptr("Compat_CL | where")}, nil)
	want("a query that is none", err, http.StatusBadRequest, "BadArgumentError")
	_, err = k.rules.Get(ctx, k.creds.ResourceGroup, "other", nil)
	want("a rule that is not there", err, http.StatusNotFound, "ResourceNotFound")
	wrong, err := azidentity.NewClientSecretCredential(k.creds.TenantID, k.creds.ClientID, "wrong",
		&azidentity.ClientSecretCredentialOptions{ClientOptions: azcore.ClientOptions{Cloud: *own(k.creds.HTTPS)}, DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = wrong.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{"https://monitor.azure.com/.default"}})
	var auth *azidentity.AuthenticationFailedError
	if !errors.As(err, &auth) || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("a wrong secret: %v", err)
	}
}
