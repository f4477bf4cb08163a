import { t } from "../../i18n";
import { formatNumber } from "../../values/format";
import type { Series, XYChart } from "../spec";
import { axisLook, brush, legend, legendHeight, legendWidth, type Look, named, nameWidth, tooltip } from "./look";
import { hatches, hueOf, lineStyles, palette, symbols } from "./palette";

export function xy(chart: XYChart, look: Look) {
  const names = chart.series.map((s) => s.name);
  const withLegend = chart.legend && names.length > 1;
  const unit = chart.stacking === "stacked100" ? " %" : "";
  const panels = chart.split === "panels" ? chart.measures : [""];
  const room = {
    left: 16,
    right: withLegend && !look.narrow ? legendWidth(names, look) + 28 : 28,
    top: (chart.title ? 36 : 12) + (uprightOf(chart).name || panels.length > 1 ? 26 : 10),
    bottom: (withLegend && look.narrow ? legendHeight(names, look) + 22 : 12) + (levelOf(chart).name ? 22 : 0),
  };
  return {
    ...legend(chart.legend, names, look),
    grid: panels.map((_, i) => gridOf(room, i, panels.length, look.height)),
    tooltip: {
      ...tooltip(look),
      trigger: chart.mark === "scatter" ? "item" : "axis",
      order: "valueDesc",
      axisPointer: { type: chart.mark === "line" || chart.mark === "area" ? "line" : "shadow" },
      valueFormatter: (v: unknown) => (v === null || v === undefined ? "–" : formatNumber((Array.isArray(v) ? v.at(-1) : v) as number) + unit),
    },
    ...(panels.length > 1 ? { axisPointer: { link: [{ xAxisIndex: "all" }] } } : {}),
    xAxis: panels.flatMap((_, i) => xAxes(chart, look, i, panels.length, look.width - room.left - room.right - 52)),
    yAxis: panels.flatMap((name, i) => yAxes(chart, look, i, name, heightOf(room, panels.length, look.height))),
    dataZoom: chart.mark === "bar" ? [] : [{ type: "inside", xAxisIndex: panels.map((_, i) => i), filterMode: "none", zoomOnMouseWheel: "ctrl" }],
    ...(chart.x.type === "time" ? { brush: brush(look) } : {}),
    series: [...chart.series.map((s, i) => seriesOf(s, i, chart, look)), ...chart.series.flatMap((s, i) => anomaliesOf(s, i, chart, look))],
  };
}

// A bar chart lies on its side.
const levelOf = (chart: XYChart) => (chart.mark === "bar" ? chart.y : chart.x);
const uprightOf = (chart: XYChart) => (chart.mark === "bar" ? chart.x : chart.y);

