// Properties of `render` that were given and have no effect on the chart asked for, and names of
// columns that there are none of. Nothing that a query asks for is ignored in silence.

import type { Render } from "../api/query";
import type { Column } from "../api/table";
import { t } from "../i18n";
import { indexOf, names } from "./columns";
import type { Visualization } from "./spec";

type Property = Exclude<keyof Render, "visualization">;

const axes = ["xcolumn", "ycolumns", "series", "xtitle", "ytitle", "xaxis", "yaxis", "xmin", "xmax", "ymin", "ymax", "accumulate", "legend", "title"] as const;
const effective: Record<Visualization, readonly Property[]> = {
  timechart: [...axes, "ysplit"],
  linechart: [...axes, "ysplit"],
  areachart: [...axes, "ysplit", "kind"],
  stackedareachart: [...axes, "kind"],
  columnchart: [...axes, "ysplit", "kind"],
  barchart: [...axes, "ysplit", "kind"],
  scatterchart: [...axes, "kind"],
  anomalychart: [...axes, "ysplit", "anomalycolumns"],
  piechart: ["xcolumn", "ycolumns", "series", "legend", "title"],
  ladderchart: ["xtitle", "ytitle", "series", "legend", "title", "xmin", "xmax", "xaxis"],
  treemap: ["series", "title", "ycolumns"],
  card: ["title"],
  graph: ["title", "legend", "xcolumn", "series", "ycolumns"],
  sankey: ["title", "xcolumn", "series", "ycolumns"],
  timepivot: ["series", "title"],
  pivotchart: ["title"],
  plotly: [],
};
const onMap: readonly Property[] = ["kind", "series", "title", "legend", "xcolumn", "ycolumns"];
const kinds: Partial<Record<Visualization, readonly string[]>> = { scatterchart: ["default", "map"], stackedareachart: ["default", "stacked", "stacked100"] };
const barKinds = ["default", "unstacked", "stacked", "stacked100"];
const defaults: Partial<Record<Property, unknown>> = { accumulate: false, ymin: "NaN", ymax: "NaN", xmin: "NaN", xmax: "NaN", legend: "visible", ysplit: "none", kind: "default", xaxis: "linear", yaxis: "linear" };
const properties: readonly Property[] = [...axes, "kind", "ysplit", "anomalycolumns"];

export function notesOf(columns: Column[], visualization: Visualization, render: Render): string[] {
  const works = render.kind === "map" && visualization === "scatterchart" ? onMap : effective[visualization];
  const idle = properties.filter((p) => isGiven(render, p) && !works.includes(p));
  const kind = render.kind ?? "default";
  if (isGiven(render, "kind") && works.includes("kind") && !(kinds[visualization] ?? barKinds).includes(kind)) idle.push("kind");
  const notes = idle.map((property) => t("chart.noEffect", { property: `${property}=${render[property]}`, visualization }));
  const named = (["xcolumn", "ycolumns", "series", "anomalycolumns"] as const).filter((p) => works.includes(p));
  const unknown = named.flatMap((p) => names(render[p])).filter((n) => indexOf(columns, n) === undefined);
  return [...notes, ...unknown.map((column) => t("chart.noColumn", { column }))];
}

function isGiven(render: Render, p: Property): boolean {
  const value = render[p];
  return value !== null && value !== undefined && value !== "" && value !== defaults[p];
}
