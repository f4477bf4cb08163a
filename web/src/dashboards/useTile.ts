import { useQueries, useQueryClient } from "@tanstack/react-query";
import { type Answer, runQuery } from "../api/query";
import { useSession } from "../app/session";
import { inQuery, type Span, timespanOf } from "../kql/timespan";
import { isBinned, lastStretch, merged } from "./incremental";
import { milliseconds } from "./parameters";

/** A query of a tile, and the range that it is asked for. */
export interface Asked {
  query: string;
  span: Span;
}

/** The answers of a tile's queries, none until all are there. With `refresh` (seconds) they are asked again, for what is new only where that can be. */
export function useTile(asked: Asked[], refresh: number, enabled: boolean) {
  const { workspaceId } = useSession();
  const client = useQueryClient();
  const keys = asked.map(({ query, span }) => `${span}\n${query}`);
  const once = [...new Set(keys)];
  const results = useQueries({
    queries: once.map((one) => {
      const { query, span } = asked[keys.indexOf(one)]!;
      const key = ["tile", workspaceId, query, span];
      return {
        queryKey: key,
        queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Answer> => {
          const before = client.getQueryData<Answer>(key);
          const from = before && refresh > 0 && isRelative(span) && isBinned(query) ? lastStretch(before) : undefined;
          if (!before || from === undefined) return runQuery(workspaceId, query, timespanOf(span), signal);
          const now = Date.now();
          const fresh = await runQuery(workspaceId, query, `${new Date(from).toISOString()}/${new Date(now).toISOString()}`, signal);
          return merged(before, fresh, now - milliseconds(span), from);
        },
        enabled,
        refetchInterval: refresh > 0 ? refresh * 1000 : (false as const),
        staleTime: Infinity,
        structuralSharing: false,
        placeholderData: (before: Answer | undefined) => before,
      };
    }),
  });
  const answers = keys.map((key) => results[once.indexOf(key)]!.data);
  return { answers: answers.includes(undefined) ? undefined : (answers as Answer[]), error: results.find((r) => r.error)?.error ?? null, isFetching: results.some((r) => r.isFetching) };
}

const isRelative = (span: Span) => span !== inQuery && !span.includes("/");
