import { describe, expect, test } from "vitest";
import type { Table } from "../api/table";
import { lacking } from "./lacking";
import { leavesOf, mergedTable, type Merge } from "./merge";
import { queriesOf, readWorkbook } from "./workbook";

const pods: Table = { name: "t", columns: [{ name: "Pod", type: "string" }, { name: "Node", type: "string" }, { name: "Cpu", type: "long" }], rows: [["a", "n1", 1], ["b", "n1", 2], ["c", "n2", 3], ["d", null, 4]] };
const nodes: Table = { name: "t", columns: [{ name: "Node", type: "string" }, { name: "Zone", type: "string" }], rows: [["n1", "x"], ["n1", "y"], ["n3", "z"], [null, "w"]] };
const tables = new Map([["Pods", pods], ["The nodes", nodes]]);
const step = (mergeType: string, more = {}) => ({ mergeType, leftTable: "Pods", rightTable: "The nodes", leftColumn: "Node", rightColumn: "Node", ...more });
const done = (merge: Merge) => {
  const table = mergedTable(merge, tables)!;
  return { names: table.columns.map((c) => c.name), rows: table.rows };
};
const rows = (mergeType: string) => done({ merges: [step(mergeType)] }).rows.map((r) => r.map((c) => c ?? "-").join(" "));

describe("merges", () => {
  test.each([
    ["inner", ["a n1 1 n1 x", "a n1 1 n1 y", "b n1 2 n1 x", "b n1 2 n1 y"]],
    ["innerunique", ["a n1 1 n1 x", "a n1 1 n1 y"]],
    ["leftouter", ["a n1 1 n1 x", "a n1 1 n1 y", "b n1 2 n1 x", "b n1 2 n1 y", "c n2 3 - -", "d - 4 - -"]],
    ["rightouter", ["a n1 1 n1 x", "a n1 1 n1 y", "b n1 2 n1 x", "b n1 2 n1 y", "- - - n3 z", "- - - - w"]],
    ["outer", ["a n1 1 n1 x", "a n1 1 n1 y", "b n1 2 n1 x", "b n1 2 n1 y", "c n2 3 - -", "d - 4 - -", "- - - n3 z", "- - - - w"]],
    ["leftanti", ["c n2 3", "d - 4"]],
    ["rightanti", ["n3 z", "- w"]],
    ["leftsemi", ["a n1 1", "b n1 2"]],
    ["rightsemi", ["n1 x", "n1 y"]],
    ["union", ["a n1 1 -", "b n1 2 -", "c n2 3 -", "d - 4 -", "- n1 - x", "- n1 - y", "- n3 - z", "- - - w"]],
    ["table", ["a n1 1", "b n1 2", "c n2 3", "d - 4"]],
  ])("%s", (kind, want) => expect(rows(kind)).toEqual(want));

  test("columns have the names and the order that the merge says; those without a name are left out", () => {
    const projectRename = [{ originalName: "[The nodes].Zone", mergedName: "Where" }, { originalName: "[Pods].Pod", mergedName: "Pod" }, { originalName: "[The nodes].Node" }, { originalName: "[Pods].Gone", mergedName: "Gone" }];
    expect(done({ merges: [step("innerunique")], projectRename })).toEqual({ names: ["Where", "Pod", "Node", "Cpu"], rows: [["x", "a", "n1", 1], ["y", "a", "n1", 1]] });
    expect(done({ merges: [step("inner")] }).names).toEqual(["Pod", "Node", "Cpu", "Node1", "Zone"]);
  });

  test("a merge goes on with what the one before it made", () => {
    const more = new Map([...tables, ["Zones", { name: "t", columns: [{ name: "Zone", type: "string" as const }, { name: "Price", type: "real" as const }], rows: [["y", 1.5]] }]]);
    const table = mergedTable({ merges: [step("inner"), { mergeType: "inner", leftTable: "The nodes", rightTable: "Zones", leftColumn: "Zone", rightColumn: "Zone" }] }, more)!;
    expect(table.rows).toEqual([["a", "n1", 1, "n1", "y", "y", 1.5], ["b", "n1", 2, "n1", "y", "y", 1.5]]);
  });

  test("new columns are what the first condition that holds says", () => {
    const criteria = (...all: object[]) => all.map((criteriaContext) => ({ criteriaContext }));
    const projectRename = [
      { originalName: "[Added column]", mergedName: "Load", isNewItem: true, newItemData: criteria({ leftOperand: "Cpu", operator: ">=", rightValType: "static", rightVal: "3", resultValType: "static", resultVal: "high" }, { operator: "Default", resultValType: "static", resultVal: "low" }) },
      { originalName: "[Added column]", mergedName: "Place", isNewItem: true, newItemData: criteria({ leftOperand: "Node", operator: "isNotNull", resultValType: "column", resultVal: "Node" }, { operator: "Default", resultValType: "column", resultVal: "Pod" }) },
    ];
    const { names, rows } = done({ merges: [step("table")], projectRename });
    expect(names).toEqual(["Load", "Place", "Pod", "Node", "Cpu"]);
    expect(rows.map((r) => r.slice(0, 2))).toEqual([["low", "n1"], ["low", "n1"], ["high", "n2"], ["high", "d"]]);
  });

  test("what cannot be merged is named, and hidden or merged queries are found", () => {
    const query = (name: string, content: object) => ({ type: 3, name, content });
    const merge = (name: string, ...merges: object[]) => query(name, { queryType: 7, query: JSON.stringify({ version: "Merge/1.0", merges }) });
    const book = (...items: object[]) => readWorkbook(JSON.stringify({ items }));
    const [a, b] = [query("Pods", { query: "Pods" }), query("The nodes", { query: "Nodes", queryType: 0 })];
    const nested = book(a, { type: 12, name: "g", content: { items: [b] } }, merge("m", step("inner")), merge("n", step("table", { leftTable: "m" })));
    expect(lacking(nested)).toEqual([]);
    expect(leavesOf(nested.items[3]!, queriesOf(nested.items))?.map((i) => i.name)).toEqual(["Pods", "The nodes"]);
    expect(lacking(book(a, query("The nodes", { queryType: 1, query: "resources" }), merge("m", step("inner"))))).toEqual(["merge of queries that ask other services", "query of Azure Resource Graph"]);
    expect(lacking(book(a, merge("m", step("near"))))).toEqual(["merge near", "merge of 'The nodes', which is not a query here"]);
    const circle = book(merge("m", step("table", { leftTable: "n" })), merge("n", step("table", { leftTable: "m" })));
    expect(leavesOf(circle.items[0]!, queriesOf(circle.items))).toBeUndefined();
    const made = { mergedName: "x", isNewItem: true, newItemData: [{ criteriaContext: { operator: "Default", resultValType: "expression", resultVal: "1+1" } }] };
    expect(lacking(book(a, query("m", { queryType: 7, query: JSON.stringify({ merges: [step("table")], projectRename: [made] }) })))).toEqual(["expressions in columns of a merge"]);
    expect(mergedTable({ merges: [step("inner"), step("inner", { leftTable: "x", rightTable: "y" })] }, tables)).toBeUndefined();
  });
});
