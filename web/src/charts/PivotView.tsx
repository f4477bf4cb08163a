import { Text } from "@fluentui/react-components";
import { lazy, Suspense, useMemo, useState } from "react";
import { useSettings } from "../app/settings";
import { t } from "../i18n";
import css from "./Chart.module.css";
import ChartView from "./ChartView";
import { Choice } from "./Choice";
import { Noted } from "./Noted";
import { pieOf } from "./pie";
import { type Aggregate, aggregates, firstChoice, pivot } from "./pivot";
import type { Pivot } from "./spec";
import { xyOf } from "./xy";

const Grid = lazy(() => import("../logs/results/Grid"));

const views = ["table", "columnchart", "barchart", "linechart", "areachart", "piechart", "scatterchart"] as const;

/** pivotchart: a pivot table, and a chart of it, of columns that one picks. */
export default function PivotView({ chart }: { chart: Pivot }) {
  const { columns } = chart.table;
  const [choice, setChoice] = useState(() => firstChoice(columns));
  const [view, setView] = useState<(typeof views)[number]>("table");
  const { table, dropped } = useMemo(() => pivot(chart.table, choice), [chart.table, choice]);
  const drawn = useMemo(() => (view === "table" ? undefined : view === "piechart" ? pieOf(table, {}) : xyOf(table, view, {})), [table, view]);
  const names = columns.map((c, i) => ({ value: i, text: c.name }));
  return (
    <div className={css.halves}>
      <div className={css.choices} role="group" aria-label={t("pivot.name")}>
        <Choice label={t("pivot.rows")} options={names} value={choice.rows} onChange={([rows]) => setChoice({ ...choice, rows: rows! })} />
        <Choice label={t("pivot.columns")} options={[{ value: -1, text: t("pivot.none") }, ...names]} value={choice.columns} onChange={([c]) => setChoice({ ...choice, columns: c! })} />
        <Choice label={t("pivot.aggregate")} options={aggregates.map((a) => ({ value: a, text: a }))} value={choice.aggregate} onChange={([a]) => setChoice({ ...choice, aggregate: a as Aggregate })} />
        <Choice label={t("pivot.value")} options={names} value={choice.value} onChange={([value]) => setChoice({ ...choice, value: value! })} />
        <Choice label={t("pivot.view")} options={views.map((v) => ({ value: v, text: v }))} value={view} onChange={([v]) => setView(v!)} />
      </div>
      {dropped > 0 && (
        <Text size={200} className={css.note}>
          {t("pivot.fewerColumns", { count: dropped })}
        </Text>
      )}
      <div className={css.canvas}>
        <Suspense>{!drawn ? <PivotTable key={JSON.stringify(choice)} table={table} /> : drawn.type === "none" ? <Text className={css.note}>{drawn.problem}</Text> : <Noted notes={drawn.notes}><ChartView chart={drawn} /></Noted>}</Suspense>
      </div>
    </div>
  );
}

function PivotTable({ table }: { table: Parameters<typeof Grid>[0]["table"] }) {
  const zone = useSettings((s) => s.zone);
  return <Grid table={table} zone={zone} />;
}
