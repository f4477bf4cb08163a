import { request } from "./http";
import type { ColumnType } from "./table";

export interface MetadataColumn {
  name: string;
  type: ColumnType;
  description?: string;
}

export interface MetadataTable {
  id: string;
  name: string;
  description?: string;
  hasData?: boolean;
  columns: MetadataColumn[];
}

export interface MetadataFunction {
  id: string;
  name: string;
  description?: string;
  parameters?: string;
  body: string;
}

/** A query that the workspace keeps. */
export interface SavedQuery {
  id: string;
  displayName: string;
  body: string;
}

export interface Metadata {
  tables: MetadataTable[];
  functions: MetadataFunction[];
  queries: SavedQuery[];
}

/** The workspace's schema: tables with rows first, then by name. */
export async function getMetadata(workspaceId: string, signal: AbortSignal): Promise<Metadata> {
  const { body } = await request(`/v1/workspaces/${encodeURIComponent(workspaceId)}/metadata`, { signal });
  const { tables = [], functions = [], queries = [] } = body as unknown as Partial<Metadata>;
  const order = new Intl.Collator("en");
  tables.sort((a, b) => Number(b.hasData ?? false) - Number(a.hasData ?? false) || order.compare(a.name, b.name));
  return { tables, functions, queries };
}
