// From a result and its `render` to what is drawn: which column is which axis, what splits into
// series, how values stack. Pure, and knows no chart library.

import type { Render } from "../api/query";
import { type Cell, type Column, type ColumnType, isNumeric, type Row, type Table } from "../api/table";
import { formatCell, plainText, toNumber } from "../values/format";
import { unpackSeries } from "./unpack";

/** The visualizations that can be drawn, by their KQL names. */
export const drawable = [
  "timechart",
  "linechart",
  "areachart",
  "stackedareachart",
  "columnchart",
  "barchart",
  "piechart",
  "scatterchart",
  "card",
] as const;
export type Visualization = (typeof drawable)[number];

export type Mark = "line" | "area" | "column" | "bar" | "scatter";
export type Stacking = "none" | "stacked" | "stacked100";

export interface Axis {
  name: string;
  type: "time" | "number" | "category";
  log: boolean;
  min?: number;
  max?: number;
}

export interface Series {
  name: string;
  /** [x, y]: x is a number on a time (ms) or number axis, a label on a category axis; a null y is a gap. */
  points: [number | string, number | null][];
}

interface Common {
  title: string;
  legend: boolean;
  /** How many series or slices were left out, being the smallest. */
  dropped: number;
}

export interface XYChart extends Common {
  type: "xy";
  mark: Mark;
  stacking: Stacking;
  x: Axis;
  y: Axis;
  /** In order, when x is a category axis. */
  categories: string[];
  series: Series[];
}

export interface PieChart extends Common {
  type: "pie";
  slices: { name: string; value: number }[];
}

export interface CardChart extends Common {
  type: "card";
  items: { name: string; type: ColumnType; value: Cell }[];
}

export type Chart = XYChart | PieChart | CardChart;

/** Why a result cannot be drawn as asked. */
export interface NoChart {
  type: "none";
  problem: string;
}

const maxSeries = 60;
const maxSlices = 24;
const none = (problem: string): NoChart => ({ type: "none", problem });
const label = (cell: Cell, type: ColumnType) => formatCell(cell, type, "utc") || "(empty)";

export function chartOf(table: Table, render: Render): Chart | NoChart {
  const visualization = (render.visualization ?? "").toLowerCase();
  if (!isDrawable(visualization)) return none(`Yagura does not draw ${visualization} yet. The table has the values.`);
  if (table.rows.length === 0) return none("There are no rows to draw.");
  if (visualization === "card") return card(table, render);
  if (visualization === "piechart") return pie(table, render);
  return xy(unpackSeries(table), visualization, render);
}

export const isDrawable = (name: string): name is Visualization => (drawable as readonly string[]).includes(name);

/** A visualization that suits a result without `render`, if one does. */
export function suggest(table: Table): Visualization | undefined {
  const { columns, rows } = unpackSeries(table);
  if (rows.length === 0 || columns.length > 12) return undefined;
  const has = (f: (t: ColumnType) => boolean) => columns.some((c) => f(c.type));
  if (!has(isNumeric)) return undefined;
  if (has((t) => t === "datetime")) return "timechart";
  if (columns.every((c) => isNumeric(c.type))) return rows.length === 1 ? "card" : undefined;
  return columns.length <= 4 && rows.length <= 200 ? "columnchart" : undefined;
}

function card(table: Table, render: Render): CardChart {
  const items = table.columns.map((c, i) => ({ name: c.name, type: c.type, value: table.rows[0]![i] ?? null }));
  return { type: "card", title: render.title ?? "", legend: false, dropped: 0, items };
}

function pie(table: Table, render: Render): PieChart | NoChart {
  const { columns } = table;
  const y = indexOf(columns, names(render.ycolumns)[0]) ?? columns.findIndex((c, i) => i > 0 && isNumeric(c.type));
  if (y < 0) return none("A piechart needs a column of numbers after the first column.");
  const x = indexOf(columns, render.xcolumn) ?? (y === 0 ? 1 : 0);
  const totals = new Map<string, number>();
  for (const row of table.rows) {
    const value = toNumber(row[y]!, columns[y]!.type);
    const name = label(row[x]!, columns[x]!.type);
    if (value !== null && value > 0) totals.set(name, (totals.get(name) ?? 0) + value);
  }
  const slices = [...totals].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
  const rest = slices.splice(maxSlices);
  if (rest.length) slices.push({ name: `${rest.length} others`, value: rest.reduce((sum, s) => sum + s.value, 0) });
  return { type: "pie", ...common(render, 0), slices };
}

function xy(table: Table, visualization: Visualization, render: Render): XYChart | NoChart {
  const { columns, rows } = table;
  const x = xColumn(columns, visualization, render);
  if (x < 0) return none(`A ${visualization} needs a datetime column.`);
  const splits = names(render.series).flatMap((n) => indexOf(columns, n) ?? []);
  if (splits.length === 0) columns.forEach((c, i) => i !== x && isLabel(c.type) && splits.push(i));
  const ys = names(render.ycolumns).flatMap((n) => indexOf(columns, n) ?? []);
  if (ys.length === 0) columns.forEach((c, i) => i !== x && !splits.includes(i) && isMeasure(c.type) && ys.push(i));
  if (ys.length === 0) return none(`A ${visualization} needs a column of numbers beside its first column.`);

  const mark = marks[visualization as keyof typeof marks];
  const stacking = stackingOf(visualization, render);
  const axis = axisType(columns[x]!.type, mark);
  const all = split(columns, rows, x, splits, ys, axis);
  const { kept, dropped } = largest(all);
  const categories = axis === "category" ? [...new Set(rows.map((r) => label(r[x]!, columns[x]!.type)))] : [];
  for (const s of kept) {
    if (axis !== "category") s.points.sort((a, b) => (a[0] as number) - (b[0] as number));
    if (render.accumulate === true || render.accumulate === "true") accumulate(s);
  }
  if (stacking !== "none") align(kept, stacking);
  return {
    type: "xy",
    mark,
    stacking,
    ...common(render, dropped),
    x: { name: render.xtitle || (axis === "time" ? "" : columns[x]!.name), type: axis, log: render.xaxis === "log" },
    y: {
      name: render.ytitle || (ys.length === 1 ? columns[ys[0]!]!.name : ""),
      type: "number",
      log: render.yaxis === "log",
      ...bound("min", render.ymin),
      ...bound("max", render.ymax),
    },
    categories,
    series: kept,
  };
}

