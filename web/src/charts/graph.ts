import type { Render } from "../api/query";
import type { Column, Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { indexesOf, indexOf, isMeasure, label } from "./columns";
import { common, type GraphChart, type NoChart, none } from "./spec";

const maxLinks = 2000;

/**
 * graph and sankey: a row is an edge, as graph-to-table gives them. Source and target are the columns
 * of these names, else the first two of names; a column of numbers is the edge's weight.
 */
export function graphOf(table: Table, type: "graph" | "sankey", render: Render): GraphChart | NoChart {
  const { columns } = table;
  const [source, target] = endsOf(columns, render);
  if (source === undefined || target === undefined) return none(t("chart.graphNeeds", { visualization: type }));
  const y = indexesOf(columns, render.ycolumns)[0] ?? columns.findIndex((c, i) => i !== source && i !== target && isMeasure(c.type));
  const name = columns.findIndex((c, i) => i !== source && i !== target && c.type === "string");
  const links = new Map<string, GraphChart["links"][number]>();
  const weights = new Map<string, number>();
  for (const row of table.rows) {
    const [from, to] = [source, target].map((i) => label(row[i]!, columns[i]!.type)) as [string, string];
    const value = y < 0 ? 1 : (toNumber(row[y]!, columns[y]!.type) ?? 0);
    const key = JSON.stringify([from, to]);
    const link = links.get(key);
    if (link) link.value += value;
    else links.set(key, { source: from, target: to, value, label: name < 0 ? "" : label(row[name]!, columns[name]!.type) });
    for (const n of [from, to]) weights.set(n, (weights.get(n) ?? 0) + value);
  }
  const all = [...links.values()].sort((a, b) => b.value - a.value);
  const kept = all.slice(0, maxLinks);
  if (type === "sankey" && hasCycle(kept)) return none(t("chart.sankeyCycle"));
  const shown = new Set(kept.flatMap((l) => [l.source, l.target]));
  const chart: GraphChart = {
    type,
    ...common(render),
    nodes: [...weights].filter(([n]) => shown.has(n)).map(([n, weight]) => ({ name: n, weight })),
    links: kept,
  };
  if (all.length > kept.length) chart.notes.push(t("chart.fewerEdges", { count: all.length - kept.length }));
  return chart;
}

function endsOf(columns: Column[], render: Render): [number | undefined, number | undefined] {
  const like = (pattern: RegExp) => {
    const i = columns.findIndex((c) => pattern.test(c.name));
    return i < 0 ? undefined : i;
  };
  const texts = columns.flatMap((c, i) => (isMeasure(c.type) || c.type === "dynamic" ? [] : [i]));
  const source = indexOf(columns, render.xcolumn) ?? like(/^(source|from)(id|name)?$/i) ?? texts[0];
  const target = indexesOf(columns, render.series)[0] ?? like(/^(target|to|destination)(id|name)?$/i) ?? texts.find((i) => i !== source);
  return [source, target];
}

function hasCycle(links: GraphChart["links"]): boolean {
  const next = new Map<string, string[]>();
  for (const l of links) next.set(l.source, [...(next.get(l.source) ?? []), l.target]);
  const state = new Map<string, "open" | "done">();
  const visit = (n: string): boolean => {
    if (state.get(n)) return state.get(n) === "open";
    state.set(n, "open");
    const found = (next.get(n) ?? []).some(visit);
    state.set(n, "done");
    return found;
  };
  return [...next.keys()].some(visit);
}
