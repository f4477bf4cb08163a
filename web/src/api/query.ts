import { parseJson } from "../values/json";
import { body, client, problemsOf, type Problem, type Schemas } from "./http";
import type { Table } from "./table";

/**
 * What `render` asked for, by the names that KQL gives its properties (the wire has some of them in
 * camel case). Absent ones are null, "" or missing.
 */
export interface Render {
  visualization?: string | null;
  title?: string | null;
  kind?: string | null;
  legend?: string | null;
  accumulate?: boolean | string | null;
  series?: string | string[] | null;
  xcolumn?: string | null;
  ycolumns?: string | string[] | null;
  xtitle?: string | null;
  ytitle?: string | null;
  xaxis?: string | null;
  yaxis?: string | null;
  ymin?: number | string | null;
  ymax?: number | string | null;
  xmin?: number | string | null;
  xmax?: number | string | null;
  ysplit?: string | null;
  anomalycolumns?: string | string[] | null;
}

/** What the server says of how a query ran. */
export type Statistics = Schemas["Statistics"];

export interface Answer {
  tables: Table[];
  render: Render;
  statistics: Statistics;
  /** Why the answer is not whole, if it is not. */
  partial: Problem[];
  elapsedMs: number;
  /** Characters of the answer's body. */
  size: number;
}

/** How far a query is. */
export type Progress = Extract<Schemas["Running"], { running: true }>;

/** How far the query with an id is; null when it does not run. */
export async function getProgress(workspace: string, id: string, signal: AbortSignal): Promise<Progress | null> {
  const progress = await body(client.GET("/ui/workspaces/{workspace}/running/{id}", { params: { path: { workspace, id } }, signal }));
  return progress.running ? progress : null;
}

/** Asks. `id` is what `getProgress` finds the query by while it runs. */
export async function runQuery(workspace: string, query: string, timespan: string | undefined, signal: AbortSignal, id?: string): Promise<Answer> {
  const start = performance.now();
  // As text: JavaScript's own reader would round longs.
  const { data: text = "" } = await client.POST("/v1/workspaces/{workspace}/query", {
    params: { path: { workspace }, header: { Prefer: "include-render=true,include-statistics=true", ...(id === undefined ? {} : { "x-ms-client-request-id": id }) } },
    body: timespan === undefined ? { query } : { query, timespan },
    parseAs: "text",
    signal,
  });
  const answer = parseJson(text) as Omit<Schemas["Answer"], "tables" | "statistics"> & { tables: Table[]; statistics: Statistics };
  return {
    tables: answer.tables,
    render: Object.fromEntries(Object.entries(answer.render ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
    statistics: answer.statistics,
    partial: answer.error ? problemsOf(answer.error) : [],
    elapsedMs: performance.now() - start,
    size: text.length,
  };
}

/** What each of some queries would be refused with; nothing for one that means something. None is run. */
export async function problemsAsWritten(workspace: string, queries: string[], signal: AbortSignal): Promise<Problem[][]> {
  const { errors } = await body(client.POST("/ui/workspaces/{workspace}/compile", { params: { path: { workspace } }, body: { queries }, signal }));
  return errors.map((e) => (e ? problemsOf(e) : []));
}
