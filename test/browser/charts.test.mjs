// Every visualization of KQL draws; what a property does is seen; what has no effect is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, cell, chartColours, header, run, settle, shot, stage, tab } from "./browser.mjs";

const yagura = stage();

const time = "range i from 0 to 95 step 1 | extend T = datetime(2026-11-22) + i * 15m";
const edges = "datatable(source: string, target: string, n: long)['web', 'cart', 7, 'web', 'catalog', 4, 'cart', 'sql', 7]";
const drawn = {
  linechart: ["range i from 1 to 20 step 1 | project i, a = i, b = i * i | render linechart", 2],
  areachart: [`${time} | project T, a = i, b = 2 * i | render areachart`, 2],
  stackedareachart: [`${time} | project T, a = i, b = 2 * i | render stackedareachart`, 2],
  columnchart: ["datatable(k: string, a: long, b: long)['x', 5, 3, 'y', 9, 2] | render columnchart", 2],
  barchart: ["datatable(k: string, a: long, b: long)['x', 5, 3, 'y', 9, 2] | render barchart", 2],
  piechart: ["datatable(k: string, a: long)['x', 5, 'y', 9, 'z', 4] | render piechart", 3],
  scatterchart: ["range i from 1 to 60 step 1 | project x = i, y = i * i % 50, k = iff(i % 2 == 0, 'even', 'odd') | render scatterchart", 2],
  anomalychart: [`${time} | project T, n = iff(i == 40, 200, 50), odd = iff(i == 40, 1, 0) | render anomalychart with (anomalycolumns=odd)`, 2],
  "ysplit=panels": [`${time} | project T, a = i, b = i * i | render timechart with (ysplit=panels)`, 2],
  "ysplit=axes": [`${time} | project T, a = i, b = i * i | render timechart with (ysplit=axes)`, 2],
  ladderchart: ["range i from 1 to 6 step 1 | project Name = strcat('job ', i), Start = datetime(2026-11-22) + i * 1h, End = datetime(2026-11-22) + i * 2h | render ladderchart", 1],
  treemap: ["datatable(a: string, b: string, n: long)['x', 'p', 5, 'x', 'q', 3, 'y', 'p', 9] | render treemap", 2],
  graph: [`${edges} | render graph`, 1],
  sankey: [`${edges} | render sankey`, 2],
  map: ["datatable(lon: real, lat: real, city: string, n: long)[139.7, 35.7, 'Tokyo', 90, -0.1, 51.5, 'London', 30] | render scatterchart with (kind=map)", 2],
};

for (const [name, [query, colours]] of Object.entries(drawn)) {
  test(`${name} draws`, async () => {
    const { page, close } = await tab(yagura);
    await run(page, query);
    assert.ok((await chartColours(page)) >= colours);
    await shot(page, `chart-${name.replace("=", "-")}`);
    await close();
  });
}

test("plotly draws a figure of its JSON", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `print p = '{"data":[{"type":"bar","x":["a","b"],"y":[2,5]}],"layout":{"title":{"text":"<b>Bars</b>"}}}' | render plotly`);
  await page.locator('[data-testid="plotly"] .bars path').first().waitFor();
  await shot(page, "chart-plotly");
  await close();
});

test("a pivotchart is turned by hand", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "datatable(Place: string, Code: string, n: long)['Tokyo', '200', 3, 'Tokyo', '500', 1, 'Osaka', '200', 2] | render pivotchart");
  await header(page, "500").waitFor();
  await page.getByRole("combobox", { name: "Rows" }).click();
  await page.getByRole("option", { name: "Code" }).click();
  await page.getByRole("combobox", { name: "Columns" }).click();
  await page.getByRole("option", { name: "Place" }).click();
  await header(page, "Osaka").waitFor();
  await axe(page, "pivot");
  await page.getByRole("combobox", { name: "Shown as" }).click();
  await page.getByRole("option", { name: "columnchart" }).click();
  assert.ok((await chartColours(page)) >= 2);
  await close();
});

