// Reads files of a container of Azure's storage, which Azurite is here.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { BlobServiceClient, ContainerSASPermissions, StorageSharedKeyCredential } from "@azure/storage-blob";

import { freePort, start, until } from "../../browser/server.mjs";

const account = "shop";
const key = randomBytes(64).toString("base64");
let directory, azurite, server, container, token;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "yagura-azurite-"));
  const port = await freePort();
  const main = join(import.meta.dirname, "node_modules/azurite/dist/src/blob/main.js");
  azurite = spawn(process.execPath, [main, "--blobHost", "127.0.0.1", "--blobPort", port, "-l", directory, "--skipApiVersionCheck", "--silent"], {
    env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${key}` },
    stdio: "ignore",
  });
  const address = `http://127.0.0.1:${port}/${account}`;
  await until(() => fetch(address), 30_000, () => azurite.exitCode !== null);
  container = new BlobServiceClient(address, new StorageSharedKeyCredential(account, key)).getContainerClient("goods");
  await container.create();
  await put("in/old.csv", "Name,N\ntea,1\n");
  await put("in/part-a.json", '{"Name":"tea","N":1,"At":"2026-01-02T03:04:05Z"}\n');
  await put("out/part-c.json", '{"Other":1}\n');
  await new Promise((done) => setTimeout(done, 1100)); // times of files are whole seconds
  await put("in/part-b.json", '{"Name":"pot","N":2.5,"More":{"a":[1]}}\n');
  server = await start({ settings: ["--external-data", `${address}/goods`] });
  const c = server.credentials;
  const form = { grant_type: "client_credentials", client_id: c.clientId, client_secret: c.clientSecret, scope: "https://api.loganalytics.io/.default" };
  const answer = await fetch(`${c.http}/${c.tenantId}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });
  token = (await answer.json()).access_token;
});
after(async () => {
  await server?.stop();
  if (azurite && azurite.exitCode === null) {
    azurite.kill("SIGINT");
    await once(azurite, "exit");
  }
  await rm(directory, { recursive: true, force: true });
});

async function put(name, text) {
  await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
}

async function ask(query) {
  const c = server.credentials;
  const answer = await fetch(`${c.http}/v1/workspaces/${c.workspaceId}/query`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const body = await answer.json();
  return answer.ok ? body.tables[0].rows : JSON.stringify(body);
}

function infer(place, options) {
  return ask(`evaluate infer_storage_schema(dynamic(${JSON.stringify({ StorageContainers: [place], DataFormat: "json", ...options })}))`);
}

test("columns are guessed from the files of a container", async () => {
  const all = `${container.url};${key}`;
  assert.deepEqual(await infer(all, { FileExtension: ".json", FileNamePrefix: "part-", Mode: "all" }), [
    ["Name:string, N:real, At:datetime, More:dynamic, Other:long"],
  ]);
  assert.deepEqual(await infer(`${container.url}/in/;${key}`, { FileExtension: ".json" }), [["Name:string, N:real, More:dynamic"]]);
  assert.deepEqual(await infer(`${container.url}/in/;${key}`, { FileNamePrefix: "part-", Mode: "any" }), [["Name:string, N:long, At:datetime"]]);
  assert.deepEqual(await infer(all, { DataFormat: "csv", FileExtension: ".csv", InferenceOptions: { UseFirstRowAsHeader: true } }), [["Name:string, N:long"]]);
  const sas = await container.generateSasUrl({ permissions: ContainerSASPermissions.parse("rl"), expiresOn: new Date(Date.now() + 600_000) });
  assert.deepEqual(await infer(sas, { FileExtension: "b.json" }), [["Name:string, N:real, More:dynamic"]]);
});

test("externaldata reads them with the account's key", async () => {
  assert.deepEqual(await ask(`externaldata(Name: string, N: real) [h'${container.url}/in/part-a.json;${key}', h'${container.url}/in/part-b.json;${key}'] | project N`), [[1], [2.5]]);
});

async function manage(csl) {
  const c = server.credentials;
  const answer = await fetch(`${c.http}/v1/rest/mgmt`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ db: c.workspaceId, csl }),
  });
  const body = await answer.json();
  assert.ok(answer.ok, JSON.stringify(body));
  return body.Tables[0].Rows;
}

test("external tables read the files under a folder, and columns from their paths", async () => {
  await put("by/2026/01/02/shop=north/p.csv", "tea,1\n");
  await put("by/2026/01/03/shop=south/deep/p.csv", "pot,2\n");
  await put("by/2026/01/03/other.txt", "never,9\n");
  const shown = await manage(
    `.create external table Sold (Name: string, N: long) kind=storage partition by (Day: datetime, Shop: string) pathformat=(datetime_pattern("yyyy/MM/dd", Day) "/shop=" Shop) dataformat=csv (h@'${container.url}/by;${key}') with (validateNotEmpty=true)`,
  );
  assert.ok(!JSON.stringify(shown).includes(key));
  const all = [
    ["tea", 1, "2026-01-02T00:00:00Z", "north"],
    ["pot", 2, "2026-01-03T00:00:00Z", "south"],
  ];
  assert.deepEqual(await ask("external_table('Sold') | order by N asc"), all);
  assert.deepEqual(await ask("external_table('Sold') | where Day > datetime(2026-01-02) | project Name, Shop"), [["pot", "south"]]);
  assert.deepEqual(
    (await manage(".show external table Sold artifacts")).map((r) => [r[0], r[2]]),
    [
      [`${container.url}/by/2026/01/02/shop=north/p.csv`, 6],
      [`${container.url}/by/2026/01/03/shop=south/deep/p.csv`, 6],
    ],
  );
  await manage(`.create external table Sold mapping "swapped" '[{"Column":"Name","Properties":{"Ordinal":1}}]'`);
  assert.deepEqual(await ask("external_table('Sold', 'swapped') | order by Name asc | project Name, N"), [["1", null], ["2", null]]);
  const sas = await container.generateSasUrl({ permissions: ContainerSASPermissions.parse("rl"), expiresOn: new Date(Date.now() + 600_000) });
  await manage(`.create-or-alter external table Sold (Name: string, N: real, More: dynamic) kind=storage dataformat=json (h@'${sas}') with (fileExtension=".json", namePrefix="part-b")`);
  assert.deepEqual(await ask("external_table('Sold') | project Name, N, More.a[0]"), [["pot", 2.5, "1"]]);
  assert.match(await ask("Sold"), /external_table/);
});

test("what is wrong is told without the key", async () => {
  const other = randomBytes(64).toString("base64");
  for (const [place, want] of [
    [`${container.url};${other}`, "403"],
    [`${container.url.replace("goods", "bads")};${key}`, "not allowed"],
    [`${container.url}/in/`, "the answer was 4"],
    [`${container.url}/none/;${key}`, "no such file"],
  ]) {
    const text = String(await infer(place, {}));
    assert.match(text, new RegExp(want));
    assert.ok(!text.includes(key) && !text.includes(other), text);
  }
});
