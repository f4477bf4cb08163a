import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";
import { statements } from "../kql/statement";
import { defaultSpan, filtersTime, type Span } from "../kql/timespan";
import { type Address, addressOf, queryOf } from "./address";
import { useLogs } from "./store";

/** Shows a query in the tab that has it, else in the empty one at hand, else in a new one, and runs it. */
export function useOpenQuery() {
  const { open, activate, setText, setSpan, run } = useLogs();
  return useCallback(
    (query: string, span?: Span) => {
      const { tabs, activeId } = useLogs.getState();
      const active = tabs.find((t) => t.id === activeId);
      const holds = (text: string) => text === query || statements(text).some((s) => s.text === query);
      const holder = active && holds(active.text) ? active : tabs.find((t) => holds(t.text));
      let id: string;
      if (holder) activate((id = holder.id));
      else if (active?.text.trim() === "") setText((id = active.id), query);
      else id = open({ text: query });
      if (span) setSpan(id, span);
      else if (!holder && !filtersTime(query)) setSpan(id, defaultSpan);
      const at = holder ? Math.max(0, holder.text.indexOf(query)) : 0;
      const before = holder ? holder.text.slice(0, at).split("\n") : [""];
      run(id, { query, line: before.length, column: before.at(-1)!.length });
    },
    [open, activate, setText, setSpan, run],
  );
}

/** Keeps the address that of the query that was run last in the tab at hand, and opens the one that it came with. */
export function useAddress(openQuery: (query: string, span?: Span) => void) {
  const search = useSearch({ from: "/logs" });
  const navigate = useNavigate({ from: "/logs" });
  const run = useLogs((s) => s.runs[s.activeId]);
  const written = useRef<string>(undefined);

  useEffect(() => {
    const key = keyOf(search);
    if (key === written.current) return;
    written.current = key;
    void queryOf(search).then((query) => query !== undefined && openQuery(query, search.t));
  }, [search, openQuery]);

  useEffect(() => {
    if (!run) return;
    let current = true;
    void addressOf(run.query, run.span).then((address) => {
      if (!current || keyOf(address) === written.current) return;
      written.current = keyOf(address);
      void navigate({ search: address, replace: true });
    });
    return () => {
      current = false;
    };
  }, [run?.id, navigate]);
}

const keyOf = ({ q = "", z = "", t = "" }: Address) => JSON.stringify([q, z, t]);
