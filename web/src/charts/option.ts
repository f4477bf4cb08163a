// From a chart to ECharts' options. No values are formatted as HTML: ECharts escapes what it shows.

import type { EChartsCoreOption } from "echarts/core";
import { compactNumber, formatNumber } from "../values/format";
import { lineStyles, palette } from "./palette";
import type { Axis, PieChart, Series, XYChart } from "./spec";

export interface Look {
  dark: boolean;
  text: string;
  faint: string;
  line: string;
  background: string;
  font: string;
  /** A narrow chart has its legend below. */
  narrow: boolean;
}

/** Whether a stretch of the chart can be dragged over: its x axis is time. */
export const canBrush = (chart: XYChart | PieChart) => chart.type === "xy" && chart.x.type === "time";

export function optionOf(chart: XYChart | PieChart, look: Look): EChartsCoreOption {
  const shared = {
    color: [...(look.dark ? palette.dark : palette.light)],
    backgroundColor: "transparent",
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true },
    animationDuration: 200,
    animationDurationUpdate: 200,
    ...title(chart.title, look),
  };
  return chart.type === "pie" ? { ...shared, ...pie(chart, look) } : { ...shared, ...xy(chart, look) };
}

function title(text: string, look: Look) {
  if (!text) return {};
  return { title: { text, left: 16, top: 8, textStyle: { fontSize: 14, fontWeight: 600, color: look.text } } };
}

/** The width of a legend beside the chart: that of its longest name, within bounds. */
function legendWidth(names: string[]): number {
  return Math.min(220, Math.max(...names.map((n) => n.length)) * 7.2 + 50);
}

/** Beside the chart when there is room for it, below when there is not. */
function legend(show: boolean, names: string[], look: Look) {
  if (!show || names.length < 2) return { legend: { show: false } };
  const style = {
    type: "scroll",
    icon: "roundRect",
    itemWidth: 12,
    itemHeight: 8,
    textStyle: { color: look.text, fontSize: 12, ...(look.narrow ? {} : { width: legendWidth(names) - 40, overflow: "truncate" }) },
    pageTextStyle: { color: look.text },
    pageIconColor: look.text,
    pageIconInactiveColor: look.line,
    tooltip: { show: true },
  };
  return { legend: look.narrow ? { ...style, bottom: 6, left: 12, right: 12 } : { ...style, orient: "vertical", right: 12, top: 40, bottom: 24 } };
}

function pie(chart: PieChart, look: Look) {
  const total = chart.slices.reduce((sum, s) => sum + s.value, 0);
  const share = new Map(chart.slices.map((s) => [s.name, `${s.name}  ${((100 * s.value) / total).toFixed(1)} %`]));
  const { legend: entries } = legend(chart.legend, [...share.values()], look);
  return {
    legend: { ...entries, formatter: (name: string) => share.get(name) },
    tooltip: { ...tooltip(look), trigger: "item" },
    series: [
      {
        type: "pie",
        radius: ["38%", "68%"],
        center: look.narrow ? ["50%", "46%"] : ["42%", "52%"],
        data: chart.slices,
        itemStyle: { borderColor: look.background, borderWidth: 2 },
        // Where there is no room beside the ring, the legend says it all.
        label: { show: !look.narrow, color: look.text, formatter: "{b}", overflow: "truncate", width: 150 },
        labelLine: { lineStyle: { color: look.faint } },
        minShowLabelAngle: 6,
        tooltip: { valueFormatter: formatNumber },
      },
    ],
  };
}

