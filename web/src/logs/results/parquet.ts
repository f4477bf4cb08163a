// Parquet of a result, written in the browser. A datetime is a timestamp in nanoseconds, or text in a
// column that reaches beyond what 64 bits hold of them (1677 to 2262). Types that Parquet's writer
// has no exact place for (decimal, guid, timespan) go as text, and so does dynamic, as JSON.

import { type BasicType, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import type { Cell, Column, Row } from "../../api/table";
import { dynamicValue, plainText } from "../../values/format";
import { printJson } from "../../values/json";

export function toParquet(columns: Column[], rows: Row[]): ArrayBuffer {
  const made = columns.map((c, i) => columnOf(c, rows, i));
  const columnData = made.map(({ name, type, data, isTime }) => ({ name, data, ...(isTime ? {} : { type, nullable: true }) }));
  const times = made.filter((c) => c.isTime).map(({ name }) => [name, { name, type: "INT64", repetition_type: "OPTIONAL", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" } }] as const);
  const schema = schemaFromColumnData({ columnData, schemaOverrides: Object.fromEntries(times) });
  return parquetWriteBuffer({ columnData: columnData.map(({ name, data }) => ({ name, data })), schema });
}

function columnOf(column: Column, rows: Row[], i: number): { name: string; type: BasicType; data: unknown[]; isTime: boolean } {
  const each = <T>(convert: (cell: NonNullable<Cell>) => T) => rows.map((r) => (r[i] == null ? null : convert(r[i])));
  const { name } = column;
  const text = (data: unknown[]) => ({ name, type: "STRING" as const, data, isTime: false });
  switch (column.type) {
    case "bool":
      return { name, type: "BOOLEAN", data: each((c) => c === true || c === 1), isTime: false };
    case "int":
      return { name, type: "INT32", data: each(Number), isTime: false };
    case "long":
      return { name, type: "INT64", data: each((c) => BigInt(c as number)), isTime: false };
    case "real":
      return { name, type: "DOUBLE", data: each(Number), isTime: false };
    case "datetime": {
      const times = each((c) => nanoseconds(String(c)));
      return times.includes(undefined) ? text(each(plainText)) : { name, type: "INT64", data: times, isTime: true };
    }
    case "dynamic":
      return text(each((c) => printJson(dynamicValue(c))));
    default:
      return text(each(plainText));
  }
}

const furthest = 2n ** 63n;

/** Since 1970; undefined when 64 bits do not hold it. */
function nanoseconds(time: string): bigint | undefined {
  const [, seconds, fraction = ""] = /^([^.Z]+)(?:\.(\d+))?Z?$/.exec(time) ?? [];
  const n = BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
  return n >= -furthest && n < furthest ? n : undefined;
}
