// The open queries and what was run of each. Texts outlive a reload; runs do not.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import { useHistory } from "./history";
import { defaultSpan, filtersTime, inQuery, type Span } from "../kql/timespan";
import { t } from "../i18n";
import { newGuid } from "../values/guid";

export interface Tab {
  id: string;
  text: string;
  span: Span;
  /** The range was chosen while the text had a time filter of its own, so both hold. */
  spanInsists: boolean;
}

/** One statement sent to the server. */
export interface Run {
  id: number;
  /** By which the server knows it while it runs. */
  requestId: string;
  query: string;
  span: Span;
  /** Where the statement begins in the tab's text: line from 1, column from 0. */
  line: number;
  column: number;
  /** The tab's whole text at that time: an error has a place in it as long as it stays. */
  text: string;
  startedAt: number;
  cancelled: boolean;
}

/** A statement to run, and where it begins. */
export type Statement = Pick<Run, "query" | "line" | "column">;

interface State {
  tabs: Tab[];
  activeId: string;
  runs: Record<string, Run>;
  /** The tabs whose query is followed. */
  live: Record<string, Statement>;
  open: (tab?: Partial<Omit<Tab, "id">>) => string;
  close: (id: string) => void;
  activate: (id: string) => void;
  setText: (id: string, text: string) => void;
  setSpan: (id: string, span: Span) => void;
  run: (id: string, statement: Statement) => void;
  /** Replaces the statement that ran by one with the same answer, in the text too. */
  rewrite: (id: string, query: string) => void;
  cancel: (id: string) => void;
  /** Follows a statement, or stops. */
  setLive: (id: string, statement: Statement | undefined) => void;
}

const newTab = (tab: Partial<Omit<Tab, "id">> = {}): Tab => ({
  id: newGuid(),
  text: "",
  span: defaultSpan,
  spanInsists: false,
  ...tab,
});

let runs = 0;
const first = newTab();

export const useLogs = create<State>()(
  persist(
    (set) => ({
      tabs: [first],
      activeId: first.id,
      runs: {},
      live: {},
      open: (tab) => {
        const added = newTab(tab);
        set((s) => ({ tabs: [...s.tabs, added], activeId: added.id }));
        return added.id;
      },
      close: (id) =>
        set((s) => {
          const at = s.tabs.findIndex((t) => t.id === id);
          const tabs = s.tabs.filter((t) => t.id !== id);
          if (tabs.length === 0) tabs.push(newTab());
          const activeId = s.activeId === id ? tabs[Math.min(at, tabs.length - 1)]!.id : s.activeId;
          return { tabs, activeId, runs: without(s.runs, id), live: without(s.live, id) };
        }),
      activate: (activeId) => set({ activeId }),
      setText: (id, text) => set((s) => ({ tabs: change(s.tabs, id, () => ({ text })) })),
      setSpan: (id, span) =>
        set((s) => ({ tabs: change(s.tabs, id, (t) => ({ span, spanInsists: filtersTime(t.text) })) })),
      run: (id, statement) =>
        set((s) => {
          const tab = s.tabs.find((t) => t.id === id);
          if (!tab) return {};
          const run: Run = {
            ...statement,
            id: ++runs,
            requestId: newGuid(),
            span: spanOf(tab, statement.query),
            text: tab.text,
            startedAt: Date.now(),
            cancelled: false,
          };
          useHistory.getState().add(statement.query, run.span);
          return { runs: { ...s.runs, [id]: run }, live: without(s.live, id) };
        }),
      setLive: (id, statement) => set((s) => ({ live: statement ? { ...s.live, [id]: statement } : without(s.live, id) })),
      rewrite: (id, query) =>
        set((s) => {
          const run = s.runs[id];
          const tab = s.tabs.find((t) => t.id === id);
          const at = run && tab ? tab.text.indexOf(run.query) : -1;
          if (!run || !tab || at < 0) return {};
          const text = tab.text.slice(0, at) + query + tab.text.slice(at + run.query.length);
          return { tabs: change(s.tabs, id, () => ({ text })), runs: { ...s.runs, [id]: { ...run, query, text } } };
        }),
      cancel: (id) =>
        set((s) => (s.runs[id] ? { runs: { ...s.runs, [id]: { ...s.runs[id], cancelled: true } } } : {})),
    }),
    {
      name: "yagura.logs",
      version: 1,
      partialize: ({ tabs, activeId }) => ({ tabs, activeId }),
    },
  ),
);

function without<T>(all: Record<string, T>, id: string): Record<string, T> {
  const { [id]: _, ...rest } = all;
  return rest;
}

function change(tabs: Tab[], id: string, to: (tab: Tab) => Partial<Tab>): Tab[] {
  return tabs.map((t) => (t.id === id ? { ...t, ...to(t) } : t));
}

/** The range that a tab's query runs with: the text's own filter wins over a range chosen before it was typed. */
export const spanOf = (tab: Tab, query = tab.text): Span => (!tab.spanInsists && filtersTime(query) ? inQuery : tab.span);

/** A name for a tab: its first comment, else the beginning of its first line. */
export function titleOf(text: string): string {
  const line = text.trim().split("\n", 1)[0]!.replace(/^\/+\s*/, "").trim();
  if (line === "") return t("logs.newQuery");
  return line.length > 28 ? `${line.slice(0, 27)}…` : line;
}
