import { formatNumber } from "../../values/format";
import type { MapChart } from "../spec";
import { legend, legendHeight, type Look, tooltip } from "./look";

/** The name under which ECharts knows the outline of the countries (see world.ts). */
export const world = "world";

export function map(chart: MapChart, look: Look) {
  const names = chart.series.map((s) => s.name);
  const values = chart.series.flatMap((s) => s.points.map((p) => Math.abs(p.value ?? 0)));
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const many = values.length > 500;
  const size = (value: number | null) => (most > 0 && value !== null ? 5 + 22 * Math.sqrt(Math.abs(value) / most) : many ? 5 : 9);
  return {
    ...legend(chart.legend, names, look),
    tooltip: { ...tooltip(look), trigger: "item" },
    geo: {
      map: world,
      roam: true,
      top: chart.title ? 44 : 12,
      bottom: look.narrow && chart.legend && names.length > 1 ? legendHeight(names, look) + 16 : 12,
      left: 12,
      right: 12,
      silent: true,
      itemStyle: { areaColor: look.dark ? "#3d3d3d" : "#eceff0", borderColor: look.dark ? "#5a5a5a" : "#c5ccce", borderWidth: 0.6 },
      emphasis: { disabled: true },
    },
    series: chart.series.map((s) => ({
      type: "scatter",
      coordinateSystem: "geo",
      name: s.name || chart.measure,
      data: s.points.map((p) => ({ name: p.name, value: [...p.at, p.value] })),
      symbolSize: (value: (number | null)[]) => size(value[2] ?? null),
      itemStyle: { opacity: 0.75, borderColor: look.background, borderWidth: 0.8 },
      tooltip: { valueFormatter: (v: unknown) => said(v as (number | null)[], chart.measure) },
    })),
  };
}

function said([longitude, latitude, value]: (number | null)[], measure: string): string {
  const place = `${formatNumber(longitude!)}, ${formatNumber(latitude!)}`;
  return value === null || value === undefined ? place : `${place}  ${measure} ${formatNumber(value)}`;
}
