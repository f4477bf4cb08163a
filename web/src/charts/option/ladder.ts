import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts/types/dist/shared";
import { formatElapsed, formatNumber, formatTime } from "../../values/format";
import type { LadderChart } from "../spec";
import { axisLook, brush, legend, legendHeight, legendWidth, type Look, tooltip } from "./look";

export function ladder(chart: LadderChart, look: Look) {
  const names = chart.series.map((s) => s.name);
  const withLegend = chart.legend && names.length > 1;
  const most = Math.max(3, Math.floor((look.height - 70) / 17));
  return {
    ...legend(chart.legend, names, look),
    grid: {
      left: look.narrow ? 120 : 196,
      right: withLegend && !look.narrow ? legendWidth(names, look) + 28 : 32,
      top: (chart.title ? 36 : 12) + (chart.y.name ? 26 : 10),
      bottom: (withLegend && look.narrow ? legendHeight(names, look) + 22 : 12) + (chart.x.name ? 22 : 0) + 24,
      outerBoundsMode: "none",
    },
    tooltip: { ...tooltip(look), trigger: "item", formatter: undefined, valueFormatter: undefined },
    xAxis: { ...axisLook(chart.x, look, { isY: false, floats: true }), nameLocation: "middle", nameGap: 28, splitLine: { show: true, lineStyle: { color: look.line, opacity: 0.6 } } },
    yAxis: {
      ...axisLook(chart.y, look, { isY: true, floats: false }),
      data: chart.lanes,
      axisLabel: { ...axisLook(chart.y, look, { isY: true, floats: false }).axisLabel, interval: 0, hideOverlap: false, align: "left", margin: look.narrow ? 110 : 184, width: look.narrow ? 100 : 172 },
      inverse: true,
      triggerEvent: true,
      nameLocation: "start",
      splitLine: { show: true, lineStyle: { color: look.line, opacity: 0.4 } },
    },
    dataZoom: [
      { type: "inside", xAxisIndex: 0, filterMode: "weakFilter", zoomOnMouseWheel: "ctrl" },
      // More lanes than have room are scrolled.
      ...(chart.lanes.length > most ? [{ type: "inside", yAxisIndex: 0, startValue: 0, endValue: most - 1, zoomLock: true, moveOnMouseWheel: true, zoomOnMouseWheel: false, moveOnMouseMove: false }] : []),
    ],
    ...(chart.x.type === "time" ? { brush: brush(look) } : {}),
    series: chart.series.map((s) => ({
      type: "custom",
      name: s.name,
      renderItem: strip,
      encode: { x: [0, 1], y: 2 },
      data: s.stretches.map(([from, to, lane, row]) => ({ value: [from, to, lane, row], name: chart.lanes[lane] })),
      tooltip: { formatter: ({ value }: { value: number[] }) => said(chart, value[0]!, value[1]!, chart.lanes[value[2]!]!) },
    })),
  };
}

function said(chart: LadderChart, from: number, to: number, lane: string): string {
  const text = (v: number) => (chart.x.type === "time" ? formatTime(new Date(v).toISOString(), "utc") : formatNumber(v));
  const length = chart.x.type === "time" ? formatElapsed(to - from) : formatNumber(to - from);
  return `${lane}\n${text(from)} – ${text(to)}\n${length}`;
}

/** A rectangle from one end to the other, never too thin to be seen. */
function strip(params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) {
  const lane = api.value(2);
  const [from, to] = [api.coord([api.value(0), lane]), api.coord([api.value(1), lane])];
  const height = Math.min(22, Math.max(4, (api.size!([0, 1]) as number[])[1]! * 0.6));
  const area = params.coordSys as unknown as { x: number; width: number };
  const left = Math.max(area.x, from[0]!);
  const right = Math.min(area.x + area.width, to[0]!);
  if (right < left) return null;
  return { type: "rect", shape: { x: left, y: from[1]! - height / 2, width: Math.max(3, right - left), height, r: 2 }, style: { fill: api.visual("color") } };
}
