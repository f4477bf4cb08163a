import { describe, expect, test } from "vitest";
import type { Answer } from "../api/query";
import { isBinned, lastStretch, merged } from "./incremental";
import { lacking } from "./lacking";
import { branchesOf } from "../logs/results/groups";
import { arranged, backgroundOf, fits, lookOf, paint } from "./looks";
import { exportedValue, fill, firstValues, isVisible, missing, parametersOf, resolved, timeOf } from "./parameters";
import { heightOfText, type Formatter, parameterType, places, readWorkbook, WorkbookError, writeWorkbook } from "./workbook";
import type { Table } from "../api/table";

const book = {
  version: "Notebook/1.0",
  fallbackResourceIds: ["/kept"],
  items: [
    { type: 9, name: "p", content: { parameters: [{ name: "Range", type: 4, value: { durationMs: 14400000 } }, { name: "App", type: 2, multiSelect: true, value: ["a", 'b"c'] }, { name: "Text", type: 1, isRequired: true }] } },
    { type: 11, name: "tabs", content: { style: "tabs", links: [{ cellValue: "tab", linkTarget: "parameter", linkLabel: "One", subTarget: "one" }, { cellValue: "tab", linkTarget: "parameter", linkLabel: "Two", subTarget: "two" }] } },
    { type: 12, name: "g", content: { items: [{ type: 3, name: "q", customWidth: "50", content: { query: "T", queryType: 1, visualization: "stat", gridSettings: { formatters: [{ columnMatch: "n", formatter: 8 }, { columnMatch: "t", formatter: 9 }], hierarchySettings: { groupBy: ["n"] } } } }] }, conditionalVisibility: { parameterName: "tab", comparison: "isEqualTo", value: "two" } },
  ],
};

