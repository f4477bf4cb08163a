// A query that counts by stretches of time need not be asked whole again: only the last stretch and
// what came after it can have changed. It is recognized by its form: filters and new columns, one
// summarize by bin(TimeGenerated, step), then what keeps each row a stretch's.

import type { Answer } from "../api/query";
import { maskLiterals } from "../kql/scan";
import { toNumber } from "../values/format";

export interface Binned {
  /** What comes before the summarize. */
  source: string;
  /** Milliseconds. */
  step: number;
  /** The plain columns beside the time by which it groups. */
  by: string[];
}

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Undefined when a row of the answer may depend on more than the rows of its own stretch of time. */
export function binned(query: string): Binned | undefined {
  const masked = maskLiterals(query);
  if (/[;()]\s*let\b|^\s*let\b|\b(join|union|lookup|materialize|toscalar)\b/.test(masked)) return undefined;
  const stages = split(masked);
  const at = stages.findIndex((s) => /^\s*summarize\b/.test(s.text));
  if (at < 1) return undefined;
  const free = (s: { text: string }) => /^\s*(where|extend|project|project-away|project-rename|project-reorder|parse|mv-expand)\b/.test(s.text);
  const after = (s: { text: string }) => /^\s*(where|extend|project|project-away|project-rename|project-reorder|order|sort|render)\b/.test(s.text);
  if (!stages.slice(1, at).every(free) || !stages.slice(at + 1).every(after)) return undefined;
  const summarize = query.slice(stages[at]!.start, stages[at]!.end);
  const [, clause] = /\bby\b([\s\S]*)$/.exec(summarize) ?? [];
  const bin = /\bbin\(\s*TimeGenerated\s*,\s*(\d+)(s|m|h|d)\s*\)/.exec(clause ?? "");
  // The time has to come out under its own name.
  if (!clause || !bin || /=\s*bin\(\s*TimeGenerated/.test(clause) || /\bTimeGenerated\s*=/.test(query) || /\bproject\b/.test(masked) && !/\bproject\b[^|]*\bTimeGenerated\b/.test(query)) return undefined;
  const by = clause.replace(bin[0], "").split(",").map((c) => c.trim()).filter((c) => /^\w+$/.test(c));
  return { source: query.slice(0, stages[at]!.start).replace(/\s*\|\s*$/, ""), step: Number(bin[1]) * units[bin[2]!]!, by };
}

function split(masked: string): { text: string; start: number; end: number }[] {
  const stages: { text: string; start: number; end: number }[] = [];
  let [depth, start] = [0, 0];
  for (let i = 0; i <= masked.length; i++) {
    const c = masked[i];
    if (c === "(" || c === "[") depth++;
    else if (c === ")" || c === "]") depth--;
    if (i === masked.length || (c === "|" && depth === 0)) {
      stages.push({ text: masked.slice(start, i), start, end: i });
      start = i + 1;
    }
  }
  return stages;
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
