package demo

import (
	"fmt"
	"strings"
	"time"
)

type person struct{ name, upn string }

var people = []person{
	{"Mika Tanaka", "m.tanaka@shop.example.com"}, {"Ken Sato", "k.sato@shop.example.com"}, {"Yui Suzuki", "y.suzuki@shop.example.com"},
	{"Ren Ito", "r.ito@shop.example.com"}, {"Hana Mori", "h.mori@shop.example.com"}, {"Anna de Vries", "a.devries@shop.example.com"},
	{"John Miller", "j.miller@shop.example.com"}, {"Priya Nair", "p.nair@shop.example.com"}, {"Tom Becker", "t.becker@shop.example.com"},
	{"Lucia Rossi", "l.rossi@shop.example.com"}, {"Sam Wong", "s.wong@shop.example.com"}, {"Emi Kato", "e.kato@shop.example.com"},
}

type place struct {
	ip, city, country string
	lat, lon          float64
}

var offices = []place{{"203.0.113.200", "Tokyo", "JP", 35.68, 139.69}, {"203.0.113.210", "Osaka", "JP", 34.69, 135.5}, {"192.0.2.200", "Amsterdam", "NL", 52.37, 4.9}}
var exits = []place{{"185.220.101.34", "Unknown", "DE", 51.3, 9.49}, {"185.220.101.47", "Unknown", "DE", 51.3, 9.49}, {"45.154.255.147", "Unknown", "SE", 59.3, 18.1}}

var signInErrors = map[int]string{
	0:     "",
	50126: "Error validating credentials due to invalid username or password.",
	50053: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
	50074: "Strong Authentication is required.",
}

// directory is the log of sign-ins and of changes to the directory.
func directory(m *minute) {
	work := m.offset().Hours() >= 0 && m.offset().Hours() < 11 // nine to eight in Tokyo
	n := m.rng.IntN(2)
	if work {
		n += 2
	}
	for range n {
		code := 0
		switch m.rng.IntN(30) {
		case 0:
			code = 50126
		case 1:
			code = 50074
		}
		p := pick(m, people)
		m.signIn(m.within(), p, offices[len(p.upn)%len(offices)], code, "none", pick(m, []string{"Azure Portal", "Microsoft Teams", "Shop back office"}))
	}
	m.attack()
	m.servicePrincipal()
}

// attack is a password spray through an anonymizing network.
func (m *minute) attack() {
	if m.between(attackFrom, attackTo) {
		for i := range 6 {
			code := 50126
			if (m.at.Minute()+i)%11 == 0 {
				code = 50053
			}
			m.signIn(m.within(), people[(m.at.Minute()*6+i)%len(people)], pick(m, exits), code, "medium", "Office 365 Exchange Online")
		}
	}
	if !m.once(breakIn) {
		return
	}
	victim, from := people[0], exits[0]
	at := m.at.Add(21 * time.Second)
	m.signIn(at, victim, from, 0, "high", "Azure Portal")
	risk := []any{"Id", m.guid(), "CorrelationId", m.guid(), "UserPrincipalName", victim.upn, "UserDisplayName", victim.name, "RiskLevel", "high", "RiskState", "atRisk", "RiskDetail", "none"}
	for _, typ := range []string{"anonymizedIPAddress", "unfamiliarFeatures", "passwordSpray"} {
		m.add("AADUserRiskEvents", at.Add(50*time.Second), append([]any{"OperationName", "User Risk Detection", "Activity", "signin", "ActivityDateTime", stamp(at), "DetectedDateTime", stamp(at.Add(50 * time.Second)),
			"DetectionTimingType", "realtime", "RiskEventType", typ, "IpAddress", from.ip, "Source", "IdentityProtection", "UserId", userID(victim),
			"Location", map[string]any{"city": from.city, "countryOrRegion": from.country}}, risk...)...)
	}
	m.add("AADRiskyUsers", at.Add(55*time.Second), append([]any{"OperationName", "Risky user", "RiskLastUpdatedDateTime", stamp(at.Add(55 * time.Second)), "IsDeleted", false, "IsProcessing", false}, risk...)...)
	m.audit(at.Add(4*time.Minute), "Add service principal credentials", "ApplicationManagement", victim.upn, from.ip, "backup-reader", "success", "KeyDescription", "new secret")
	m.audit(at.Add(5*time.Minute), "Add member to role", "RoleManagement", victim.upn, from.ip, "backup-reader", "success", "Role.DisplayName", "Application Administrator")
}

