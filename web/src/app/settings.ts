// What the reader chose about the page itself, kept in the browser.

import { useSyncExternalStore } from "react";
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

/** Whether a media query holds, now and as it changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
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
