// The page's texts: one catalogue a language, and `t`, which any file may call. The page is drawn
// anew when the language changes, so texts need not be watched.

import i18next from "i18next";
import { en } from "./en";
import { ja } from "./ja";

export const languages = { en: "English", ja: "日本語" } as const;
export type Language = keyof typeof languages;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

void i18next.init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en }, ja: { translation: ja } },
  initAsync: false,
  // React escapes what it shows, and nothing else is HTML.
  interpolation: { escapeValue: false },
});

export const t = i18next.t;

/** The language that suits the browser, among those there are. */
export const systemLanguage = (): Language => (navigator.languages.find((l) => /^(en|ja)\b/.test(l)) ?? "en").slice(0, 2) as Language;

/** The language that the page speaks now. */
export const spoken = () => i18next.language as Language;

export function speak(language: Language) {
  void i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
