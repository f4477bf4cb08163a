package identity

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The tables of the directory's own logs, by the category of diagnostic settings that
// they come from.
var logTables = map[flow]string{
	flowUser:        "SigninLogs",
	flowUserSilent:  "AADNonInteractiveUserSignInLogs",
	flowApplication: "AADServicePrincipalSignInLogs",
	flowManaged:     "AADManagedIdentitySignInLogs",
}

// LogCategories are the tables of the directory's logs with the categories of diagnostic
// settings that say where they go.
func LogCategories() map[string]string {
	out := map[string]string{"AuditLogs": "AuditLogs"}
	for f, t := range logTables {
		out[t] = string(f)
	}
	return out
}

// logSignIn writes an attempt to its log. A device that is told to wait has not tried.
func (d *Directory) logSignIn(a *attempt) {
	var e *signInError
	if d.o.Log == nil || errors.As(a.err, &e) && e.code == 70016 {
		return
	}
	row := d.signInRow(a)
	if a.flow == flowUser || a.flow == flowUserSilent {
		d.addUser(row, a)
	}
	// The answer does not wait for the client to stay: what happened is kept.
	d.o.Log(context.WithoutCancel(a.r.Context()), logTables[a.flow], row)
}

// signInRow is what all logs of sign-ins have.
func (d *Directory) signInRow(a *attempt) map[string]any {
	at := a.at.UTC().Format(time.RFC3339Nano)
	row := map[string]any{
		"TimeGenerated": at, "CreatedDateTime": at, "OperationName": "Sign-in activity", "OperationVersion": "1.0", "Category": string(a.flow), "Level": "4",
		"ResourceGroup": "Microsoft.aadiam", "Id": uuid.NewString(), "CorrelationId": a.correlation, "AADTenantId": d.tenant, "IPAddress": a.address(),
		"UserAgent": a.r.UserAgent(), "AppId": a.clientID, "ResultType": "0", "ResultSignature": "SUCCESS", "DurationMs": d.o.Now().Sub(a.at).Milliseconds(),
		"ClientCredentialType": a.by.name, "ConditionalAccessStatus": "notApplied", "SessionId": "", "UniqueTokenIdentifier": a.tokenID,
		"ResourceOwnerTenantId": d.tenant, "AppOwnerTenantId": d.tenant, "AuthenticationProcessingDetails": "[]",
	}
	if a.client != nil {
		row["ServicePrincipalName"], row["ServicePrincipalId"] = a.client.Name, a.client.ObjectID
	}
	if api, ok := audienceOf(a.resource); ok {
		row["ResourceDisplayName"], row["ResourceIdentity"] = apiNames[api], a.resource
	}
	switch a.flow {
	case flowApplication, flowManaged:
		row["Identity"] = row["ServicePrincipalName"]
		row["ServicePrincipalCredentialKeyId"], row["ServicePrincipalCredentialThumbprint"] = a.key, a.thumbprint
	default:
		if a.client != nil {
			row["AppDisplayName"] = a.client.Name
		}
	}
	if a.err != nil {
		e := signInErrorOf(a.err)
		row["ResultType"], row["ResultSignature"], row["ResultDescription"] = strconv.Itoa(e.code), "FAILURE", e.message
	}
	return row
}

