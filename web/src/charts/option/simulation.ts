import { compactNumber, formatClock, formatNumber } from "../../values/format";
import type { SimulationChart } from "../spec";
import { axisLook, type Look, tooltip } from "./look";

const top = 44;
const gap = 46;

/** Pods above, in steps; what was lost below, over the same seconds. */
export function simulation(chart: SimulationChart, look: Look) {
  const bottom = 34;
  const lower = Math.max(48, Math.round((look.height - top - bottom - gap) * 0.3));
  const left = 52;
  const x = (grid: number) => ({
    ...axisLook({ name: "", type: "number", log: false, min: 0, max: chart.end }, look, { isY: false, floats: false }),
    gridIndex: grid,
    axisLabel: { show: grid === 1, color: look.faint, fontSize: 12, hideOverlap: true, showMaxLabel: false, formatter: formatClock },
    axisPointer: { label: { show: false } },
  });
  const y = (grid: number, name: string) => ({
    ...axisLook({ name, type: "number", log: false, min: 0 }, look, { isY: true, floats: false }),
    gridIndex: grid,
    nameLocation: "end",
    nameGap: 14,
    nameTextStyle: { color: look.faint, fontSize: 12, align: "left", padding: [0, 0, 0, -36] },
    minInterval: 1,
    splitNumber: grid === 0 ? 5 : 2,
    axisLabel: { color: look.faint, fontSize: 12, formatter: (v: number) => compactNumber.format(v) },
  });
  const cursor = {
    silent: true,
    symbol: "none",
    label: { show: false },
    lineStyle: { color: look.text, width: 1.5, type: "solid" },
    data: [{ xAxis: chart.at }],
  };
  return {
    animation: false,
    legend: {
      type: "scroll",
      icon: "roundRect",
      top: 4,
      left: 8,
      right: 8,
      itemWidth: 12,
      itemHeight: 8,
      textStyle: { color: look.text, fontSize: 12 },
      pageTextStyle: { color: look.text },
      pageIconColor: look.text,
      pageIconInactiveColor: look.line,
      data: chart.pods.map((p) => p.name),
    },
    grid: [
      { left, right: 20, top: top + 14, height: Math.max(40, look.height - top - 14 - bottom - gap - lower), outerBoundsMode: "none" },
      { left, right: 20, bottom, height: lower, outerBoundsMode: "none" },
    ],
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: {
      ...tooltip(look),
      trigger: "axis",
      axisPointer: { type: "line" },
      formatter: (items: { seriesName: string; marker: string; value: [number, number] }[]) => said(items),
    },
    xAxis: [x(0), x(1)],
    yAxis: [{ ...y(0, ""), max: chart.most }, y(1, chart.lost.name)],
    series: [
      ...chart.pods.map((p, i) => ({
        type: "line",
        name: p.name,
        step: "end",
        showSymbol: false,
        lineStyle: { width: 2, type: (["solid", "dashed", "solid"] as const)[i % 3] },
        data: p.points,
        ...(i === 0 ? { markLine: cursor } : {}),
      })),
      {
        type: "line",
        name: chart.lost.name,
        xAxisIndex: 1,
        yAxisIndex: 1,
        showSymbol: false,
        color: look.alarm,
        lineStyle: { width: 2 },
        areaStyle: { opacity: 0.2 },
        data: chart.lost.points,
        markLine: cursor,
      },
    ],
  };
}

/** ECharts shows this as HTML: the names are the page's own texts, and markers ECharts' own. */
function said(items: { seriesName: string; marker: string; value: [number, number] }[]): string {
  const [first] = items;
  if (!first) return "";
  return [`<b>${formatClock(first.value[0])}</b>`, ...items.map((i) => `${i.marker} ${i.seriesName}: ${formatNumber(Math.round(i.value[1] * 10) / 10)}`)].join("<br>");
}
