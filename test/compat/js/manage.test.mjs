// Runs the vendor's JavaScript clients of Resource Manager and MSAL against the server.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { start } from "../../browser/server.mjs";

let server;
before(async () => (server = await start()));
after(() => server?.stop());

test("the clients manage resources and sign in", async () => {
  const { credentials } = server;
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, "manage.mjs"), JSON.stringify(credentials)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: credentials.caFile },
  });
  assert.deepEqual(JSON.parse(stdout.trim().split("\n").at(-1)), {
    workspace: [45, "Succeeded", 36],
    workspaces: ["script-ws", "yagura"],
    rotated: true,
    saved: 1,
    actionGroup: ["ops", 1],
    endpoint: true,
    alerts: [["script-rule"], ["script-metric"]],
    component: true,
    left: ["yagura"],
    missing: [404, "ResourceNotFound"],
    byCertificate: 3,
    confidential: ["Bearer", "Bearer"],
    byDevice: "script@example.com",
    silent: [false, "script@example.com"],
    byCode: "script@example.com",
    denied: [403, "AuthorizationFailed", "Microsoft.Insights/actionGroups/read"],
  });
});
