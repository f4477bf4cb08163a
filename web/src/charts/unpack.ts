import { type Cell, type ColumnType, type Row, type Table } from "../api/table";
import { dynamicValue, timespanSeconds } from "../values/format";

/**
 * make-series answers one row a series, with arrays for the time and the values. This lays them
 * out as one row a point; a table without such arrays comes back as it is.
 */
export function unpackSeries(table: Table): Table {
  const first = table.rows[0];
  if (!first) return table;
  const arrays = table.columns.flatMap((c, i) => (c.type === "dynamic" && Array.isArray(dynamicValue(first[i]!)) ? [i] : []));
  if (arrays.length < 2) return table;

  const rows: Row[] = [];
  for (const row of table.rows) {
    const lists = new Map(arrays.map((i) => [i, dynamicValue(row[i]!)]));
    const length = Math.max(...[...lists.values()].map((l) => (Array.isArray(l) ? l.length : 0)));
    for (let k = 0; k < length; k++) {
      rows.push(row.map((cell, i) => (lists.has(i) ? elementAt(lists.get(i)!, k) : cell)));
    }
  }
  const columns = table.columns.map((c, i) => (arrays.includes(i) ? { ...c, type: elementType(rows, i) } : c));
  return { ...table, columns, rows };
}

const elementAt = (list: Cell, k: number): Cell => (Array.isArray(list) ? (list[k] ?? null) : null);

function elementType(rows: Row[], i: number): ColumnType {
  const sample = rows.find((r) => r[i] !== null)?.[i];
  if (typeof sample === "number" || typeof sample === "bigint" || sample === undefined) return "real";
  if (typeof sample === "boolean") return "bool";
  if (typeof sample !== "string") return "dynamic";
  if (/^\d{4}-\d\d-\d\dT/.test(sample)) return "datetime";
  return timespanSeconds(sample) === null ? "string" : "timespan";
}
