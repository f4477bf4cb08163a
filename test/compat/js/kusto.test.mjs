// Runs Kusto's own SDK against the server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { start } from "../../browser/server.mjs";

let server;
before(async () => (server = await start()));
after(() => server?.stop());

test("Kusto's SDK asks in both versions of the protocol", async () => {
  const { credentials } = server;
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "kusto.mjs"), JSON.stringify(credentials)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: credentials.caFile },
  });
  const got = JSON.parse(stdout.trim().split("\n").at(-1));

  assert.deepEqual(got.columns, ["x:long", "t:datetime", "d:dynamic", "ok:bool", "s:timespan"]);
  assert.equal(got.rows.length, 3);
  assert.equal(got.rows[0].x, 1);
  assert.equal(new Date(got.rows[0].t).toISOString(), "2026-11-23T01:00:00.000Z");
  assert.equal(got.rows[1].ok, true);
  assert.deepEqual(got.v1, [{ x: 1 }]);
  assert.equal(got.tables, 1);
  assert.deepEqual(got.streamed, [
    { Id: 1, Name: "one" },
    { Id: 2, Name: "two" },
    { Id: 3, Name: "three" },
  ]);
  assert.match(got.failure, /SEM0100/);
});
