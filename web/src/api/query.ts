import { problemsOf, type Problem, request } from "./http";
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
export interface Statistics {
  query?: {
    /** Seconds. */
    executionTime?: number;
    inputDatasetStatistics?: {
      extents?: { total: number; scanned: number };
      rows?: { scanned: number };
      bytes?: { scanned: number };
    };
    queueSeconds?: number;
    compileSeconds?: number;
    executeSeconds?: number;
    /** What ran, as text, and the parts of it that ran as SQL. */
    plan?: string;
    sql?: string | string[] | null;
  };
}

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

export async function runQuery(
  workspaceId: string,
  query: string,
  timespan: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const start = performance.now();
  const { body, size } = await request(`/v1/workspaces/${encodeURIComponent(workspaceId)}/query`, {
    method: "POST",
    headers: { Prefer: "include-render=true,include-statistics=true" },
    body: JSON.stringify(timespan === undefined ? { query } : { query, timespan }),
    signal,
  });
  // No body (204) is a workspace without data.
  const answer = (body ?? {}) as { tables?: Table[]; render?: object; statistics?: Statistics; error?: object };
  return {
    tables: answer.tables ?? [],
    render: Object.fromEntries(Object.entries(answer.render ?? {}).map(([k, v]) => [k.toLowerCase(), v])),
    statistics: answer.statistics ?? {},
    partial: answer.error ? problemsOf(answer.error) : [],
    elapsedMs: performance.now() - start,
    size,
  };
}
