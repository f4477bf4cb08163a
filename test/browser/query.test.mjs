// Asking: type KQL, see rows, charts and mistakes; share an address.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { cell, chartColours, header, mistakes, open, run, scrollFrames, shot, stage, tab, write } from "./browser.mjs";

const yagura = stage();

const series = `range i from 0 to 47 step 1
| extend TimeGenerated = datetime(2026-11-22) + i * 30m, Kind = iff(i % 2 == 0, "even", "odd")
| project TimeGenerated, Kind, i`;

test("typed KQL runs on Shift+Enter and shows rows", async () => {
  const { page, close } = await open(yagura);
  await write(page, "");
  await page.keyboard.type('range i from 1 to 3 step 1 | extend Name = strcat("n", i), Day = datetime(2026-11-23T06:00:00.1234567Z) ');
  await page.keyboard.press("Shift+Enter");
  await page.locator(".ag-row").first().waitFor();
  assert.equal(await cell(page, 0, "Name"), "n1");
  assert.equal(await cell(page, 2, "i"), "3");
  assert.equal(await cell(page, 1, "Day"), "2026-11-23 06:00:00.1234567");
  assert.match(await page.getByRole("region", { name: "Results" }).getByRole("status").innerText(), /^3 rows in /);
  await close();
});

test("the page can be used at once, before the editor is there", async (t) => {
  const context = await yagura.browser.newContext({ storageState: await yagura.profile.storageState() });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen = new MutationObserver(() => {
      if (![...document.querySelectorAll("button")].some((b) => b.textContent === "Run" && !b.disabled)) return;
      seen.disconnect();
      // When it is drawn.
      requestAnimationFrame(() => setTimeout(() => (globalThis.usableAfter = performance.now())));
    });
    seen.observe(document, { childList: true, subtree: true });
  });
  for (const cache of ["an empty", "a filled"]) {
    await page.goto(`${yagura.credentials.http}/logs`);
    const after = await page.waitForFunction(() => globalThis.usableAfter);
    t.diagnostic(`with ${cache} cache, usable after ${(await after.jsonValue()).toFixed(0)} ms`);
  }
  await context.close();
});

test("the editor completes names from our schema", async () => {
  const { page, close } = await tab(yagura);
  await write(page, "");
  await page.getByRole("treeitem", { name: /^Heartbeat/ }).waitFor();
  await page.keyboard.type("Heartb");
  const known = page.locator(".suggest-widget .monaco-list-row", { hasText: "Heartbeat" }).first();
  // The language service may still be reading the schema.
  for (let i = 0; i < 20 && !(await known.isVisible()); i++) {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Space");
    await known.waitFor({ timeout: 3000 }).catch(() => {});
  }
  await page.keyboard.press("Tab");
  await page.locator(".view-lines", { hasText: "Heartbeat" }).waitFor();
  await write(page, "Heartbeat | where ");
  await page.keyboard.type("Compu");
  await page.locator(".suggest-widget .monaco-list-row", { hasText: "Computer" }).first().waitFor();
  await page.keyboard.press("Tab");
  await page.locator(".view-lines", { hasText: /where\s+Computer/ }).waitFor();
  await close();
});

test("a function says what it is for when one rests on it, and what it takes as one types", async () => {
  const { page, close } = await tab(yagura);
  await write(page, "print Word = strcat('a', 'b')");
  const said = page.locator(".monaco-hover", { hasText: /one after the other/ }).first();
  for (let i = 0; i < 20 && !(await said.isVisible()); i++) {
    await page.mouse.move(5, 5);
    await page.locator(".view-lines span span", { hasText: "strcat" }).first().hover();
    await said.waitFor({ timeout: 2000 }).catch(() => {});
  }
  await shot(page, "hover");
  await write(page, "print Part = ");
  await page.keyboard.type("substring('abc', ");
  const takes = page.locator(".parameter-hints-widget.visible");
  await takes.waitFor();
  assert.match(await takes.innerText(), /substring\(/);
  await takes.locator(".parameter.active", { hasText: "start" }).waitFor();
  await shot(page, "signature");
  await page.keyboard.press("Escape"); // what is suggested goes first
  await page.keyboard.press("Escape");
  await takes.waitFor({ state: "hidden" });
  await close();
});

test("a mistake is told with its place, and underlined", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "Heartbeat\n| where NoSuchColumn == 1");
  const alert = mistakes(page);
  await alert.getByRole("button", { name: "Line 2, column 9" }).waitFor();
  assert.match(await alert.innerText(), /NoSuchColumn/);
  await page.locator(".squiggly-error").first().waitFor();
  await write(page, "Heartbeat | take 1");
  await page.locator(".squiggly-error").first().waitFor({ state: "detached" });
  // As one types, and as the server has it: it draws what the language service does not know.
  const checked = page.waitForResponse((r) => r.url().endsWith("/compile") && /sankey/.test(r.request().postData() ?? ""));
  await write(page, "print a = 'x', b = 'y', n = 1 | render sankey");
  assert.deepEqual(await (await checked).json(), { errors: [null] });
  await page.waitForTimeout(1500);
  assert.equal(await page.locator(".squiggly-error").count(), 0);
  await write(page, "print x = Nope");
  await page.locator(".squiggly-error").first().waitFor();
  await page.waitForTimeout(1500); // by when the language service has looked at it too
  assert.equal(await page.locator(".squiggly-error").count(), 1);
  await close();
});

