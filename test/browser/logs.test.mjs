// Working with a result: time, columns, groups, plan, files; what was asked before; rows as they arrive.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { axe, header, open, run, scrollFrames, settle, shot, stage, tab, write } from "./browser.mjs";

const yagura = stage();

const rows = `range i from 0 to 599 step 1 | extend Start = datetime(2026-11-22) + i * 1m, Level = iff(i % 10 == 0, "error", "info"), Ms = i % 7`;

test("rows over time stand above a result; dragging narrows the query to a stretch", async () => {
  const { page, close } = await tab(yagura);
  await run(page, rows);
  await settle(page);
  const box = await page.getByTestId("histogram").boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 5 });
  await page.mouse.up();
  await page.locator(".view-lines", { hasText: /Start\s+between/ }).waitFor();
  await page.getByText(/^1[0-9]{2} rows/).waitFor();
  await close();
});

test("a column's statistics come when one rests on its header", async () => {
  const { page, close } = await tab(yagura);
  await run(page, rows);
  await header(page, "Level").getByText("Level").hover();
  const list = page.getByRole("list", { name: "Most frequent values" });
  await list.waitFor();
  assert.match(await list.innerText(), /info\s+90\.0 %\s+error\s+10\.0 %/);
  await axe(page, "statistics");
  await shot(page, "logs-statistics");
  await close();
});

test("rows are grouped by a column's menu, and by dragging a header; the menu opens by keyboard", async () => {
  const { page, close } = await tab(yagura);
  await run(page, rows);
  await header(page, "Level").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Group by this column" }).click();
  // A group is opened and closed by keyboard, and keeps the focus.
  const info = page.getByRole("button", { name: "Level info 540" });
  await info.focus();
  for (const expanded of ["true", "false", "true"]) {
    await page.keyboard.press("Enter");
    await page.locator(`.ag-full-width-row button[aria-expanded="${expanded}"]:focus`).waitFor();
  }
  assert.equal(await page.locator('.ag-row[row-index="1"] .ag-cell').first().innerText(), "2", "a row keeps its number");
  const from = await header(page, "Ms").boundingBox();
  const to = await page.getByTestId("group-bar").boundingBox();
  await page.mouse.move(from.x + 40, from.y + 14);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y, { steps: 4 });
  await page.mouse.move(to.x + 300, to.y + 16, { steps: 6 });
  await page.mouse.up();
  await page.getByRole("button", { name: /^Ms \d \d+$/ }).first().waitFor();
  await axe(page, "groups");
  await shot(page, "logs-groups");
  await page.getByRole("button", { name: "Do not group by Level" }).click();
  await page.getByRole("button", { name: /^Ms 0 86$/ }).waitFor();
  await close();
});

test("what sets some rows apart: those with a value, those of a stretch of time; a value leads back into the query", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `${rows} | extend Version = iff(Level == "error", "v2", "v1")`);
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(3).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Compare with the other rows" }).click();
  await page.getByText('Level == "error" (60)').waitFor();
  const apart = page.getByRole("list", { name: "What sets them apart" });
  assert.match(await apart.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /^Version/ }) }).first().innerText(), /v2\s+100 % · 0 %/);
  await axe(page, "compare");
  await shot(page, "logs-compare");
  const box = await page.getByTestId("histogram").boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 5 });
  await page.mouse.up();
  await page.getByText(/2026-11-22 .* – 2026-11-22 .* \(1\d\d\)/).waitFor();
  await page.getByRole("tab", { name: "Results" }).click();
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(3).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Compare with the other rows" }).click();
  await apart.getByRole("button", { name: "v2" }).click();
  await page.locator(".view-lines", { hasText: /where\s+Version/ }).waitFor();
  await page.getByText("60 rows in").waitFor();
  await close();
});

