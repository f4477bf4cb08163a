import { describe, expect, test } from "vitest";
import type { Answer } from "../api/query";
import { binned, lastStretch, merged } from "./incremental";
import { fill, firstValues, isVisible, missing } from "./parameters";
import { lacking, parameterType, places, readWorkbook, WorkbookError, writeWorkbook } from "./workbook";

const book = {
  version: "Notebook/1.0",
  fallbackResourceIds: ["/kept"],
  items: [
    { type: 9, name: "p", content: { parameters: [{ name: "Range", type: 4, value: { durationMs: 14400000 } }, { name: "App", type: 2, multiSelect: true, value: ["a", 'b"c'] }, { name: "Text", type: 1, isRequired: true }] } },
    { type: 11, name: "tabs", content: { style: "tabs", links: [{ cellValue: "tab", linkTarget: "parameter", linkLabel: "One", subTarget: "one" }, { cellValue: "tab", linkTarget: "parameter", linkLabel: "Two", subTarget: "two" }] } },
    { type: 12, name: "g", content: { items: [{ type: 3, name: "q", customWidth: "50", content: { query: "T", queryType: 1, visualization: "tiles", gridSettings: { formatters: [{ columnMatch: "n", formatter: 8 }] } } }] }, conditionalVisibility: { parameterName: "tab", comparison: "isEqualTo", value: "two" } },
  ],
};

describe("workbooks", () => {
  test("are read with all that they have, from templates too, and written again", () => {
    const read = readWorkbook(JSON.stringify({ resources: [{ type: "microsoft.insights/workbooks", properties: { serializedData: JSON.stringify(book) } }] }));
    expect(JSON.parse(writeWorkbook(read))).toMatchObject(book);
    expect(() => readWorkbook("{}")).toThrow(WorkbookError);
    expect(() => readWorkbook("<html>")).toThrow(WorkbookError);
  });

  test("what is lacking is named", () => {
    expect(lacking(readWorkbook(JSON.stringify(book)))).toEqual(["Azure Resource Graph query", "grid formatter heatmap", "visualization tiles"]);
  });

  test("items stand in their order, as wide as they say, unless they were put somewhere", () => {
    const item = (customWidth?: string) => ({ type: 3, name: "", content: {}, ...(customWidth ? { customWidth } : {}) });
    expect(places([item("50"), item("50"), item(), { ...item(), yagura: { x: 1, y: 40, w: 3, h: 2 } }])).toEqual([
      { x: 0, y: 0, w: 6, h: 9 },
      { x: 6, y: 0, w: 6, h: 9 },
      { x: 0, y: 9, w: 12, h: 9 },
      { x: 1, y: 40, w: 3, h: 2 },
    ]);
  });
});

describe("parameters", () => {
  const workbook = readWorkbook(JSON.stringify(book));
  const all = book.items[0]!.content.parameters!.map((p) => ({ ...p })) as Parameters<typeof fill>[1];

  test("begin as the workbook or the address says", () => {
    expect(firstValues(workbook, {})).toEqual({ Range: "PT4H", App: ["a", 'b"c'], Text: "", tab: "one" });
    expect(firstValues(workbook, { Range: "PT1H", Text: "x", App: "a\u001fb" })).toMatchObject({ Range: "PT1H", Text: "x", App: ["a", "b"] });
    expect(firstValues(workbook, { Range: "nonsense" })).toMatchObject({ Range: "P1D" });
  });

  test("stand in queries, quoted", () => {
    const values = firstValues(workbook, { Text: "t" });
    expect(fill("T | where TimeGenerated {Range} and App in ({App}) and x == '{Text}' {None} bin(t, {Range:grain})", all, values)).toBe(
      `T | where TimeGenerated > ago(240m) and App in ("a","b\\"c") and x == 't' {None} bin(t, 5m)`,
    );
    expect(fill("{Range:start}..{Range:end}", all, { Range: "2026-11-22T00:00:00Z/2026-11-23T00:00:00Z" })).toBe("datetime(2026-11-22T00:00:00Z)..datetime(2026-11-23T00:00:00Z)");
    expect(missing(all, { Text: "" }, "where {Text}")).toEqual(["Text"]);
    expect(parameterType.timeRange).toBe(4);
  });

  test("decide what is seen", () => {
    expect(isVisible(workbook.items[2]!, { tab: "one" })).toBe(false);
    expect(isVisible(workbook.items[2]!, { tab: "two" })).toBe(true);
  });
});

describe("asking only what is new", () => {
  test("the form of a query says whether it can", () => {
    expect(binned("AppRequests | where Success == false | summarize n = count() by bin(TimeGenerated, 5m), AppRoleName | render timechart")).toEqual({ source: "AppRequests | where Success == false", step: 300_000, by: ["AppRoleName"] });
    for (const no of [
      "T | summarize count() by Name",
      "T | summarize count() by bin(TimeGenerated, 5m) | top 3 by count_",
      "T | top 10 by x | summarize count() by bin(TimeGenerated, 5m)",
      "T | join (U) on k | summarize count() by bin(TimeGenerated, 5m)",
      "let x = 1; T | summarize count() by bin(TimeGenerated, 5m)",
      "T | summarize count() by t = bin(TimeGenerated, 5m)",
      "T | summarize count() by bin(TimeGenerated, 5m) | extend s = 1 | summarize sum(s)",
    ]) expect(binned(no), no).toBeUndefined();
  });

  test("old rows go, the last stretch is replaced", () => {
    const at = (m: number) => `2026-11-23T00:${String(m).padStart(2, "0")}:00Z`;
    const ms = (m: number) => Date.UTC(2026, 10, 23, 0, m);
    const answer = (rows: [string, number][]) => ({ tables: [{ name: "t", columns: [{ name: "TimeGenerated", type: "datetime" }, { name: "n", type: "long" }], rows }] }) as unknown as Answer;
    const before = answer([[at(0), 1], [at(5), 2], [at(10), 3]]);
    expect(lastStretch(before)).toBe(ms(10));
    expect(merged(before, answer([[at(10), 7], [at(15), 1]]), ms(2), ms(10)).tables[0]!.rows).toEqual([[at(5), 2], [at(10), 7], [at(15), 1]]);
  });
});
