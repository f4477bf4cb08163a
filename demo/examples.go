package demo

// Example is a query that finds one of the stories.
type Example struct {
	Words
	Japanese        Words
	Query, Timespan string
}

// Words say in a language what an example asks.
type Words struct{ Title, Description string }

// Examples are the queries with which the page greets a newcomer.
var Examples = []Example{
	{
		Words{"Which layer returned the 502?", "Failed checkouts, beside what the database did at the same time: an index rebuild blocks it, its statements time out, the gateway answers 502."},
		Words{"502 を返したのはどの層か", "失敗したチェックアウトと、同じ時刻のデータベースの様子。インデックスの再構築がデータベースをブロックし、ステートメントがタイムアウトして、ゲートウェイが 502 を返します。"},
		`AppDependencies
| where DependencyType == "SQL"
| summarize statements = count(), timeouts = countif(ResultCode == "-2") by bin(TimeGenerated, 5m)
| join kind=leftouter (
    AppRequests
    | where AppRoleName == "storefront"
    | summarize bad_gateways = countif(ResultCode == "502") by bin(TimeGenerated, 5m)
  ) on TimeGenerated
| project TimeGenerated, timeouts, bad_gateways
| order by TimeGenerated asc
| render timechart`, "P1D",
	},
	{
		Words{"Why is the pod Pending?", "What the scheduler said of the pod that waits, until the autoscaler adds a node."},
		Words{"Pod が Pending のままなのはなぜか", "待っている Pod についてスケジューラーが述べたこと。オートスケーラーがノードを追加するまで続きます。"},
		`KubeEvents
| where Reason in ("FailedScheduling", "TriggeredScaleUp", "NodeReady", "Scheduled") and Name !startswith "storefront"
| where TimeGenerated > ago(1d)
| project TimeGenerated, Reason, ObjectKind, Name, Message
| order by TimeGenerated asc`, "P1D",
	},
	{
		Words{"Requests dropped by a rollout", "Without a preStop hook the ingress goes on sending requests to pods that have stopped. Each Killing event is followed by connections refused."},
		Words{"ロールアウトで失われたリクエスト", "preStop フックがないと、ingress は停止した Pod へリクエストを送り続けます。Killing イベントのたびに接続の拒否が続きます。"},
		`union
  (KubeEvents | where Reason == "Killing" | project TimeGenerated, What = "pod killed", Pod = Name),
  (ContainerLogV2
   | where ContainerName == "ingress-nginx-controller" and LogLevel == "error"
   | project TimeGenerated, What = tostring(LogMessage.msg), Pod = tostring(LogMessage.pod))
| summarize count() by What, bin(TimeGenerated, 15s)
| order by TimeGenerated asc
| render columnchart`, "P1D",
	},
	{
		Words{"Which credential expired?", "Sign-ins of service principals that fail because their secret has expired, with the deployments that failed for it."},
		Words{"どの資格情報の期限が切れたか", "シークレットの期限切れで失敗したサービス プリンシパルのサインインと、そのために失敗したデプロイ。"},
		`AADServicePrincipalSignInLogs
| summarize attempts = count(), failed = countif(ResultType == "7000222"), reason = take_anyif(ResultDescription, ResultType != "0") by ServicePrincipalName, bin(TimeGenerated, 10m)
| where failed > 0
| order by TimeGenerated asc`, "P1D",
	},
	{
		Words{"Who signed in from where?", "A password spray through an anonymizing network: many accounts, one address, and one success."},
		Words{"誰がどこからサインインしたか", "匿名化ネットワーク経由のパスワード スプレー攻撃。多数のアカウントに対し、アドレスは 1 つ、成功は 1 回です。"},
		`SigninLogs
| summarize accounts = dcount(UserPrincipalName), failed = countif(ResultType != "0"), succeeded = countif(ResultType == "0"), users = make_set_if(UserPrincipalName, ResultType == "0") by IPAddress, Location
| where failed > 5
| order by failed desc`, "P1D",
	},
	{
		Words{"The node that its host stopped", "Heartbeats of a node that stop, the platform's health event, and what Kubernetes made of it."},
		Words{"ホストに停止されたノード", "途絶えたノードのハートビート、プラットフォームの正常性イベント、そして Kubernetes がそれにどう対応したか。"},
		`union
  (AzureActivity | where CategoryValue == "ResourceHealth" | project TimeGenerated, Source = "Azure", What = OperationName, Detail = tostring(parse_json(Properties)["title"])),
  (KubeEvents | where Reason in ("NodeNotReady", "NodeReady", "TaintManagerEviction") | project TimeGenerated, Source = "Kubernetes", What = Reason, Detail = Message)
| order by TimeGenerated asc`, "P1D",
	},
}
