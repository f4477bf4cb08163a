import type { Render } from "../api/query";
import type { Column, Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { indexesOf, isMeasure, label } from "./columns";
import { common, type LadderChart, type NoChart, none, type Stretch } from "./spec";
import { bound } from "./xy";

/** ladderchart: the last two columns are a stretch of time or of numbers, the others the lane that it lies on. */
export function ladderOf(table: Table, render: Render): LadderChart | NoChart {
  const { columns, rows } = table;
  const [from, to] = [columns.length - 2, columns.length - 1];
  const axis = axisOf(columns[from], columns[to]);
  if (!axis) return none(t("chart.ladderNeeds"));
  const split = indexesOf(columns, render.series);
  const by = split.length ? split : columns.flatMap((_, i) => (i < from ? [i] : []));
  const lanes = new Map<string, number>();
  const series = new Map<string, Stretch[]>();
  let left = 0;
  rows.forEach((row, r) => {
    const ends = [from, to].map((i) => toNumber(row[i]!, columns[i]!.type));
    if (ends[0] == null || ends[1] == null) return void left++;
    const lane = by.map((i) => label(row[i]!, columns[i]!.type)).join(", ") || columns[from]!.name;
    if (!lanes.has(lane)) lanes.set(lane, lanes.size);
    const name = split.length > 1 ? label(row[split[0]!]!, columns[split[0]!]!.type) : "";
    if (!series.has(name)) series.set(name, []);
    series.get(name)!.push([Math.min(ends[0], ends[1]), Math.max(ends[0], ends[1]), lanes.get(lane)!, r]);
  });
  const chart: LadderChart = {
    type: "ladder",
    ...common(render),
    x: { name: render.xtitle ?? "", type: axis, log: axis === "number" && render.xaxis === "log", ...bound("min", render.xmin), ...bound("max", render.xmax) },
    y: { name: render.ytitle ?? "", type: "category", log: false },
    lanes: [...lanes.keys()],
    series: [...series].map(([name, stretches]) => ({ name, stretches })),
  };
  if (left) chart.notes.push(t("chart.noEnds", { count: left }));
  return chart;
}

function axisOf(a: Column | undefined, b: Column | undefined): "time" | "number" | undefined {
  if (!a || !b) return undefined;
  if (a.type === "datetime" && b.type === "datetime") return "time";
  return isMeasure(a.type) && isMeasure(b.type) ? "number" : undefined;
}
