// Application Insights' own SDK, pointed here by a component's connection string and nothing else.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { start } from "../../browser/server.mjs";

let server;
before(async () => (server = await start()));
after(() => server?.stop());

test("telemetry arrives in the workspace's tables", async () => {
  const c = server.credentials;
  const tokenOf = async (scope) => {
    const form = { grant_type: "client_credentials", client_id: c.clientId, client_secret: c.clientSecret, scope };
    return (await (await fetch(`${c.http}/${c.tenantId}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) })).json()).access_token;
  };
  const group = `/subscriptions/${c.subscriptionId}/resourceGroups/${c.resourceGroup}/providers`;
  const made = await fetch(`${c.http}${group}/Microsoft.Insights/components/shop?api-version=2020-02-02`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${await tokenOf("https://management.azure.com/.default")}`, "Content-Type": "application/json" },
    body: JSON.stringify({ location: "local", kind: "web", properties: { Application_Type: "web", WorkspaceResourceId: `${group}/Microsoft.OperationalInsights/workspaces/${c.workspaceName}` } }),
  });
  assert.ok(made.ok, await made.clone().text());
  const { properties } = await made.json();
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "insights.mjs"), JSON.stringify({ connectionString: properties.ConnectionString })]);
  const answer = JSON.parse(stdout);
  assert.deepEqual([answer.itemsReceived, answer.itemsAccepted, answer.errors, answer.appId], [8, 8, [], properties.AppId]);

  const token = await tokenOf("https://api.loganalytics.io/.default");
  const ask = async (query) => {
    const got = await fetch(`${c.http}/v1/workspaces/${c.workspaceId}/query`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ query }),
    });
    assert.ok(got.ok, await got.clone().text());
    return (await got.json()).tables[0].rows;
  };
  assert.deepEqual(await ask("AppTraces | project Message, SeverityLevel, Properties.cart, AppRoleName, ItemCount"), [["late order", 2, "c1", "shop", 1]]);
  assert.deepEqual(await ask("AppEvents | project Name, tostring(Measurements.total)"), [["bought", "12.5"]]);
  assert.deepEqual(await ask("AppMetrics | project Name, Sum, ItemCount"), [["queue", 7, 1]]);
  assert.deepEqual(await ask("AppRequests | project Id, Name, Url, DurationMs, ResultCode, Success"), [["r1", "GET /", "https://shop.example/", 1234, "500", false]]);
  assert.deepEqual(await ask("AppDependencies | project Name, DependencyType, Target, Data, DurationMs, Success"), [["SELECT", "SQL", "db", "select 1", 12, true]]);
  assert.deepEqual(await ask("AppPageViews | project Name, Url, DurationMs"), [["Home", "https://shop.example/", 80]]);
  assert.deepEqual(await ask("AppAvailabilityResults | project Id, Name, Location, Message, Success"), [["a1", "ping", "Tokyo", "fine", true]]);
  assert.deepEqual(await ask("AppExceptions | project ExceptionType, Message, array_length(Details)"), [["TypeError", "no such cart", 1]]);
  const [[id, guid]] = await ask("AppRequests | project tolower(_ResourceId), ResourceGUID");
  assert.match(id, /\/providers\/microsoft\.insights\/components\/shop$/);
  assert.equal(guid, properties.AppId);
});
