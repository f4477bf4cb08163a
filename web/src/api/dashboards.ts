import type { Language } from "../i18n";
import { body, client, type Schemas } from "./http";

export type DashboardItem = Schemas["Dashboard"];

/** A dashboard in the language of the page, if it comes with the demo; one's own are as one wrote them. */
export const spoken = (item: DashboardItem, language: Language): DashboardItem => (language === "ja" ? { ...item, ...item.ja } : item);

const of = (id: string) => ({ path: { id } });

export const getDashboards = (signal: AbortSignal) => body(client.GET("/ui/dashboards", { signal }));
export const getDashboard = (id: string, signal: AbortSignal) => body(client.GET("/ui/dashboards/{id}", { params: of(id), signal }));
export const getRevisions = (id: string, signal: AbortSignal) => body(client.GET("/ui/dashboards/{id}/revisions", { params: of(id), signal }));

/** Writes a dashboard over the version with an ETag; without one it has to be new. */
export function putDashboard({ id, etag, ...change }: { id: string; title: string; content: string; etag?: string | undefined }) {
  const header = etag ? { "If-Match": etag } : { "If-None-Match": "*" as const };
  return body(client.PUT("/ui/dashboards/{id}", { params: { ...of(id), header }, body: change }));
}

export const deleteDashboard = (id: string, etag: string) => client.DELETE("/ui/dashboards/{id}", { params: { ...of(id), header: { "If-Match": etag } } });
