import { expect, test } from "vitest";
import type { Table } from "../api/table";
import { chartOf } from "./chartOf";
import { firstChoice, pivot } from "./pivot";
import { bySpan, lanesOf, stretchesOf } from "./slices";
import type { TimePivot } from "./spec";

const at = (hour: number) => `2026-11-23T0${hour}:00:00Z`;
const ms = (hour: number) => Date.UTC(2026, 10, 23, hour);
const events: Table = {
  name: "T",
  columns: [
    { name: "Kind", type: "string" },
    { name: "Place", type: "string" },
    { name: "Start", type: "datetime" },
    { name: "End", type: "datetime" },
    { name: "n", type: "long" },
  ],
  rows: [
    ["b", "x", at(3), at(4), 1],
    ["a", "x", at(2), at(6), 2],
    ["a", "y", at(1), null, 4],
    ["a", "y", null, null, 8],
  ],
};

test("lanes are groups in order of time, opened one level at a time", () => {
  const closed = lanesOf(events, [0, 1], new Set(), "start");
  expect(closed.map((l) => [l.name, l.rows, l.opens])).toEqual([["a", [1, 2], true], ["b", [0], true]]);
  expect(lanesOf(events, [0, 1], new Set(["/a"]), "end").map((l) => [l.name, l.depth])).toEqual([["a", 0], ["x", 1], ["y", 1], ["b", 0]]);
  expect(stretchesOf(events, closed)).toEqual([[ms(2), ms(6), 0, 1], [ms(1), ms(1), 0, 2], [ms(3), ms(4), 1, 0]]);
});

test("a time pivot is sliced at first by a text that makes lanes of the rows", () => {
  const table = { ...events, columns: [{ name: "TenantId", type: "string" as const }, { name: "Id", type: "string" as const }, ...events.columns], rows: events.rows.map((row, i) => ["w", `id ${i}`, ...row]) };
  const levels = (render: object) => (chartOf(table, { visualization: "timepivot", ...render }) as TimePivot).levels;
  expect(levels({})).toEqual([2]);
  expect(levels({ series: "Place" })).toEqual([3]);
  expect((chartOf({ ...table, rows: table.rows.slice(0, 1) }, { visualization: "timepivot" }) as TimePivot).levels).toEqual([0]);
});

test("spans nest by their parents; a circle of parents is not followed", () => {
  const spans: Table = {
    name: "S",
    columns: [{ name: "SpanID", type: "string" }, { name: "ParentID", type: "string" }, { name: "SpanName", type: "string" }, { name: "SpanKind", type: "string" }, { name: "StartTime", type: "datetime" }],
    rows: [["2", "1", "child", "SERVER", at(2)], ["1", "0", "root", "CLIENT", at(1)]],
  };
  expect(lanesOf(spans, [bySpan], new Set(["/1"]), "start").map((l) => [l.name, l.depth, l.opens])).toEqual([["[CLIENT/root]: 1", 0, true], ["[SERVER/child]: 2", 1, false]]);
  const circle = { ...spans, rows: spans.rows.map((r) => (r[0] === "1" ? [r[0], "2", ...r.slice(2)] : r)) };
  expect(lanesOf(circle, [bySpan], new Set(), "start")).toHaveLength(2);
});

test("a pivot aggregates by two columns", () => {
  const { table } = pivot(events, { ...firstChoice(events.columns), aggregate: "sum" });
  expect(table.columns.map((c) => c.name)).toEqual(["Kind", "x", "y"]);
  expect(table.rows).toEqual([["b", 1, null], ["a", 2, 12]]);
  expect(pivot(events, { rows: 0, columns: -1, value: 4, aggregate: "count" }).table.rows).toEqual([["b", 1], ["a", 3]]);
});
