// How many rows of a result fall into each stretch of time.

import type { Table } from "../../api/table";
import type { HistogramChart } from "../../charts/spec";
import { t } from "../../i18n";
import { toNumber } from "../../values/format";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 10 * second, 15 * second, 30 * second, minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 30 * day, 90 * day, 365 * day];
const mostColumns = 80;

/** The column that says when a row happened: TimeGenerated, else the first datetime. */
export function timeColumn({ columns }: Table): number {
  const own = columns.findIndex((c) => c.name === "TimeGenerated" && c.type === "datetime");
  return own >= 0 ? own : columns.findIndex((c) => c.type === "datetime");
}

/** Undefined when all rows happened at once, or never. */
export function histogramOf(table: Table, column: number): HistogramChart | undefined {
  const times = table.rows.flatMap((r) => toNumber(r[column] ?? null, "datetime") ?? []);
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!(last > first)) return undefined;
  const step = steps.find((s) => (last - first) / s <= mostColumns) ?? Math.ceil((last - first) / mostColumns);
  const from = Math.floor(first / step) * step;
  const counts = new Array<number>(Math.floor((last - from) / step) + 1).fill(0);
  for (const time of times) counts[Math.floor((time - from) / step)]!++;
  return { type: "histogram", title: t("results.rowsOverTime"), legend: false, notes: [], from, to: from + counts.length * step, step, counts };
}
