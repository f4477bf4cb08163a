// From a result and its `render` to what is drawn: which column is which axis, what splits into
// series, how values stack. Pure, and knows no chart library. One file for each shape of chart.

import type { Render } from "../api/query";
import { type Cell, type ColumnType, isNumeric, type Table } from "../api/table";
import { t } from "../i18n";
import { cardOf } from "./card";
import { graphOf } from "./graph";
import { ladderOf } from "./ladder";
import { mapOf } from "./map";
import { notesOf } from "./notes";
import { pieOf } from "./pie";
import { plotlyOf } from "./plotly";
import { treemapOf } from "./treemap";
import { unpackSeries } from "./unpack";
import { xyOf } from "./xy";

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
  "anomalychart",
  "ladderchart",
  "treemap",
  "card",
  "graph",
  "sankey",
  "timepivot",
  "pivotchart",
  "plotly",
] as const;
export type Visualization = (typeof drawable)[number];

export type Mark = "line" | "area" | "column" | "bar" | "scatter";
export type Stacking = "none" | "stacked" | "stacked100";
/** How y columns part: one axis for all, an axis a series, or a panel a column. */
export type YSplit = "none" | "axes" | "panels";

export interface Axis {
  name: string;
  type: "time" | "number" | "category";
  log: boolean;
  min?: number;
  max?: number;
}

export interface Series {
  name: string;
  /** The y column that it comes from, counting from 0. */
  measure: number;
  /** [x, y]: x is a number on a time (ms) or number axis, a label on a category axis; a null y is a gap. */
  points: [number | string, number | null][];
  /** Those of its points that are out of the ordinary. */
  anomalies?: [number | string, number][];
}

export interface Common {
  title: string;
  legend: boolean;
  /** What was left out, or asked for without effect. */
  notes: string[];
}

export interface XYChart extends Common {
  type: "xy";
  mark: Mark;
  stacking: Stacking;
  split: YSplit;
  x: Axis;
  y: Axis;
  /** The names of the y columns: the panels' titles. */
  measures: string[];
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

/** Stretches on lanes: from, to, lane, and the row that it comes from. */
export type Stretch = [from: number, to: number, lane: number, row: number];

export interface LadderChart extends Common {
  type: "ladder";
  x: Axis;
  y: Axis;
  lanes: string[];
  series: { name: string; stretches: Stretch[] }[];
}

export interface TreeNode {
  name: string;
  value: number;
  children?: TreeNode[];
}

export interface TreemapChart extends Common {
  type: "treemap";
  measure: string;
  roots: TreeNode[];
}

export interface GraphChart extends Common {
  type: "graph" | "sankey";
  nodes: { name: string; weight: number }[];
  links: { source: string; target: string; value: number; label: string }[];
}

export interface MapChart extends Common {
  type: "map";
  /** The column that sets the points' sizes, if one does. */
  measure: string;
  series: { name: string; points: { at: [longitude: number, latitude: number]; value: number | null; name: string }[] }[];
}

export interface PlotlyChart extends Common {
  type: "plotly";
  data: object[];
  layout: object;
}

/** Rows counted over time. */
export interface HistogramChart extends Common {
  type: "histogram";
  /** Milliseconds: where the first column begins, the last ends, and how long each is. */
  from: number;
  to: number;
  step: number;
  counts: number[];
}

/** Pods and lost requests over the seconds after an event. */
export interface SimulationChart extends Common {
  type: "simulation";
  /** Where the axes end: seconds, and pods. */
  end: number;
  most: number;
  /** How many pods there are from a moment on: steps. */
  pods: { name: string; points: [seconds: number, pods: number][] }[];
  lost: { name: string; points: [seconds: number, requests: number][] };
  /** The moment that is looked at. */
  at: number;
}

/** The table itself, to be sliced by hand. */
export interface TimePivot extends Common {
  type: "timepivot";
  table: Table;
  levels: number[];
}

export interface Pivot extends Common {
  type: "pivot";
  table: Table;
}

/** What ECharts draws. */
export type Drawing = XYChart | PieChart | LadderChart | TreemapChart | GraphChart | MapChart | HistogramChart | SimulationChart;
export type Chart = Drawing | CardChart | PlotlyChart | TimePivot | Pivot;

/** Why a result cannot be drawn as asked. */
export interface NoChart {
  type: "none";
  problem: string;
}

export const none = (problem: string): NoChart => ({ type: "none", problem });

export function chartOf(table: Table, render: Render): Chart | NoChart {
  const visualization = (render.visualization ?? "").toLowerCase();
  if (!isDrawable(visualization)) return none(t("chart.notDrawn", { visualization }));
  if (table.rows.length === 0) return none(t("chart.noRows"));
  const chart = shapeOf(table, visualization, render);
  if (chart.type !== "none") chart.notes.unshift(...notesOf(table.columns, visualization, render));
  return chart;
}

function shapeOf(table: Table, visualization: Visualization, render: Render): Chart | NoChart {
  switch (visualization) {
    case "card":
      return cardOf(table, render);
    case "piechart":
      return pieOf(table, render);
    case "ladderchart":
      return ladderOf(table, render);
    case "treemap":
      return treemapOf(table, render);
    case "graph":
    case "sankey":
      return graphOf(table, visualization, render);
    case "plotly":
      return plotlyOf(table);
    case "timepivot":
      return timePivotOf(table, render);
    case "pivotchart":
      return { type: "pivot", ...common(render), table: unpackSeries(table) };
    case "scatterchart":
      return render.kind === "map" ? mapOf(table, render) : xyOf(unpackSeries(table), visualization, render);
    default:
      return xyOf(unpackSeries(table), visualization, render);
  }
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

export function common(render: Render): Common {
  return { title: render.title ?? "", legend: render.legend !== "hidden", notes: [] };
}

function timePivotOf(table: Table, render: Render): TimePivot | NoChart {
  if (!table.columns.some((c) => c.type === "datetime")) return none(t("chart.needsTime", { visualization: "timepivot" }));
  const asked = String(render.series ?? "").split(",").map((n) => table.columns.findIndex((c) => c.name === n.trim())).filter((i) => i >= 0);
  // Spans of OpenTelemetry are sliced by their kind at first; anything else by its first text.
  const kind = table.columns.findIndex((c) => c.name === "SpanKind");
  const first = kind >= 0 ? kind : table.columns.findIndex((c) => c.type === "string");
  return { type: "timepivot", ...common(render), table, levels: asked.length ? asked : first >= 0 ? [first] : [] };
}
