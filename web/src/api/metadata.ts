import { body, client, type Schemas } from "./http";

export type MetadataColumn = Schemas["MetadataColumn"];
export type MetadataTable = Schemas["MetadataTable"];
export type MetadataFunction = Schemas["MetadataFunction"];
export type SavedQuery = Schemas["SavedQuery"];
export type Metadata = Schemas["Metadata"];

/** The workspace's schema: tables with rows first, then by name. */
export async function getMetadata(workspace: string, signal: AbortSignal): Promise<Metadata> {
  const { tables, ...rest } = await body(client.GET("/v1/workspaces/{workspace}/metadata", { params: { path: { workspace } }, signal }));
  const order = new Intl.Collator("en");
  tables.sort((a, b) => Number(b.hasData) - Number(a.hasData) || order.compare(a.name, b.name));
  return { tables, ...rest };
}
