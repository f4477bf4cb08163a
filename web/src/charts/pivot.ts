// A pivot table: rows and columns by the values of two columns, an aggregate in each cell.

import { type Column, isNumeric, type Row, type Table } from "../api/table";
import { t } from "../i18n";
import { toNumber } from "../values/format";
import { label } from "./columns";

export const aggregates = ["sum", "avg", "min", "max", "count", "dcount"] as const;
export type Aggregate = (typeof aggregates)[number];

export interface PivotChoice {
  rows: number;
  /** -1: none. */
  columns: number;
  value: number;
  aggregate: Aggregate;
}

const maxColumns = 60;

/** What to begin with: the first two columns of names, and the first of numbers. */
export function firstChoice(columns: Column[]): PivotChoice {
  const names = columns.flatMap((c, i) => (isNumeric(c.type) || c.type === "dynamic" ? [] : [i]));
  const value = columns.findIndex((c) => isNumeric(c.type));
  return { rows: names[0] ?? 0, columns: names[1] ?? -1, value: Math.max(0, value), aggregate: value < 0 ? "count" : "sum" };
}

/** A column for each value of the column dimension, and how many of these were left out. */
export function pivot(table: Table, choice: PivotChoice): { table: Table; dropped: number } {
  const { columns } = table;
  const cells = new Map<string, Map<string, Row[]>>();
  const across = new Map<string, number>();
  const first = new Map<string, Row>();
  for (const row of table.rows) {
    const down = label(row[choice.rows] ?? null, columns[choice.rows]!.type);
    const name = choice.columns < 0 ? columns[choice.value]!.name : label(row[choice.columns] ?? null, columns[choice.columns]!.type);
    across.set(name, (across.get(name) ?? 0) + 1);
    if (!cells.has(down)) cells.set(down, new Map());
    if (!first.has(down)) first.set(down, row);
    const line = cells.get(down)!;
    if (!line.has(name)) line.set(name, []);
    line.get(name)!.push(row);
  }
  const all = [...across].sort((a, b) => b[1] - a[1]);
  const kept = new Set(all.slice(0, maxColumns).map(([name]) => name));
  const shown = [...across.keys()].filter((name) => kept.has(name));
  const by = columns[choice.rows]!;
  const type = choice.aggregate === "count" || choice.aggregate === "dcount" ? "long" : "real";
  return {
    dropped: across.size - shown.length,
    table: {
      name: t("pivot.name"),
      columns: [by, ...shown.map((name) => ({ name, type }) as Column)],
      rows: [...cells].map(([down, line]) => [
        first.get(down)![choice.rows] ?? null,
        ...shown.map((name) => aggregate(line.get(name) ?? [], choice, columns[choice.value]!)),
      ]),
    },
  };
}

function aggregate(rows: Row[], { aggregate: how, value }: PivotChoice, column: Column): number | null {
  if (how === "count") return rows.length;
  if (how === "dcount") return new Set(rows.map((r) => label(r[value] ?? null, column.type))).size;
  const numbers = rows.flatMap((r) => toNumber(r[value] ?? null, column.type) ?? []);
  if (numbers.length === 0) return null;
  const sum = numbers.reduce((a, b) => a + b, 0);
  if (how === "sum") return sum;
  if (how === "avg") return sum / numbers.length;
  return numbers.reduce((a, b) => (how === "min" ? Math.min(a, b) : Math.max(a, b)));
}
