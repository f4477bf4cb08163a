// The shape of an answer, as the query API gives it.

import type { Json } from "../values/json";

export type ColumnType =
  | "bool"
  | "datetime"
  | "decimal"
  | "dynamic"
  | "guid"
  | "int"
  | "long"
  | "real"
  | "string"
  | "timespan";

export interface Column {
  name: string;
  type: ColumnType;
}

/** One value on the wire: datetime, timespan, guid, decimal and dynamic are text. */
export type Cell = Json;
export type Row = Cell[];

export interface Table {
  name: string;
  columns: Column[];
  rows: Row[];
}

export const isNumeric = (t: ColumnType) => t === "int" || t === "long" || t === "real" || t === "decimal";
