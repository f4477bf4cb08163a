import { Text } from "@fluentui/react-components";
import type { ReactNode } from "react";
import css from "./Chart.module.css";

/** What is drawn, under the notes on what of it is not shown. */
export function Noted({ notes, children }: { notes: string[]; children: ReactNode }) {
  return (
    <div className={css.chart}>
      {notes.map((note) => (
        <Text key={note} size={200} className={css.note}>
          {note}
        </Text>
      ))}
      <div className={css.canvas}>{children}</div>
    </div>
  );
}
