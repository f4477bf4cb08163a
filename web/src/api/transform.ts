import { parseJson } from "../values/json";
import { client, type Schemas } from "./http";
import type { Table } from "./table";

/** What a rule's transform makes of rows. Throws ApiError with the places of mistakes. */
export async function tryTransform(body: Schemas["Transform"], signal: AbortSignal): Promise<Table> {
  const { data: text = "" } = await client.POST("/ui/transform", { body, parseAs: "text", signal });
  return (parseJson(text) as unknown as { tables: [Table] }).tables[0];
}
