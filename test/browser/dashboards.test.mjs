// Dashboards: those of the demo, one's own, Azure's workbooks.

import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { axe, header, look, open, run, settle, shot, stage } from "./browser.mjs";

const yagura = stage();

const path = "/dashboards";
const drawn = (page) => page.locator('[data-testid="chart"] canvas').first();

test("the demo's dashboards draw all their tiles, and a point leads to Logs", async () => {
  const { page, close } = await open(yagura, { path });
  await page.getByRole("link", { name: /^Shop/ }).waitFor();
  await look(page, "dashboards");
  for (const name of ["Shop", "Cluster", "Sign-ins"]) {
    await page.getByRole("link", { name: new RegExp(`^${name}`) }).click();
    await drawn(page).waitFor();
    await settle(page);
    assert.equal(await page.getByRole("alert").count(), 0, name);
    await look(page, `dashboard-${name}`);
    await page.getByRole("link", { name: "Dashboards" }).click();
  }
  await page.getByRole("link", { name: /^Shop/ }).click();
  await page.getByRole("button", { name: "More of Slowest operations" }).click();
  await page.getByRole("menuitem", { name: "Open in Logs" }).click();
  await page.locator(".view-lines", { hasText: "percentile" }).waitFor();
  await close();
});

test("a moment that is pointed at in one chart is shown in the others", async () => {
  const { page, close } = await open(yagura, { path });
  await page.getByRole("link", { name: /^Shop/ }).click();
  await drawn(page).waitFor();
  await settle(page);
  const charts = page.getByTestId("chart");
  await charts.first().scrollIntoViewIfNeeded();
  const there = await charts.count();
  assert.ok(there > 1);
  const pictures = () => Promise.all([...Array(there).keys()].map((i) => charts.nth(i).screenshot({ animations: "disabled" })));
  let shared = 0;
  for (let i = 0; i < there && shared === 0; i++) { // those that are not over time show nothing
    await page.mouse.move(2, 2);
    await page.waitForTimeout(300);
    const before = await pictures();
    const box = await charts.nth(i).boundingBox();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 4 });
    await page.waitForTimeout(500);
    const after = await pictures();
    shared = before.filter((picture, k) => k !== i && !picture.equals(after[k])).length;
  }
  assert.ok(shared > 0, `of ${there} charts only the one that is pointed at shows it`);
  await close();
});

test("what comes with the demo speaks the language of the page", async () => {
  const { page, close } = await open(yagura, { path: "/dashboards" });
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await page.getByRole("link", { name: /^ショップ: リクエストと失敗/ }).click();
  await page.getByRole("heading", { name: "タイムアウトするデータベースのステートメント" }).waitFor();
  await settle(page);
  await shot(page, "dashboard-japanese");
  await close();
});

test("a parameter is in the address, and in the queries", async () => {
  const { page, close } = await open(yagura, { path });
  await page.getByRole("link", { name: /^Shop/ }).click();
  await page.getByRole("combobox", { name: "Service" }).click();
  const asked = page.waitForRequest((r) => r.url().endsWith("/query") && /AppRoleName in \(\\"cart\\"\)/.test(r.postData() ?? ""));
  await page.getByRole("menuitemcheckbox", { name: "cart" }).click();
  await asked;
  assert.match(page.url(), /p\.Role=/);
  await page.reload();
  await drawn(page).waitFor();
  assert.match(await page.getByRole("combobox", { name: "Service" }).innerText(), /cart/);
  await close();
});

