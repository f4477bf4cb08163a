import { request } from "./http";

export interface DashboardItem {
  id: string;
  title: string;
  modified?: string;
  by?: string;
  /** It comes with the demo and cannot be changed. */
  shipped: boolean;
  etag?: string;
  /** A workbook's JSON. */
  content?: string;
}

const path = (id: string) => `/ui/dashboards/${encodeURIComponent(id)}`;

export const getDashboards = async (signal: AbortSignal) => (await request("/ui/dashboards", { signal })).body as unknown as DashboardItem[];
export const getDashboard = async (id: string, signal: AbortSignal) => (await request(path(id), { signal })).body as unknown as DashboardItem;
export const getRevisions = async (id: string, signal: AbortSignal) => (await request(`${path(id)}/revisions`, { signal })).body as unknown as DashboardItem[];

/** Writes a dashboard over the version with an ETag; without one it has to be new. */
export async function putDashboard({ id, title, content, etag }: { id: string; title: string; content: string; etag?: string | undefined }) {
  const headers: Record<string, string> = etag ? { "If-Match": etag } : { "If-None-Match": "*" };
  return (await request(path(id), { method: "PUT", headers, body: JSON.stringify({ title, content }) })).body as unknown as DashboardItem;
}

export const deleteDashboard = async (id: string, etag: string) => {
  await request(path(id), { method: "DELETE", headers: { "If-Match": etag } });
};