const marks = {
  timechart: "line",
  linechart: "line",
  areachart: "area",
  stackedareachart: "area",
  columnchart: "column",
  barchart: "bar",
  scatterchart: "scatter",
} as const satisfies Partial<Record<Visualization, Mark>>;

const isLabel = (t: ColumnType) => t === "string" || t === "guid" || t === "bool";
const isMeasure = (t: ColumnType) => isNumeric(t) || t === "timespan";

/** KQL: a timechart's x is its first datetime, any other chart's x its first column. */
function xColumn(columns: Column[], visualization: Visualization, render: Render): number {
  const asked = indexOf(columns, render.xcolumn);
  if (asked !== undefined) return asked;
  return visualization === "timechart" ? columns.findIndex((c) => c.type === "datetime") : 0;
}

function axisType(type: ColumnType, mark: Mark): Axis["type"] {
  if (type === "datetime") return mark === "bar" ? "category" : "time";
  if (isMeasure(type)) return mark === "bar" || mark === "column" ? "category" : "number";
  return "category";
}

function stackingOf(visualization: Visualization, render: Render): Stacking {
  const kind = (render.kind ?? "").toLowerCase();
  if (kind === "stacked" || kind === "stacked100") return kind;
  return visualization === "stackedareachart" ? "stacked" : "none";
}

/** One series for each combination of split values and each y column, in order of appearance. */
function split(columns: Column[], rows: Row[], x: number, splits: number[], ys: number[], axis: Axis["type"]): Series[] {
  const series = new Map<string, Series>();
  const xType = columns[x]!.type;
  for (const row of rows) {
    const at = axis === "category" ? label(row[x]!, xType) : toNumber(row[x]!, xType);
    if (at === null) continue;
    const by = splits.map((i) => label(row[i]!, columns[i]!.type));
    for (const y of ys) {
      const name = [...by, ...(by.length === 0 || ys.length > 1 ? [columns[y]!.name] : [])].join(", ");
      let s = series.get(name);
      if (!s) series.set(name, (s = { name, points: [] }));
      s.points.push([at, toNumber(row[y]!, columns[y]!.type)]);
    }
  }
  return [...series.values()];
}

/** More series than anyone can tell apart: keeps those with the largest totals, in their order. */
function largest(all: Series[]): { kept: Series[]; dropped: number } {
  if (all.length <= maxSeries) return { kept: all, dropped: 0 };
  const total = (s: Series) => s.points.reduce((sum, p) => sum + Math.abs(p[1] ?? 0), 0);
  const by = new Map(all.map((s) => [s, total(s)]));
  const keep = new Set([...all].sort((a, b) => by.get(b)! - by.get(a)!).slice(0, maxSeries));
  return { kept: all.filter((s) => keep.has(s)), dropped: all.length - maxSeries };
}

function accumulate(s: Series) {
  let sum = 0;
  s.points = s.points.map(([x, y]) => [x, y === null ? null : (sum += y)]);
}

/** Gives all series the same x values, so that one can stand on another; what is missing counts nothing. */
function align(series: Series[], stacking: Stacking) {
  const xs = [...new Set(series.flatMap((s) => s.points.map((p) => p[0])))];
  if (typeof xs[0] === "number") (xs as number[]).sort((a, b) => a - b);
  const values = series.map((s) => new Map(s.points));
  const totals = new Map(xs.map((x) => [x, values.reduce((sum, v) => sum + Math.abs(v.get(x) ?? 0), 0)]));
  series.forEach((s, i) => {
    s.points = xs.map((x) => {
      const y = values[i]!.get(x) ?? 0;
      return [x, stacking === "stacked100" ? (100 * y) / (totals.get(x) || 1) : y];
    });
  });
}

function common(render: Render, dropped: number): Common {
  return { title: render.title ?? "", legend: render.legend !== "hidden", dropped };
}

function bound(side: "min" | "max", value: number | string | null | undefined): Partial<Axis> {
  if (value === null || value === undefined || value === "") return {};
  const n = Number(value);
  return Number.isFinite(n) ? { [side]: n } : {};
}

/** A list property comes as an array, or as names parted by commas. */
function names(value: string | string[] | null | undefined): string[] {
  if (!value) return [];
  return (Array.isArray(value) ? value : value.split(",")).map((n) => n.trim()).filter(Boolean);
}

function indexOf(columns: Column[], name: string | null | undefined): number | undefined {
  const i = name ? columns.findIndex((c) => c.name === plainText(name)) : -1;
  return i < 0 ? undefined : i;
}
