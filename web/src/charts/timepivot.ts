import type { Render } from "../api/query";
import type { Table } from "../api/table";
import { t } from "../i18n";
import { common, type NoChart, none, type TimePivot } from "./spec";

/** timepivot: the table itself, sliced at first by the columns that the query names, else by one that suits. */
export function timePivotOf(table: Table, render: Render): TimePivot | NoChart {
  if (!table.columns.some((c) => c.type === "datetime")) return none(t("chart.needsTime", { visualization: "timepivot" }));
  const asked = String(render.series ?? "").split(",").map((n) => table.columns.findIndex((c) => c.name === n.trim())).filter((i) => i >= 0);
  // Spans of OpenTelemetry are sliced by their kind at first; anything else by its first text that makes lanes of the rows.
  const kind = table.columns.findIndex((c) => c.name === "SpanKind");
  const texts = table.columns.flatMap((c, i) => (c.type === "string" ? [i] : []));
  const first = kind >= 0 ? kind : (texts.find((i) => makesLanes(table, i)) ?? texts[0]);
  return { type: "timepivot", ...common(render), table, levels: asked.length ? asked : first === undefined ? [] : [first] };
}

/** Neither one lane for all rows, nor about as many as there are rows. */
function makesLanes({ rows }: Table, column: number): boolean {
  const lanes = new Set(rows.map((row) => row[column])).size;
  return lanes > 1 && lanes <= rows.length / 2;
}
