import type { Render } from "../api/query";
import type { Column, ColumnType, Row, Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { indexesOf, indexOf, isLabel, isMeasure, label } from "./columns";
import { type Axis, common, type Mark, type NoChart, none, type Series, type Stacking, type Visualization, type XYChart, type YSplit } from "./spec";

const maxSeries = 60;
const maxPanels = 5;

const marks = {
  timechart: "line",
  anomalychart: "line",
  linechart: "line",
  areachart: "area",
  stackedareachart: "area",
  columnchart: "column",
  barchart: "bar",
  scatterchart: "scatter",
} as const satisfies Partial<Record<Visualization, Mark>>;

/** Charts with two axes. */
export function xyOf(table: Table, visualization: Visualization, render: Render): XYChart | NoChart {
  const { columns, rows } = table;
  const x = xColumn(columns, visualization, render);
  if (x < 0) return none(t("chart.needsTime", { visualization }));
  const odd = visualization === "anomalychart" ? indexesOf(columns, render.anomalycolumns) : [];
  const splits = indexesOf(columns, render.series);
  if (splits.length === 0) columns.forEach((c, i) => i !== x && isLabel(c.type) && splits.push(i));
  const ys = indexesOf(columns, render.ycolumns).filter((i) => !odd.includes(i));
  if (ys.length === 0) columns.forEach((c, i) => i !== x && !splits.includes(i) && !odd.includes(i) && isMeasure(c.type) && ys.push(i));
  if (ys.length === 0) return none(t("chart.needsNumbers", { visualization }));

  const chart: XYChart = { ...common(render), type: "xy", ...axesOf(columns, x, ys, visualization, render), categories: [], series: [] };
  const all = split(columns, rows, { x, splits, ys, odd }, chart.x.type);
  if (chart.x.type === "category") chart.categories = [...new Set(rows.map((r) => label(r[x]!, columns[x]!.type)))];
  keepLargest(chart, all);
  for (const s of chart.series) {
    if (chart.x.type !== "category") s.points.sort((a, b) => (a[0] as number) - (b[0] as number));
    if (render.accumulate === true || render.accumulate === "true") accumulate(s);
  }
  if (chart.stacking !== "none") align(chart.series, chart.stacking);
  onLogAxes(chart);
  if (render.xaxis === "log" && chart.x.type !== "number") chart.notes.push(t("chart.logNeedsNumbers", { visualization }));
  limitPanels(chart);
  return chart;
}

function axesOf(columns: Column[], x: number, ys: number[], visualization: Visualization, render: Render) {
  const mark = marks[visualization as keyof typeof marks];
  const axis = axisType(columns[x]!.type, mark);
  const x_: Axis = { name: render.xtitle || (axis === "time" ? "" : columns[x]!.name), type: axis, log: axis === "number" && render.xaxis === "log", ...bound("min", render.xmin), ...bound("max", render.xmax) };
  const y: Axis = { name: render.ytitle || (ys.length === 1 ? columns[ys[0]!]!.name : ""), type: "number", log: render.yaxis === "log", ...bound("min", render.ymin), ...bound("max", render.ymax) };
  return { mark, stacking: stackingOf(visualization, render), split: splitOf(render), x: x_, y, measures: ys.map((i) => columns[i]!.name) };
}

/** KQL: a timechart's x is its first datetime, any other chart's x its first column. */
function xColumn(columns: Column[], visualization: Visualization, render: Render): number {
  const asked = indexOf(columns, render.xcolumn);
  if (asked !== undefined) return asked;
  return visualization === "timechart" || visualization === "anomalychart" ? columns.findIndex((c) => c.type === "datetime") : 0;
}

function axisType(type: ColumnType, mark: Mark): Axis["type"] {
  if (type === "datetime") return mark === "bar" ? "category" : "time";
  if (isMeasure(type)) return mark === "bar" || mark === "column" ? "category" : "number";
  return "category";
}

function stackingOf(visualization: Visualization, render: Render): Stacking {
  const kind = (render.kind ?? "").toLowerCase();
  if ((kind === "stacked" || kind === "stacked100") && visualization !== "scatterchart") return kind;
  return visualization === "stackedareachart" ? "stacked" : "none";
}

function splitOf(render: Render): YSplit {
  return render.ysplit === "axes" || render.ysplit === "panels" ? render.ysplit : "none";
}

interface Roles {
  x: number;
  splits: number[];
  ys: number[];
  /** The k-th marks what is out of the ordinary in the k-th y column, or in the last there is. */
  odd: number[];
}

/** One series for each combination of split values and each y column; the combinations by name, so that they keep their colours. */
function split(columns: Column[], rows: Row[], { x, splits, ys, odd }: Roles, axis: Axis["type"]): Series[] {
  const series = new Map<string, Series>();
  const xType = columns[x]!.type;
  const number = (row: Row, i: number) => toNumber(row[i]!, columns[i]!.type);
  for (const row of rows) {
    const at = axis === "category" ? label(row[x]!, xType) : number(row, x);
    if (at === null) continue;
    const by = splits.map((i) => label(row[i]!, columns[i]!.type));
    ys.forEach((y, measure) => {
      const name = [...by, ...(by.length === 0 || ys.length > 1 ? [columns[y]!.name] : [])].join(", ");
      let s = series.get(name);
      if (!s) series.set(name, (s = { name, measure, points: [] }));
      const value = number(row, y);
      s.points.push([at, value]);
      const flagged = odd.some((o, k) => Math.min(k, ys.length - 1) === measure && number(row, o));
      if (flagged && value !== null) (s.anomalies ??= []).push([at, value]);
    });
  }
  const all = [...series.values()];
  return splits.length === 0 ? all : all.sort((a, b) => byName.compare(a.name, b.name));
}

const byName = new Intl.Collator("en", { numeric: true });

/** More series than anyone can tell apart: keeps those with the largest totals, in their order. */
function keepLargest(chart: XYChart, all: Series[]) {
  chart.series = all;
  if (all.length <= maxSeries) return;
  const total = (s: Series) => s.points.reduce((sum, p) => sum + Math.abs(p[1] ?? 0), 0);
  const by = new Map(all.map((s) => [s, total(s)]));
  const keep = new Set([...all].sort((a, b) => by.get(b)! - by.get(a)!).slice(0, maxSeries));
  chart.series = all.filter((s) => keep.has(s));
  chart.notes.push(t("chart.fewerSeries", { count: all.length - maxSeries }));
}

function accumulate(s: Series) {
  let sum = 0;
  s.points = s.points.map(([x, y]) => [x, y === null ? null : (sum += y)]);
  if (!s.anomalies) return;
  const sums = new Map(s.points);
  s.anomalies = s.anomalies.map(([x]) => [x, sums.get(x) ?? 0]);
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

/** Zero and less have no logarithm. */
function onLogAxes(chart: XYChart) {
  let left = 0;
  for (const s of chart.series) {
    if (chart.x.log) {
      const before = s.points.length;
      s.points = s.points.filter(([x]) => (x as number) > 0);
      left += before - s.points.length;
    }
    if (chart.y.log) s.points = s.points.map(([x, y]) => (y !== null && y <= 0 ? (left++, [x, null]) : [x, y]));
  }
  if (left) chart.notes.push(t("chart.noLogarithm", { count: left }));
}

function limitPanels(chart: XYChart) {
  if (chart.split !== "panels" || chart.measures.length <= maxPanels) return;
  chart.notes.push(t("chart.fewerPanels", { count: chart.measures.length - maxPanels }));
  chart.series = chart.series.filter((s) => s.measure < maxPanels);
  chart.measures = chart.measures.slice(0, maxPanels);
}

export function bound(side: "min" | "max", value: number | string | null | undefined): Partial<Axis> {
  if (value === null || value === undefined || value === "") return {};
  const n = Number(value);
  const at = Number.isNaN(n) ? Date.parse(String(value)) : n;
  return Number.isFinite(at) ? { [side]: at } : {};
}
