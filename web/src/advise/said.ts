import type { Message, Messages } from "../api/advise";
import { ApiError } from "../api/http";
import { useLanguage } from "../app/settings";
import { t } from "../i18n";
import { en } from "../i18n/en";
import { said } from "../i18n/said.ja";

/** Says what the server says in English in the page's language. */
export function useSaid(messages: Messages): (text: string) => string {
  const japanese = useLanguage() === "ja";
  return (text) => (japanese && messages[text] ? inJapanese(messages[text]) : text);
}

/** Says why a request for advice was refused. A setting that is wrong has the name that it has in the page. */
export function useRefusal(): (error: Error) => string {
  const japanese = useLanguage() === "ja";
  return (error) => {
    const made = error instanceof ApiError && error.problems[0]?.messages?.[error.message];
    if (!made) return error.message;
    const setting = made.template === "%s: %s" ? made.args[0] : undefined;
    if (typeof setting !== "string") return japanese ? inJapanese(made) : error.message;
    return japanese ? inJapanese({ ...made, args: [labelOf(setting), ...made.args.slice(1)] }) : labelOf(setting) + error.message.slice(setting.length);
  };
}

function labelOf(setting: string): string {
  const label = setting === "event" ? "what" : `field_${setting}`;
  return Object.hasOwn(en.simulate, label) ? t(`simulate.${label as keyof typeof en.simulate}`) : setting;
}

const edge = "\0";
/** A space of a template between its words and those of what is filled in, which are Japanese, too: it is for others. */
const between = /(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー。])(?:\0 | \0|\0 \0)(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu;

/** Fills the template's translation in; what has none has no words of ours, such as what a program says. */
export function inJapanese({ template, args }: Message): string {
  let next = 0;
  const filled = (said[template] ?? template).replace(/%(?:(\d+)\$)?[-+# 0-9.]*([a-z%])/g, (place, at: string | undefined, verb: string) => {
    if (verb === "%") return place.startsWith("%%") ? "%" : place;
    const arg = args[at ? Number(at) - 1 : next++];
    return edge + (typeof arg === "object" ? inJapanese(arg) : (arg ?? place)) + edge;
  });
  return filled.replace(between, "").replaceAll(edge, "");
}