// addUser is what the logs of users' sign-ins have besides.
func (d *Directory) addUser(row map[string]any, a *attempt) {
	name, id, display := a.principal.Name, "", ""
	if a.user != nil {
		name, id, display = a.user.UPN, a.user.ID, a.user.Name
	}
	status := map[string]any{"errorCode": 0}
	if a.err != nil {
		e := signInErrorOf(a.err)
		status = map[string]any{"errorCode": e.code, "failureReason": e.message}
	}
	interactive := a.flow == flowUser
	method, protocol := "Previously satisfied", "none"
	if interactive {
		method = "Password"
	}
	if strings.Contains(a.form.Get("grant_type"), "device_code") || strings.HasSuffix(a.r.URL.Path, "/deviceauth") {
		protocol = "deviceCode"
	}
	details := jsonText([]any{map[string]any{
		"authenticationStepDateTime": row["TimeGenerated"], "authenticationMethod": method, "succeeded": a.err == nil, "authenticationStepRequirement": "Primary authentication",
	}})
	for k, v := range map[string]any{
		"UserPrincipalName": name, "UserId": id, "UserDisplayName": display, "Identity": display, "UserType": "Member", "SignInIdentifier": name, "AlternateSignInName": name,
		"IsInteractive": interactive, "IsRisky": false, "RiskState": "none", "RiskDetail": "none", "RiskLevelAggregated": "none", "RiskLevelDuringSignIn": "none",
		"RiskEventTypes": "[]", "RiskEventTypes_V2": "[]", "AuthenticationRequirement": "singleFactorAuthentication", "AuthenticationDetails": details,
		"AuthenticationProtocol": protocol, "HomeTenantId": d.tenant, "ResourceTenantId": d.tenant, "TokenIssuerType": "AzureAD", "CrossTenantAccessType": "none",
		"ClientAppUsed": "Browser", "OriginalRequestId": row["Id"], "IncomingTokenType": "none",
	} {
		row[k] = v
	}
	if interactive {
		row["Status"], row["DeviceDetail"], row["LocationDetails"] = status, map[string]any{}, map[string]any{}
		return
	}
	delete(row, "ServicePrincipalName") // columns that this table does not have
	delete(row, "SignInIdentifier")
	row["IncomingTokenType"], row["ClientAppUsed"] = "refreshToken", "Mobile Apps and Desktop clients"
	row["Status"], row["DeviceDetail"], row["LocationDetails"] = jsonText(status), "{}", "{}"
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("identity: a log's value is not JSON: " + err.Error())
	}
	return string(text)
}

// apiNames are the APIs as the logs call them.
var apiNames = map[Audience]string{
	Monitor: "Azure Monitor", LogAnalytics: "Log Analytics API", AppInsights: "Application Insights API", Management: "Windows Azure Service Management API",
	Metrics: "Azure Monitor Metrics", MetricsIn: "Azure Monitor Custom Metrics", Prometheus: "Azure Monitor Prometheus", Graph: "Microsoft Graph", Kusto: "Azure Data Explorer",
}

// change is something that was done to the directory.
type change struct {
	activity, category string // "Add user", "UserManagement"
	operation          string // Add, Update, Delete, Assign
	target, targetID   string // its name and id
	targetType         string // User, ServicePrincipal, Application, Group, Role
	err                error
}

// logChange writes a change to the audit log.
func (d *Directory) logChange(ctx context.Context, by Principal, address, correlation string, c change) {
	if d.o.Log == nil {
		return
	}
	now := d.o.Now().UTC().Format(time.RFC3339Nano)
	result, reason := "success", ""
	if c.err != nil {
		result, reason = "failure", c.err.Error()
	}
	who := map[string]any{"app": map[string]any{"appId": by.ClientID, "displayName": by.Name, "servicePrincipalId": by.ObjectID}}
	if by.Type == User {
		who = map[string]any{"user": map[string]any{"id": by.ObjectID, "userPrincipalName": by.Name, "ipAddress": address}}
	}
	target := map[string]any{"id": c.targetID, "displayName": c.target, "type": c.targetType, "modifiedProperties": []any{}}
	if c.targetType == "User" {
		target["userPrincipalName"] = c.target
	}
	d.o.Log(context.WithoutCancel(ctx), "AuditLogs", map[string]any{
		"TimeGenerated": now, "ActivityDateTime": now, "OperationName": c.activity, "ActivityDisplayName": c.activity, "OperationVersion": "1.0", "Category": c.category,
		"ResultType": "", "ResultSignature": "None", "ResultDescription": reason, "DurationMs": 0, "CorrelationId": correlation, "Resource": "Microsoft.aadiam",
		"ResourceGroup": "Microsoft.aadiam", "ResourceId": "/tenants/" + d.tenant + "/providers/Microsoft.aadiam", "Identity": by.Name, "Level": "4", "Id": "Directory_" + uuid.NewString(),
		"InitiatedBy": who, "LoggedByService": "Core Directory", "Result": result, "ResultReason": reason, "TargetResources": []any{target}, "AdditionalDetails": []any{},
		"AADTenantId": d.tenant, "AADOperationType": c.operation,
	})
}

func upperHex(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
