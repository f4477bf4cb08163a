// Columns as `render` names them, and values as labels.

import type { Cell, Column, ColumnType } from "../api/table";
import { isNumeric } from "../api/table";
import { t } from "../i18n";
import { formatCell, plainText } from "../values/format";

export const label = (cell: Cell, type: ColumnType) => formatCell(cell, type, "utc") || t("chart.empty");
export const isLabel = (type: ColumnType) => type === "string" || type === "guid" || type === "bool";
export const isMeasure = (type: ColumnType) => isNumeric(type) || type === "timespan";

/** A list property comes as an array, or as names parted by commas. */
export function names(value: string | string[] | null | undefined): string[] {
  if (!value) return [];
  return (Array.isArray(value) ? value : value.split(",")).map((n) => n.trim()).filter(Boolean);
}

export function indexOf(columns: Column[], name: string | null | undefined): number | undefined {
  const i = name ? columns.findIndex((c) => c.name === plainText(name)) : -1;
  return i < 0 ? undefined : i;
}

export const indexesOf = (columns: Column[], value: string | string[] | null | undefined) =>
  names(value).flatMap((n) => indexOf(columns, n) ?? []);
