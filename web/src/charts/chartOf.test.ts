import { describe, expect, test } from "vitest";
import type { ColumnType, Row, Table } from "../api/table";
import { chartOf, suggest } from "./chartOf";
import type { CardChart, PieChart, XYChart } from "./spec";

const table = (columns: Record<string, ColumnType>, rows: Row[]): Table => ({
  name: "PrimaryResult",
  columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
  rows,
});
const at = (hour: number) => `2026-11-23T0${hour}:00:00Z`;
const ms = (hour: number) => Date.UTC(2026, 10, 23, hour);
const xy = (t: Table, render: object) => chartOf(t, render) as XYChart;

describe("timechart", () => {
  const counts = table({ Level: "string", TimeGenerated: "datetime", n: "long" }, [
    ["error", at(2), 5],
    ["info", at(1), 3],
    ["error", at(1), null],
    ["error", at(3), 9223372036854775807n],
  ]);

  test("x is the first datetime, wherever it stands; strings split; a null is a gap; points are in order", () => {
    const chart = xy(counts, { visualization: "timechart" });
    expect(chart).toMatchObject({ type: "xy", mark: "line", x: { type: "time" }, y: { name: "n" } });
    expect(chart.series).toEqual([
      { name: "error", measure: 0, points: [[ms(1), null], [ms(2), 5], [ms(3), 9223372036854775807]] },
      { name: "info", measure: 0, points: [[ms(1), 3]] },
    ]);
  });

  test("each y column is a series of its own", () => {
    const chart = xy(table({ TimeGenerated: "datetime", a: "long", b: "real" }, [[at(1), 1, 2]]), { visualization: "timechart" });
    expect(chart.series.map((s) => s.name)).toEqual(["a", "b"]);
  });

  test("with splits and several y columns the name says both", () => {
    const chart = xy(table({ TimeGenerated: "datetime", k: "string", a: "long", b: "real" }, [[at(1), "x", 1, 2]]), { visualization: "timechart" });
    expect(chart.series.map((s) => s.name)).toEqual(["x, a", "x, b"]);
  });

  test("make-series arrays are laid out as points", () => {
    const series = table({ k: "string", n: "dynamic", TimeGenerated: "dynamic" }, [
      ["x", "[1,null,3]", `["${at(1)}","${at(2)}","${at(3)}"]`],
      ["y", "[4,5,6]", `["${at(1)}","${at(2)}","${at(3)}"]`],
    ]);
    expect(xy(series, { visualization: "timechart" }).series).toEqual([
      { name: "x", measure: 0, points: [[ms(1), 1], [ms(2), null], [ms(3), 3]] },
      { name: "y", measure: 0, points: [[ms(1), 4], [ms(2), 5], [ms(3), 6]] },
    ]);
  });

  test("properties name columns, bounds and titles", () => {
    const chart = xy(counts, { visualization: "timechart", title: "T", ytitle: "y!", ymin: "0", ymax: 10, legend: "hidden", ycolumns: "n", xcolumn: "TimeGenerated", series: ["Level"] });
    expect(chart).toMatchObject({ title: "T", legend: false, y: { name: "y!", min: 0, max: 10 } });
    expect(xy(counts, { visualization: "timechart", ymin: "NaN" }).y).not.toHaveProperty("min");
  });

  test("accumulate adds up", () => {
    const chart = xy(table({ TimeGenerated: "datetime", n: "long" }, [[at(2), 2], [at(1), 1], [at(3), 3]]), { visualization: "timechart", accumulate: true });
    expect(chart.series[0]!.points.map((p) => p[1])).toEqual([1, 3, 6]);
  });

  test("says what is missing", () => {
    expect(chartOf(table({ a: "string", n: "long" }, [["x", 1]]), { visualization: "timechart" })).toEqual({ type: "none", problem: "A timechart needs a datetime column." });
    expect(chartOf(table({ t: "datetime", a: "string" }, [[at(1), "x"]]), { visualization: "timechart" })).toMatchObject({ type: "none" });
  });
});

test("columns keep the query's order, and split by a further string", () => {
  const chart = xy(table({ City: "string", Code: "string", n: "long" }, [["Tokyo", "0", 3], ["Osaka", "0", 2], ["Tokyo", "1", 1], [null, "0", 7]]), { visualization: "columnchart" });
  expect(chart).toMatchObject({ mark: "column", stacking: "none", categories: ["Tokyo", "Osaka", "(empty)"], x: { type: "category", name: "City" } });
  expect(chart.series).toEqual([
    { name: "0", measure: 0, points: [["Tokyo", 3], ["Osaka", 2], ["(empty)", 7]] },
    { name: "1", measure: 0, points: [["Tokyo", 1]] },
  ]);
});

