// The workspace's metadata as the language service wants it.

import type { Database, EngineSchema, InputParameter, Table } from "@kusto/monaco-kusto";
import type { Metadata, MetadataTable } from "../api/metadata";

export function engineSchema(workspace: string, metadata: Metadata): EngineSchema {
  const database: Database = {
    name: workspace,
    majorVersion: 1,
    minorVersion: 0,
    entityGroups: metadata.entityGroups.map((g) => ({ name: g.name, members: g.entities })),
    tables: [
      ...metadata.tables.map((t) => table(t, "Table")),
      ...metadata.externalTables.map((t) => table(t, "ExternalTable")),
      ...metadata.materializedViews.map((t) => table(t, "MaterializedViewTable")),
    ],
    functions: metadata.functions.map((f) => ({
      name: f.name,
      body: f.body.trim().startsWith("{") ? f.body : `{ ${f.body} }`,
      inputParameters: parameters(f.parameters ?? ""),
      ...(f.description ? { docstring: f.description } : {}),
    })),
  };
  return { clusterType: "Engine", cluster: { connectionString: "yagura", databases: [database] }, database };
}

function table(t: MetadataTable, entityType: NonNullable<Table["entityType"]>): Table {
  return {
    name: t.name,
    entityType,
    columns: t.columns.map((c) => ({ name: c.name, type: c.type, ...(c.description ? { docstring: c.description } : {}) })),
  };
}

/** Scalar parameters as the API writes them: "name:type, name:type = default". */
export function parameters(text: string): InputParameter[] {
  return [...text.matchAll(/([A-Za-z_]\w*)\s*:\s*([a-z]+)(?:\s*=\s*("[^"]*"|[^,]+))?/g)].map(([, name, type, value]) => ({
    name: name!,
    type: type!,
    cslType: type!,
    ...(value === undefined ? {} : { cslDefaultValue: value.trim() }),
  }));
}
