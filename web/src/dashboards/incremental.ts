// A query that counts by stretches of time need not be asked whole again: only the last stretch and
// what came after it can have changed. It is recognized by its form: filters and new columns, one
// summarize by bin(TimeGenerated, step), then what keeps each row a stretch's.

import type { Answer } from "../api/query";
import { maskLiterals } from "../kql/scan";
import { stagesOf } from "../kql/stages";
import { toNumber } from "../values/format";

/** Whether each row of the answer comes of the rows of its own stretch of time alone. */
export function isBinned(query: string): boolean {
  const masked = maskLiterals(query);
  if (/[;()]\s*let\b|^\s*let\b|\b(join|union|lookup|materialize|toscalar|prev|next|row_\w+)\b/.test(masked)) return false;
  const stages = stagesOf(masked);
  const at = stages.findIndex((s) => /^\s*summarize\b/.test(s.text));
  if (at < 1) return false;
  const free = (s: { text: string }) => /^\s*(where|extend|project|project-away|project-rename|project-reorder|parse|mv-expand)\b/.test(s.text);
  const after = (s: { text: string }) => /^\s*(where|extend|project|project-away|project-rename|project-reorder|order|sort|render)\b/.test(s.text);
  if (!stages.slice(1, at).every(free) || !stages.slice(at + 1).every(after)) return false;
  const [, clause = ""] = /\bby\b([\s\S]*)$/.exec(stages[at]!.text) ?? [];
  // The time has to come out under its own name.
  return /\bbin\(\s*TimeGenerated\s*,\s*\d+[smhd]\s*\)/.test(clause) && !/=\s*bin\(\s*TimeGenerated/.test(clause) && !/\bTimeGenerated\s*=/.test(masked) && (!/\bproject\b/.test(masked) || /\bproject\b[^|]*\bTimeGenerated\b/.test(masked));
}

/** The beginning of the last stretch that an answer has: from there it is asked anew. Milliseconds. */
export function lastStretch(answer: Answer): number | undefined {
  const times = timesOf(answer);
  return times.length ? times.reduce((a, b) => Math.max(a, b)) : undefined;
}

/** Rows of `before` from `windowStart` until `from`, then those of `fresh`. */
export function merged(before: Answer, fresh: Answer, windowStart: number, from: number): Answer {
  const table = before.tables[0]!;
  const column = table.columns.findIndex((c) => c.name === "TimeGenerated");
  const kept = table.rows.filter((r) => {
    const at = toNumber(r[column] ?? null, "datetime");
    return at !== null && at >= windowStart && at < from;
  });
  return { ...fresh, tables: [{ ...table, rows: [...kept, ...(fresh.tables[0]?.rows ?? [])] }] };
}

function timesOf({ tables }: Answer): number[] {
  const column = tables[0]?.columns.findIndex((c) => c.name === "TimeGenerated") ?? -1;
  return column < 0 ? [] : tables[0]!.rows.flatMap((r) => toNumber(r[column] ?? null, "datetime") ?? []);
}
