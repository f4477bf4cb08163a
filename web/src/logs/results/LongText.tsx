import { Button } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { visible } from "../../values/format";
import css from "./RowDetails.module.css";
import { t } from "../../i18n";

/** Characters that are laid out at once: a browser takes seconds for megabytes of one paragraph. */
const piece = 20_000;

/** Text of any length: its beginning, and all of it on demand, of which what is in sight is laid out. */
export function LongText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const pieces = useMemo(() => (whole ? split(text) : []), [text, whole]);
  if (text.length <= piece) return <span className={css.text}>{visible(text)}</span>;
  if (whole) {
    return (
      <div className={css.text}>
        {pieces.map((one, i) => (
          <div key={i} className={css.piece}>
            {visible(one)}
          </div>
        ))}
      </div>
    );
  }
  return (
    <>
      <span className={css.text}>{visible(text.slice(0, piece))}…</span>
      <Button size="small" onClick={() => setWhole(true)}>
        {t("results.showAll", { n: text.length.toLocaleString("en-US") })}
      </Button>
    </>
  );
}

function split(text: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = from + piece;
    // Both halves of a character stay together.
    if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) to++;
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