func userID(p person) string { return fixedGUID(uint64(len(p.upn))*131 + uint64(p.upn[0])) }

func (m *minute) signIn(at time.Time, p person, from place, code int, risk, app string) {
	state, types := "none", "[]"
	if risk == "high" {
		state, types = "atRisk", `["anonymizedIPAddress","unfamiliarFeatures"]`
	}
	reason := signInErrors[code]
	m.add("SigninLogs", at, "OperationName", "Sign-in activity", "Category", "SignInLogs", "ResultType", fmt.Sprint(code), "ResultDescription", reason, "DurationMs", int64(0),
		"CorrelationId", m.guid(), "Identity", p.name, "Level", "4", "Location", from.country, "AppDisplayName", app, "AppId", fixedGUID(uint64(len(app))), "ClientAppUsed", "Browser",
		"ConditionalAccessStatus", map[bool]string{true: "success", false: "failure"}[code == 0], "CreatedDateTime", stamp(at), "Id", m.guid(), "IPAddress", from.ip, "IsInteractive", true,
		"DeviceDetail", map[string]any{"operatingSystem": "Windows 11", "browser": "Edge 141.0", "isCompliant": risk == "none"},
		"LocationDetails", map[string]any{"city": from.city, "countryOrRegion": from.country, "geoCoordinates": map[string]any{"latitude": from.lat, "longitude": from.lon}},
		"Status", map[string]any{"errorCode": code, "failureReason": reason}, "RiskLevelDuringSignIn", risk, "RiskLevelAggregated", risk, "RiskState", state, "RiskEventTypes_V2", types, "RiskDetail", "none",
		"UserDisplayName", p.name, "UserPrincipalName", p.upn, "UserId", userID(p), "UserType", "Member", "AuthenticationRequirement", "multiFactorAuthentication",
		"ResourceDisplayName", "Windows Azure Service Management API", "UserAgent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/141.0", "AADTenantId", tenantID, "_ResourceId", "/tenants/"+tenantID+"/providers/Microsoft.aadiam")
}

// servicePrincipal is the identity that deploys the shop, every ten minutes.
func (m *minute) servicePrincipal() {
	expired := m.between(secretExpires, secretRenewed)
	if m.at.Minute()%10 == 3 {
		code, text := "0", ""
		if expired {
			code = "7000222"
			text = "AADSTS7000222: The provided client secret keys for app '" + deployer + "' are expired."
		}
		m.add("AADServicePrincipalSignInLogs", m.at.Add(7*time.Second), "OperationName", "Sign-in activity", "Category", "ServicePrincipalSignInLogs", "ResultType", code, "ResultDescription", text,
			"CorrelationId", m.guid(), "Id", m.guid(), "ServicePrincipalName", "shop-deployer", "ServicePrincipalId", fixedGUID(77), "AppId", deployer, "IPAddress", "203.0.113.240", "Location", "JP",
			"ResourceDisplayName", "Azure Resource Manager", "ClientCredentialType", "clientSecret", "ServicePrincipalCredentialKeyId", fixedGUID(78), "CreatedDateTime", stamp(m.at.Add(7*time.Second)), "AADTenantId", tenantID)
	}
	if m.once(secretRenewed) {
		m.audit(m.at.Add(30*time.Second), "Update application – Certificates and secrets management", "ApplicationManagement", people[1].upn, offices[0].ip, "shop-deployer", "success", "KeyDescription", "secret until next year")
	}
}

const deployer = "c1f7e0b2-52d8-4f0e-9d5a-7a64d3b8e911"

func (m *minute) audit(at time.Time, op, category, by, ip, target, result, property, value string) {
	m.add("AuditLogs", at, "OperationName", op, "ActivityDisplayName", op, "ActivityDateTime", stamp(at), "Category", category, "Result", result, "ResultType", result, "LoggedByService", "Core Directory",
		"CorrelationId", m.guid(), "Id", "Directory_"+m.guid(), "AADOperationType", strings.SplitN(op, " ", 2)[0], "Identity", by, "AADTenantId", tenantID,
		"InitiatedBy", map[string]any{"user": map[string]any{"userPrincipalName": by, "ipAddress": ip}},
		"TargetResources", []any{map[string]any{"displayName": target, "type": "ServicePrincipal", "modifiedProperties": []any{map[string]any{"displayName": property, "newValue": value}}}})
}
