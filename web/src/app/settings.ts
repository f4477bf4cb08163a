// What the reader chose about the page itself, kept in the browser.

import { useCallback, useSyncExternalStore } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Zone } from "../values/format";
import { type Language, systemLanguage } from "../i18n";

export type ThemeChoice = "system" | "light" | "dark";

export type LanguageChoice = "system" | Language;

interface Settings {
  theme: ThemeChoice;
  language: LanguageChoice;
  zone: Zone;
  setTheme: (theme: ThemeChoice) => void;
  setZone: (zone: Zone) => void;
  setLanguage: (language: LanguageChoice) => void;
}

export const useSettings = create<Settings>()(
  persist(
    (set) => ({
      theme: "system",
      zone: "utc",
      language: "system",
      setTheme: (theme) => set({ theme }),
      setZone: (zone) => set({ zone }),
      setLanguage: (language) => set({ language }),
    }),
    { name: "yagura.settings", version: 1 },
  ),
);

/** Media queries that are asked, and who is told of their changes: all at once, so that what is drawn changes as one. */
const media = new Map<string, { matches: boolean; told: Set<() => void> }>();

function mediaOf(query: string) {
  let known = media.get(query);
  if (!known) {
    const list = window.matchMedia(query);
    const asked = { matches: list.matches, told: new Set<() => void>() };
    // A list that is asked between a change and the frame that tells of it tells nothing in Chromium:
    // what it says is kept, and it is not asked again.
    list.addEventListener("change", ({ matches }) => {
      asked.matches = matches;
      asked.told.forEach((tell) => tell());
    });
    media.set(query, (known = asked));
  }
  return known;
}

/** Whether a media query holds, now and as it changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      mediaOf(query).told.add(changed);
      return () => void mediaOf(query).told.delete(changed);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => mediaOf(query).matches);
}

export const useDark = () => {
  const choice = useSettings((s) => s.theme);
  const system = useMedia("(prefers-color-scheme: dark)");
  return choice === "system" ? system : choice === "dark";
};

/** The language that the page speaks. */
export const useLanguage = (): Language => {
  const choice = useSettings((s) => s.language);
  return choice === "system" ? systemLanguage() : choice;
};

/** Too narrow for panes side by side. */
export const useNarrow = () => useMedia("(max-width: 720px)");

/** Whether the reader has asked their system for less motion. */
export const useStill = () => useMedia("(prefers-reduced-motion: reduce)");
