// Asks the server by Kusto's own SDK, over HTTPS, with an access token.

import { Readable } from "node:stream";

import { Client, ClientRequestProperties, KustoConnectionStringBuilder } from "azure-kusto-data";
import { DataFormat, IngestionProperties, StreamingIngestClient } from "azure-kusto-ingest";

const c = JSON.parse(process.argv[2]);
const form = new URLSearchParams({
  grant_type: "client_credentials",
  client_id: c.clientId,
  client_secret: c.clientSecret,
  scope: "https://kusto.kusto.windows.net/.default",
});
const { access_token: token } = await (await fetch(`${c.https}/${c.tenantId}/oauth2/v2.0/token`, { method: "POST", body: form })).json();
const client = new Client(KustoConnectionStringBuilder.withAccessToken(c.https, token));

const properties = new ClientRequestProperties();
properties.setTimeout(60_000);
properties.setParameter("n", "3");
const text = "declare query_parameters(n:long); range x from 1 to n step 1 | project x, t = datetime(2026-11-23) + x * 1h, d = dynamic({'a': 1}), ok = x > 1, s = 90s";
const v2 = await client.execute(c.workspaceName, text, properties);
const table = v2.primaryResults[0];
const v1 = await client.executeQueryV1(c.workspaceName, "print x = 1");
const tables = await client.execute(c.workspaceName, ".show tables");

// A table of its own, filled by streaming ingestion.
await client.execute(c.workspaceName, ".create-merge table FromNode (Id: long, Name: string)");
await client.execute(c.workspaceName, ".create table FromNode ingestion json mapping 'm' '[{\"column\":\"Id\",\"path\":\"$.i\"},{\"column\":\"Name\",\"path\":\"$.n\"}]'");
const ingestor = new StreamingIngestClient(
  KustoConnectionStringBuilder.withAccessToken(c.https, token),
  new IngestionProperties({ database: c.workspaceName, table: "FromNode", format: DataFormat.CSV }),
);
await ingestor.ingestFromStream(Readable.from(["1,one\n2,two\n"]));
await ingestor.ingestFromStream(Readable.from(['{"i":3,"n":"three"}']), new IngestionProperties({ format: DataFormat.JSON, ingestionMappingReference: "m" }));
const streamed = await client.execute(c.workspaceName, "FromNode | sort by Id asc");
let failure = "";
try {
  await client.execute(c.workspaceName, "Heartbeat | where Nothing == 1");
} catch (e) {
  failure = JSON.stringify(e.response?.data ?? e.message);
}
console.log(
  JSON.stringify({
    columns: table.columns.map((col) => `${col.name}:${col.type}`),
    rows: [...table.rows()].map((row) => row.toJSON()),
    v1: [...v1.primaryResults[0].rows()].map((row) => row.toJSON()),
    streamed: [...streamed.primaryResults[0].rows()].map((row) => row.toJSON()),
    tables: [...tables.primaryResults[0].rows()].filter((row) => row.toJSON().TableName === "SigninLogs").length,
    failure,
  }),
);
