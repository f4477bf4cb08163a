// An anomalychart that names no anomalycolumns asks the server which of its points are out of the
// ordinary: series_decompose_anomalies, with its defaults, of each series.

import type { Answer } from "../api/query";
import { dynamicValue } from "../values/format";
import type { Series, XYChart } from "./spec";

export function anomalyQuery(chart: XYChart): string {
  const rows = chart.series.map((s) => `dynamic([${s.points.map((p) => p[1] ?? "null").join(",")}])`);
  return `datatable(v: dynamic)[${rows.join(",\n")}]\n| extend (odd, score, baseline) = series_decompose_anomalies(v)\n| project odd`;
}

/** The chart with the points that the answer to its query marks. */
export function withAnomalies(chart: XYChart, answer: Answer): XYChart {
  const rows = answer.tables[0]?.rows ?? [];
  const flagsOf = (i: number) => dynamicValue(rows[i]?.[0] ?? null);
  return { ...chart, series: chart.series.map((s, i) => marked(s, flagsOf(i))) };
}

function marked(s: Series, flags: unknown): Series {
  if (!Array.isArray(flags)) return s;
  const anomalies = s.points.flatMap(([x, y], k): [number | string, number][] => (y !== null && Number(flags[k]) !== 0 && flags[k] != null ? [[x, y]] : []));
  return { ...s, anomalies };
}
