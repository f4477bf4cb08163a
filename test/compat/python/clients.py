"""Uses the vendor's Python clients as their documentation says, with no setting at all,
and prints what they gave as JSON. Its argument is the server's credentials."""

import json
import sys
from datetime import datetime, timedelta, timezone

import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.identity import ClientSecretCredential
from azure.kusto.data import ClientRequestProperties, KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoError
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.monitor.ingestion import LogsIngestionClient
from azure.monitor.query import LogsBatchQuery, LogsQueryClient

c = json.loads(sys.argv[1])
credential = ClientSecretCredential(c["TenantID"], c["ClientID"], c["ClientSecret"])
group, workspace = c["ResourceGroup"], c["WorkspaceName"]
arm = f"/subscriptions/{c['SubscriptionID']}/resourceGroups/{group}/providers"
hour = timedelta(hours=1)
now = datetime.now(timezone.utc)


def failure(call):
    """What a call fails with: the code of the answer."""
    try:
        call()
    except HttpResponseError as e:
        return e.error.code
    return "no failure"


# Resource Manager: a table, and a rule (this client is older than stream declarations).
admin = LogAnalyticsManagementClient(credential, c["SubscriptionID"])
columns = [
    {"name": "TimeGenerated", "type": "datetime"},
    {"name": "Level", "type": "string"},
    {"name": "Number", "type": "long"},
    {"name": "Detail", "type": "dynamic"},
]
admin.tables.begin_create_or_update(group, workspace, "Python_CL", {"schema": {"name": "Python_CL", "columns": columns}}).result()
answer = requests.put(
    f"https://management.azure.com{arm}/Microsoft.Insights/dataCollectionRules/python",
    params={"api-version": "2022-06-01"},
    headers={"Authorization": "Bearer " + credential.get_token("https://management.azure.com/.default").token},
    json={
        "location": "local",
        "properties": {
            "streamDeclarations": {"Custom-Python": {"columns": columns}},
            "destinations": {
                "logAnalytics": [{"name": "ws", "workspaceResourceId": f"{arm}/Microsoft.OperationalInsights/workspaces/{workspace}"}]
            },
            "dataFlows": [
                {
                    "streams": ["Custom-Python"],
                    "destinations": ["ws"],
                    "transformKql": "source | extend Level = toupper(Level)",
                    "outputStream": "Custom-Python_CL",
                }
            ],
        },
    },
    timeout=30,
)
answer.raise_for_status()
rule = answer.json()["properties"]["immutableId"]

# More than 1 MB: the client sends it in parts, in gzip.
ingestion = LogsIngestionClient(c["Endpoint"], credential)
rows = [{"TimeGenerated": now.isoformat(), "Level": "info", "Number": i, "Detail": {"i": i, "pad": "x" * 500}} for i in range(3000)]
ingestion.upload(rule, "Custom-Python", rows)

logs = LogsQueryClient(credential)
result = logs.query_workspace(
    c["WorkspaceID"],
    "Python_CL | summarize n = count(), largest = max(Number), detail = take_any(Detail.pad) by Level | render columnchart",
    timespan=(now - hour, now + hour),
    include_statistics=True,
    include_visualization=True,
    server_timeout=60,
)
batch = logs.query_batch(
    [
        LogsBatchQuery(workspace_id=c["WorkspaceID"], query="Python_CL | count", timespan=hour),
        LogsBatchQuery(workspace_id=c["WorkspaceID"], query="Python_CL | nonsense", timespan=hour),
        LogsBatchQuery(workspace_id=c["WorkspaceID"], query="print x = 1", timespan=None),
    ]
)

kusto = KustoClient(
    KustoConnectionStringBuilder.with_aad_application_key_authentication(
        "https://yagura.westeurope.kusto.windows.net", c["ClientID"], c["ClientSecret"], c["TenantID"]
    )
)
parameters = ClientRequestProperties()
parameters.set_parameter("level", "INFO")
parameters.set_option("servertimeout", timedelta(minutes=1))
counted = kusto.execute(workspace, "declare query_parameters(level: string); Python_CL | where Level == level | count", parameters)
values = kusto.execute(
    workspace,
    "print d = decimal(1.23), b = true, t = datetime(2020-01-02), s = time(-1.02:03:04.5), n = int(null), l = 9007199254740993, r = real(nan), y = dynamic({'x': 1})",
)
streamed = kusto.execute_streaming_query(workspace, "Python_CL | where Number < 3 | sort by Number asc | project Number")
try:
    kusto.execute(workspace, "nonsense |")
    refused = "no failure"
except KustoError as e:
    refused = type(e).__name__

try:
    ClientSecretCredential(c["TenantID"], c["ClientID"], "wrong").get_token("https://monitor.azure.com/.default")
    secret = "no failure"
except ClientAuthenticationError as e:
    secret = next(word for word in e.message.replace(":", " ").split() if word.startswith("AADSTS"))

print(
    json.dumps(
        {
            "customerId": admin.workspaces.get(group, workspace).customer_id,
            "status": str(result.status.value),
            "columns": [f"{n}:{t}" for n, t in zip(result.tables[0].columns, result.tables[0].columns_types)],
            "rows": [list(r)[:3] for r in result.tables[0].rows],
            "statistics": bool(result.statistics),
            "visualization": result.visualization["visualization"],
            "batch": [type(r).__name__ for r in batch],
            "kusto": [list(r) for r in counted.primary_results[0]],
            "values": [str(v) for v in values.primary_results[0][0]],
            "tables": "Python_CL" in [r["TableName"] for r in kusto.execute_mgmt(workspace, ".show tables").primary_results[0]],
            "streamed": [list(r) for t in streamed.iter_primary_results() for r in t],
            "failures": [
                failure(lambda: ingestion.upload(rule, "Custom-Other", [{"Level": "x"}])),
                failure(lambda: ingestion.upload("dcr-00000000000000000000000000000000", "Custom-Python", [{"Level": "x"}])),
                failure(lambda: logs.query_workspace(c["WorkspaceID"], "Python_CL |", timespan=hour)),
                refused,
                secret,
            ],
        }
    )
)
