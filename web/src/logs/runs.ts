import { useQueries, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Answer, runQuery } from "../api/query";
import { useSession } from "../app/session";
import { timespanOf } from "../kql/timespan";
import { useLogs } from "./store";

const keyOf = (runId: number) => ["run", runId] as const;

/**
 * The answers of all tabs' runs, by tab. All are observed, so that a query goes on while another
 * tab is looked at; those that were replaced are forgotten, and stopped.
 */
export function useAnswers(): Record<string, UseQueryResult<Answer>> {
  const { workspaceId } = useSession();
  const client = useQueryClient();
  const runs = useLogs((s) => s.runs);
  const ids = Object.keys(runs);
  const results = useQueries({
    queries: ids.map((id) => {
      const run = runs[id]!;
      return {
        queryKey: keyOf(run.id),
        queryFn: ({ signal }: { signal: AbortSignal }) => runQuery(workspaceId, run.query, timespanOf(run.span), signal, run.requestId),
        enabled: !run.cancelled,
        staleTime: Infinity,
        gcTime: Infinity,
        structuralSharing: false,
      };
    }),
  });
  useEffect(() => {
    const live = new Set(Object.values(runs).flatMap((r) => (r.cancelled ? [] : [r.id])));
    for (const { queryKey } of client.getQueryCache().findAll({ queryKey: ["run"] })) {
      if (live.has(queryKey[1] as number)) continue;
      void client.cancelQueries({ queryKey });
      client.removeQueries({ queryKey });
    }
  }, [client, runs]);
  return Object.fromEntries(ids.map((id, i) => [id, results[i]!]));
}
