// Small charts in cells of a table: the numbers of a cell as a line, bars or an area.

import type { Cell } from "../api/table";
import { hues } from "../charts/option/palette";
import { dynamicValue } from "../values/format";
import type { Formatter } from "./workbook";

export interface Spark {
  kind: "line" | "bar" | "area";
  /** Each from 0 to 1, between the least and the most; null where there is no number. */
  heights: (number | null)[];
  colour: string;
}

/** A cell's chart; none where the cell is no list with numbers. */
export function sparkOf(cell: Cell, kind: Spark["kind"], o: Formatter["formatOptions"]): Spark | undefined {
  const value = dynamicValue(cell);
  if (!Array.isArray(value)) return undefined;
  const numbers = value.map((v) => (v === null || v === "" || !Number.isFinite(Number(v)) ? null : Number(v)));
  const known = numbers.filter((n) => n !== null);
  if (known.length === 0) return undefined;
  // Bars and areas stand on zero.
  const least = o?.min ?? known.reduce((a, b) => Math.min(a, b), kind === "line" ? Infinity : 0);
  const most = o?.max ?? known.reduce((a, b) => Math.max(a, b), -Infinity);
  const height = (n: number) => (most <= least ? 0.5 : Math.min(1, Math.max(0, (n - least) / (most - least))));
  return { kind, heights: numbers.map((n) => (n === null ? null : height(n))), colour: `light-dark(${(hues[o?.palette ?? ""] ?? hues["blue"]!).join(", ")})` };
}

/** Draws it as wide and high as its cell. */
export function drawSpark({ kind, heights, colour }: Spark, label: string): HTMLElement {
  const make = <N extends keyof SVGElementTagNameMap>(name: N, attributes: Record<string, string | number>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, v] of Object.entries(attributes)) element.setAttribute(key, String(v));
    return element;
  };
  const last = Math.max(1, heights.length - (kind === "bar" ? 0 : 1));
  const svg = make("svg", { viewBox: `0 0 ${last} 1`, width: "100%", height: "100%", preserveAspectRatio: "none", role: "img", "aria-label": label, overflow: "visible" });
  const y = (h: number) => 0.9 - h * 0.8;
  if (kind === "bar") for (const [i, h] of heights.entries()) if (h !== null) svg.append(make("rect", { x: i + 0.1, y: y(h), width: 0.8, height: 0.9 - y(h) + 0.02, fill: colour }));
  for (const run of kind === "bar" ? [] : runsOf(heights)) {
    const points = run.map(([i, h]) => `${i},${y(h)}`);
    // One point alone has no line: a short one stands for it, within the cell.
    if (run.length === 1) points.push(`${run[0]![0] === last ? last - 0.2 : run[0]![0] + 0.2},${y(run[0]![1])}`);
    if (kind === "area") svg.append(make("polygon", { points: [`${run[0]![0]},0.9`, ...points, `${run.at(-1)![0]},0.9`].join(" "), fill: colour, "fill-opacity": 0.3 }));
    svg.append(make("polyline", { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }));
  }
  const place = document.createElement("div");
  Object.assign(place.style, { height: "100%", display: "flex" });
  place.append(svg);
  return place;
}

/** Stretches without a gap, each as places and heights. */
function runsOf(heights: (number | null)[]): [number, number][][] {
  const runs: [number, number][][] = [];
  let run: [number, number][] | undefined;
  for (const [i, h] of heights.entries()) {
    if (h === null) run = undefined;
    else if (run) run.push([i, h]);
    else runs.push((run = [[i, h]]));
  }
  return runs;
}
