// What a column's values are like: how many, which are frequent, how they are spread.

import { type Cell, type ColumnType, isNumeric } from "../../api/table";
import { formatCell, plainText, toNumber } from "../../values/format";

export interface ColumnStats {
  rows: number;
  /** Null or the empty string. */
  empty: number;
  distinct: number;
  /** The most frequent values, as text. */
  top: { text: string; count: number }[];
  /** Of numbers, times and timespans. */
  spread?: { min: number; max: number; average: number; counts: number[] };
}

const mostTop = 8;
const bins = 24;

export function columnStats(type: ColumnType, cells: Cell[]): ColumnStats {
  const counts = new Map<string, number>();
  let empty = 0;
  for (const cell of cells) {
    if (cell === null || cell === "") empty++;
    else {
      const text = type === "datetime" ? formatCell(cell, type, "utc") : plainText(cell);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  const top = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostTop)
    .map(([text, count]) => ({ text, count }));
  const stats: ColumnStats = { rows: cells.length, empty, distinct: counts.size, top };
  if (isNumeric(type) || type === "datetime" || type === "timespan") {
    const spread = spreadOf(cells.flatMap((cell) => toNumber(cell, type) ?? []));
    if (spread) stats.spread = spread;
  }
  return stats;
}

function spreadOf(numbers: number[]): ColumnStats["spread"] {
  if (numbers.length === 0) return undefined;
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const n of numbers) {
    if (n < min) min = n;
    if (n > max) max = n;
    sum += n;
  }
  const counts = new Array<number>(min === max ? 1 : bins).fill(0);
  for (const n of numbers) counts[Math.min(counts.length - 1, Math.floor(((n - min) / (max - min || 1)) * counts.length))]!++;
  return { min, max, average: sum / numbers.length, counts };
}