test("stacked series share their x values; in percent they add up to 100", () => {
  const data = table({ City: "string", Code: "string", n: "long" }, [["Tokyo", "0", 3], ["Osaka", "0", 2], ["Tokyo", "1", 1]]);
  expect(xy(data, { visualization: "barchart", kind: "stacked" }).series[1]).toEqual({ name: "1", measure: 0, points: [["Tokyo", 1], ["Osaka", 0]] });
  const percent = xy(data, { visualization: "columnchart", kind: "stacked100" });
  expect(percent.series.map((s) => s.points[0]![1])).toEqual([75, 25]);
});

test("areas: stackedareachart stacks, areachart does not", () => {
  const data = table({ t: "datetime", n: "long" }, [[at(1), 1]]);
  expect(xy(data, { visualization: "areachart" })).toMatchObject({ mark: "area", stacking: "none" });
  expect(xy(data, { visualization: "stackedareachart" }).stacking).toBe("stacked");
});

test("scatter has numbers on both axes", () => {
  const chart = xy(table({ x: "real", y: "real", k: "string" }, [[2, 3, "a"], [1, 5, "a"]]), { visualization: "scatterchart" });
  expect(chart).toMatchObject({ mark: "scatter", x: { type: "number" } });
  expect(chart.series).toEqual([{ name: "a", measure: 0, points: [[1, 5], [2, 3]] }]);
});

test("a pie adds equal names up, drops what is not positive and gathers the smallest", () => {
  const rows: Row[] = Array.from({ length: 30 }, (_, i) => [`k${i}`, 100 - i]);
  const chart = chartOf(table({ k: "string", n: "long" }, [...rows, ["k0", 50], ["none", 0], ["bad", -3]]), { visualization: "piechart" }) as PieChart;
  expect(chart.slices[0]).toEqual({ name: "k0", value: 150 });
  expect(chart.slices).toHaveLength(25);
  expect(chart.slices.at(-1)!.name).toBe("6 others");
});

test("a card shows the first row", () => {
  const chart = chartOf(table({ a: "long", b: "string" }, [[1, "x"], [2, "y"]]), { visualization: "card", title: "C" }) as CardChart;
  expect(chart).toMatchObject({ type: "card", title: "C", items: [{ name: "a", value: 1 }, { name: "b", value: "x" }] });
});

test("too many series: the largest stay", () => {
  const rows: Row[] = Array.from({ length: 100 }, (_, i) => [at(1), `s${i}`, i]);
  const chart = xy(table({ t: "datetime", k: "string", n: "long" }, rows), { visualization: "timechart" });
  expect(chart.notes).toEqual(["40 smaller series are not shown."]);
  expect(chart.series[0]!.name).toBe("s40");
});

test("what is not drawn is named, and what has no effect", () => {
  const one = table({ n: "long" }, [[1]]);
  expect(chartOf(one, { visualization: "3Dchart" })).toEqual({ type: "none", problem: "Yagura does not draw 3dchart. The table has the values." });
  expect(chartOf({ ...one, rows: [] }, { visualization: "card" })).toMatchObject({ type: "none" });
  const defaults = { accumulate: false, ymin: "NaN", ymax: "NaN", kind: null };
  expect(chartOf(one, { visualization: "card", ...defaults })).toMatchObject({ notes: [] });
  expect(chartOf(one, { visualization: "card", ...defaults, ysplit: "axes" })).toMatchObject({ notes: ["ysplit=axes has no effect on a card."] });
  const t = table({ t: "datetime", n: "long" }, [[at(1), 1]]);
  expect(xy(t, { visualization: "timechart", ycolumns: "m,n", kind: "stacked", xaxis: "log" }).notes).toEqual([
    "kind=stacked has no effect on a timechart.",
    "There is no column m.",
    "xaxis=log has no effect: the x axis of this timechart is not of numbers.",
  ]);
});

test("ysplit gives each y column a panel, five at most, or each series an axis", () => {
  const columns = Object.fromEntries(["a", "b", "c", "d", "e", "f"].map((n) => [n, "long" as const]));
  const wide = table({ t: "datetime", ...columns }, [[at(1), 1, 2, 3, 4, 5, 6]]);
  const panels = xy(wide, { visualization: "timechart", ysplit: "panels" });
  expect(panels).toMatchObject({ split: "panels", measures: ["a", "b", "c", "d", "e"], notes: ["1 column has no panel: there are at most five."] });
  expect(panels.series.map((s) => s.measure)).toEqual([0, 1, 2, 3, 4]);
  expect(xy(wide, { visualization: "linechart", ysplit: "axes" })).toMatchObject({ split: "axes", notes: [] });
});

