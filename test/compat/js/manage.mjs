// Manages resources with the vendor's clients, signs in with MSAL, and prints what came
// of it as JSON. Its argument is the server's credentials; with logsEndpoint in them,
// Azure's names lead to the server, and the clients have no setting at all.

import { ApplicationInsightsManagementClient } from "@azure/arm-appinsights";
import { MonitorClient } from "@azure/arm-monitor";
import { OperationalInsightsManagementClient } from "@azure/arm-operationalinsights";
import { ClientCertificateCredential, ClientSecretCredential, DeviceCodeCredential } from "@azure/identity";
import { ConfidentialClientApplication, PublicClientApplication } from "@azure/msal-node";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const c = JSON.parse(process.argv[2]);
const unchanged = c.logsEndpoint !== undefined;
const management = unchanged ? "https://management.azure.com" : c.https;
const authority = unchanged ? {} : { authorityHost: c.https, disableInstanceDiscovery: true };
const credential = new ClientSecretCredential(c.tenantId, c.clientId, c.clientSecret, authority);
const options = { retryOptions: { maxRetries: 0 }, ...(unchanged ? {} : { endpoint: c.https, credentialScopes: ["https://management.azure.com/.default"] }) };
const workspaces = new OperationalInsightsManagementClient(credential, c.subscriptionId, options);
const monitor = new MonitorClient(credential, c.subscriptionId, options);
const insights = new ApplicationInsightsManagementClient(credential, c.subscriptionId, unchanged ? {} : { baseUri: c.https });
const group = c.resourceGroup;
const out = {};

/** The names in a list, in order. */
async function names(list) {
  const all = [];
  for await (const one of list) all.push(one.name);
  return all.sort();
}

const ws = await workspaces.workspaces.beginCreateOrUpdateAndWait(group, "script-ws", { location: "local", retentionInDays: 45, sku: { name: "PerGB2018" } });
out.workspace = [ws.retentionInDays, ws.provisioningState, ws.customerId?.length];
out.workspaces = await names(workspaces.workspaces.list());
const keys = await workspaces.sharedKeysOperations.getSharedKeys(group, "script-ws");
const fresh = await workspaces.sharedKeysOperations.regenerate(group, "script-ws");
out.rotated = keys.primarySharedKey !== fresh.primarySharedKey;
await workspaces.savedSearches.createOrUpdate(group, "script-ws", "all", { category: "c", displayName: "d", query: "Heartbeat" });
out.saved = (await workspaces.savedSearches.listByWorkspace(group, "script-ws")).value.length;

const ops = await monitor.actionGroups.createOrUpdate(group, "script-ops", { location: "Global", groupShortName: "ops", enabled: true, webhookReceivers: [{ name: "w", serviceUri: "https://example.com" }] });
out.actionGroup = [ops.groupShortName, ops.webhookReceivers?.length];
const endpoint = await monitor.dataCollectionEndpoints.create(group, "script-in", { body: { location: "local", networkAcls: { publicNetworkAccess: "Enabled" } } });
out.endpoint = endpoint.logsIngestion?.endpoint === management;
await monitor.scheduledQueryRules.createOrUpdate(group, "script-rule", {
  location: "local", enabled: "true", source: { query: "Heartbeat", dataSourceId: ws.id, queryType: "ResultCount" }, schedule: { frequencyInMinutes: 5, timeWindowInMinutes: 5 },
  action: {
    odataType: "Microsoft.WindowsAzure.Management.Monitoring.Alerts.Models.Microsoft.AppInsights.Nexus.DataContracts.Resources.ScheduledQueryRules.AlertingAction",
    severity: "1", trigger: { thresholdOperator: "GreaterThan", threshold: 1 },
  },
});
await monitor.metricAlerts.createOrUpdate(group, "script-metric", {
  location: "global", severity: 3, enabled: true, evaluationFrequency: "PT1M", windowSize: "PT5M", scopes: [ws.id],
  criteria: {
    odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
    allOf: [{ criterionType: "StaticThresholdCriterion", name: "c", metricName: "Percentage CPU", operator: "GreaterThan", threshold: 80, timeAggregation: "Average" }],
  },
});
await monitor.diagnosticSettings.createOrUpdate(ws.id, "script-audit", { workspaceId: ws.id, logs: [{ category: "Audit", enabled: true }] });
out.alerts = [await names(monitor.scheduledQueryRules.listByResourceGroup(group)), await names(monitor.metricAlerts.listByResourceGroup(group))];
const app = await insights.components.createOrUpdate(group, "script-app", { location: "local", kind: "web", applicationType: "web", workspaceResourceId: ws.id });
out.component = app.connectionString?.startsWith(`InstrumentationKey=${app.instrumentationKey}`);
for (const remove of [
  () => insights.components.deleteMethod(group, "script-app"),
  () => monitor.diagnosticSettings.delete(ws.id, "script-audit"),
  () => monitor.metricAlerts.delete(group, "script-metric"),
  () => monitor.scheduledQueryRules.delete(group, "script-rule"),
  () => monitor.dataCollectionEndpoints.delete(group, "script-in"),
  () => monitor.actionGroups.delete(group, "script-ops"),
  () => workspaces.workspaces.beginDeleteAndWait(group, "script-ws"),
]) await remove();
out.left = await names(workspaces.workspaces.listByResourceGroup(group));
out.missing = await monitor.actionGroups.get(group, "script-ops").catch((error) => [error.statusCode, error.code]);

