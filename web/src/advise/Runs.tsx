import { Button, Dropdown, mergeClasses, MessageBar, MessageBarBody, Option, Tooltip } from "@fluentui/react-components";
import { NextRegular } from "@fluentui/react-icons/svg/next";
import { PauseRegular } from "@fluentui/react-icons/svg/pause";
import { PlayRegular } from "@fluentui/react-icons/svg/play";
import { PreviousRegular } from "@fluentui/react-icons/svg/previous";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Run } from "../api/advise";
import { useLanguage } from "../app/settings";
import { Waiting } from "../app/Waiting";
import type { SimulationChart } from "../charts/spec";
import { t } from "../i18n";
import { causes as japanese } from "../i18n/rules.ja";
import { formatClock, formatNumber, formatReal } from "../values/format";
import css from "./Advise.module.css";
import { Problems } from "./Findings";
import { useSaid } from "./said";
import { nameOf, type Search, type Side, tried } from "./settings";
import { endOf, frameAt, framesOf, type Frame, thinned } from "./timeline";

const ChartView = lazy(() => import("../charts/ChartView"));

const sides = ["a", "b"] as const;
const mostDrawn = 3000;
const mostPods = 240;
/** Of the slider, over the whole run. */
const steps = 500;

/** One run, or two beside each other, at one moment. */
export function Runs({ search, runs }: { search: Search; runs: Run[] }) {
  const [workload, setWorkload] = useState("");
  const [at, setAt] = useState(0);
  const [playing, setPlaying] = useState(false);
  const names = useMemo(() => [...new Set(runs.flatMap((r) => r.traffic.map((x) => x.workload)))], [runs]);
  const of = names.includes(workload) ? workload : "";
  const frames = useMemo(() => runs.map((r) => framesOf(r, of)), [runs, of]);
  const end = useMemo(() => endOf(runs), [runs]);
  const most = useMemo(() => Math.max(1, ...frames.flat().map((f) => Math.max(f.total, f.terminating))), [frames]);
  const moments = useMemo(() => [...new Set(frames.flat().map((f) => f.at))].sort((a, b) => a - b), [frames]);
  useEffect(() => {
    setAt(0);
    setPlaying(false);
  }, [runs]);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => setAt((now) => Math.min(end, now + end / 120)), 80);
    return () => clearInterval(timer);
  }, [playing, end]);
  useEffect(() => {
    if (playing && at >= end) setPlaying(false);
  }, [playing, at, end]);
  return (
    <>
      <div className={css.panel}>
        <div className={css.row}>
          {names.length > 1 && (
            <Dropdown size="small" aria-label={t("simulate.field_workload")} value={of || t("simulate.all")} selectedOptions={[of]} onOptionSelect={(_, d) => setWorkload(d.optionValue ?? "")} style={{ minWidth: 120 }}>
              <Option value="">{t("simulate.all")}</Option>
              {
                names.map((n) => (
                  <Option key={n} value={n}>
                    {n}
                  </Option>
                )) as never
              }
            </Dropdown>
          )}
          <Tooltip content={t("simulate.before")} relationship="label">
            <Button size="small" appearance="subtle" icon={<PreviousRegular />} disabled={at <= 0} onClick={() => setAt(moments.findLast((m) => m < at - 1e-9) ?? 0)} />
          </Tooltip>
          <Tooltip content={playing ? t("logs.pause") : t("simulate.play")} relationship="label">
            <Button
              size="small"
              appearance="subtle"
              icon={playing ? <PauseRegular /> : <PlayRegular />}
              onClick={() => {
                if (at >= end) setAt(0);
                setPlaying(!playing);
              }}
            />
          </Tooltip>
          <Tooltip content={t("simulate.next")} relationship="label">
            <Button size="small" appearance="subtle" icon={<NextRegular />} disabled={at >= end} onClick={() => setAt(moments.find((m) => m > at + 1e-9) ?? end)} />
          </Tooltip>
          <input type="range" className={css.slider} aria-label={t("simulate.moment")} aria-valuetext={formatClock(at)} min={0} max={steps} value={Math.round((at / end) * steps)} onChange={(e) => setAt((Number(e.target.value) / steps) * end)} />
          <output style={{ minWidth: 52, textAlign: "right", fontVariantNumeric: "tabular-nums" }}>{formatClock(at)}</output>
        </div>
      </div>
      <div className={css.sides}>
        {runs.map((run, i) => (
          <One key={sides[i]} side={sides[i]!} compared={runs.length > 1} run={run} frames={frames[i]!} search={search} {...{ at, end, most, workload: of }} />
        ))}
      </div>
      <Problems of={runs[0]!} />
    </>
  );
}

interface OneProps {
  side: Side;
  compared: boolean;
  run: Run;
  frames: Frame[];
  search: Search;
  at: number;
  end: number;
  most: number;
  workload: string;
}

