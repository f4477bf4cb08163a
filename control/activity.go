package control

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/yagura/yagura/store/catalog"
	"github.com/yagura/yagura/table"
)

// ActivityTable is the table of activity logs.
const ActivityTable = "AzureActivity"

// activityRetention is how long a subscription's own activity log is kept, in days.
const activityRetention = 90

// Activity is something that was done to resources, or tried.
type Activity struct {
	By       Caller
	Action   string // "Microsoft.Insights/actionGroups/write"
	Scope    string // the id of what it was done to
	Time     time.Time
	Status   int    // of the answer, as HTTP has it
	Code     string // of the error, if there was one
	Message  string // of the error; else what was done more exactly, or ""
	Method   string // of the request
	URI      string
	Duration time.Duration
	Category string // "" is Administrative
}

// ActivityRef is where a subscription keeps its own activity log: a table that no
// workspace has, so that deleting one, or what is in it, leaves it as it is.
func ActivityRef(subscription string) table.Ref {
	return table.Ref{Workspace: strings.ToLower(subscription), Table: ActivityTable}
}

// Record writes an activity to the log of its subscription, and to the workspaces that
// the subscription's diagnostic settings name. What is in no subscription is kept by the
// directory's tenant. When it returns nil the activity is durable.
func (s *Store) Record(ctx context.Context, a Activity) error {
	if s.o.Record == nil {
		return nil
	}
	id, _ := ParseID(a.Scope)
	home := id.Subscription
	if home == "" {
		home = s.dir.Tenant()
	}
	if err := s.keepActivity(ctx, home); err != nil {
		return err
	}
	row := a.row(id, s.dir.Tenant())
	to := []table.Ref{ActivityRef(home)}
	if id.Subscription != "" {
		workspaces, err := s.Diagnosed("/subscriptions/"+id.Subscription, a.category())
		if err != nil {
			return err
		}
		for _, w := range workspaces {
			to = append(to, table.Ref{Workspace: w, Table: ActivityTable})
		}
	}
	for _, ref := range to {
		if err := s.o.Record(context.WithoutCancel(ctx), ref, row, id.String()); err != nil {
			return fmt.Errorf("control: record an activity: %w", err)
		}
	}
	return nil
}

// keepActivity sets how long a subscription's own log is kept, the first time.
func (s *Store) keepActivity(ctx context.Context, home string) error {
	ref := ActivityRef(home)
	if t, ok := s.cat.View().Table(ref); ok && t.Retention == activityRetention {
		return nil
	}
	azure, ok := table.Builtin(ActivityTable)
	if !ok {
		return fmt.Errorf("control: there is no table %s", ActivityTable)
	}
	def := catalog.Table{Ref: ref, Schema: table.WithStandard(azure.Cols), Retention: activityRetention}
	if err := s.cat.Commit(ctx, catalog.Edit{PutTables: []catalog.Table{def}}); err != nil {
		return fmt.Errorf("control: keep the activity log of %s: %w", home, err)
	}
	return nil
}

func (a *Activity) category() string {
	if a.Category == "" {
		return "Administrative"
	}
	return a.Category
}

// row is the activity as the table has it.
func (a *Activity) row(id ID, tenant string) map[string]any {
	at := a.Time.UTC().Format(time.RFC3339Nano)
	status, level := "Success", "Informational"
	if a.Status >= 400 {
		status, level = "Failure", "Error"
	}
	provider, _, _ := strings.Cut(a.Action, "/")
	claims := map[string]any{
		"aud": "https://management.azure.com", "appid": a.By.ClientID, "ipaddr": a.By.Address,
		"http://schemas.microsoft.com/identity/claims/objectidentifier": a.By.ObjectID, "http://schemas.microsoft.com/identity/claims/tenantid": tenant,
	}
	caller := a.By.ObjectID
	if a.By.kind() == "User" {
		caller = a.By.Name
		claims["name"], claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = a.By.Name, a.By.Name
	}
	correlation := a.By.Correlation
	if correlation == "" {
		correlation = uuid.NewString()
	}
	entity := id.String()
	properties := map[string]any{
		"statusCode": fmt.Sprint(a.Status), "eventCategory": a.category(), "entity": entity, "message": cmp.Or(a.Message, a.Action), "hierarchy": id.Subscription, "caller": caller,
		"durationMs": a.Duration.Milliseconds(),
	}
	if a.Code != "" {
		properties["statusMessage"] = fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, a.Code, a.Message)
	}
	authorization := map[string]any{"action": a.Action, "scope": entity}
	request := map[string]any{"clientRequestId": correlation, "clientIpAddress": a.By.Address, "method": a.Method, "uri": a.URI}
	return map[string]any{
		"TimeGenerated": at, "EventSubmissionTimestamp": at, "OperationName": a.Action, "OperationNameValue": strings.ToUpper(a.Action), "Level": level,
		"ActivityStatus": status, "ActivityStatusValue": status, "ActivitySubstatus": fmt.Sprint(a.Status), "ActivitySubstatusValue": a.Code,
		"ResourceGroup": id.Group, "SubscriptionId": id.Subscription, "CorrelationId": correlation, "OperationId": correlation, "Caller": caller, "CallerIpAddress": a.By.Address,
		"Category": a.category(), "CategoryValue": a.category(), "HTTPRequest": jsonText(request), "Authorization": jsonText(authorization), "Authorization_d": authorization,
		"Claims": jsonText(claims), "Claims_d": claims, "Properties": jsonText(properties), "Properties_d": properties, "ResourceId": strings.ToLower(entity),
		"ResourceProvider": provider, "ResourceProviderValue": strings.ToUpper(provider), "Resource": id.Leaf(), "EventDataId": uuid.NewString(), "Hierarchy": id.Subscription,
		"SourceSystem": "Azure",
	}
}