test("rows are left out by a column's filter, and come back", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `${rows} | project i, Level`);
  await header(page, "Level").hover();
  await header(page, "Level").locator(".ag-header-cell-filter-button").click();
  await page.locator(".ag-filter input:visible").first().fill("err");
  await page.locator('.ag-row[row-index="1"] .ag-cell', { hasText: "10" }).first().waitFor(); // every tenth is left
  await page.locator(".ag-filter input:visible").first().fill("");
  await page.locator('.ag-row[row-index="1"] .ag-cell', { hasText: "info" }).waitFor();
  await page.keyboard.press("Escape");
  await close();
});

test("a column is pinned, hidden and shown again", async () => {
  const { page, close } = await tab(yagura);
  await run(page, rows);
  await header(page, "Ms").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Pin to the left" }).click();
  await page.locator('.ag-pinned-left-header [col-id="3"]').waitFor();
  await header(page, "Level").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Hide" }).click();
  await header(page, "Level").waitFor({ state: "detached" });
  await header(page, "Ms").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Show all columns" }).click();
  await header(page, "Level").waitFor();
  await close();
});

test("a column is made wider at its edge, and dragged to another place", async () => {
  const { page, close } = await tab(yagura);
  await run(page, rows);
  await settle(page);
  const width = async () => (await header(page, "Level").boundingBox()).width;
  const before = await width();
  const edge = await header(page, "Level").locator(".ag-header-cell-resize").boundingBox();
  const [x, y] = [edge.x + edge.width / 2, edge.y + edge.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 80, y, { steps: 5 });
  await page.mouse.up();
  await settle(page);
  assert.equal(Math.round((await width()) - before), 80);
  const to = await header(page, "i").boundingBox();
  await header(page, "Level").getByText("Level").hover();
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + to.height / 2, { steps: 10 });
  await page.getByTestId("group-bar").waitFor();
  await page.mouse.up();
  await page.waitForFunction(() => {
    const left = (name) => [...document.querySelectorAll(".ag-header-cell")].find((h) => h.querySelector(".ag-header-cell-text")?.textContent === name)?.getBoundingClientRect().left;
    return left("Level") < left("i");
  });
  await settle(page);
  assert.equal(Math.round((await width()) - before), 80, "and is as wide there");
  await header(page, "Ms").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Group by this column" }).click();
  await page.getByRole("button", { name: /^Ms 0 86$/ }).waitFor();
  assert.equal(Math.round((await width()) - before), 80, "and in groups");
  await close();
});

test("the plan says what was read and skipped, and how the query ran", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "Heartbeat | where TimeGenerated > ago(1h) | summarize count() by Computer");
  await page.getByRole("tab", { name: "Plan" }).click();
  const plan = page.getByRole("group", { name: "Plan" });
  assert.match(await plan.innerText(), /\d+ of \d+ read, \d+ skipped[\s\S]*scan Heartbeat/);
  await axe(page, "plan");
  await close();
});

test("Parquet has the columns and rows", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "print Big = 9223372036854775807, At = datetime(2026-11-22T01:02:03.1234567Z), Bag = dynamic({'a': 1})");
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Parquet" }).click()]);
  const bytes = await readFile(await download.path());
  assert.equal(bytes.subarray(0, 4).toString() + bytes.subarray(-4).toString(), "PAR1PAR1");
  await close();
});

test("what was run is in the history; what was typed can be undone after a reload", async () => {
  const { page, origin, close } = await open(yagura);
  // Texts are kept once one has stopped typing.
  const kept = (text) => page.waitForFunction((t) => Object.entries(localStorage).some(([key, value]) => key.startsWith("yagura.undo.") && JSON.parse(value).at(-1) === t), text);
  await run(page, "print Earlier = 1");
  await kept("print Earlier = 1");
  await write(page, "print Later = 2");
  await kept("print Later = 2");
  await page.goto(`${origin}/logs`);
  await page.locator(".view-lines", { hasText: "Later" }).waitFor();
  await page.locator(".monaco-editor").first().click();
  const earlier = page.locator(".view-lines", { hasText: "Earlier" });
  for (let i = 0; i < 6 && !(await earlier.isVisible()); i++) await page.keyboard.press("Control+Z");
  await earlier.waitFor();
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByRole("list", { name: "History" }).getByText("print Earlier = 1").click();
  await header(page, "Earlier").waitFor();
  await axe(page, "history");
  await close();
});