test("one's own dashboard: tiles are added, moved, saved; a conflict is refused; versions come back", async () => {
  const { page, context, close } = await open(yagura, { path });
  await page.getByRole("button", { name: "New dashboard" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Mine");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("menuitem", { name: "Query" }).click();
  await drawn(page).waitFor();
  await page.getByRole("button", { name: "More of New query" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Beats");
  await axe(page, "edit");
  await page.getByRole("button", { name: "Apply" }).click();
  const handle = await page.getByRole("heading", { name: "Beats" }).boundingBox();
  const corner = await page.locator(".react-resizable-handle").last().boundingBox();
  await page.mouse.move(corner.x + 8, corner.y + 8);
  await page.mouse.down();
  await page.mouse.move(corner.x - 500, corner.y + 8, { steps: 8 });
  await page.mouse.up();
  await page.mouse.move(handle.x + 20, handle.y + 8);
  await page.mouse.down();
  await page.mouse.move(handle.x + 460, handle.y + 20, { steps: 8 });
  await page.mouse.up();
  await settle(page);
  await drawn(page).evaluate((canvas) => (canvas.stays = true));
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  await page.waitForURL(/\/dashboards\/[^?]*$/);
  assert.ok(await drawn(page).evaluate((canvas) => canvas.stays), "a tile stays as it is when it is saved");
  const moved = await page.getByRole("heading", { name: "Beats" }).boundingBox();
  assert.ok(moved.x > handle.x + 200, "the tile stands where it was put");
  await shot(page, "dashboard-own");

  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Mine again");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await other.getByText(/changed in the meantime/).waitFor();
  await other.close();
  await page.bringToFront();

  await page.getByRole("button", { name: "Earlier versions" }).click();
  await shot(page, "dashboard-versions");
  await page.getByRole("button", { name: "Open", exact: true }).first().click();
  assert.equal(await page.getByRole("textbox", { name: "Title" }).inputValue(), "Mine");
  await close();
});

test("tables and charts take the room that their tiles have, after a wider window and after a narrower one", async () => {
  const { page, close } = await open(yagura, { path, width: 2600 });
  await page.getByRole("link", { name: /^Shop/ }).click();
  const tile = page.getByRole("region", { name: "Slowest operations" });
  const failed = tile.getByRole("columnheader", { name: "Failed" });
  await failed.waitFor();
  const chart = page.getByRole("region", { name: "Requests by service" }).locator("canvas").first();
  await chart.waitFor();
  await settle(page);
  // The legend stands beside a chart that is wide enough, under its last names is nothing; below another, whose lines reach the right.
  const legendBelow = () =>
    chart.evaluate((canvas) => {
      const { width, height } = canvas;
      const copy = new OffscreenCanvas(50, Math.round(height * 0.12)).getContext("2d");
      copy.drawImage(canvas, 90 - width, -Math.round(height * 0.62));
      const { data } = copy.getImageData(0, 0, copy.canvas.width, copy.canvas.height);
      return data.some((x, i) => i % 4 === 3 && x > 0);
    });
  assert.equal(await legendBelow(), false);
  await page.setViewportSize({ width: 390, height: 900 });
  await settle(page);
  assert.equal(await legendBelow(), true);
  await page.setViewportSize({ width: 1440, height: 900 });
  await settle(page);
  assert.equal(await legendBelow(), false);
  const [inner, outer] = [await failed.boundingBox(), await tile.boundingBox()];
  assert.ok(inner.x + inner.width <= outer.x + outer.width + 1, "the last column is in sight");
  await close();
});

test("a query goes from Logs to a dashboard, and is shown as one says; to delete is asked again", async () => {
  const { page, close } = await open(yagura);
  await run(page, "Heartbeat | summarize Beats = count() by Computer");
  await page.getByRole("button", { name: "Add to a dashboard" }).click();
  await page.getByRole("dialog").getByLabel("Title").fill("Beats");
  await axe(page, "add to a dashboard");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("region", { name: "Beats" }).locator(".ag-row").first().waitFor();
  await page.getByRole("button", { name: "More of Beats" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  await page.getByRole("dialog").getByLabel("Shown as").selectOption("piechart");
  const query = page.getByRole("dialog").getByRole("group", { name: "Query" });
  await query.locator(".view-lines", { hasText: "summarize" }).click();
  await axe(page, "a tile's editor");
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n| where Beat");
  await page.locator(".suggest-widget .monaco-list-row", { hasText: "Beats" }).first().waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type("> 0");
  const asked = page.waitForRequest((r) => r.url().endsWith("/query") && /where Beats\s+> 0/.test(r.postData() ?? ""));
  await page.getByRole("button", { name: "Apply" }).click();
  await asked;
  await drawn(page).waitFor();
  await page.getByRole("link", { name: "Logs", exact: true }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Cancel" }).click();
  await drawn(page).waitFor();
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "Dashboards" }).waitFor();
  await close();
});

test("what comes with the demo is copied, linked to, and shown tile by tile", async () => {
  const { page, close } = await open(yagura, { path });
  await page.getByRole("link", { name: /^Sign-ins/ }).click();
  await drawn(page).waitFor();
  await page.getByRole("button", { name: "Copy a link to this dashboard" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/dashboards\/3d1f6c1e/);
  const tile = page.getByRole("region", { name: "By place" });
  await tile.getByRole("button", { name: "Full screen" }).click();
  await page.waitForFunction(() => document.fullscreenElement?.ariaLabel === "By place");
  await tile.getByRole("button", { name: "More of By place" }).click();
  await page.waitForFunction(() => document.fullscreenElement.querySelector("[role=menu]")?.checkVisibility());
  await axe(page, "a tile in full screen");
  await page.keyboard.press("Escape");
  await tile.getByRole("button", { name: "Leave full screen" }).click();
  await page.waitForFunction(() => document.fullscreenElement === null);
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByLabel("Title", { exact: true }).fill("My sign-ins");
  await page.getByRole("button", { name: "Save as a copy" }).click();
  await page.getByRole("heading", { name: "My sign-ins" }).waitFor();
  await page.waitForURL((at) => !at.href.includes("3d1f6c1e")); // the copy's address comes with it, or just after
  await close();
});

test("a refresh asks for what is new", async () => {
  const { page, close } = await open(yagura, { path });
  await page.getByRole("link", { name: /^Cluster/ }).click();
  await drawn(page).waitFor();
  await page.getByRole("combobox", { name: "Refresh" }).click();
  const spans = [];
  const beats = (r) => r.url().endsWith("/query") && /Machines|Heartbeat/.test(r.postData() ?? "");
  page.on("request", (r) => beats(r) && spans.push(JSON.parse(r.postData()).timespan));
  await page.getByRole("option", { name: "Every 10 s" }).click();
  await page.waitForRequest(beats);
  await settle(page);
  assert.ok(spans.length > 0, "it was asked again");
  assert.match(page.url(), /refresh=10/);
  await page.getByRole("button", { name: "Edit", exact: true }).waitFor();
  for (const span of spans) {
    const [from, to] = span.split("/").map((x) => Date.parse(x));
    assert.ok(to - from < 3_600_000, `${span} is the last stretch alone`);
  }
  await close();
});

test("an Azure workbook is imported, what it lacks is named, and it is exported as it was", async () => {
  const { page, close } = await open(yagura, { path });
  const workbook = {
    version: "Notebook/1.0",
    items: [
      { type: 1, content: { json: "## Hello\n<script>alert(1)</script> <span style='color: red'>Only words</span> ![x](https://example.com/x.png)" }, name: "text" },
      { type: 11, content: { version: "LinkItem/1.0", style: "tabs", links: [{ cellValue: "tab", linkTarget: "parameter", linkLabel: "First", subTarget: "one" }, { cellValue: "tab", linkTarget: "parameter", linkLabel: "Second", subTarget: "two" }] }, name: "tabs" },
      { type: 12, content: { version: "NotebookGroup/1.0", groupType: "editable", items: [{ type: 3, content: { version: "KqlItem/1.0", query: "Heartbeat | summarize n = count() by Computer", size: 1, title: "In the second", queryType: 0, visualization: "piechart" }, name: "q" }] }, conditionalVisibility: { parameterName: "tab", comparison: "isEqualTo", value: "two" }, name: "group" },
      { type: 3, content: { version: "KqlItem/1.0", query: "resources", size: 1, title: "Elsewhere", queryType: 1 }, name: "arg" },
    ],
    fallbackResourceIds: ["Azure Monitor"],
  };
  const file = join(await mkdtemp(join(tmpdir(), "yagura-workbook-")), "Imported.workbook");
  await writeFile(file, JSON.stringify(workbook));
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("query of Azure Resource Graph").waitFor();
  await page.getByText("HTML in a text").waitFor();
  await page.getByText("Only words").waitFor();
  assert.equal(await page.getByText(/alert\(1\)|<span/).count(), 0, "tags are not text");
  await page.getByRole("button", { name: "Discard" }).click();
  assert.equal(await page.getByRole("heading", { name: "In the second" }).count(), 0);
  await page.getByRole("tab", { name: "Second" }).click();
  await page.getByRole("heading", { name: "In the second" }).waitFor();
  await drawn(page).waitFor();
  await axe(page, "imported");
  await shot(page, "dashboard-imported");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as an Azure workbook" }).click()]);
  const { $schema, ...exported } = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.ok($schema);
  assert.deepEqual(exported, workbook);
  await close();
});

test("an imported workbook's columns, tiles, choices and conditions are as it says", async () => {
  const { page, close } = await open(yagura, { path });
  const query = (name, text, more) => ({ type: 3, content: { version: "KqlItem/1.0", query: text, size: 1, title: name, queryType: 0, ...more }, name });
  const rows = 'datatable(Name: string, Size: long, Load: real, State: string, Url: string) ["a", 2048, 0.25, "Failed", "https://example.org/a", "b", 3000000, 1.0, "Ok", "javascript:alert(1)"]';
  const workbook = {
    version: "Notebook/1.0",
    items: [
      {
        type: 9,
        content: {
          version: "KqlParameterItem/1.0",
          parameters: [
            { name: "First", type: 2, value: "value::1", query: "print x = 'one' | union (print x = 'two') | sort by x asc", isRequired: true },
            { name: "All", type: 2, multiSelect: true, value: ["value::all"], query: "range i from 1 to 3 step 1 | project tostring(i)", isHiddenWhenLocked: true },
            { name: "Help", type: 10, value: "Yes", jsonData: '[{"value":"Yes","label":"Yes"},{"value":"No","label":"No"}]' },
            { name: "Asked", type: 1, query: "print 'given'", isHiddenWhenLocked: true },
            { name: "Nobody", type: 2, multiSelect: true, value: ["value::all"], query: "print x = '' | where x == 'y'" },
            { name: "Cluster", type: 5, query: "resources | project id", queryType: 1, value: "value::1", typeSettings: { resourceTypeFilter: { "microsoft.containerservice/managedclusters": true } } },
            { name: "Workspace", type: 5, typeSettings: { resourceTypeFilter: { "microsoft.operationalinsights/workspaces": true } } },
          ],
        },
        name: "parameters",
      },
      { type: 1, content: { json: "### {First:label} {All:label} {Asked}" }, conditionalVisibility: { parameterName: "Help", comparison: "isNotEqualTo", value: "No" }, name: "help" },
      query("Columns", rows, {
        gridSettings: {
          formatters: [
            { columnMatch: "Size", formatter: 3, formatOptions: { palette: "blue", min: 0 }, numberFormat: { unit: 2, options: { style: "decimal", maximumFractionDigits: 1 } } },
            { columnMatch: "Load", formatter: 8, formatOptions: { palette: "greenRed" } },
            { columnMatch: "State", formatter: 18, formatOptions: { thresholdsOptions: "icons", thresholdsGrid: [{ operator: "==", thresholdValue: "Failed", representation: "failed", text: "{0}{1}" }, { operator: "Default", thresholdValue: null, representation: "success", text: "{0}{1}" }] } },
            { columnMatch: "Url", formatter: 7, formatOptions: { linkTarget: "Url", linkLabel: "open" } },
          ],
          labelSettings: [{ columnId: "Size", label: "How much" }],
        },
        sortBy: [{ itemKey: "Size", sortOrder: 2 }],
      }),
      query("Groups", 'datatable(Zone: string, Name: string, Load: dynamic) ["north", "n1", dynamic([1, 5, 2]), "north", "n2", dynamic([2, 2, 9]), "south", "s1", dynamic([3])]', {
        gridSettings: { formatters: [{ columnMatch: "Zone", formatter: 5 }, { columnMatch: "Load", formatter: 9, formatOptions: { palette: "red" } }], hierarchySettings: { treeType: 1, groupBy: ["Zone"], expandTopLevel: true } },
      }),
      query("Colours", "datatable(x: int, Good: long, Bad: long) [1, 5, 2, 2, 6, 3]", { visualization: "barchart", chartSettings: { seriesLabelSettings: [{ seriesName: "Good", label: "Well", color: "green" }, { seriesName: "Bad", color: "redBright" }] } }),
      query("Small charts", 'print Name = "web", Load = dynamic([4, 1, 7])', { visualization: "tiles", tileSettings: { titleContent: { columnMatch: "Name", formatter: 1 }, subtitleContent: { columnMatch: "Load", formatter: 21 } } }),
      query("Of nobody", "print x = 1 | where tostring(x) in ({Nobody})"),
      query("Of none", "print x = dynamic([{Nobody}])"),
      query("Tiles", rows, { visualization: "tiles", tileSettings: { titleContent: { columnMatch: "Name", formatter: 1 }, leftContent: { columnMatch: "Size", formatter: 12, numberFormat: { unit: 2, options: { style: "decimal" } } }, showBorder: true, sortCriteriaField: "Load", sortOrderField: 2 } }),
    ],
  };
  const file = join(await mkdtemp(join(tmpdir(), "yagura-workbook-")), "Constructs.workbook");
  await writeFile(file, JSON.stringify(workbook));
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("resource parameter: of what rows come from").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByRole("heading", { name: "one 1, 2, 3 given" }).waitFor();
  assert.equal(await page.getByRole("combobox", { name: "All" }).count(), 0, "a hidden parameter");

  const columns = page.getByRole("region", { name: "Columns" });
  await columns.locator(".ag-row").first().waitFor();
  await header(page, "How much").waitFor();
  const row = (i) => columns.locator(`.ag-center-cols-container .ag-row[row-index="${i}"]`);
  const cells = (i) => row(i).locator('.ag-cell:not([col-id="#"])');
  assert.deepEqual((await cells(0).allInnerTexts()).map((x) => x.trim()), ["b", "3 MB", "1", "✔ Ok", "open"]);
  assert.deepEqual((await cells(1).allInnerTexts()).map((x) => x.trim()), ["a", "2 KB", "0.25", "✖ Failed", "open"]);
  assert.equal(await row(1).getByRole("link").getAttribute("href"), "https://example.org/a");
  assert.equal(await row(0).getByRole("link").count(), 0, "a script is no link");
  assert.match(await cells(0).nth(1).evaluate((e) => getComputedStyle(e).backgroundImage), /linear-gradient/);
  assert.deepEqual(await page.getByRole("region", { name: "Tiles" }).getByRole("listitem").allInnerTexts(), ["b\n3 MB", "a\n2.05 KB"]);
  await page.getByRole("region", { name: "Small charts" }).getByRole("listitem").getByRole("img", { name: "[4,1,7]" }).waitFor();
  const groups = page.getByRole("region", { name: "Groups" });
  await groups.getByRole("img", { name: "[1,5,2]" }).waitFor();
  assert.deepEqual((await groups.getByRole("button", { expanded: true }).allInnerTexts()).map((x) => x.replace(/\s+/g, " ").trim()), ["Zone north 2", "Zone south 1"]);
  await groups.getByRole("button", { name: /north/ }).click();
  await groups.getByRole("img", { name: "[1,5,2]" }).waitFor({ state: "detached" });
  await groups.getByRole("img", { name: "[3]" }).waitFor();
  const colours = page.getByRole("region", { name: "Colours" }).locator("canvas").first();
  await colours.waitFor();
  await settle(page);
  const drawnIn = await colours.evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let i = 0; i < data.length; i += 4) found.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
    return ["0 128 93", "224 72 58"].map((colour) => found.has(colour));
  });
  assert.deepEqual(drawnIn, [true, true], "the series have the workbook's colours");
  await page.getByRole("region", { name: "Of nobody" }).getByText("There is nothing to choose from: Nobody").waitFor();
  await page.getByRole("region", { name: "Of none" }).locator(".ag-cell", { hasText: "[]" }).waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Nobody" }).innerText(), "Nothing to choose from");
  await page.getByRole("combobox", { name: "Cluster" }).filter({ hasText: "shop-aks" }).waitFor();
  await page.getByRole("combobox", { name: "Workspace" }).click();
  await page.getByRole("option", { name: "yagura", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await shot(page, "dashboard-constructs");
  // Parameters that take several lines have room for them.
  await page.setViewportSize({ width: 900, height: 900 });
  await page.waitForFunction(() => {
    const [bar, below] = [document.querySelector('[role="group"][aria-label="Parameters"]'), [...document.querySelectorAll("h3")].find((h) => h.textContent === "one 1, 2, 3 given")].map((e) => e.getBoundingClientRect());
    return bar.height > 60 && below.top >= bar.bottom;
  });
  await close();
});

test("rows of an imported workbook stand under their parents; bars are made of several columns", async () => {
  const { page, close } = await open(yagura, { path });
  const query = (name, text, gridSettings) => ({ type: 3, name, content: { version: "KqlItem/1.0", title: name, queryType: 0, size: 1, query: text, gridSettings } });
  const bar = { columnMatch: "Up", formatter: 22, formatOptions: { compositeBarSettings: { labelText: '["Up"] up, ["Down"] down', columnSettings: [{ columnName: "Up", color: "green" }, { columnName: "Down", color: "red" }] } } };
  const items = [
    query("Tree", "datatable(Id: string, Parent: string, Name: string, Up: long, Down: long) ['n', '', 'north', 3, 1, 'n1', 'n', 'first', 2, 0, 'n11', 'n1', 'deep', 1, 0, 's', '', 'south', 2, 2]", {
      formatters: [{ columnMatch: "Id|Parent|Down", formatter: 5 }, bar],
      hierarchySettings: { treeType: 0, idColumn: "Id", parentColumn: "Parent", expanderColumn: "Name", expandTopLevel: true },
    }),
  ];
  const file = join(await mkdtemp(join(tmpdir(), "yagura-workbook-")), "tree.workbook");
  await writeFile(file, JSON.stringify({ version: "Notebook/1.0", items }));
  await page.locator("input[type=file]").setInputFiles(file);
  const rows = page.getByRole("region", { name: "Tree" }).locator(".ag-center-cols-container .ag-row");
  await rows.nth(2).waitFor();
  assert.equal(await page.getByText("This workbook uses what is not here").count(), 0, "nothing is lacking");
  const said = async () => (await rows.evaluateAll((all) => all.sort((a, b) => a.getAttribute("row-index") - b.getAttribute("row-index")).map((row) => [...row.querySelectorAll('.ag-cell:not([col-id="#"])')].map((c) => c.innerText.trim()).join(": "))));
  assert.deepEqual(await said(), ["north: 3 up, 1 down", "first: 2 up, 0 down", "south: 2 up, 2 down"]);
  await page.getByRole("button", { name: "first", expanded: false }).click();
  await page.getByText("deep").waitFor();
  await axe(page, "rows under rows");
  await shot(page, "workbook-tree");
  const bars = await rows.first().locator(".ag-cell").last().evaluate((e) => getComputedStyle(e).backgroundImage);
  assert.match(bars, /linear-gradient\(to right, .* 0% 75%|linear-gradient\(to right, .* 0%, .* 75%/s, bars);
  // By keyboard: Enter on a cell that has rows under it.
  await page.getByText("north").click();
  await page.keyboard.press("Enter");
  await page.getByText("deep").waitFor({ state: "detached" });
  assert.deepEqual(await said(), ["north: 3 up, 1 down", "south: 2 up, 2 down"]);
  // The focus is where it was.
  await page.keyboard.press("Enter");
  await page.getByText("deep").waitFor();
  await close();
});

test("rows, tiles and stretches of an imported workbook that are chosen set its parameters", async () => {
  const { page, close } = await open(yagura, { path });
  const query = (name, content) => ({ type: 3, name, content: { version: "KqlItem/1.0", title: name, queryType: 0, size: 1, ...content } });
  const items = [
    { type: 1, name: "hint", content: { json: "Mind the **gap**.", style: "warning" } },
    query("Names", { query: 'datatable(Name: string, n: long)["one", 1, "two", 2]', visualization: "table", exportedParameters: [{ fieldName: "Name", parameterName: "Name" }, { parameterName: "Whole" }] }),
    query("Chosen", { query: 'print Said = "{Name:escape} {Whole:$.n}"' }),
    query("Kinds", { query: 'datatable(Kind: string, n: long)["red", 1, "green", 2]', visualization: "tiles", exportFieldName: "Kind", exportParameterName: "Kind", exportDefaultValue: "none" }),
    query("Of a kind", { query: "print Kind = '{Kind}'" }),
    query("Nothing", { query: "print 1 | take 0", noDataMessage: "All is well." }),
    query("Over time", { query: "range TimeGenerated from ago(1h) to now() step 1m | extend n = 1 | summarize sum(n) by bin(TimeGenerated, 5m)", visualization: "timechart", timeBrushParameterName: "Brush" }),
    query("Brushed", { query: "print Long = {Brush:seconds}" }),
  ];
  const folder = await mkdtemp(join(tmpdir(), "yagura-workbook-"));
  const file = join(folder, "choose.workbook");
  await writeFile(file, JSON.stringify({ version: "Notebook/1.0", items }));
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("heading", { name: "Brushed" }).waitFor();
  const tile = (name) => page.getByRole("region", { name, exact: true });
  await tile("Chosen").getByText("A value is needed: Name, Whole").waitFor();
  await tile("Of a kind").getByText("none").waitFor();
  await tile("Nothing").getByText("All is well.").waitFor();
  await tile("Names").getByText("two").click();
  await tile("Chosen").getByText("two 2").waitFor();
  await tile("Kinds").getByRole("button", { name: "Choose green" }).click();
  await tile("Of a kind").getByText("green").waitFor();
  assert.match(decodeURIComponent(page.url()), /p\.Name=two/);
  await settle(page);
  await axe(page, "chosen");
  await shot(page, "workbook-chosen");
  await tile("Brushed").getByText("A value is needed: Brush").waitFor();
  await tile("Over time").scrollIntoViewIfNeeded();
  await settle(page);
  const box = await tile("Over time").locator("canvas").first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await header(tile("Brushed").page(), "Long").waitFor();
  await close();
});

test("merges join what other queries of the workbook answer, those that are not seen too", async () => {
  const { page, close } = await open(yagura, { path });
  const query = (name, text, more) => ({ type: 3, content: { version: "KqlItem/1.0", query: text, size: 1, title: name, queryType: 0, ...more }, name });
  const merge = (name, merges, projectRename) => query(name, JSON.stringify({ version: "Merge/1.0", merges: merges.map((m, i) => ({ id: `${name}${i}`, ...m })), projectRename }), { queryType: 7 });
  const workbook = {
    version: "Notebook/1.0",
    items: [
      query("Orders", "datatable(Shop: string, Sum: long) ['a', 9007199254740993, 'b', 2, 'c', 3]", {}),
      { ...query("Shops", "datatable(Id: string, City: string) ['a', 'Bern', 'b', 'Kobe']", {}), conditionalVisibility: { parameterName: "never", comparison: "isEqualTo", value: "1" } },
      merge("Where", [{ mergeType: "leftouter", leftTable: "Orders", rightTable: "Shops", leftColumn: "Shop", rightColumn: "Id" }], [{ originalName: "[Shops].City", mergedName: "Town" }, { originalName: "[Orders].Sum", mergedName: "Sum" }, { originalName: "[Orders].Shop" }, { originalName: "[Shops].Id" }]),
      merge("Again", [{ mergeType: "table", leftTable: "Where" }]),
      merge("Otherwise", [{ mergeType: "sideways", leftTable: "Orders", rightTable: "Shops" }]),
    ],
  };
  const file = join(await mkdtemp(join(tmpdir(), "yagura-workbook-")), "Merges.workbook");
  await writeFile(file, JSON.stringify(workbook));
  const asked = [];
  page.on("request", (r) => r.url().endsWith("/query") && asked.push(r.postDataJSON().query));
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByText("merge sideways").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  for (const name of ["Where", "Again"]) {
    const tile = page.getByRole("region", { name, exact: true });
    await tile.locator(".ag-center-cols-container .ag-row").nth(2).waitFor();
    const rows = await tile.locator(".ag-center-cols-container .ag-row").evaluateAll((all) => all.map((row) => [...row.querySelectorAll('.ag-cell:not([col-id="#"])')].map((c) => c.textContent)));
    assert.deepEqual(rows, [["Bern", "9007199254740993"], ["Kobe", "2"], ["", "3"]], name);
  }
  assert.equal(await page.getByRole("region", { name: "Shops" }).count(), 0);
  await page.getByText("This merge cannot be done here").waitFor();
  assert.equal(asked.filter((q) => q.startsWith("datatable(Shop")).length, 1, "what is merged is asked once");
  await shot(page, "dashboard-merges");
  await close();
});
