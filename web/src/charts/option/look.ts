// What all charts share: the theme's colours, title, legend, tooltip and brush.

import { compactNumber } from "../../values/format";
import type { Axis } from "../spec";

export interface Look {
  dark: boolean;
  text: string;
  faint: string;
  line: string;
  background: string;
  /** Of what stands out of the ordinary. */
  alarm: string;
  font: string;
  /** The chart's size in pixels. */
  width: number;
  height: number;
  /** A narrow chart has its legend below. */
  narrow: boolean;
  /** Nothing moves by itself. */
  still: boolean;
}

export function title(text: string, look: Look) {
  if (!text) return {};
  return { title: { text, left: 16, top: 8, textStyle: { fontSize: 14, fontWeight: 600, color: look.text } } };
}

const letter = 7.2;

/** The width of a legend beside the chart: that of its longest name, within bounds. */
export function legendWidth(names: string[], { width }: Look): number {
  return Math.min(Math.max(220, width / 5), Math.max(...names.map((n) => n.length)) * letter + 50);
}

/** Names that are too long lose their middle: those of machines and pods differ at their ends. */
export function shortened(name: string, width: number): string {
  const most = Math.max(8, Math.floor(width / letter));
  const end = Math.floor((most - 1) / 2);
  return name.length > most ? `${name.slice(0, most - 1 - end)}…${name.slice(-end)}` : name;
}

/** A label of a name that has so much room. */
export function named(width: number) {
  return { width, overflow: "truncate", formatter: (of: string | { name: string }) => shortened(typeof of === "string" ? of : of.name, width) };
}

/** What the longest of some names takes. */
export const nameWidth = (names: string[]) => names.reduce((most, n) => Math.max(most, n.length), 0) * letter + 4;

/** Beside the chart when there is room for it, below when there is not. */
export function legend(show: boolean, names: string[], look: Look) {
  if (!show || names.length < 2) return { legend: { show: false } };
  const room = look.narrow ? 200 : legendWidth(names, look) - 40;
  const style = {
    type: "scroll",
    icon: "roundRect",
    data: names,
    itemWidth: 12,
    itemHeight: 8,
    textStyle: { color: look.text, fontSize: 12 },
    formatter: (name: string) => shortened(name, room),
    pageTextStyle: { color: look.text },
    pageIconColor: look.text,
    pageIconInactiveColor: look.line,
    tooltip: { show: true },
  };
  return { legend: look.narrow ? { ...style, bottom: 6, left: 12, right: 12 } : { ...style, orient: "vertical", right: 12, top: 40, bottom: 24 } };
}

export function tooltip(look: Look) {
  return {
    backgroundColor: look.background,
    borderColor: look.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: look.text, fontSize: 12, fontFamily: look.font },
    confine: true,
    // Drawn like the rest: HTML would need inline styles, and could be more than text.
    renderMode: "richText",
  };
}

/** `xAxisIndex` is the axis that is brushed, or all. */
export function brush(look: Look) {
  return {
    toolbox: [],
    xAxisIndex: "all",
    transformable: false,
    throttleType: "debounce",
    brushStyle: { color: look.dark ? "rgba(255,255,255,0.12)" : "rgba(0,0,0,0.08)", borderColor: look.faint, borderWidth: 1 },
    // What is outside stays as it is.
    outOfBrush: { colorAlpha: 1 },
  };
}

export function axisLook(a: Axis, look: Look, { isY, floats }: { isY: boolean; floats: boolean }) {
  return {
    type: a.type === "number" ? (a.log ? "log" : "value") : a.type,
    name: a.name,
    nameTextStyle: { color: look.faint, fontSize: 12 },
    ...(a.min === undefined ? {} : { min: a.min }),
    ...(a.max === undefined ? {} : { max: a.max }),
    ...(a.type === "number" && floats ? { scale: true } : {}),
    axisLabel: {
      color: look.faint,
      fontSize: 12,
      hideOverlap: true,
      ...(a.type === "number" ? { formatter: (v: number) => compactNumber.format(v) } : {}),
      ...(a.type === "category" ? named(176) : {}),
    },
    axisLine: { show: !isY, lineStyle: { color: look.line } },
    axisTick: { show: false },
    splitLine: { show: isY, lineStyle: { color: look.line, opacity: 0.6 } },
  };
}