for (const [kind, colours] of [["timechart", 2], ["linechart", 2], ["areachart", 2], ["columnchart", 2], ["barchart", 2], ["scatterchart", 2], ["piechart", 2]]) {
  test(`render ${kind} draws`, async () => {
    const { page, close } = await tab(yagura);
    const query = kind === "piechart" ? `${series} | summarize n = count() by Kind` : kind === "barchart" ? `${series} | take 20` : series;
    await run(page, `${query}\n| render ${kind}`);
    assert.equal(await page.getByRole("tab", { name: "Chart" }).getAttribute("aria-selected"), "true");
    assert.ok((await chartColours(page)) >= colours, "the chart has a colour for each series");
    await page.getByRole("tab", { name: "Results" }).click();
    await page.locator(".ag-row").first().waitFor();
    await close();
  });
}

test("render card shows values, render table the table", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "print Requests = 1284033, Rate = 0.25 | render card");
  assert.match(await page.getByRole("group", { name: "Card" }).innerText(), /1,284,033/);
  await run(page, "print Requests = 1 | render table");
  assert.equal(await cell(page, 0, "Requests"), "1");
  await close();
});

test("the address holds the query and its range, and opens it elsewhere", async () => {
  const one = await open(yagura);
  await one.page.getByRole("button", { name: /^Time range/ }).click();
  await one.page.getByRole("menuitemradio", { name: "Last 4 hours" }).click();
  await run(one.page, `print s = "a + b & c%20"`);
  await one.page.waitForURL(/q=/);
  const address = new URL(one.page.url());
  assert.equal(address.searchParams.get("q"), `print s = "a + b & c%20"`);
  assert.equal(address.searchParams.get("t"), "PT4H");
  await one.page.getByRole("button", { name: "Copy a link to this query" }).click();
  assert.equal(await one.page.evaluate(() => navigator.clipboard.readText()), address.href);
  await one.close();

  const two = await open(yagura, { path: address.pathname + address.search });
  await two.page.locator(".ag-row").first().waitFor();
  assert.equal(await cell(two.page, 0, "s"), "a + b & c%20");
  assert.equal(await two.page.getByRole("button", { name: "Time range: Last 4 hours" }).count(), 1);
  await two.close();
});

test("texts and tabs outlive a reload; a query that bounds the time shows it", async () => {
  const { page, close } = await open(yagura);
  await write(page, "Heartbeat | where TimeGenerated > ago(1h)");
  await page.getByRole("button", { name: "Time range: Set in query" }).waitFor();
  await page.getByRole("button", { name: "New query" }).click();
  await page.getByRole("button", { name: "Time range: Last 24 hours" }).waitFor();
  await write(page, "print 2");
  await page.reload();
  await page.getByRole("tab", { name: /^Heartbeat/ }).click();
  await page.locator(".view-lines", { hasText: "ago(1h)" }).waitFor();
  await page.getByRole("tab", { name: /^Heartbeat/ }).press("Delete");
  await page.locator(".view-lines", { hasText: "print" }).waitFor();
  await close();
});

test("a tab that is closed while its text is being judged leaves no error behind", async () => {
  const { page, close } = await open(yagura);
  // The language service judges a text half a second after the last key.
  for (const pause of [0, 480, 520, 560, 620]) {
    await page.getByRole("button", { name: "New query" }).click();
    await write(page, "Heartbeat | summarize by Compuer\n".repeat(40));
    await page.waitForTimeout(pause);
    await page.getByRole("tab", { name: /^Heartbeat/ }).press("Delete");
  }
  await page.waitForTimeout(2000);
  await close();
});

test("only the statement at the cursor runs", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "print a = 1\n\nprint b = 2");
  assert.equal(await cell(page, 0, "b"), "2");
  await page.keyboard.press("Control+Home");
  const answered = page.waitForResponse((r) => r.url().endsWith("/query"));
  await page.keyboard.press("Shift+Enter");
  await answered;
  await header(page, "a").waitFor();
  assert.equal(await cell(page, 0, "a"), "1");
  await close();
});

test("100,000 rows: sort, scroll to the end", async (t) => {
  const { page, close } = await tab(yagura);
  await run(page, `range i from 1 to 100000 step 1 | extend Name = strcat("row ", i), Half = i / 2.0, Bag = bag_pack("i", i)`);
  const viewport = page.locator(".ag-body-viewport");
  await page.locator(".ag-row").first().waitFor();
  t.diagnostic(`scrolling: ${await scrollFrames(page, 900)}`);
  await viewport.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await page.locator('.ag-row[row-index="99999"]').first().waitFor();
  assert.equal(await cell(page, 99_999, "Name"), "row 100000");
  await header(page, "i").click();
  await header(page, "i").click();
  await viewport.evaluate((element) => (element.scrollTop = 0));
  await page.locator('.ag-row[row-index="0"]', { hasText: "row 100000" }).waitFor();
  await close();
});