/** Calls Microsoft Graph. */
async function graph(method, path, body) {
  const { token } = await credential.getToken("https://graph.microsoft.com/.default");
  const answer = await fetch(`${unchanged ? "https://graph.microsoft.com" : c.https}/v1.0${path}`, { method, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

const dir = mkdtempSync(join(tmpdir(), "compat-"));
execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=script", "-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")], { stdio: "ignore" });
const key = readFileSync(join(dir, "key.pem"), "utf8");
const pem = readFileSync(join(dir, "cert.pem"), "utf8");
rmSync(dir, { recursive: true });
const x509 = new X509Certificate(pem);
const application = await graph("POST", "/applications", { displayName: "script" });
await graph("PATCH", `/applications/${application.id}`, { keyCredentials: [{ type: "AsymmetricX509Cert", usage: "Verify", key: x509.raw.toString("base64") }] });
const user = { name: "script@example.com", password: "correct horse battery" };
await graph("POST", "/users", { accountEnabled: true, displayName: "Script", mailNickname: "script", userPrincipalName: user.name, passwordProfile: { password: user.password } });

const byCertificate = new ClientCertificateCredential(c.tenantId, application.appId, { certificate: `${key}\n${pem}` }, authority);
out.byCertificate = (await byCertificate.getToken("https://monitor.azure.com/.default")).token.split(".").length;

const auth = unchanged ? { authority: `https://login.microsoftonline.com/${c.tenantId}` } : { authority: `${c.https}/${c.tenantId}`, knownAuthorities: [new URL(c.https).host] };
const confidential = new ConfidentialClientApplication({
  auth: { ...auth, clientId: application.appId, clientCertificate: { privateKey: key, thumbprintSha256: createHash("sha256").update(x509.raw).digest("hex") } },
});
// One assertion serves for both resources.
out.confidential = [];
for (const resource of ["https://monitor.azure.com", "https://api.loganalytics.io"]) {
  out.confidential.push((await confidential.acquireTokenByClientCredential({ scopes: [`${resource}/.default`] })).tokenType);
}

const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
const publicClient = new PublicClientApplication({ auth: { ...auth, clientId: azureCLI } });
const form = (fields) => ({ method: "POST", redirect: "manual", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(fields) });
const byDevice = await publicClient.acquireTokenByDeviceCode({
  scopes: ["https://management.azure.com/.default"],
  deviceCodeCallback: (m) => void fetch(m.verificationUri, form({ code: m.userCode, username: user.name, password: user.password })),
});
out.byDevice = byDevice.account?.username;
const silent = await publicClient.acquireTokenSilent({ account: byDevice.account, scopes: ["https://api.loganalytics.io/.default"] });
out.silent = [silent.fromCache, silent.account?.username];

const verifier = randomBytes(32).toString("base64url");
const redirectUri = "http://localhost:3000/";
const url = await publicClient.getAuthCodeUrl({
  scopes: ["https://management.azure.com/.default"], redirectUri, codeChallenge: createHash("sha256").update(verifier).digest("base64url"), codeChallengeMethod: "S256",
});
const redirected = await fetch(url, form({ username: user.name, password: user.password }));
let code = new URL(redirected.headers.get("location") ?? "about:blank").searchParams.get("code");
code ??= /name="code" value="([^"]+)"/.exec(await redirected.text())?.[1];
const byCode = await publicClient.acquireTokenByCode({ code, redirectUri, codeVerifier: verifier, scopes: ["https://management.azure.com/.default"] });
out.byCode = byCode.account?.username;

const device = new DeviceCodeCredential({
  ...authority, tenantId: c.tenantId, clientId: azureCLI,
  userPromptCallback: (m) => void fetch(m.verificationUri, form({ code: m.userCode, username: user.name, password: user.password })),
});
const denied = new MonitorClient(device, c.subscriptionId, options);
out.denied = await denied.actionGroups.get(group, "script-ops").catch((error) => [error.statusCode, error.code, /'(Microsoft[^']*)'/.exec(error.message)?.[1]]);

console.log(JSON.stringify(out));
