// The lanes of a time pivot: rows grouped by one column after another, each group a lane on the
// time axis that can be opened into the next. Spans of OpenTelemetry nest by their parents too.

import type { Column, Row, Table } from "../api/table";
import { toNumber } from "../values/format";
import { label } from "./columns";
import type { Stretch } from "./spec";

/** Stands for the hierarchy of spans, among the columns by which one can slice. */
export const bySpan = -1;

export interface Lane {
  /** Unique: the values of the groups that it is in. */
  key: string;
  name: string;
  depth: number;
  /** Indices of the rows on it. */
  rows: number[];
  opens: boolean;
}

export type Order = "start" | "end";

interface Times {
  start: number;
  end: number;
}

/** The columns that say when an event began and when it was over; the latter may be missing. */
export function timesOf(columns: Column[]): Times {
  const times = columns.flatMap((c, i) => (c.type === "datetime" ? [i] : []));
  return { start: times[0] ?? -1, end: times[1] ?? times[0] ?? -1 };
}

export function spanColumns(columns: Column[]): { id: number; parent: number } | undefined {
  const named = (pattern: RegExp) => columns.findIndex((c) => pattern.test(c.name));
  const [id, parent] = [named(/^span_?id$/i), named(/^parent_?(span_?)?id$/i)];
  return id >= 0 && parent >= 0 ? { id, parent } : undefined;
}

export function lanesOf(table: Table, levels: number[], opened: ReadonlySet<string>, order: Order): Lane[] {
  const all = table.rows.map((_, i) => i).filter((i) => stretchOf(table, i, 0));
  const lanes: Lane[] = [];
  const add = (rows: number[], depth: number, prefix: string) => {
    const level = levels[depth];
    if (level === undefined) return;
    if (level === bySpan) return addSpans(table, rows, depth, prefix, opened, lanes, order);
    const groups = groupBy(rows, (r) => label(table.rows[r]![level]!, table.columns[level]!.type));
    for (const [name, members] of [...groups].sort((a, b) => edge(table, a[1], order) - edge(table, b[1], order))) {
      const key = `${prefix}/${name}`;
      const opens = depth + 1 < levels.length;
      lanes.push({ key, name, depth, rows: members, opens });
      if (opens && opened.has(key)) add(members, depth + 1, key);
    }
  };
  if (levels.length === 0) return [{ key: "", name: "", depth: 0, rows: all, opens: false }];
  add(all, 0, "");
  return lanes;
}

/** One stretch for each row of each lane. */
export function stretchesOf(table: Table, lanes: Lane[]): Stretch[] {
  return lanes.flatMap((lane, at) => lane.rows.map((r) => stretchOf(table, r, at)!));
}

function stretchOf(table: Table, row: number, lane: number): Stretch | undefined {
  const { start, end } = timesOf(table.columns);
  const at = (i: number) => toNumber(table.rows[row]![i] ?? null, "datetime");
  const [from, to] = [at(start), at(end)];
  if (from === null && to === null) return undefined;
  const [a, b] = [from ?? to!, to ?? from!];
  return [Math.min(a, b), Math.max(a, b), lane, row];
}

/** When the first of a group's rows begins, or the last is over. */
function edge(table: Table, rows: number[], order: Order): number {
  const ends = rows.map((r) => stretchOf(table, r, 0)![order === "start" ? 0 : 1]);
  return order === "start" ? ends.reduce((a, b) => Math.min(a, b)) : -ends.reduce((a, b) => Math.max(a, b));
}

function addSpans(table: Table, rows: number[], depth: number, prefix: string, opened: ReadonlySet<string>, lanes: Lane[], order: Order) {
  const { id, parent } = spanColumns(table.columns)!;
  const text = (r: number, i: number) => String(table.rows[r]![i] ?? "");
  const ids = new Set(rows.map((r) => text(r, id)));
  const children = groupBy(rows, (r) => (ids.has(text(r, parent)) ? text(r, parent) : ""));
  const seen = new Set<number>();
  const add = (under: string, at: number, path: string, hidden = false) => {
    const members = (children.get(under) ?? []).filter((r) => !seen.has(r)).sort((a, b) => edge(table, [a], order) - edge(table, [b], order));
    for (const r of members) {
      seen.add(r);
      const span = text(r, id);
      const key = `${path}/${span}`;
      const opens = children.has(span);
      if (!hidden) lanes.push({ key, name: headerOf(table.columns, table.rows[r]!, span), depth: at, rows: [r], opens });
      if (opens) add(span, at + 1, key, hidden || !opened.has(key));
    }
  };
  add("", depth, prefix);
  // Spans that are each other's parents have no beginning: they stand beside the others.
  for (const r of rows) {
    if (seen.has(r)) continue;
    seen.add(r);
    lanes.push({ key: `${prefix}/${text(r, id)}`, name: headerOf(table.columns, table.rows[r]!, text(r, id)), depth, rows: [r], opens: false });
  }
}

function groupBy(rows: number[], key: (row: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const r of rows) {
    const group = groups.get(key(r));
    if (group) group.push(r);
    else groups.set(key(r), [r]);
  }
  return groups;
}

/** "[kind/name]: id". */
function headerOf(columns: Column[], row: Row, id: string): string {
  const text = (name: RegExp) => String(row[columns.findIndex((c) => name.test(c.name))] ?? "");
  const parts = [text(/^span_?kind$/i), text(/^span_?name$/i)].filter(Boolean);
  return parts.length ? `[${parts.join("/")}]: ${id}` : id;
}
