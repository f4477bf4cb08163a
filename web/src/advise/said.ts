import type { Message, Messages } from "../api/advise";
import { useLanguage } from "../app/settings";
import { said } from "../i18n/said.ja";

/** Says what the server says in English in the page's language. */
export function useSaid(messages: Messages): (text: string) => string {
  const japanese = useLanguage() === "ja";
  return (text) => (japanese && messages[text] ? inJapanese(messages[text]) : text);
}

/** Fills the template's translation in; what has none has no words of ours, such as what a program says. */
export function inJapanese({ template, args }: Message): string {
  let next = 0;
  return (said[template] ?? template).replace(/%(?:(\d+)\$)?[-+# 0-9.]*([a-z%])/g, (place, at: string | undefined, verb: string) => {
    if (verb === "%") return place.startsWith("%%") ? "%" : place;
    const arg = args[at ? Number(at) - 1 : next++];
    return typeof arg === "object" ? inJapanese(arg) : (arg ?? place);
  });
}