test("live: new rows come by themselves, and stop when told to", async () => {
  const { page, close } = await open(yagura);
  await write(page, "Heartbeat");
  await page.getByRole("button", { name: "Live" }).click();
  const live = page.getByRole("region", { name: "Live" });
  await live.getByText(/Live · [\d,]+ rows/).waitFor({ timeout: 90_000 });
  await live.locator(".ag-row").first().waitFor();
  await page.mouse.move(700, 700);
  await page.getByRole("tooltip").waitFor({ state: "hidden" });
  await axe(page, "live");
  await live.getByRole("button", { name: "Pause" }).click();
  await live.getByText("Paused").waitFor();
  await close();
});

test("500,000 rows scroll", async (t) => {
  const { page, close } = await tab(yagura);
  page.setDefaultTimeout(120_000);
  await run(page, `range i from 1 to 500000 step 1 | extend Name = strcat("row ", i), Half = i / 2.0`);
  const viewport = page.locator(".ag-body-viewport");
  await page.locator(".ag-row").first().waitFor();
  t.diagnostic(`scrolling 500,000 rows: ${await scrollFrames(page, 2000)}`);
  await viewport.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await page.locator('.ag-row[row-index="499999"]').first().waitFor();
  await close();
});

test("the query is formatted, the tables step aside, values and rows are copied, the history is forgotten", async () => {
  const { page, close } = await open(yagura);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await write(page, "print Name='x',Empty='',n=1|extend m=n+1");
  await page.getByRole("button", { name: "Format the query" }).click();
  await page.locator(".view-lines", { hasText: /extend.m=n.\+.1/ }).waitFor();
  await page.getByRole("button", { name: "Hide tables" }).click();
  await page.getByRole("tree").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Show tables" }).click();
  await page.getByRole("tree").waitFor();
  await run(page, "print Name = 'x', Empty = '', n = 1");
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(1).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Copy value" }).click();
  assert.equal(await copied(), "x");
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(1).click();
  await page.keyboard.press("Enter");
  const details = page.getByRole("region", { name: "Row details" });
  await details.getByText(/^Name string/).waitFor();
  assert.equal(await details.getByText(/^Empty string/).count(), 0);
  await details.getByRole("switch", { name: "Show empty" }).click();
  await details.getByText(/^Empty string/).waitFor();
  await details.getByRole("button", { name: "Copy the row as JSON" }).click();
  await page.getByText(/copied/i).first().waitFor();
  assert.deepEqual(JSON.parse(await copied()), { Name: "x", Empty: "", n: 1 });
  await details.getByRole("button", { name: "Close" }).click();
  await details.waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "History" }).click();
  await page.getByRole("button", { name: "Forget all" }).click();
  await page.getByRole("button", { name: "Forget all" }).waitFor({ state: "detached" });
  await close();
});

test("a table is shown, or its name written, from the tree", async () => {
  const { page, close } = await open(yagura);
  await page.getByRole("treeitem", { name: /^Heartbeat/ }).hover();
  await page.getByRole("treeitem", { name: /^Heartbeat/ }).getByRole("button", { name: "Show 100 rows" }).click();
  await page.getByText("100 rows in").waitFor();
  await page.getByRole("button", { name: "New query" }).click();
  await page.getByRole("treeitem", { name: /^Heartbeat/ }).hover();
  await page.getByRole("treeitem", { name: /^Heartbeat/ }).getByRole("button", { name: "Insert the name" }).click();
  await page.locator(".view-lines", { hasText: "Heartbeat" }).waitFor();
  await close();
});
