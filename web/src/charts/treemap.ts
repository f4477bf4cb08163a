import type { Render } from "../api/query";
import type { Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { indexesOf, isMeasure, label } from "./columns";
import { common, type NoChart, none, type TreemapChart, type TreeNode } from "./spec";

/** treemap: each column of names is a level, the first of numbers sizes the rectangles. */
export function treemapOf(table: Table, render: Render): TreemapChart | NoChart {
  const { columns, rows } = table;
  const asked = indexesOf(columns, render.series);
  const y = indexesOf(columns, render.ycolumns)[0] ?? columns.findIndex((c, i) => isMeasure(c.type) && !asked.includes(i));
  const levels = asked.length ? asked : columns.flatMap((c, i) => (i !== y && !isMeasure(c.type) ? [i] : []));
  if (y < 0 || levels.length === 0) return none(t("chart.treemapNeeds"));
  const root: TreeNode = { name: "", value: 0, children: [] };
  let left = 0;
  for (const row of rows) {
    const value = toNumber(row[y]!, columns[y]!.type);
    if (value === null || value <= 0) {
      left++;
      continue;
    }
    let node = root;
    for (const i of levels) {
      const name = label(row[i]!, columns[i]!.type);
      node.children ??= [];
      let child = node.children.find((c) => c.name === name);
      if (!child) node.children.push((child = { name, value: 0 }));
      child.value += value;
      node = child;
    }
  }
  const chart: TreemapChart = { type: "treemap", ...common(render), measure: columns[y]!.name, roots: root.children! };
  if (left) chart.notes.push(t("chart.notPositive", { count: left }));
  return chart;
}
