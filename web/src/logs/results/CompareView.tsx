import { Text } from "@fluentui/react-components";
import { useMemo } from "react";
import type { Row, Table } from "../../api/table";
import { t } from "../../i18n";
import { formatTime, oneLine, toNumber } from "../../values/format";
import { compare, type Share } from "./compare";
import css from "./CompareView.module.css";
import { timeColumn } from "./histogram";
import { TimeHistogram } from "./TimeHistogram";

/** Rows that are compared with the others, and how they are called. */
export interface Chosen {
  name: string;
  /** By which they were chosen. */
  column: number;
  has: (row: Row) => boolean;
}

interface Props {
  table: Table;
  chosen: Chosen | undefined;
  onChoose: (chosen: Chosen) => void;
  /** Keeps one value, by a filter in the query. */
  onFilter: (at: { row: Row; column: number }) => void;
}

/** What sets some rows apart: the values that are more frequent among them than among the others. */
export function CompareView({ table, chosen, onChoose, onFilter }: Props) {
  const comparison = useMemo(() => chosen && compare(table, chosen.has, chosen.column), [table, chosen]);
  const time = timeColumn(table);
  const stretch = (from: number, to: number) => {
    const said = (ms: number) => formatTime(new Date(ms).toISOString(), "utc").slice(0, 19);
    onChoose({
      name: `${said(from)} – ${said(to)}`,
      column: time,
      has: (row) => {
        const at = toNumber(row[time] ?? null, "datetime");
        return at !== null && at >= from && at < to;
      },
    });
  };
  return (
    <div className={css.compare} tabIndex={0} role="group" aria-label={t("compare.title")}>
      <TimeHistogram table={table} onNarrow={stretch} />
      <div className={css.body}>
        {!comparison ? (
          <Text className={css.hint}>{t(time >= 0 ? "compare.hintTime" : "compare.hint")}</Text>
        ) : (
          <>
            <p className={css.legend}>
              <span className={css.insideSign} /> {t("compare.inside", { name: oneLine(chosen!.name, 120), n: comparison.inside.toLocaleString("en-US") })}
              <span className={css.outsideSign} /> {t("compare.outside", { n: comparison.outside.toLocaleString("en-US") })}
            </p>
            {comparison.differences.length === 0 && <Text className={css.hint}>{t("compare.same")}</Text>}
            <ol className={css.cards} aria-label={t("compare.title")}>
              {comparison.differences.map((d) => (
                <li key={d.column} className={css.card}>
                  <h2 className={css.name}>
                    {table.columns[d.column]!.name} <span className={css.distance}>{percent(d.distance)}</span>
                  </h2>
                  <ul className={css.shares}>
                    {d.shares.map((s) => (
                      <Line key={s.text} share={s} onKeep={s.row ? () => onFilter({ row: s.row!, column: d.column }) : undefined} />
                    ))}
                  </ul>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </div>
  );
}

function Line({ share, onKeep }: { share: Share; onKeep: (() => void) | undefined }) {
  const text = oneLine(share.text, 80);
  return (
    <li className={css.share}>
      {onKeep ? (
        <button type="button" className={css.value} title={t("compare.keep", { value: text })} onClick={onKeep}>
          {text}
        </button>
      ) : (
        <span className={css.value} title={text}>
          {text}
        </span>
      )}
      <span className={css.bars} aria-hidden="true">
        <Bar className={css.insideBar!} share={share.inside} />
        <Bar className={css.outsideBar!} share={share.outside} />
      </span>
      <span className={css.figures}>
        {percent(share.inside)} · {percent(share.outside)}
      </span>
    </li>
  );
}

/** Few are more than none. */
const Bar = ({ share, className }: { share: number; className: string }) => <span className={className} style={{ width: share > 0 ? `max(2px, ${share * 100}%)` : 0 }} />;

const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