test("anomaly columns mark points and are no lines", () => {
  const t = table({ t: "datetime", n: "long", odd: "long" }, [[at(1), 5, 0], [at(2), 90, 1], [at(3), 4, -1]]);
  const chart = xy(t, { visualization: "anomalychart", anomalycolumns: "odd" });
  expect(chart.series).toEqual([{ name: "n", measure: 0, points: [[ms(1), 5], [ms(2), 90], [ms(3), 4]], anomalies: [[ms(2), 90], [ms(3), 4]] }]);
  expect(xy(t, { visualization: "timechart", anomalycolumns: "odd" }).notes).toEqual(["anomalycolumns=odd has no effect on a timechart."]);
});

test("what has no logarithm is a gap, and counted", () => {
  const chart = xy(table({ t: "datetime", n: "long" }, [[at(1), 10], [at(2), 0]]), { visualization: "timechart", yaxis: "log" });
  expect(chart.series[0]!.points).toEqual([[ms(1), 10], [ms(2), null]]);
  expect(chart.notes).toEqual(["1 point is not shown: zero and less have no logarithm."]);
});

test("a ladder has stretches on the lanes of the other columns", () => {
  const t = table({ k: "string", a: "datetime", b: "datetime" }, [["x", at(1), at(2)], ["y", at(4), at(3)], ["x", at(5), null]]);
  expect(chartOf(t, { visualization: "ladderchart" })).toMatchObject({
    type: "ladder",
    lanes: ["x", "y"],
    series: [{ name: "", stretches: [[ms(1), ms(2), 0, 0], [ms(3), ms(4), 1, 1]] }],
    notes: ["1 row is not shown: it lacks a beginning or an end."],
  });
  expect(chartOf(table({ k: "string", n: "long" }, [["x", 1]]), { visualization: "ladderchart" })).toMatchObject({ type: "none" });
});

test("a treemap nests by its columns of names and adds up", () => {
  const t = table({ kind: "string", place: "string", n: "long" }, [["a", "x", 1], ["a", "y", 2], ["b", "x", 4], ["b", "z", 0]]);
  expect(chartOf(t, { visualization: "treemap" })).toMatchObject({
    roots: [
      { name: "a", value: 3, children: [{ name: "x", value: 1 }, { name: "y", value: 2 }] },
      { name: "b", value: 4, children: [{ name: "x", value: 4 }] },
    ],
    notes: ["1 row is not shown: its value is not positive."],
  });
});

test("a graph has an edge a row; a sankey refuses a circle", () => {
  const t = table({ source: "string", target: "string", n: "long" }, [["a", "b", 1], ["b", "a", 2], ["a", "b", 3]]);
  expect(chartOf(t, { visualization: "graph" })).toMatchObject({ links: [{ source: "a", target: "b", value: 4 }, { source: "b", target: "a", value: 2 }], nodes: [{ name: "a", weight: 6 }, { name: "b", weight: 6 }] });
  expect(chartOf(t, { visualization: "sankey" })).toMatchObject({ type: "none" });
});

test("a map has longitudes and latitudes, or GeoJSON points", () => {
  const t = table({ lon: "real", lat: "real", who: "string" }, [[139.7, 35.7, "x"], [500, 0, "x"]]);
  expect(chartOf(t, { visualization: "scatterchart", kind: "map" })).toMatchObject({ type: "map", series: [{ name: "x", points: [{ at: [139.7, 35.7], value: null }] }], notes: ["1 row is not shown: it has no place on the map."] });
  const json = table({ p: "dynamic", n: "long" }, [['{"type":"Point","coordinates":[1,2]}', 7]]);
  expect(chartOf(json, { visualization: "scatterchart", kind: "map" })).toMatchObject({ measure: "n", series: [{ points: [{ at: [1, 2], value: 7 }] }] });
});

test("plotly takes a figure's JSON, and nothing else", () => {
  expect(chartOf(table({ p: "string" }, [['{"data":[{"y":[1,2]}],"layout":{"title":"x"}}']]), { visualization: "plotly" })).toMatchObject({ type: "plotly", data: [{ y: [1, 2] }] });
  expect(chartOf(table({ p: "string" }, [["<script>"]]), { visualization: "plotly" })).toMatchObject({ type: "none" });
});

test("what suits a result without render", () => {
  expect(suggest(table({ t: "datetime", n: "long" }, [[at(1), 1]]))).toBe("timechart");
  expect(suggest(table({ k: "string", n: "long" }, [["x", 1]]))).toBe("columnchart");
  expect(suggest(table({ n: "long" }, [[1]]))).toBe("card");
  expect(suggest(table({ k: "string" }, [["x"]]))).toBeUndefined();
  expect(suggest(table({ t: "datetime", n: "long" }, []))).toBeUndefined();
});
