// Starts the real binary on a new data directory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const binary = resolve(import.meta.dirname, process.env.YAGURA_BIN ?? "../../bin/yagura");

/**
 * @param {{demo?: boolean, settings?: string[]}} [options] with the demo, returns when its history can be asked for
 * @returns {Promise<{credentials: Record<string, string>, stop: () => Promise<void>}>}
 */
export async function start({ demo = false, settings = [] } = {}) {
  const data = await mkdtemp(join(tmpdir(), "yagura-browser-"));
  const ports = [await freePort(), await freePort()];
  const args = ["serve", "--data", data, "--http", `127.0.0.1:${ports[0]}`, "--https", `127.0.0.1:${ports[1]}`, `--demo=${demo}`, ...settings];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill("SIGINT");
      await once(child, "exit");
    }
    await rm(data, { recursive: true, force: true });
  };
  try {
    await until(() => healthy(ports[0]), 60_000, () => child.exitCode !== null);
    const credentials = JSON.parse(await readFile(join(data, "credentials.json"), "utf8"));
    if (demo) await until(() => hasHistory(credentials), 600_000, () => child.exitCode !== null);
    return { credentials, stop };
  } catch (error) {
    await stop();
    throw new Error(`the server did not start: ${error.message}\n${output}`);
  }
}

/** The server that the files of tests share, which ask it as one caller: with the demo. */
export const startForAll = () => start({ demo: true, settings: ["--query-rate", "0", "--queries", "20"] });

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function healthy(port) {
  return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
}

/** Whether yesterday's rows are there: the demo writes them in order of time. */
async function hasHistory(c) {
  const form = { grant_type: "client_credentials", client_id: c.clientId, client_secret: c.clientSecret, scope: "https://api.loganalytics.io/.default" };
  const token = await fetch(`${c.http}/${c.tenantId}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token } = await token.json();
  const answer = await fetch(`${c.http}/v1/workspaces/${c.workspaceId}/query`, {
    method: "POST",
    headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query: "Heartbeat | where TimeGenerated > ago(10m) | count" }),
  });
  return answer.ok && (await answer.json()).tables[0].rows[0][0] > 0;
}

export async function until(condition, ms, gone) {
  const end = Date.now() + ms;
  let last;
  while (Date.now() < end && !gone()) {
    try {
      if (await condition()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw last ?? new Error("it took too long");
}
