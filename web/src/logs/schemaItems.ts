// The lines of the schema tree: groups, tables, columns and functions, as far as they are open or found.

import type { Metadata, MetadataColumn, MetadataFunction, MetadataTable } from "../api/metadata";
import { t } from "../i18n";

export type SchemaItem = { value: string; parentValue?: string } & (
  | { kind: "group"; label: string; count: number }
  | { kind: "table"; table: MetadataTable }
  | { kind: "column"; column: MetadataColumn }
  | { kind: "function"; fn: MetadataFunction }
);

export interface SchemaLines {
  items: SchemaItem[];
  /** What a search opens by itself. */
  opened: Set<string>;
}

export const groups = { data: "g:data", other: "g:other", functions: "g:functions" } as const;

/** Without a search, children are listed for open tables only: all columns would be 30,000 lines. */
export function schemaItems(metadata: Metadata, search: string, open: ReadonlySet<unknown>): SchemaLines {
  const wanted = search.trim().toLowerCase();
  const lines: SchemaLines = { items: [], opened: new Set() };
  const withData = metadata.tables.filter((t) => t.hasData);
  const others = metadata.tables.filter((t) => !t.hasData);
  addTables(lines, groups.data, t("schema.withData"), withData, wanted, open);
  addTables(lines, groups.other, withData.length ? t("schema.noData") : t("schema.tables"), others, wanted, open);
  const functions = metadata.functions.filter((f) => f.name.toLowerCase().includes(wanted));
  if (functions.length) {
    lines.items.push({ value: groups.functions, kind: "group", label: t("schema.functions"), count: functions.length });
    if (wanted) lines.opened.add(groups.functions);
    for (const fn of functions) lines.items.push({ value: `f:${fn.name}`, parentValue: groups.functions, kind: "function", fn });
  }
  return lines;
}

function addTables(
  lines: SchemaLines,
  group: string,
  label: string,
  tables: MetadataTable[],
  wanted: string,
  open: ReadonlySet<unknown>,
) {
  const found = tables.flatMap((table) => {
    const byName = table.name.toLowerCase().includes(wanted);
    const columns = byName ? table.columns : table.columns.filter((c) => c.name.toLowerCase().includes(wanted));
    return columns.length ? [{ table, columns, byName }] : [];
  });
  if (found.length === 0) return;
  if (wanted) {
    // Names that begin with what is wanted come first, then names that hold it, then columns.
    const rank = (f: (typeof found)[number]) => (f.table.name.toLowerCase().startsWith(wanted) ? 0 : f.byName ? 1 : 2);
    found.sort((a, b) => rank(a) - rank(b));
    lines.opened.add(group);
  }
  lines.items.push({ value: group, kind: "group", label, count: found.length });
  for (const { table, columns, byName } of found) {
    const value = `t:${table.name}`;
    lines.items.push({ value, parentValue: group, kind: "table", table });
    const opened = wanted !== "" && !byName && found.length <= 50;
    if (opened) lines.opened.add(value);
    if (!opened && !open.has(value)) continue;
    for (const column of columns) lines.items.push({ value: `${value}.${column.name}`, parentValue: value, kind: "column", column });
  }
}
