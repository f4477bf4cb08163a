import type { Render } from "../api/query";
import type { Table } from "../api/table";
import { type CardChart, common } from "./spec";

/** card: the first row's values. */
export function cardOf(table: Table, render: Render): CardChart {
  const items = table.columns.map((c, i) => ({ name: c.name, type: c.type, value: table.rows[0]![i] ?? null }));
  return { type: "card", ...common(render), items };
}
