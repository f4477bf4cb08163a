// Following a query: it is asked again and again with the range of the last minutes, and those that were there
// before are left out, so that rows which arrive late are not missed.

import type { Row, Table } from "../api/table";
import { printJson } from "../values/json";
import { maskLiterals } from "../kql/scan";

/** How late a row may arrive, and be followed. */
export const overlap = "PT5M";
export const mostRows = 5000;

export function tailQuery(statement: string): string {
  const masked = maskLiterals(statement);
  const render = /\|\s*render\b[^|]*$/i.exec(masked);
  const body = (render ? statement.slice(0, render.index) : statement).replace(/\s*;?\s*$/, "");
  return `${body}\n| top ${mostRows} by TimeGenerated desc`;
}

export interface Tail {
  table: Table | undefined;
  seen: ReadonlySet<string>;
}

export const noTail: Tail = { table: undefined, seen: new Set() };

/** Puts the rows of an answer that are new before those that were there. */
export function follow(tail: Tail, answer: Table): Tail {
  const keys = answer.rows.map((r) => printJson(r));
  const fresh = answer.rows.filter((_, i) => !tail.seen.has(keys[i]!));
  if (fresh.length === 0 && tail.table) return tail;
  const rows: Row[] = [...fresh, ...(tail.table?.rows ?? [])].slice(0, mostRows);
  return { table: { ...answer, rows }, seen: new Set([...keys, ...[...tail.seen].slice(0, mostRows)]) };
}
