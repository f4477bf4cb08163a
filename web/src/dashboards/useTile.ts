import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, runQuery } from "../api/query";
import { useSession } from "../app/session";
import { inQuery, type Span, timespanOf } from "../kql/timespan";
import { binned, lastStretch, merged } from "./incremental";
import { milliseconds } from "./parameters";

/** A tile's answer. With `refresh` (seconds) it is asked again, for what is new only where that can be. */
export function useTile(query: string, span: Span, refresh: number, enabled: boolean) {
  const { workspaceId } = useSession();
  const client = useQueryClient();
  const key = ["tile", workspaceId, query, span];
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Answer> => {
      const before = client.getQueryData<Answer>(key);
      const from = before && refresh > 0 && isRelative(span) && binned(query) ? lastStretch(before) : undefined;
      if (!before || from === undefined) return runQuery(workspaceId, query, timespanOf(span), signal);
      const now = Date.now();
      const fresh = await runQuery(workspaceId, query, `${new Date(from).toISOString()}/${new Date(now).toISOString()}`, signal);
      return merged(before, fresh, now - milliseconds(span), from);
    },
    enabled,
    refetchInterval: refresh > 0 ? refresh * 1000 : false,
    staleTime: Infinity,
    structuralSharing: false,
    placeholderData: (before) => before,
  });
}

const isRelative = (span: Span) => span !== inQuery && !span.includes("/");
