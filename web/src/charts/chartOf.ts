// From a result and its `render` to what is drawn. Pure; one file for each shape of chart.

import type { Render } from "../api/query";
import { type ColumnType, isNumeric, type Table } from "../api/table";
import { t } from "../i18n";
import { cardOf } from "./card";
import { graphOf } from "./graph";
import { ladderOf } from "./ladder";
import { mapOf } from "./map";
import { notesOf } from "./notes";
import { pieOf } from "./pie";
import { plotlyOf } from "./plotly";
import { type Chart, common, isDrawable, type NoChart, none, type Visualization } from "./spec";
import { timePivotOf } from "./timepivot";
import { treemapOf } from "./treemap";
import { unpackSeries } from "./unpack";
import { xyOf } from "./xy";

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
