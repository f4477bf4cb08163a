import { mergeClasses } from "@fluentui/react-components";
import Markdown from "react-markdown";
import { withoutTags } from "./html";
import css from "./Dashboard.module.css";

// Images would be fetched from elsewhere; their text stands for them.
const components = { img: ({ alt }: { alt?: string | undefined }) => <em>{alt}</em> };
const plugins = [() => withoutTags];

/** Markdown, of HTML its text only; set off as a workbook says: info, warning, error, success, upsell. */
export default function TextTile({ text, style }: { text: string; style?: string | undefined }) {
  return (
    <div className={mergeClasses(css.text, style && css[style])}>
      <Markdown components={components} remarkPlugins={plugins}>{text}</Markdown>
    </div>
  );
}
