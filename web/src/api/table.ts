// The shape of an answer, as the query API gives it.

import type { Json } from "../values/json";
import type { Schemas } from "./http";

export type ColumnType = Schemas["ColumnType"];
export type Column = Schemas["Column"];

/** One value on the wire: datetime, timespan, guid, decimal and dynamic are text. Longs keep their digits. */
export type Cell = Json;
export type Row = Cell[];

export type Table = Omit<Schemas["Table"], "rows"> & { rows: Row[] };

export const isNumeric = (t: ColumnType) => t === "int" || t === "long" || t === "real" || t === "decimal";