test("a row's details, with its dynamic value as a tree", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `print Name = "x", Bag = dynamic({"outer": {"inner": 9223372036854775807}})`);
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(1).click();
  await page.keyboard.press("Enter");
  const details = page.getByRole("region", { name: "Row details" });
  await details.getByRole("treeitem", { name: /outer/ }).click();
  await details.getByRole("treeitem", { name: /inner: 9223372036854775807/ }).waitFor();
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "detached" });
  await close();
});

test("a value is kept or dropped from its menu, which writes the query", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `range i from 1 to 4 step 1 | extend Name = iff(i % 2 == 0, "it's \\"even\\"", "odd")`);
  await page.locator('.ag-row[row-index="1"] .ag-cell').nth(2).click({ button: "right" });
  await page.getByRole("menuitem", { name: /^where Name ==/ }).click();
  await page.getByText("2 rows in").waitFor();
  assert.equal(await cell(page, 1, "i"), "4");
  assert.match(await page.locator(".view-lines").innerText(), /where\sName\s==/);
  await close();
});

test("CSV has all rows with the wire's values, and a cell is copied with Ctrl+C", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `range i from 1 to 2 step 1 | extend Big = 9223372036854775807, Text = 'a "b", c'`);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "CSV" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  assert.equal(text, 'i,Big,Text\r\n1,9223372036854775807,"a ""b"", c"\r\n2,9223372036854775807,"a ""b"", c"\r\n');
  await page.getByRole("menu").waitFor({ state: "detached" });
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(2).click();
  await page.keyboard.press("Control+C");
  await page.getByText("Value copied").first().waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "9223372036854775807");
  await close();
});

test("JSON has all rows, as they are", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `range i from 1 to 2 step 1 | extend Big = 9223372036854775807, Text = 'a "b"', Bag = dynamic({"k": [1, null]})`);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "JSON" }).click()]);
  const text = await readFile(await download.path(), "utf8");
  assert.match(text, /"Big": ?9223372036854775807/);
  assert.deepEqual(JSON.parse(text).map(({ i, Text, Bag }) => ({ i, Text, Bag })), [1, 2].map((i) => ({ i, Text: 'a "b"', Bag: { k: [1, null] } })));
  await close();
});

test("a running query of tables tells how much of them it has read", async () => {
  const { page, close } = await tab(yagura);
  // Long texts take their time, and DuckDB tells of what it does after every 100,000 rows and every extent. It cannot as long as
  // some of these rows are in memory, where they wait for a minute.
  const tables = "ContainerLogV2, AppRequests, AppDependencies, Perf, AppTraces, KubePodInventory, InsightsMetrics";
  const bar = page.getByRole("progressbar", { name: "Progress of the query" });
  const told = page.getByText(/^[1-9]\d?% · Reading [\d.]+K? rows, /);
  // A query may end before it is told. What it made is remembered: each asks for something else.
  for (let times = 1000, end = Date.now() + 120_000; Date.now() < end && !(await told.isVisible()); times++) {
    await write(page, `union ${tables} | where TimeGenerated between (ago(3d) .. ago(6h)) | extend h = hash_sha256(strrep(tostring(TimeGenerated), ${times})) | summarize max(h)`);
    await page.keyboard.press("Shift+Enter");
    await page.getByRole("button", { name: "Cancel" }).waitFor({ timeout: 2000 }).catch(() => {});
    // To ask anew while it runs would begin at no rows again: on a slow machine none would come far enough.
    await told.or(page.getByRole("button", { name: "Run", exact: true })).first().waitFor({ timeout: Math.max(1, end - Date.now()) }).catch(() => {});
  }
  await told.waitFor({ timeout: 1000 });
  const share = Number(await bar.getAttribute("aria-valuenow"));
  assert.ok(share > 0 && share < 1, `${share}`);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The query was cancelled.").waitFor();
  await close();
});

test("a running query tells what it reads, and can be cancelled", async () => {
  const { page, close } = await tab(yagura);
  // It runs for as long as the test needs.
  await write(page, "union Heartbeat, (range x from 1 to 100000000000 step 1) | count");
  await page.keyboard.press("Shift+Enter");
  await page.getByText(/^Running /).waitFor();
  await page.getByText(/^Reading [\d.]+K? rows, [\d.]+ [KM]?B · \d+ of \d+ extents$/).waitFor();
  assert.equal(await page.getByRole("progressbar", { name: "Progress of the query" }).getAttribute("aria-valuenow"), null, "how long a range takes is not known");
  const stopped = page.waitForEvent("requestfailed", (r) => r.url().endsWith("/query"));
  await page.getByRole("button", { name: "Cancel" }).click();
  await stopped;
  await page.getByText("The query was cancelled.").waitFor();
  await page.getByRole("button", { name: "Run" }).waitFor();
  await close();
});
