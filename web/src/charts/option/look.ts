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

// Of a name in a legend: from the one to the one below, the space between, its sign; and what turns the pages.
const [pitch, gap, sign, pager] = [22, 10, 17, 25];

/** The most of a name in a legend below the chart. */
const widest = 200;

/** How many lines the names take below a narrow chart. */
function legendLines(names: string[], { width }: Look): number {
  let [lines, x] = [1, 0];
  for (const name of names) {
    const own = sign + Math.min(name.length * letter, widest);
    if (x > 0 && x + own > width - 24) [lines, x] = [lines + 1, 0];
    x += own + gap;
  }
  return lines;
}

const mostLines = 3;

/** How high the legend below a narrow chart is. */
export const legendHeight = (names: string[], look: Look): number => {
  const lines = legendLines(names, look);
  return lines > mostLines ? pagesHeight(mostLines) : lines * pitch - gap;
};

/** The height of so many lines and what turns them: a page ends between two names. */
const pagesHeight = (lines: number) => lines * pitch - gap / 2 + pager;

/** Beside the chart when there is room for it, below when there is not. */
export function legend(show: boolean, names: string[], look: Look) {
  if (!show || names.length < 2) return { legend: { show: false } };
  const room = look.narrow ? widest : legendWidth(names, look) - 40;
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
  if (look.narrow) {
    const below = { ...style, bottom: 6, left: 12, right: 12, itemGap: gap };
    return { legend: legendLines(names, look) > mostLines ? { ...below, orient: "vertical", height: pagesHeight(mostLines) } : { ...below, type: "plain" } };
  }
  const beside = look.height - 64;
  const height = names.length * pitch - gap <= beside ? beside : pagesHeight(Math.max(1, Math.floor((beside - pager) / pitch)));
  return { legend: { ...style, orient: "vertical", right: 12, top: 40, height, itemGap: gap } };
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