interface Room {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** One above the other, each below its name and above its own labels. */
function gridOf({ left, right, top, bottom }: Room, i: number, of: number, height: number) {
  if (of === 1) return { left, right, top, bottom, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
  const each = heightOf({ left, right, top, bottom }, of, height) + 54;
  return { left: left + 52, right, top: top + i * each, height: each - 54, outerBoundsMode: "none" };
}

/** Of what is drawn of one of some panels: it has a name above and labels below. */
const heightOf = ({ top, bottom }: Room, of: number, height: number) => Math.max(16, (height - top - bottom - 24) / of - 54);

function xAxes(chart: XYChart, look: Look, panel: number, of: number, width: number) {
  const level = levelOf(chart);
  const last = panel === of - 1;
  const axis = axisLook(level, look, { isY: level === chart.y, floats: level !== chart.y || chart.mark === "scatter" });
  // On its side, each series may have an axis of its own, above and below.
  const count = chart.mark === "bar" && chart.split === "axes" ? chart.series.length : 1;
  return Array.from({ length: count }, (_, i) => ({
    ...axis,
    gridIndex: panel,
    ...(level.type === "category" ? { data: chart.categories, axisLabel: { ...axis.axisLabel, ...(of === 1 ? along(chart.categories, width, look.height) : {}) } } : {}),
    ...(level.type === "number" ? { splitNumber: parts(width, 70) } : {}),
    ...(level === chart.y ? hundred(chart, axis) : {}),
    ...(last ? {} : { name: "" }),
    nameLocation: "middle",
    nameGap: 28,
    ...(count > 1 ? ownAxis(chart, look, i, i % 2 ? "top" : "bottom", 30) : {}),
  }));
}

/** Into how many parts numbers divide an axis, each with room for its label. */
const parts = (length: number, label: number) => Math.max(1, Math.min(5, Math.floor(length / label)));

/** Names that have little room beside each other lose their middle; where that is not enough they are aslant, as long as each has a line of its own. */
function along(names: string[], width: number, height: number) {
  const each = width / names.length - 8;
  const widest = nameWidth(names);
  if (each < 12 || widest <= each) return {};
  return { interval: 0, hideOverlap: false, ...(each >= widest * 0.8 ? named(each) : { rotate: 40, ...named(Math.min(150, height * 0.4)) }) };
}

function yAxes(chart: XYChart, look: Look, panel: number, panelName: string, height: number) {
  const upright = uprightOf(chart);
  const axis = axisLook(upright, look, { isY: upright === chart.y, floats: chart.mark === "scatter" && upright === chart.y });
  const count = chart.mark !== "bar" && chart.split === "axes" ? chart.series.length : 1;
  return Array.from({ length: count }, (_, i) => ({
    ...axis,
    gridIndex: panel,
    ...(panelName ? { name: panelName } : {}),
    ...(upright.type === "category" ? { data: chart.categories } : {}),
    ...(upright.type === "number" ? { splitNumber: parts(height, 32) } : {}),
    ...(upright === chart.y ? hundred(chart, axis) : {}),
    ...(chart.mark === "bar" ? { inverse: true, nameLocation: "start" } : { nameLocation: "end" }),
    nameGap: 14,
    nameTextStyle: { color: look.faint, fontSize: 12, align: chart.mark === "bar" ? "right" : "left" },
    ...(count > 1 ? ownAxis(chart, look, i, i % 2 ? "right" : "left", 52) : {}),
  }));
}

const hundred = (chart: XYChart, { axisLabel }: { axisLabel: object }) => (chart.stacking === "stacked100" ? { max: 100, axisLabel: { ...axisLabel, formatter: "{value} %" } } : {});

/** The i-th series' own axis has its colour, so that one sees whose it is. */
function ownAxis(chart: XYChart, look: Look, i: number, position: string, step: number) {
  const colours = look.dark ? palette.dark : palette.light;
  const own = chart.series[i]?.colour;
  const color = own ? hueOf(own, look.dark) : colours[i % colours.length]!;
  return {
    position,
    offset: Math.floor(i / 2) * step,
    name: "",
    splitLine: { show: i === 0, lineStyle: { color: look.line, opacity: 0.6 } },
    axisLine: { show: true, lineStyle: { color } },
    axisLabel: { ...axisLook(chart.y, look, { isY: true, floats: false }).axisLabel, color },
  };
}

function place(s: Series, i: number, chart: XYChart) {
  if (chart.split === "panels") return { xAxisIndex: s.measure, yAxisIndex: s.measure };
  if (chart.split === "axes") return chart.mark === "bar" ? { xAxisIndex: i } : { yAxisIndex: i };
  return {};
}

function seriesOf(s: Series, i: number, chart: XYChart, look: Look) {
  const shared = {
    name: s.name,
    ...(s.colour ? { color: hueOf(s.colour, look.dark) } : {}),
    data: chart.mark === "bar" ? s.points.map(([x, y]) => [y, x]) : s.points,
    emphasis: { focus: chart.series.length > 1 ? "series" : "none" },
    ...(chart.stacking === "none" ? {} : { stack: chart.split === "panels" ? `panel ${s.measure}` : "all" }),
    ...place(s, i, chart),
  };
  const round = Math.floor(i / palette.light.length) % lineStyles.length;
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
        lineStyle: { width: 2, type: lineStyles[round] },
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
        itemStyle: { ...(chart.stacking === "none" ? { borderRadius: chart.mark === "bar" ? [0, 2, 2, 0] : [2, 2, 0, 0] } : {}), ...(hatches[round] ? { decal: hatches[round] } : {}) },
        large: s.points.length > 2000,
      };
    case "scatter":
      return { ...shared, type: "scatter", symbol: symbols[round], symbolSize: s.points.length > 2000 ? 4 : 8, large: s.points.length > 2000, itemStyle: { opacity: 0.75 } };
  }
}

/** Points on top of the line, in the colour of what is wrong. */
function anomaliesOf(s: Series, i: number, chart: XYChart, look: Look) {
  if (!s.anomalies?.length) return [];
  const name = t("chart.anomalies", { series: s.name });
  return [{ name, type: "scatter", data: s.anomalies, symbol: "circle", symbolSize: 9, itemStyle: { color: look.alarm, borderColor: look.background, borderWidth: 1.5 }, z: 5, ...place(s, i, chart) }];
}

/** Whether some point has no neighbour to draw a line to, in a series short enough for symbols. */
function isolated(s: Series): boolean {
  const gap = (k: number) => (s.points[k]?.[1] ?? null) === null;
  return s.points.length <= 40 || (s.points.length < 500 && s.points.some((_, k) => !gap(k) && gap(k - 1) && gap(k + 1)));
}
