// Runs the vendor's JavaScript clients against the server. They are in a process of
// their own, as Node reads which certificates to trust when it starts.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { start } from "../../browser/server.mjs";

let server;
before(async () => (server = await start()));
after(() => server?.stop());

test("the clients send and query", async () => {
  const { credentials } = server;
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "clients.mjs"), JSON.stringify(credentials)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: credentials.caFile },
  });
  const got = JSON.parse(stdout);

  assert.equal(got.status, "Success");
  assert.deepEqual(got.columns, ["Level:string", "n:long", "earliest:datetime", "largest:long"]);
  assert.deepEqual(got.rows, [["error", 3000, "2026-11-20T01:02:03.000Z", 2999]]);
  assert.equal(got.visualization, "columnchart");
  assert.ok(got.statistics);
  assert.deepEqual(got.byResource, [[3000]]);
  assert.deepEqual(got.batch, ["Success", "BadArgumentError"]);
  assert.deepEqual(got.failures, {
    stream: [400, "InvalidStream"],
    rule: [404, "NotFound"],
    query: [400, "BadArgumentError"],
    secret: "AADSTS7000215",
  });
});
