import { lazy, Suspense, useMemo } from "react";
import type { Table } from "../../api/table";
import { t } from "../../i18n";
import { histogramOf, timeColumn } from "./histogram";
import css from "./ResultsPane.module.css";

const ChartView = lazy(() => import("../../charts/ChartView"));

interface Props {
  table: Table;
  /** A stretch was dragged over: its ends in milliseconds, and the name of the column of time. */
  onNarrow: (from: number, to: number, column: string) => void;
}

/** When the rows happened, above them; nothing when they have no time, or all the same. */
export function TimeHistogram({ table, onNarrow }: Props) {
  const column = timeColumn(table);
  const chart = useMemo(() => (column < 0 ? undefined : histogramOf(table, column)), [table, column]);
  if (!chart) return null;
  return (
    <div className={css.histogram} role="group" aria-label={t("results.rowsOverTime")} data-testid="histogram">
      <Suspense>
        <ChartView chart={chart} onBrush={(from, to) => onNarrow(from, to, table.columns[column]!.name)} />
      </Suspense>
    </div>
  );
}
