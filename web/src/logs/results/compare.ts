// How some rows of a result differ from the others: for each column, which values are more frequent among them.

import type { Cell, Row, Table } from "../../api/table";
import { isNumeric } from "../../api/table";
import { label } from "../../charts/columns";
import { formatElapsed, formatReal, formatTime, toNumber } from "../../values/format";

export interface Share {
  /** A value, or a range of numbers or times. */
  text: string;
  /** One of the rows that have it; a range has none to filter by. */
  row?: Row;
  /** Of the chosen rows, and of the others. */
  inside: number;
  outside: number;
}

export interface Difference {
  column: number;
  /** How much of the chosen rows would have to change to be like the others: from 0 to 1. */
  distance: number;
  shares: Share[];
}

export interface Comparison {
  inside: number;
  outside: number;
  differences: Difference[];
}

// More rows say the same, later.
const mostRows = 20_000;
const mostShares = 6;
const ranges = 8;
/** What differs less may as well be chance. */
const least = 0.05;

/** `by` is the column by which rows were chosen: of it there is nothing to say. */
export function compare(table: Table, chosen: (row: Row) => boolean, by: number): Comparison {
  const sides: [Row[], Row[]] = [[], []];
  for (const row of table.rows) sides[chosen(row) ? 0 : 1].push(row);
  const [inside, outside] = sides.map(sample) as [Row[], Row[]];
  const differences = table.columns
    .flatMap((_, column) => (column === by ? [] : (difference(table, column, inside, outside) ?? [])))
    .filter((d) => d.distance >= least)
    .sort((a, b) => b.distance - a.distance);
  return { inside: sides[0].length, outside: sides[1].length, differences };
}

function sample(rows: Row[]): Row[] {
  const step = rows.length / mostRows;
  return step <= 1 ? rows : Array.from({ length: mostRows }, (_, i) => rows[Math.floor(i * step)]!);
}

/** Undefined of a column that tells rows apart rather than kinds of them: an id, a text that never comes twice. */
function difference(table: Table, column: number, inside: Row[], outside: Row[]): Difference | undefined {
  const { type } = table.columns[column]!;
  const measured = isNumeric(type) || type === "datetime" || type === "timespan";
  const counts = counted(inside, outside, (row) => label(row[column] ?? null, type));
  const several = counts.size > ranges * 2;
  if (!several || !measured) {
    if (counts.size * 2 > inside.length + outside.length) return undefined;
    return differenceOf(column, counts, inside.length, outside.length, true);
  }
  const bounds = quantiles([...inside, ...outside].flatMap((r) => toNumber(r[column] ?? null, type) ?? []));
  const said = (n: number) => (type === "datetime" ? formatTime(new Date(n).toISOString(), "utc").slice(0, 19) : type === "timespan" ? formatElapsed(n * 1000) : formatReal(n));
  const range = (cell: Cell) => {
    const n = toNumber(cell, type);
    if (n === null) return label(null, type);
    const i = Math.min(bounds.length - 2, Math.max(0, bounds.findLastIndex((b) => b <= n)));
    const [from, to] = [said(bounds[i]!), said(bounds[i + 1]!)];
    // A day is said once.
    return `${from} – ${type === "datetime" && from.slice(0, 11) === to.slice(0, 11) ? to.slice(11) : to}`;
  };
  return differenceOf(column, counted(inside, outside, (row) => range(row[column] ?? null)), inside.length, outside.length, false);
}

interface Count {
  row: Row;
  inside: number;
  outside: number;
}

function counted(inside: Row[], outside: Row[], name: (row: Row) => string): Map<string, Count> {
  const counts = new Map<string, Count>();
  const add = (rows: Row[], side: "inside" | "outside") => {
    for (const row of rows) {
      const text = name(row);
      let count = counts.get(text);
      if (!count) counts.set(text, (count = { row, inside: 0, outside: 0 }));
      count[side]++;
    }
  };
  add(inside, "inside");
  add(outside, "outside");
  return counts;
}

function differenceOf(column: number, counts: Map<string, Count>, inside: number, outside: number, filters: boolean): Difference {
  const shares = [...counts].map(([text, c]) => ({ text, ...(filters ? { row: c.row } : {}), inside: c.inside / Math.max(1, inside), outside: c.outside / Math.max(1, outside) }));
  const distance = shares.reduce((sum, s) => sum + Math.abs(s.inside - s.outside), 0) / 2;
  const telling = (s: Share) => Math.abs(s.inside - s.outside);
  return { column, distance, shares: shares.sort((a, b) => telling(b) - telling(a)).slice(0, mostShares) };
}

/** Bounds of ranges with about as many numbers in each; a number that is frequent makes fewer of them. */
function quantiles(numbers: number[]): number[] {
  numbers.sort((a, b) => a - b);
  const at = (share: number) => numbers[Math.min(numbers.length - 1, Math.floor(share * numbers.length))]!;
  return [...new Set(Array.from({ length: ranges + 1 }, (_, i) => at(i / ranges)))];
}