function One({ side, compared, run, frames, search, at, end, most, workload }: OneProps) {
  const lines = useMemo(() => {
    const points = thinned(frames, mostDrawn);
    const last = frames.at(-1);
    const line = (f: (frame: Frame) => number): [number, number][] => [...points.map((p): [number, number] => [p.at, f(p)]), ...(last ? [[end, f(last)] as [number, number]] : [])];
    return { ready: line((f) => f.ready), total: line((f) => f.total), terminating: line((f) => f.terminating), lost: line((f) => Math.round(f.lost * 100) / 100) };
  }, [frames, end]);
  const chart: SimulationChart = {
    type: "simulation",
    title: "",
    legend: true,
    notes: [],
    end,
    most,
    pods: [
      { name: t("simulate.ready_"), points: lines.ready },
      { name: t("simulate.total"), points: lines.total },
      { name: t("simulate.terminating"), points: lines.terminating },
    ],
    lost: { name: t("simulate.lost"), points: lines.lost },
    at,
  };
  const now = frameAt(frames, at);
  const say = useSaid(run.messages);
  const traffic = run.traffic.filter((x) => !workload || x.workload === workload);
  const requests = traffic.reduce((n, x) => n + x.requests, 0);
  const language = useLanguage();
  const causes = new Map<string, number>();
  for (const x of traffic) for (const [why, n] of Object.entries(x.lost)) causes.set(why, (causes.get(why) ?? 0) + n);
  const lost = [...causes.values()].reduce((a, b) => a + b, 0);
  const answered = requests === 0 ? 100 : 100 * (1 - Math.min(1, lost / requests));
  const name = compared ? t(`simulate.side_${side}`) : t("simulate.result");
  return (
    <section className={mergeClasses(css.panel, css.run)} aria-label={name}>
      {compared && (
        <div>
          <h2 className={css.panelTitle} style={{ margin: 0 }}>
            {name}
          </h2>
          <span className={css.faint}>{described(search, side)}</span>
        </div>
      )}
      <p className={css.verdict} style={{ color: run.done ? "var(--colorStatusSuccessForeground1)" : "var(--colorStatusDangerForeground1)" }}>
        {run.done ? t("simulate.done", { after: formatClock(run.seconds ?? 0) }) : t("simulate.stalls", { after: formatClock(run.stall?.at ?? 0) })}
      </p>
      {run.stall && (
        <p style={{ margin: 0, overflowWrap: "anywhere" }}>
          <strong>{say(run.stall.who)}</strong>: {say(run.stall.why)}
        </p>
      )}
      <dl className={css.figures}>
        {[
          [t("simulate.answered"), `${formatReal(Math.floor(answered * 1000) / 1000)} %`],
          [t("simulate.lost"), formatNumber(Math.round(lost))],
          [t("simulate.peak"), run.peakPods],
          ...(run.evictions + run.evictionsRefused > 0 ? [[t("simulate.evictions"), t("simulate.evictionsOf", { n: formatNumber(run.evictions), refused: formatNumber(run.evictionsRefused) })]] : []),
          ...(run.restarts > 0 ? [[t("simulate.restarts"), formatNumber(run.restarts)]] : []),
          ...(run.nodesAdded > 0 ? [[t("simulate.nodesAdded"), run.nodesAdded]] : []),
        ].map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={css.chart}>
        <Suspense fallback={<Waiting />}>
          <ChartView chart={chart} />
        </Suspense>
      </div>
      {now && <Pods frame={now} />}
      {causes.size > 0 && (
        <div>
          <h3 className={css.panelTitle}>{t("simulate.causes")}</h3>
          <ul className={css.causes}>
            {[...causes].sort((x, y) => y[1] - x[1]).map(([why, n]) => (
              <li key={why}>
                <i style={{ width: `${(100 * n) / lost}%` }} />
                <span>{language === "ja" ? (japanese[why] ?? why) : why}</span>
                <span>{formatNumber(Math.round(n))}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {run.notes.length > 0 && (
        <div>
          <h3 className={css.panelTitle}>{t("simulate.notes")}</h3>
          <ul className={css.notes} tabIndex={0} aria-label={t("simulate.notes")}>
            {run.notes.slice(0, 200).map((n, i) => (
              <li key={i}>
                <time>{formatClock(n.at)}</time>
                <span>{say(n.text)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {run.imaginedNodes > 0 && <span className={css.faint}>{t("simulate.imagined", { n: run.imaginedNodes })}</span>}
      {run.pointsLeftOut > 0 && (
        <MessageBar intent="warning">
          <MessageBarBody>{t("simulate.cut", { n: run.pointsLeftOut })}</MessageBarBody>
        </MessageBar>
      )}
    </section>
  );
}

/** A square for each pod, as they are at a moment. */
function Pods({ frame: f }: { frame: Frame }) {
  const kinds = [
    ["ready", f.ready, t("simulate.ready_")],
    ["starting", Math.max(0, f.total - f.ready - f.pending), t("simulate.starting")],
    ["pending", f.pending, t("simulate.pending")],
    ["terminating", f.terminating, t("simulate.terminating")],
  ] as const;
  const all = kinds.flatMap(([kind, n]) => Array.from({ length: Math.min(n, mostPods) }, () => kind));
  return (
    <div>
      <div className={css.pods} aria-hidden="true">
        {all.slice(0, mostPods).map((kind, i) => (
          <span key={i} className={mergeClasses(css.pod, css[kind])} />
        ))}
      </div>
      <ul className={css.keys} aria-label={t("simulate.pods")} style={{ marginTop: 6 }}>
        {kinds.map(([kind, n, name]) => (
          <li key={kind}>
            <span className={mergeClasses(css.pod, css[kind])} aria-hidden="true" />
            {name}: {n}
          </li>
        ))}
        <li>
          {t("simulate.lost")}: {formatNumber(Math.round(f.lost))}
        </li>
      </ul>
    </div>
  );
}

/** What a side changes, in a line. */
function described(search: Search, side: Side): string {
  const policy = search[nameOf(side, "policy")] === "ecs" ? [`ECS ${search[nameOf(side, "minimumHealthy")] || 100}/${search[nameOf(side, "maximum")] || 200} %`] : [];
  const set = tried.flatMap((name) => (search[nameOf(side, name)] ? [`${name} ${search[nameOf(side, name)]}`] : []));
  return [...policy, ...set].join(", ") || t("simulate.asInFiles");
}
