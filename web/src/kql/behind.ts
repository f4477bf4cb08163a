// The rows behind a mark of a chart: what a query counted, before it counted. The mark is found among the
// rows of the answer, so that values are compared as the types they have.

import type { Column, Row, Table } from "../api/table";
import { label } from "../charts/columns";
import { unpackSeries } from "../charts/unpack";
import { toNumber } from "../values/format";
import { compareTo } from "./quote";
import { maskLiterals } from "./scan";
import { parted, stagesOf } from "./stages";

/** What of a chart was pointed at. */
export interface Mark {
  series?: string;
  /** [x, y]; [y, x] of a bar, whose x is a name. */
  value?: unknown[];
  name?: string;
}

interface Key {
  /** The answer's column that has its values. */
  column: number;
  expression: string;
  /** Of a series' time: how long a stretch is, as the query says. */
  step?: string;
}

/** The query of the rows behind a mark; undefined when the query does not count by what the mark shows. */
export function rowsBehind(query: string, answer: Table, mark: Mark): string | undefined {
  const table = unpackSeries(answer);
  const counted = countedBy(query, table.columns);
  if (!counted) return undefined;
  const row = table.rows.find((r) => counted.keys.every(({ column }) => shows(mark, table.columns[column]!, r[column] ?? null)));
  if (!row) return undefined;
  return [counted.source, ...counted.keys.map((key) => `| where ${predicate(key, table.columns[key.column]!, row)}`)].join("\n");
}

/** The row of an answer that a mark shows, by the row's names and times. */
export function rowOf({ columns, rows }: Table, mark: Mark): Row | undefined {
  const keys = columns.flatMap((c, i) => (c.type === "string" || c.type === "datetime" ? [i] : []));
  return keys.length === 0 ? undefined : rows.find((r) => keys.every((i) => shows(mark, columns[i]!, r[i] ?? null)));
}

function predicate({ column, expression, step }: Key, { type }: Column, row: Row): string {
  const bin = /^bin\(\s*(\w+)\s*,\s*([\w.]+)\s*\)$/.exec(expression);
  const [of, length] = bin && type === "datetime" ? [bin[1]!, bin[2]!] : [expression, step];
  if (type !== "datetime" || length === undefined || row[column] == null) return compareTo(expression, type, row[column] ?? null, true);
  const from = `datetime(${String(row[column])})`;
  return `${of} >= ${from} and ${of} < ${from} + ${length}`;
}

/** The last `summarize`, `make-series` or `distinct` of a query: what goes in, and by what it counts. */
function countedBy(query: string, columns: Column[]): { source: string; keys: Key[] } | undefined {
  const masked = maskLiterals(query);
  const last = parted(masked, ";").findLast((s) => s.text.trim() !== "");
  if (!last) return undefined;
  const stages = stagesOf(masked.slice(0, last.end)).filter((s) => s.end > last.start);
  const at = stages.findLastIndex((s) => /^\s*(summarize|make-series|distinct)\b/.test(s.text));
  if (at < 1) return undefined;
  const { text, start } = stages[at]!;
  const by = /^\s*distinct\b/.exec(text)?.[0].length ?? clauseOf(text, /\bby\b/g);
  const projected = stages.slice(at + 1).some((s) => /^\s*(project|summarize)/.test(s.text));
  const keys: (Key | undefined)[] = (by === undefined ? [] : parted(text, ",", by)).map((piece, i) => {
    const said = query.slice(start + piece.start, start + piece.end).trim();
    const [, name, expression] = /^(\w+)\s*=(?!=)\s*([\s\S]+)$/.exec(said) ?? [];
    const own = name ?? /^(?:bin\(\s*)?(\w+)(?:\s*,[^()]*\))?$/.exec(said)?.[1];
    const found = columns.findIndex((c) => c.name === own);
    const column = found >= 0 ? found : projected ? -1 : i;
    return column >= 0 && column < columns.length ? { column, expression: expression ?? said } : undefined;
  });
  const series = /^\s*make-series\b/.test(text) ? /\bon\s+(\w+)[\s\S]*\bstep\s+([\w.]+(?:\([^)]*\))?)/.exec(query.slice(start, start + text.length)) : null;
  if (series) {
    const column = columns.findIndex((c) => c.name === series[1]);
    keys.push(column < 0 ? undefined : { column, expression: series[1]!, step: series[2]! });
  }
  if (keys.length === 0 || keys.includes(undefined)) return undefined;
  return { source: query.slice(0, start).replace(/\s*\|\s*$/, ""), keys: keys as Key[] };
}

/** Where the last of a word's places in no bracket ends. */
function clauseOf(text: string, word: RegExp): number | undefined {
  let end: number | undefined;
  for (const m of text.matchAll(word)) {
    const before = text.slice(0, m.index);
    if ((before.match(/[([{]/g)?.length ?? 0) === (before.match(/[)\]}]/g)?.length ?? 0)) end = m.index + m[0].length;
  }
  return end;
}

/** Whether a mark shows a value: as its place on the x axis, or as one of the names that it has. */
function shows({ series, value, name }: Mark, { type }: Column, cell: Row[number]): boolean {
  const x = typeof value?.[1] === "string" ? value[1] : value?.[0];
  if (typeof x === "number" && toNumber(cell, type) === x) return true;
  const wanted = label(cell, type);
  return [x, name, series].some((said) => typeof said === "string" && `, ${said}, `.includes(`, ${wanted}, `));
}
