// Uses the clients as their documentation says, and prints what they gave as JSON.
// Its argument is the server's credentials; with logsEndpoint in them, Azure's names lead
// to the server, and the clients have no setting at all.

import { ClientSecretCredential } from "@azure/identity";
import { isAggregateLogsUploadError, LogsIngestionClient } from "@azure/monitor-ingestion";
import { LogsQueryClient } from "@azure/monitor-query-logs";

const c = JSON.parse(process.argv[2]);
const group = `/subscriptions/${c.subscriptionId}/resourceGroups/${c.resourceGroup}`;
const workspace = `${group}/providers/Microsoft.OperationalInsights/workspaces/${c.workspaceName}`;
const unchanged = c.logsEndpoint !== undefined;
const authority = unchanged ? {} : { authorityHost: c.https, disableInstanceDiscovery: true };
const credential = new ClientSecretCredential(c.tenantId, c.clientId, c.clientSecret, authority);
const once = { retryOptions: { maxRetries: 0 } };
const ingestion = new LogsIngestionClient(c.logsEndpoint ?? c.https, credential, once);
const logs = new LogsQueryClient(credential, unchanged ? once : { endpoint: `${c.https}/v1`, ...once });

/** Puts a resource by Resource Manager's API and returns it. */
async function put(path, body) {
  const { token } = await credential.getToken("https://management.azure.com/.default");
  const answer = await fetch(`${unchanged ? "https://management.azure.com" : c.https}${path}?api-version=2023-03-11`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const columns = [
  { name: "TimeGenerated", type: "datetime" },
  { name: "Level", type: "string" },
  { name: "Number", type: "long" },
  { name: "Text", type: "string" },
];
await put(`${workspace}/tables/Script_CL`, { properties: { schema: { name: "Script_CL", columns } } });
const rule = await put(`${group}/providers/Microsoft.Insights/dataCollectionRules/script`, {
  location: "local",
  properties: {
    streamDeclarations: { "Custom-Script": { columns } },
    destinations: { logAnalytics: [{ name: "ws", workspaceResourceId: workspace }] },
    dataFlows: [{ streams: ["Custom-Script"], destinations: ["ws"], transformKql: "source", outputStream: "Custom-Script_CL" }],
  },
});
const id = rule.properties.immutableId;

// More than 1 MB: the client splits it and sends the parts side by side, in gzip.
const rows = Array.from({ length: 3000 }, (_, i) => ({
  TimeGenerated: new Date(Date.UTC(2026, 10, 20, 1, 2, 3) + i),
  Level: "error",
  Number: i,
  Text: "x".repeat(700),
}));
await ingestion.upload(id, "Custom-Script", rows, { maxConcurrency: 5 });

const all = { startTime: new Date("2026-11-01"), endTime: new Date("2026-12-31") };
const result = await logs.queryWorkspace(
  c.workspaceId,
  "Script_CL | summarize n = count(), earliest = min(TimeGenerated), largest = max(Number) by Level | render columnchart",
  all,
  { includeQueryStatistics: true, includeVisualization: true, serverTimeoutInSeconds: 60 },
);
const byResource = await logs.queryResource(workspace, "Script_CL | count", all);
const batch = await logs.queryBatch([
  { workspaceId: c.workspaceId, query: "Script_CL | count", timespan: all },
  { workspaceId: c.workspaceId, query: "Script_CL | nonsense", timespan: all },
]);

/** What a promise fails with: status and code of the answer. */
async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    const cause = isAggregateLogsUploadError(error) ? error.errors[0].cause : error;
    return [cause.statusCode, cause.code];
  }
  return "no failure";
}
const stranger = new ClientSecretCredential(c.tenantId, c.clientId, "wrong", authority);
const failures = {
  stream: await failure(ingestion.upload(id, "Custom-Other", [{ Level: "x" }])),
  rule: await failure(ingestion.upload("dcr-00000000000000000000000000000000", "Custom-Script", [{ Level: "x" }])),
  query: await failure(logs.queryWorkspace(c.workspaceId, "Script_CL |", all)),
  secret: await stranger.getToken("https://monitor.azure.com/.default").catch((error) => /AADSTS\d+/.exec(error.message)?.[0]),
};

const [table] = result.tables;
console.log(
  JSON.stringify({
    status: result.status,
    columns: table.columnDescriptors.map((d) => `${d.name}:${d.type}`),
    rows: table.rows,
    visualization: result.visualization?.visualization,
    statistics: result.statistics,
    byResource: byResource.tables[0].rows,
    batch: batch.map((r) => r.partialError?.code ?? r.status),
    failures,
  }),
);
