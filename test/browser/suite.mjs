// Runs all files of tests, two at a time, against one server.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { startForAll } from "./server.mjs";

const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.mjs")).map((name) => join(import.meta.dirname, name));
const server = await startForAll();
process.env.YAGURA_SHARED = JSON.stringify(server.credentials);
run({ files, concurrency: 2, timeout: 600_000 })
  .on("test:fail", () => (process.exitCode = 1))
  .on("close", () => void server.stop())
  .compose(new spec())
  .pipe(process.stdout);
