import { expect, test } from "vitest";
import type { Table } from "../../api/table";
import { compare } from "./compare";
import { columnStats } from "./columnStats";
import { Group, linesOf } from "./groups";
import { histogramOf, timeColumn } from "./histogram";
import { toParquet } from "./parquet";

const at = (minute: number) => `2026-11-23T00:${String(minute).padStart(2, "0")}:00Z`;
const table: Table = {
  name: "T",
  columns: [
    { name: "Start", type: "datetime" },
    { name: "TimeGenerated", type: "datetime" },
    { name: "Level", type: "string" },
    { name: "n", type: "long" },
  ],
  rows: [
    [at(9), at(0), "info", 1],
    [at(9), at(1), "error", 3],
    [at(9), at(1), "info", null],
    [at(9), null, "", 9007199254740993n],
  ],
};

test("rows are counted over TimeGenerated, in round steps", () => {
  expect(timeColumn(table)).toBe(1);
  const chart = histogramOf(table, 1)!;
  expect(chart.step).toBe(1000);
  expect(chart.counts).toHaveLength(61);
  expect([chart.counts[0], chart.counts[60]]).toEqual([1, 2]);
  expect(histogramOf(table, 0)).toBeUndefined();
});

test("a column's statistics: empty, distinct, frequent, spread", () => {
  const cells = (i: number) => table.rows.map((row) => row[i]!);
  expect(columnStats("string", cells(2))).toEqual({ rows: 4, empty: 1, distinct: 2, top: [{ text: "info", count: 2 }, { text: "error", count: 1 }] });
  expect(columnStats("long", cells(3))).toMatchObject({ empty: 1, distinct: 3, spread: { min: 1, counts: expect.arrayContaining([2, 1]) as number[] } });
});

test("groups nest, largest first, with their rows where they are open", () => {
  const lines = linesOf(table.rows, table.columns, [2, 3], (key) => key === "/info");
  expect(lines.map((l) => (l instanceof Group ? `${l.depth} ${l.value} ${l.count}` : "row"))).toEqual(["0 info 2", "1 1 1", "1 (empty) 1", "0 error 1", "0 (empty) 1"]);
  expect(linesOf(table.rows, table.columns, [2], (key) => key === "/error")).toContain(table.rows[1]);
});

test("Parquet keeps all digits of a long, and nulls", () => {
  const bytes = new Uint8Array(toParquet(table.columns, table.rows));
  expect(new TextDecoder().decode(bytes.slice(0, 4))).toBe("PAR1");
  expect(new TextDecoder().decode(bytes.slice(-4))).toBe("PAR1");
});

test("what sets some rows apart comes first; ids and what is the same in all are left out", () => {
  const rows = Array.from({ length: 200 }, (_, i) => [`id ${i}`, i < 40 ? "b" : "a", i % 2 ? "x" : "y", i < 40 ? 500 + (i % 50) : i % 100]);
  const found = compare({ name: "T", columns: [{ name: "Id", type: "string" }, { name: "Version", type: "string" }, { name: "Zone", type: "string" }, { name: "Ms", type: "long" }], rows }, (r) => Number(r[3]) >= 500, -1);
  expect([found.inside, found.outside]).toEqual([40, 160]);
  expect(found.differences.map((d) => d.column)).toEqual([1, 3]);
  expect(found.differences[0]).toMatchObject({ distance: 1, shares: [{ text: "b", inside: 1, outside: 0 }, { text: "a", inside: 0, outside: 1 }] });
  expect(found.differences[1]!.distance).toBeGreaterThan(0.9);
});
