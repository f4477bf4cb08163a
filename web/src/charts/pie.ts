import type { Render } from "../api/query";
import { isNumeric, type Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { indexesOf, indexOf, label } from "./columns";
import { common, type NoChart, none, type PieChart } from "./spec";

const maxSlices = 24;

/** piechart: the first column names the slices, the next one of numbers sizes them. */
export function pieOf(table: Table, render: Render): PieChart | NoChart {
  const { columns } = table;
  const y = indexesOf(columns, render.ycolumns)[0] ?? columns.findIndex((c, i) => i > 0 && isNumeric(c.type));
  if (y < 0) return none(t("chart.pieNeeds"));
  const named = indexesOf(columns, render.series);
  const x = indexOf(columns, render.xcolumn);
  const by = named.length ? named : [x ?? (y === 0 ? 1 : 0)];
  const totals = new Map<string, number>();
  let left = 0;
  for (const row of table.rows) {
    const value = toNumber(row[y]!, columns[y]!.type);
    const name = by.map((i) => label(row[i]!, columns[i]!.type)).join(", ");
    if (value !== null && value > 0) totals.set(name, (totals.get(name) ?? 0) + value);
    else left++;
  }
  const slices = [...totals].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
  const rest = slices.splice(maxSlices);
  if (rest.length) slices.push({ name: t("chart.others", { count: rest.length }), value: rest.reduce((sum, s) => sum + s.value, 0) });
  const chart: PieChart = { type: "pie", ...common(render), slices };
  if (left) chart.notes.push(t("chart.notPositive", { count: left }));
  return chart;
}