test("a timepivot opens from level to level, and shows the rows of what is picked", async () => {
  const { page, close } = await tab(yagura);
  // All of the rows have room below the chart.
  await page.setViewportSize({ width: 1440, height: 1600 });
  await run(page, "range i from 0 to 9 step 1 | project Kind = iff(i % 2 == 0, 'even', 'odd'), Name = strcat('n', i), T = datetime(2026-11-22) + i * 1h | render timepivot with (series=Kind, Name)");
  await page.locator('.ag-row[row-index="9"]').first().waitFor({ state: "attached" });
  await settle(page);
  const box = await page.getByTestId("chart").boundingBox();
  // The label of the first of two lanes, between the margins above and below them.
  await page.mouse.click(box.x + 32, box.y + 22 + (box.height - 58) / 4);
  await page.locator('.ag-row[row-index="5"]').first().waitFor({ state: "detached" });
  assert.ok((await page.locator('.ag-row[row-index="4"]').count()) > 0);
  await page.getByRole("button", { name: "All rows" }).click();
  await page.locator('.ag-row[row-index="9"]').first().waitFor({ state: "attached" });
  await axe(page, "timepivot");
  await shot(page, "chart-timepivot");
  await page.setViewportSize({ width: 1440, height: 900 });
  await close();
});

test("all of a timepivot opens at once: each level's lanes are there", async () => {
  const { page, close } = await tab(yagura);
  await page.setViewportSize({ width: 1440, height: 1600 });
  await run(page, "range i from 0 to 9 step 1 | project Kind = iff(i % 2 == 0, 'even', 'odd'), Name = strcat('n', i), T = datetime(2026-11-22) + i * 1h | render timepivot with (series=Kind, Name)");
  await page.locator('.ag-row[row-index="9"]').first().waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Open all" }).click();
  await settle(page);
  // Two kinds, and below each its five names: the last of the twelve lanes is one row's, and a click on its label shows that.
  const box = await page.getByTestId("chart").boundingBox();
  await page.mouse.click(box.x + 26, box.y + 22 + ((box.height - 58) / 12) * 11.5);
  await page.locator('.ag-row[row-index="1"]').first().waitFor({ state: "detached" });
  assert.equal(await cell(page, 0, "Name"), "n9");
  await page.setViewportSize({ width: 1440, height: 900 });
  await close();
});

test("what has no effect is said beside the chart", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `${time} | project T, n = i | render timechart with (kind=stacked, yaxis=log, ycolumns=n)`);
  await page.getByText("kind=stacked has no effect on a timechart.").waitFor();
  await page.getByText("1 point is not shown: zero and less have no logarithm.").waitFor();
  await close();
});

test("another chart is one choice away, and writes the render into the query", async () => {
  const { page, close } = await tab(yagura);
  await run(page, "datatable(k: string, n: long)['a', 1, 'b', 2]");
  await page.getByRole("tab", { name: "Chart" }).click();
  await page.getByRole("combobox", { name: "Kind of chart" }).click();
  await page.getByRole("option", { name: "piechart" }).click();
  await page.locator(".view-lines", { hasText: /render\s+piechart/ }).waitFor();
  assert.ok((await chartColours(page)) >= 2);
  assert.match(decodeURIComponent(page.url()), /render\+piechart/);
  await close();
});

test("dragging over a chart narrows the query to a stretch", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `${time} | project T, i | render timechart`);
  await settle(page);
  const box = await page.getByTestId("chart").boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.5, { steps: 5 });
  await page.mouse.up();
  await page.locator(".view-lines", { hasText: /T\s+between/ }).waitFor();
  await page.getByText(/^[23][0-9] rows/).waitFor();
  await close();
});

test("a mark of a chart leads to the rows that it counts", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `datatable(k: string, i: int)['a "b"', 1, 'a "b"', 2, 'c', 3] | summarize n = count() by k | render columnchart`);
  await settle(page);
  const box = await page.getByTestId("chart").boundingBox();
  // In the first of two columns, which is the higher one.
  await page.mouse.click(box.x + box.width * 0.27, box.y + box.height * 0.7);
  await page.getByText("2 rows in").waitFor();
  assert.equal(await cell(page, 1, "i"), "2");
  await page.locator(".view-lines", { hasText: 'where' }).waitFor();
  await close();
});
