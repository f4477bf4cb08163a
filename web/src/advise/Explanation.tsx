import Markdown from "react-markdown";
import type { RuleText } from "../api/advise";
import { useLanguage } from "../app/settings";
import { explanations } from "../i18n/explanations.ja";

/** Why a rule is there, and what to do. */
export default function Explanation({ rule }: { rule: RuleText }) {
  const japanese = useLanguage() === "ja";
  const texts = [rule.doc, rule.fix].map((text) => (japanese ? (explanations[text] ?? text) : text));
  return <Markdown components={{ img: ({ alt }) => <em>{alt}</em> }}>{texts.join("\n\n")}</Markdown>;
}
