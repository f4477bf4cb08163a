// A made-up workspace: a few tables with rows, hundreds without.

import type { Schemas } from "../src/api/http.ts";

const common: Schemas["MetadataColumn"][] = [
  { name: "TimeGenerated", type: "datetime", description: "When the event happened (UTC)." },
  { name: "TenantId", type: "string" },
  { name: "Type", type: "string" },
  { name: "_ResourceId", type: "string" },
];

type ColumnType = Schemas["ColumnType"];

const table = (name: string, columns: [string, ColumnType][], hasData = false) => ({
  id: `t/${name}`,
  name,
  hasData,
  columns: [...common, ...columns.map(([name, type]) => ({ name, type }))],
});

export const metadata: Schemas["Metadata"] = {
  tables: [
    table("AppRequests", [["Name", "string"], ["Url", "string"], ["ResultCode", "string"], ["DurationMs", "real"], ["Success", "bool"], ["OperationId", "string"], ["Properties", "dynamic"]], true),
    table("ContainerLogV2", [["PodName", "string"], ["ContainerName", "string"], ["LogMessage", "dynamic"], ["LogLevel", "string"]], true),
    table("KubeEvents", [["Name", "string"], ["Reason", "string"], ["Message", "string"], ["Count", "real"]], true),
    table("SigninLogs", [["UserPrincipalName", "string"], ["IPAddress", "string"], ["ResultType", "string"], ["Location", "string"]], true),
    table("Perf", [["Computer", "string"], ["CounterName", "string"], ["CounterValue", "real"]], true),
    table("Syslog", [["Facility", "string"], ["SeverityLevel", "string"], ["SyslogMessage", "string"], ["ProcessID", "int"]], true),
    ...Array.from({ length: 950 }, (_, i) => table(`AzureService${String(i).padStart(3, "0")}`, [["Category", "string"], ["Level", "int"], ["DurationMs", "long"], ["CorrelationId", "guid"]])),
  ],
  externalTables: [],
  materializedViews: [],
  entityGroups: [],
  queries: [],
  functions: [{ id: "f/Slow", name: "SlowRequests", parameters: "limit:real = 1000", body: "AppRequests | where DurationMs > limit", description: "Requests that took longer than the limit." }],
};

export const examples: Schemas["Example"][] = [
  { title: "Requests that the rollout dropped", description: "502s by minute and deployment: the pods stop before the load balancer knows.", ja: { title: "ロールアウトで失われた要求", description: "分ごと、デプロイごとの 502。" }, query: "AppRequests\n| where ResultCode startswith \"5\"\n| summarize Failed = count() by bin(TimeGenerated, 5m), Name\n| render timechart", timespan: "P1D" },
  { title: "A pod that waits for a node", description: "Scheduling failed until the autoscaler added a node.", ja: { title: "ノードを待つ Pod", description: "オートスケーラーがノードを追加するまで、スケジュールは失敗しました。" }, query: "KubeEvents\n| where Reason == \"FailedScheduling\"\n| project TimeGenerated, Name, Message", timespan: "P1D" },
  { title: "Which dependency is slow?", description: "The database behind the 502s, by 95th percentile.", ja: { title: "どの依存関係が遅いか", description: "502 の背後のデータベースの 95 パーセンタイル。" }, query: "AppRequests\n| summarize P95 = percentile(DurationMs, 95) by Name\n| top 10 by P95\n| render barchart", timespan: "P1D" },
  { title: "Sign-ins from new places", description: "Who signed in from where, failures beside successes.", ja: { title: "新しい場所からのサインイン", description: "誰がどこからサインインしたか。失敗と成功を並べます。" }, query: "SigninLogs\n| summarize Count = count() by Location, ResultType\n| render columnchart with (kind=stacked)", timespan: "P7D" },
  { title: "Nodes under pressure", description: "Processor time of each node over the day.", ja: { title: "余裕のないノード", description: "各ノードの 1 日のプロセッサ時間。" }, query: "Perf\n| where CounterName == \"% Processor Time\"\n| summarize avg(CounterValue) by bin(TimeGenerated, 15m), Computer\n| render areachart", timespan: "P1D" },
  { title: "What the containers say", description: "The share of each level in all container logs.", ja: { title: "コンテナーのログ", description: "すべてのコンテナー ログでの各レベルの割合。" }, query: "ContainerLogV2\n| summarize count() by LogLevel\n| render piechart", timespan: "P1D" },
];
