// The page's own errors are rows like any other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, open, run, stage } from "./browser.mjs";

const yagura = stage();

test("what fails in the page is found by a query, without what was asked", async () => {
  const mark = `mark${Date.now()}`;
  const { page, wrongs } = await open(yagura, { path: `/logs?q=print+${mark}` });
  await page.getByRole("button", { name: "Account and settings" }).waitFor();
  const sent = [];
  page.on("request", (r) => r.url().endsWith("/v2/track") && sent.push(r.postData()));
  const taken = () => page.waitForResponse((r) => r.url().endsWith("/v2/track") && r.ok());
  await Promise.all([
    taken(),
    page.evaluate((m) => {
      // The same twice is told once.
      for (const _ of [1, 2]) setTimeout(() => { throw new RangeError(`thrown ${m}`) });
      void Promise.reject(new Error(`rejected ${m}`));
      void Promise.reject(new DOMException("ended on purpose", "AbortError"));
    }, mark),
  ]);
  // An answer that is no list: what draws it fails.
  await page.route("**/ui/dashboards", (route) => route.fulfill({ json: { [mark]: 1 } }));
  await Promise.all([taken(), page.getByRole("link", { name: "Dashboards" }).click()]);
  await page.getByRole("heading", { name: "This part of the page has failed" }).waitFor();
  await page.unroute("**/ui/dashboards");
  for (const text of sent) assert.ok(!text.includes(`print+${mark}`), text);
  assert.deepEqual(wrongs.filter((w) => w.startsWith("request to") || w.includes("ontent Security Policy")), []);

  await page.goto(`${new URL(page.url()).origin}/logs`);
  await run(page, `AppExceptions | where AppRoleName == "yagura-page" and TimeGenerated > ago(5m) and OuterMessage has "${mark}"
| project OuterType, Message = replace_string(OuterMessage, strcat(OuterType, ": "), ""), Source = tostring(Properties.source), OperationName, Known = isnotempty(UserAuthenticatedId) and isnotempty(AppVersion) | order by Source asc`);
  const rows = [0, 1].map(async (i) => Promise.all(["OuterType", "Message", "Source", "OperationName", "Known"].map((c) => cell(page, i, c))));
  assert.deepEqual(await Promise.all(rows), [
    ["RangeError", `thrown ${mark}`, "error", "/logs", "true"],
    ["Error", `rejected ${mark}`, "rejection", "/logs", "true"],
  ]);
  assert.match(await page.getByRole("region", { name: "Results" }).getByRole("status").innerText(), /^2 rows in /);
  await run(page, `AppExceptions | where TimeGenerated > ago(5m) and Properties.source == "render" | top 1 by TimeGenerated | project OuterType, OperationName`);
  assert.deepEqual([await cell(page, 0, "OuterType"), await cell(page, 0, "OperationName")], ["TypeError", "/dashboards"]);
  await page.close();
});

test("errors that cannot be sent make no more of them", async () => {
  const { page, wrongs } = await open(yagura);
  await page.getByRole("button", { name: "Account and settings" }).waitFor();
  let tries = 0;
  await page.route("**/v2/track", (route) => {
    tries++;
    return route.fulfill({ status: 500, body: "{}" });
  });
  const first = page.waitForRequest((r) => r.url().endsWith("/v2/track"));
  await page.evaluate(() => {
    for (let i = 0; i < 500; i++) setTimeout(() => { throw new Error(`number ${i}`) });
  });
  await first;
  await page.waitForTimeout(5000);
  assert.ok(tries <= 2, `${tries} requests in five seconds`);
  assert.ok(wrongs.every((w) => /number \d/.test(w)), wrongs.find((w) => !/number \d/.test(w)));
  await page.close();
});
