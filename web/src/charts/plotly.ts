import type { Table } from "../api/table";
import { t } from "../i18n";
import { type NoChart, none, type PlotlyChart } from "./spec";

/** plotly: one cell of text that is Plotly's JSON. */
export function plotlyOf(table: Table): PlotlyChart | NoChart {
  const cell = table.rows[0]?.[0];
  try {
    const figure = (typeof cell === "string" ? JSON.parse(cell) : null) as { data?: unknown; layout?: object } | null;
    if (!Array.isArray(figure?.data)) return none(t("chart.plotlyNeeds"));
    return { type: "plotly", title: "", legend: true, notes: [], data: figure.data as object[], layout: figure.layout ?? {} };
  } catch {
    return none(t("chart.plotlyNeeds"));
  }
}