describe("workbooks", () => {
  test("are read with all that they have, from templates too, and written again", () => {
    const read = readWorkbook(JSON.stringify({ resources: [{ type: "microsoft.insights/workbooks", properties: { serializedData: JSON.stringify(book) } }] }));
    expect(JSON.parse(writeWorkbook(read))).toMatchObject(book);
    expect(readWorkbook(JSON.stringify({ items: [{ type: 1, content: JSON.stringify({ json: "# a" }) }] })).items[0]!.content).toEqual({ json: "# a" });
    expect(() => readWorkbook('{"items":[{"type":1,"content":"#"}]}')).toThrow(WorkbookError);
    expect(() => readWorkbook('{"items":[null]}')).toThrow(WorkbookError);
    expect(() => readWorkbook("{}")).toThrow(WorkbookError);
    expect(() => readWorkbook("<html>")).toThrow(WorkbookError);
  });

  test("what is lacking is named", () => {
    expect(lacking(readWorkbook(JSON.stringify(book)))).toEqual(["query of Azure Resource Graph", "visualization stat"]);
    const of = (item: object) => lacking(readWorkbook(JSON.stringify({ items: [item] })));
    expect(of({ type: 1, content: { json: "<svg viewBox='0 0 1 1'></svg> <span>Health</span>" } })).toEqual(["HTML in a text: only its words are shown"]);
    expect(of({ type: 1, content: { json: "a < b, `<b>` and <https://example.org>" } })).toEqual([]);
    const query = (content: object) => of({ type: 3, content });
    expect(of({ type: 10, content: {} })).toEqual(["metrics"]);
    expect(of({ type: 99, content: {} })).toEqual(["item type 99"]);
    expect(of({ type: 12, content: { groupType: "template", loadFromTemplateId: "a", items: [] } })).toEqual(["group from a template"]);
    expect(of({ type: 11, content: { style: "list", links: [{ linkTarget: "OpenBlade", linkLabel: "x" }, { linkTarget: "Url", linkLabel: "y" }] } })).toEqual(["link to OpenBlade"]);
    expect(of({ type: 9, content: { parameters: [{ name: "s", type: 6 }, { name: "r", type: 5, query: "resources", queryType: 1 }, { name: "l", type: 8 }, { name: "o", type: 10, jsonData: "[]" }, { name: "d", type: 2, query: "{}", queryType: 8 }, { name: "c", type: 1, criteriaData: [{ criteriaContext: { operator: "isValidJson", leftOperand: "s" } }, { criteriaContext: { operator: "Default", resultValType: "expression", resultVal: "1 + 1" } }] }, { name: "x", type: 77 }] } })).toEqual(
      ["condition isValidJson", "expressions in criteria of parameters", "location parameter: its value is typed", "parameter type 77", "query of JSON", "resource parameter: of what rows come from", "subscription parameter: of what rows come from"],
    );
    expect(query({ visualization: "tiles", tileSettings: { titleContent: { columnMatch: "a", formatter: 19 } } })).toEqual(["tile formatter timeline"]);
    expect(query({ visualization: "map", mapSettings: { locInfo: "LatLong", latitude: "a", longitude: "b" } })).toEqual([]);
    expect(query({ visualization: "map", mapSettings: { locInfo: "AzureLoc" } })).toEqual(["visualization map"]);
    expect(query({ query: "T | where a == '{X}' and b == '{Y:nosuch}' and c matches regex '[0-9]{3}'", exportFieldName: "y", exportParameterName: "Y", chartSettings: { createOtherGroup: 0 } })).toEqual(["format nosuch of a parameter", "parameters that nothing here sets: X"]);
    expect(query({ query: "T", queryType: 0, crossComponentResources: ["{Resource}"] })).toEqual(["resources that a parameter limits queries to: they read all of the workspace"]);
    expect(query({ query: "T", crossComponentResources: ["value::all"] })).toEqual([]);
    expect(query({ chartSettings: { createOtherGroup: 7 } })).toEqual(["chartSettings.createOtherGroup"]);
    expect(query({ queryType: 7, chartSettings: { seriesLabelSettings: [{ seriesName: "a", color: "red" }, { seriesName: "b", color: "plaid" }], customThresholdLine: "3" } })).toEqual(["chartSettings.customThresholdLine", "colour plaid of a series", "query of a merge of queries"]); // a merge of nothing
    expect(query({ gridSettings: { hierarchySettings: { treeType: 0, idColumn: "a", parentColumn: "b" }, formatters: [{ columnMatch: "a", formatter: 22 }] } })).toEqual([]);
    expect(query({ gridSettings: { hierarchySettings: { treeType: 0, idColumn: "a" } } })).toEqual(["gridSettings.hierarchySettings without columns"]);
    expect(query({ gridSettings: { hierarchySettings: { groupBy: ["a"] }, formatters: [{ columnMatch: "b", formatter: 1, formatOptions: { aggregation: "Sum" } }] } })).toEqual(["aggregation Sum of groups"]);
    expect(query({ gridSettings: { formatters: [{ columnMatch: "a", formatter: 7, formatOptions: { linkTarget: "CellDetails" }, numberFormat: { unit: 99 } }, { columnMatch: "b", formatter: 18, formatOptions: { thresholdsGrid: [{ operator: "near" }, { operator: "Default" }] } }] } })).toEqual(["link to CellDetails", "threshold near", "unit 99"]);
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

describe("columns of a workbook", () => {
  const table: Table = {
    name: "t",
    columns: [{ name: "Name", type: "string" }, { name: "Bytes", type: "long" }, { name: "Ratio", type: "real" }, { name: "State", type: "string" }, { name: "Url", type: "string" }, { name: "Id", type: "string" }],
    rows: [
      ["b", 2048, 0.25, "Failed", "https://example.org/b", "/subscriptions/s/resourceGroups/g/providers/M.C/vms/vm1"],
      ["a", 3_000_000, 1, "Ok", "javascript:alert(1)", ""],
      ["c", 0, 0, "", "", "x"],
    ],
  };
  const of = (column: string, f: Omit<Formatter, "columnMatch">) => {
    const i = table.columns.findIndex((c) => c.name === column);
    const look = lookOf({ columnMatch: column, ...f }, table, i, "utc")!;
    return table.rows.map((r) => look(r[i]!, r));
  };

  test("have units", () => {
    expect(of("Bytes", { formatter: 1, numberFormat: { unit: 2, options: { maximumFractionDigits: 1 } } }).map((l) => l.text)).toEqual(["2 KB", "3 MB", "0 B"]);
    expect(of("Bytes", { formatter: 0, numberFormat: { unit: 23 } }).map((l) => l.text)[0]).toBe("2.05 s");
    expect(of("Ratio", { formatter: 0, numberFormat: { unit: 0, options: { style: "percent" } } }).map((l) => l.text)).toEqual(["25%", "100%", "0%"]);
  });

  test("are bars and heat", () => {
    expect(of("Ratio", { formatter: 3, formatOptions: { palette: "blue" } }).map((l) => l.share)).toEqual([0.25, 1, 0]);
    const heat = of("Ratio", { formatter: 8, formatOptions: { palette: "greenRed", min: 0, max: 1 } });
    expect(heat.map((l) => l.share)).toEqual([undefined, undefined, undefined]);
    expect(new Set(heat.map((l) => l.colour)).size).toBe(3);
    expect(paint("greenRed", 0, 50)).toContain("#00805d");
    expect(paint("nosuch", 1, 50)).toBe(paint("blue", 1, 50));
  });

  test("are small charts of the numbers in a list, with gaps", () => {
    const draw = (formatter: number, cell: string, o = {}) => lookOf({ columnMatch: "Name", formatter, formatOptions: o }, table, 0, "utc")!(cell, []).spark;
    expect(draw(9, "[2, null, 6, 4]")).toMatchObject({ kind: "line", heights: [0, null, 1, 0.5] });
    expect(draw(10, "[2, 4]")).toMatchObject({ kind: "bar", heights: [0.5, 1] });
    expect(draw(21, "[50, 200]", { min: 0, max: 100 })).toMatchObject({ kind: "area", heights: [0.5, 1] });
    expect(draw(9, "[5, 5]")!.heights).toEqual([0.5, 0.5]);
    for (const none of ["", "text", "[]", '["a"]', '{"a":1}']) expect(draw(9, none), none).toBeUndefined();
    expect(draw(9, "[1, 2]", { palette: "redBright" })!.colour).not.toBe(draw(9, "[1, 2]", { palette: "blue" })!.colour);
  });

  test("stand in groups, by columns that may be hidden", () => {
    const { table: shown, groupBy } = arranged(table, { gridSettings: { formatters: [{ columnMatch: "State|Url|Id|Ratio", formatter: 5 }], hierarchySettings: { treeType: 1, groupBy: ["State", "nosuch"] } } }, "utc");
    expect(shown.columns.map((c) => c.name)).toEqual(["Name", "Bytes", "State"]);
    expect(groupBy).toEqual([2]);
  });

  test("stand under their parents; whose parents are not there, or lead back to it, stands at the top", () => {
    const rows = [["b", "a", "B"], ["a", "", "A"], ["c", "b", "C"], ["x", "y", "X"], ["y", "x", "Y"], ["z", "gone", "Z"]];
    const { table: shown, tree } = arranged(
      { name: "t", columns: ["Id", "Parent", "Name"].map((name) => ({ name, type: "string" as const })), rows },
      { gridSettings: { formatters: [{ columnMatch: "Id|Parent", formatter: 5 }], hierarchySettings: { treeType: 0, idColumn: "Id", parentColumn: "Parent", expanderColumn: "Name" } } },
      "utc",
    );
    expect(shown.columns.map((c) => c.name)).toEqual(["Name"]);
    expect(tree!.column).toBe(0);
    const seen = (open: boolean) => [...branchesOf(tree!, () => open)].map(([row, b]) => `${"-".repeat(b.depth)}${row[0] as string}${b.open === undefined ? "" : b.open ? "v" : ">"}`);
    expect(seen(true)).toEqual(["Av", "-Bv", "--C", "X", "Y", "Z"]);
    expect(seen(false)).toEqual(["A>", "X", "Y", "Z"]);
  });

  test("have bars of several columns, as long as the longest row's or as their cells", () => {
    const table: Table = { name: "t", columns: [{ name: "Up", type: "long" }, { name: "Down", type: "long" }], rows: [[3, 1], [2, 0], [0, 0]] };
    const bar = (more: object) => {
      const look = lookOf({ columnMatch: "Up", formatter: 22, formatOptions: { compositeBarSettings: { columnSettings: [{ columnName: "Up", color: "green" }, { columnName: "Down", color: "red" }, { columnName: "Gone" }], ...more } } }, table, 0, "utc")!;
      return table.rows.map((row) => look(row[0]!, row));
    };
    expect(bar({ labelText: '["Up"] of ["Nosuch"]' }).map((l) => [l.text, l.parts?.map((p) => p.share)])).toEqual([['3 of ["Nosuch"]', [0.75, 0.25]], ['2 of ["Nosuch"]', [0.5, 0]], ['0 of ["Nosuch"]', [0, 0]]]);
    const whole = bar({ noRowsScaling: true });
    expect(whole.map((l) => [l.text, l.parts?.map((p) => p.share)])).toEqual([["Up 3, Down 1", [0.75, 0.25]], ["Up 2, Down 0", [1, 0]], ["Up 0, Down 0", undefined]]);
    expect(backgroundOf({ text: "", parts: [{ colour: "red", share: 0.75 }, { colour: "blue", share: 0.125 }] })).toBe("linear-gradient(to right, red 0% 75%, blue 75% 87.5%, transparent 87.5%)");
  });

  test("have signs, links and names of resources", () => {
    const rules = [{ operator: "==", thresholdValue: "Failed", representation: "failed", text: "{0}{1}: [\"Name\"]" }, { operator: "is Empty", representation: "Blank", text: "none" }, { operator: "Default", representation: "success" }];
    expect(of("State", { formatter: 18, formatOptions: { thresholdsOptions: "icons", thresholdsGrid: rules } }).map((l) => l.text)).toEqual(["✖ Failed: b", "✔ Ok", "none"]);
    expect(of("Name", { formatter: 7, formatOptions: { linkTarget: "Url", linkColumn: "Url", linkLabel: "open" } })).toEqual([{ text: "open", href: "https://example.org/b" }, { text: "open" }, { text: "open" }]);
    expect(of("Id", { formatter: 13 })[0]!.text).toBe("vm1");
    expect(of("Id", { formatter: 14 })[0]!.text).toBe("g");
  });

  test("thresholds compare numbers as numbers and texts as texts", () => {
    const long = { type: "long" } as const;
    for (const [cell, operator, wanted, is] of [[9, ">", "10", false], [9, "<=", "9", true], ["9", "==", "9.0", true], ["b", ">", "a", true], ["Abc", "contains", "BC", true], ["x", "regex", "(", false], [null, "is Empty", null, true]] as const) {
      expect(fits(cell, typeof cell === "number" ? long : { type: "string" }, operator, wanted), `${cell} ${operator} ${wanted}`).toBe(is);
    }
  });

  test("are sorted, hidden, renamed and cut; looks see hidden columns", () => {
    const { table: shown, looks } = arranged(table, {
      gridSettings: {
        formatters: [{ columnMatch: "Url|Id|State|Ratio", formatter: 5 }, { columnMatch: "Name", formatter: 7, formatOptions: { linkTarget: "Url", linkColumn: "Url" } }],
        labelSettings: [{ columnId: "Bytes", label: "Size" }],
        sortBy: [{ itemKey: "$gen_bar_Bytes_1", sortOrder: 2 }],
        rowLimit: 2,
      },
    }, "utc");
    expect(shown.columns.map((c) => c.name)).toEqual(["Name", "Size"]);
    expect(shown.rows).toEqual([["a", 3_000_000], ["b", 2048]]);
    expect(looks[0]!("b", shown.rows[1]!)).toEqual({ text: "b", href: "https://example.org/b" });
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

  test("stand for choices that are known later", () => {
    const list = [{ name: "One", type: 2, value: "value::1" }, { name: "Some", type: 2, multiSelect: true, value: ["value::2"] }, { name: "All", type: 2, multiSelect: true, value: ["value::all"] }, { name: "Star", type: 2, multiSelect: true, value: ["value::all"], typeSettings: { selectAllValue: "*" } }, { name: "Text", type: 1, query: "print 1" }];
    const first = firstValues(readWorkbook(JSON.stringify({ items: [{ type: 9, content: { parameters: list } }] })), {});
    const query = "{One} {Some} {All} {Star} {Text}";
    expect(missing(list, first, query)).toEqual(["One", "Some", "All"]);
    const known = resolved(first, list, { One: ["a", "b"], Some: ["a", "b", "c"], All: ["a", "b"], Star: ["a"], Text: ["1"] });
    expect(missing(list, known, query)).toEqual([]);
    expect(fill(query, list, known)).toBe('a "a","b" "a","b" "*" 1');
    expect(fill("{All:label} {One:name} {All:nosuch}", list, { ...known, One: "/x/y" })).toBe("a, b y {All:nosuch}");
  });

  test("have their formats", () => {
    const [time, other] = [{ name: "T", type: 4 }, { name: "P", type: 1 }];
    const of = (text: string, value: string, span = "PT1H") => fill(text, [time, other], { T: span, P: value });
    expect(of("{P:escape} {P:subid} {P:$.a.b[1]} {P:$['c d']} {P:$.none}", '{"a":{"b":[1,"x"]},"c d":{"e":2}}')).toBe(String.raw`{\"a\":{\"b\":[1,\"x\"]},\"c d\":{\"e\":2}} {"a":{"b":[1,"x"]},"c d":{"e":2}} x {"e":2} `);
    expect(of("{P:subid} {P:$.a}", "/subscriptions/s-1/resourceGroups/g")).toBe("s-1 ");
    expect(of("{T:startISO} {T:endISO} {T:seconds}", "", "2026-11-22T00:00:00Z/2026-11-22T01:00:00Z")).toBe("2026-11-22T00:00:00Z 2026-11-22T01:00:00Z 3600");
    const [from, to] = of("{T:startISO} {T:endISO}", "").split(" ").map((iso) => Date.parse(iso));
    expect(to! - from!).toBe(3_600_000);
  });

  test("have defaults, and values that criteria decide", () => {
    const when = (operator: string, rightVal: string, resultVal: string, more = {}) => ({ criteriaContext: { leftOperand: "Kind", operator, rightValType: "static", rightVal, resultValType: "static", resultVal, ...more } });
    const parameters = [
      { name: "Kind", type: 2, defaultValue: "b" },
      { name: "Many", type: 2, multiSelect: true, value: null, defaultValue: "value::all" },
      { name: "Asked", type: 1, criteriaData: [when("==", "a", "one"), when("notContains", "b", "none"), when("==", "Copy", "two {Kind}", { rightValType: "param" }), when("Default", "", "rest")] },
      { name: "Copy", type: 1, criteriaData: [when("isNotNull", "", "Kind", { resultValType: "param" })] },
    ];
    const first = firstValues(readWorkbook(JSON.stringify({ items: [{ type: 9, content: { parameters } }] })), {});
    expect(first).toMatchObject({ Kind: "b", Many: ["value::all"] });
    expect(resolved(first, parameters, {})).toMatchObject({ Asked: "rest", Copy: "b" });
    expect(resolved({ ...first, Kind: "a" }, parameters, {})).toMatchObject({ Asked: "one" });
    expect(resolved({ ...first, Kind: "c" }, parameters, {})).toMatchObject({ Asked: "none" });
    expect(resolved({ ...first, Copy: "b" }, parameters.slice(0, 3), {})).toMatchObject({ Asked: "two b" });
  });

  test("are set by rows and stretches of charts that are chosen", () => {
    const query = { type: 3, name: "q", content: { query: "T", exportFieldName: "Name", exportParameterName: "Chosen", exportedParameters: [{ parameterName: "Row" }, { fieldName: "series", parameterName: "Series", defaultValue: "all" }], timeBrushParameterName: "Brush" } };
    const read = readWorkbook(JSON.stringify({ items: [query] }));
    const made = parametersOf(read);
    const values = firstValues(read, {});
    expect(values).toEqual({ Chosen: "", Row: "", Series: "all", Brush: "" });
    expect(timeOf(made)).toBeUndefined();
    expect(missing(made, values, "{Chosen} {Series} {Brush}")).toEqual(["Chosen", "Brush"]);
    const table: Table = { name: "t", columns: [{ name: "Name", type: "string" }, { name: "n", type: "long" }], rows: [["a", 1]] };
    expect([undefined, "Name", "series", "none"].map((field) => exportedValue(table, table.rows[0]!, field, { series: "s" }))).toEqual(['{"Name":"a","n":1}', "a", "s", ""]);
    expect(fill("{Brush:start}", made, { Brush: "2026-11-22T00:00:00Z/2026-11-22T01:00:00Z" })).toBe("datetime(2026-11-22T00:00:00Z)");
  });

  test("decide what is seen", () => {
    expect(isVisible(workbook.items[2]!, { tab: "one" })).toBe(false);
    expect(isVisible(workbook.items[2]!, { tab: "two" })).toBe(true);
  });
});

describe("asking only what is new", () => {
  test("the form of a query says whether it can", () => {
    expect(isBinned("AppRequests | where Success == false | summarize n = count() by bin(TimeGenerated, 5m), AppRoleName | render timechart")).toBe(true);
    for (const no of [
      "T | summarize count() by Name",
      "T | summarize count() by bin(TimeGenerated, 5m) | top 3 by count_",
      "T | top 10 by x | summarize count() by bin(TimeGenerated, 5m)",
      "T | join (U) on k | summarize count() by bin(TimeGenerated, 5m)",
      "let x = 1; T | summarize count() by bin(TimeGenerated, 5m)",
      "T | summarize count() by t = bin(TimeGenerated, 5m)",
      "T | summarize count() by bin(TimeGenerated, 5m) | extend s = 1 | summarize sum(s)",
    ]) expect(isBinned(no), no).toBe(false);
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

test("text of East Asia has the room of two letters a character", () => {
  expect([heightOfText("a".repeat(40), 50), heightOfText("あ".repeat(40), 50)]).toEqual([1, 2]);
});
