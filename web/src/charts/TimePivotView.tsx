import { Button } from "@fluentui/react-components";
import { lazy, Suspense, useMemo, useState } from "react";
import { useSettings } from "../app/settings";
import { t } from "../i18n";
import css from "./Chart.module.css";
import ChartView, { type Picked } from "./ChartView";
import { Choice } from "./Choice";
import { bySpan, lanesOf, type Order, spanColumns, stretchesOf } from "./slices";
import type { LadderChart, TimePivot } from "./spec";

const Grid = lazy(() => import("../logs/results/Grid"));

/** timepivot: events on a time line, sliced by one column after another; below, the rows of what was picked. */
export default function TimePivotView({ chart }: { chart: TimePivot }) {
  const { table } = chart;
  const zone = useSettings((s) => s.zone);
  const [levels, setLevels] = useState(chart.levels);
  const [order, setOrder] = useState<Order>("start");
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [picked, setPicked] = useState<number[]>();
  const lanes = useMemo(() => lanesOf(table, levels, opened, order), [table, levels, opened, order]);
  const ladder = useMemo<LadderChart>(
    () => ({
      type: "ladder",
      title: chart.title,
      legend: false,
      notes: [],
      x: { name: "", type: "time", log: false },
      y: { name: "", type: "category", log: false },
      lanes: lanes.map((l) => `${"  ".repeat(l.depth)}${l.opens ? (opened.has(l.key) ? "▾ " : "▸ ") : ""}${l.name}`),
      series: [{ name: "", stretches: stretchesOf(table, lanes) }],
    }),
    [chart.title, lanes, opened, table],
  );
  const columns = table.columns.map((c, i) => ({ value: i, text: c.name }));
  const levelsToPick = spanColumns(table.columns) ? [{ value: bySpan, text: t("timepivot.bySpan") }, ...columns] : columns;
  const rows = useMemo(() => ({ ...table, rows: (picked ?? table.rows.map((_, i) => i)).map((r) => table.rows[r]!) }), [table, picked]);
  const openAll = () => {
    // Opening shows lanes that open in turn, until nothing is closed.
    let next = new Set(opened);
    for (let before = -1; before !== next.size; ) {
      before = next.size;
      next = new Set([...next, ...lanesOf(table, levels, next, order).filter((l) => l.opens).map((l) => l.key)]);
    }
    setOpened(next);
  };
  const pick = ({ lane, value }: Picked) => {
    if (lane !== undefined) {
      const { key, opens, rows } = lanes[lane]!;
      setPicked(rows);
      if (opens) setOpened(opened.has(key) ? new Set([...opened].filter((k) => k !== key)) : new Set([...opened, key]));
    } else if (typeof value?.[3] === "number") setPicked([value[3]]);
  };
  return (
    <div className={css.halves}>
      <div className={css.choices} role="group" aria-label={t("timepivot.slices")}>
        <Choice label={t("timepivot.slices")} options={levelsToPick} value={levels} onChange={setLevels} />
        <Choice label={t("timepivot.order")} options={(["start", "end"] as const).map((o) => ({ value: o, text: t(`timepivot.${o}`) }))} value={order} onChange={([o]) => setOrder(o!)} />
        <Button size="small" onClick={openAll} disabled={!lanes.some((l) => l.opens)}>
          {t("timepivot.openAll")}
        </Button>
        <Button size="small" onClick={() => setPicked(undefined)} disabled={!picked}>
          {t("timepivot.allRows")}
        </Button>
      </div>
      <div className={css.lanes}>
        <ChartView chart={ladder} onPick={pick} />
      </div>
      <div className={css.rows}>
        <Suspense>
          <Grid table={rows} zone={zone} />
        </Suspense>
      </div>
    </div>
  );
}
