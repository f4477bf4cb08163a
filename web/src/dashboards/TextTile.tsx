import Markdown from "react-markdown";
import css from "./Dashboard.module.css";

// Images would be fetched from elsewhere; their text stands for them.
const components = { img: ({ alt }: { alt?: string | undefined }) => <em>{alt}</em> };

/** Markdown, without HTML. */
export default function TextTile({ text }: { text: string }) {
  return (
    <div className={css.text}>
      <Markdown components={components}>{text}</Markdown>
    </div>
  );
}
