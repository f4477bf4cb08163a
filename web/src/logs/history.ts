// The statements that were run, newest first, kept in the browser.

import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Span } from "../kql/timespan";

export interface Past {
  query: string;
  span: Span;
  /** When it ran last: milliseconds. */
  at: number;
}

const longest = 200;

interface History {
  list: Past[];
  add: (query: string, span: Span) => void;
  clear: () => void;
}

export const useHistory = create<History>()(
  persist(
    (set) => ({
      list: [],
      add: (query, span) =>
        set(({ list }) => ({ list: [{ query, span, at: Date.now() }, ...list.filter((p) => p.query !== query)].slice(0, longest) })),
      clear: () => set({ list: [] }),
    }),
    { name: "yagura.history", version: 1 },
  ),
);
