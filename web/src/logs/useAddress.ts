import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { statements } from "../kql/statement";
import { defaultSpan, filtersTime, type Span } from "../kql/timespan";
import { type Address, addressOf, queryOf } from "./address";
import { type Tab, useLogs } from "./store";

/** Shows a query in a tab and runs it. `here` may replace the text of the tab at hand. */
type OpenQuery = (query: string, span?: Span, here?: boolean) => void;

/** Opens a query in the tab that has it, else in the one at hand if that is empty or may be replaced, else in a new one. */
export function useOpenQuery(): OpenQuery {
  const { open, activate, setText, setSpan, run } = useLogs();
  return useCallback(
    (query, span, here = false) => {
      const { tabs, activeId } = useLogs.getState();
      const active = tabs.find((t) => t.id === activeId);
      const holder = active && holds(active, query) ? active : tabs.find((t) => holds(t, query));
      const free = active && (active.text.trim() === "" || (here && statements(active.text).length === 1));
      let id: string;
      if (holder) activate((id = holder.id));
      else if (free) setText((id = active.id), query);
      else id = open({ text: query });
      if (span) setSpan(id, span);
      else if (!holder && !filtersTime(query)) setSpan(id, defaultSpan);
      const before = (holder?.text ?? "").slice(0, Math.max(0, holder?.text.indexOf(query) ?? 0)).split("\n");
      run(id, { query, line: before.length, column: before.at(-1)!.length });
    },
    [open, activate, setText, setSpan, run],
  );
}

const holds = ({ text }: Tab, query: string) => text === query || statements(text).some((s) => s.text === query);

/**
 * Opens the query of the address, at the start and when one goes back, and keeps the address that of
 * the query that was run last in the tab at hand. Returns whether the first is still being opened.
 */
export function useAddress(openQuery: OpenQuery): boolean {
  const search = useSearch({ from: "/logs" });
  const navigate = useNavigate({ from: "/logs" });
  const run = useLogs((s) => s.runs[s.activeId]);
  const known = useRef<string>(undefined);
  const [opening, setOpening] = useState(() => keyOf(search) !== keyOf({}));

  useEffect(() => {
    const key = keyOf(search);
    if (key === known.current) return;
    const here = known.current !== undefined;
    known.current = key;
    void queryOf(search).then((query) => {
      if (query !== undefined) openQuery(query, search.t, here);
      setOpening(false);
    });
  }, [search, openQuery]);

  useEffect(() => {
    if (!run) return;
    let current = true;
    void addressOf(run.query, run.span).then((address) => {
      if (!current || keyOf(address) === known.current) return;
      known.current = keyOf(address);
      void navigate({ search: address });
    });
    return () => {
      current = false;
    };
  }, [run?.id, run?.query, navigate]);
  return opening;
}

const keyOf = ({ q = "", z = "", t = "" }: Address) => JSON.stringify([q, z, t]);
