// What is drawn, before any chart library: which column is which axis, what splits into series, how
// values stack.

import type { Render } from "../api/query";
import type { Cell, ColumnType, Table } from "../api/table";

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
  /** The name of its colour (palette.ts), if it has one of its own. */
  colour?: string;
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
  slices: { name: string; value: number; colour?: string }[];
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

export const isDrawable = (name: string): name is Visualization => (drawable as readonly string[]).includes(name);

export function common(render: Render): Common {
  return { title: render.title ?? "", legend: render.legend !== "hidden", notes: [] };
}