function xy(chart: XYChart, look: Look) {
  const names = chart.series.map((s) => s.name);
  const withLegend = chart.legend && names.length > 1;
  // A bar chart lies on its side.
  const [level, upright] = chart.mark === "bar" ? [chart.y, chart.x] : [chart.x, chart.y];
  const unit = chart.stacking === "stacked100" ? " %" : "";
  return {
    ...legend(chart.legend, names, look),
    grid: {
      left: 16,
      right: withLegend && !look.narrow ? legendWidth(names) + 28 : 28,
      top: (chart.title ? 36 : 12) + (upright.name ? 26 : 10),
      bottom: (withLegend && look.narrow ? 40 : 12) + (level.name ? 22 : 0),
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      ...tooltip(look),
      trigger: chart.mark === "scatter" ? "item" : "axis",
      order: "valueDesc",
      axisPointer: { type: chart.mark === "line" || chart.mark === "area" ? "line" : "shadow" },
      valueFormatter: (v: unknown) => (v === null || v === undefined ? "–" : formatNumber(v as number) + unit),
    },
    xAxis: { ...axis(level, look, chart), nameLocation: "middle", nameGap: 28 },
    yAxis: {
      ...axis(upright, look, chart),
      ...(chart.mark === "bar" ? { inverse: true, nameLocation: "start" } : { nameLocation: "end" }),
      nameGap: 14,
      nameTextStyle: { color: look.faint, fontSize: 12, align: chart.mark === "bar" ? "right" : "left" },
    },
    dataZoom: chart.mark === "bar" ? [] : [{ type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" }],
    ...(canBrush(chart) ? { brush: brush(look) } : {}),
    series: chart.series.map((s, i) => series(s, i, chart)),
  };
}

function brush(look: Look) {
  return {
    toolbox: [],
    xAxisIndex: 0,
    transformable: false,
    throttleType: "debounce",
    brushStyle: { color: look.dark ? "rgba(255,255,255,0.12)" : "rgba(0,0,0,0.08)", borderColor: look.faint, borderWidth: 1 },
    // What is outside stays as it is.
    outOfBrush: { colorAlpha: 1 },
  };
}

function axis(a: Axis, look: Look, chart: XYChart) {
  const isY = a === chart.y;
  return {
    type: a.type === "number" ? (a.log ? "log" : "value") : a.type,
    name: a.name,
    nameTextStyle: { color: look.faint, fontSize: 12 },
    ...(a.type === "category" ? { data: chart.categories } : {}),
    ...(a.min === undefined ? {} : { min: a.min }),
    ...(a.max === undefined ? {} : { max: a.max }),
    ...(isY && chart.stacking === "stacked100" ? { max: 100 } : {}),
    // Lines may float; what has an area begins at zero.
    ...(a.type === "number" && chart.mark === "scatter" ? { scale: true } : {}),
    ...(!isY && a.type === "number" ? { scale: true } : {}),
    axisLabel: {
      color: look.faint,
      fontSize: 12,
      hideOverlap: true,
      ...(a.type === "number" ? { formatter: (v: number) => compactNumber.format(v) } : {}),
      ...(a.type === "category" ? { overflow: "truncate", width: 160 } : {}),
    },
    axisLine: { show: !isY, lineStyle: { color: look.line } },
    axisTick: { show: false },
    splitLine: { show: isY, lineStyle: { color: look.line, opacity: 0.6 } },
  };
}

function series(s: Series, i: number, chart: XYChart) {
  const data = chart.mark === "bar" ? s.points.map(([x, y]) => [y, x]) : s.points;
  const shared = {
    name: s.name,
    data,
    emphasis: { focus: chart.series.length > 1 ? "series" : "none" },
    ...(chart.stacking === "none" ? {} : { stack: "all" }),
  };
  const style = lineStyles[Math.floor(i / palette.light.length) % lineStyles.length];
  switch (chart.mark) {
    case "line":
    case "area":
      return {
        ...shared,
        type: "line",
        connectNulls: false,
        // A single point has no line: without its symbol nothing would be seen.
        showSymbol: isolated(s),
        symbol: "circle",
        symbolSize: 5,
        lineStyle: { width: 2, type: style },
        ...(s.points.length > 5000 ? { sampling: "lttb" } : {}),
        ...(chart.mark === "area" ? { areaStyle: { opacity: chart.stacking === "none" ? 0.2 : 0.7 } } : {}),
      };
    case "column":
    case "bar":
      return {
        ...shared,
        type: "bar",
        barMaxWidth: 48,
        barMinWidth: 1,
        ...(chart.stacking === "none" ? { itemStyle: { borderRadius: chart.mark === "bar" ? [0, 2, 2, 0] : [2, 2, 0, 0] } } : {}),
        large: s.points.length > 2000,
      };
    case "scatter":
      return { ...shared, type: "scatter", symbolSize: s.points.length > 2000 ? 4 : 8, large: s.points.length > 2000, itemStyle: { opacity: 0.75 } };
  }
}

/** Whether some point has no neighbour to draw a line to, in a series short enough for symbols. */
function isolated(s: Series): boolean {
  const gap = (k: number) => (s.points[k]?.[1] ?? null) === null;
  return s.points.length <= 40 || (s.points.length < 500 && s.points.some((_, k) => !gap(k) && gap(k - 1) && gap(k + 1)));
}

function tooltip(look: Look) {
  return {
    backgroundColor: look.background,
    borderColor: look.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: look.text, fontSize: 12, fontFamily: look.font },
    confine: true,
    appendToBody: false,
  };
}
