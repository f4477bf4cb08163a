import { useEffect, useMemo, useRef } from "react";
import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  BrushComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendScrollComponent,
  TitleComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useDark, useNarrow, useSettings } from "../app/settings";
import css from "./ChartView.module.css";
import { canBrush, type Look, optionOf } from "./option";
import type { PieChart as Pie, XYChart } from "./spec";

echarts.use([
  AriaComponent,
  BarChart,
  BrushComponent,
  CanvasRenderer,
  DataZoomInsideComponent,
  GridComponent,
  LegendScrollComponent,
  LineChart,
  PieChart,
  ScatterChart,
  TitleComponent,
  TooltipComponent,
]);

interface Props {
  chart: XYChart | Pie;
  /** Dragging across a chart over time gives the two times, in milliseconds. */
  onBrush: (from: number, to: number) => void;
}

/** One ECharts instance, kept as long as its time zone. */
export default function ChartView({ chart, onBrush }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const dark = useDark();
  const narrow = useNarrow();
  const zone = useSettings((s) => s.zone);
  const instance = useRef<echarts.ECharts>(null);
  const brushed = useRef(onBrush);
  brushed.current = onBrush;

  useEffect(() => {
    const created = echarts.init(host.current!, null, { renderer: "canvas", useUTC: zone === "utc" } as echarts.EChartsInitOpts);
    instance.current = created;
    created.on("brushEnd", (event) => {
      const [from, to] = ((event as { areas?: { coordRange?: number[] }[] }).areas?.[0]?.coordRange ?? []) as [number?, number?];
      created.dispatchAction({ type: "brush", areas: [] });
      if (from !== undefined && to !== undefined && to > from) brushed.current(from, to);
    });
    const resized = new ResizeObserver(() => created.resize());
    resized.observe(host.current!);
    return () => {
      resized.disconnect();
      created.dispose();
    };
  }, [zone]);

  const key = useMemo(() => ({ chart, dark, narrow, zone }), [chart, dark, narrow, zone]);
  useEffect(() => {
    const option = optionOf(key.chart, lookOf(host.current!, key.dark, key.narrow));
    instance.current!.setOption({ ...option, useUTC: key.zone === "utc" }, { notMerge: true });
    if (canBrush(key.chart)) {
      const brushOption = { brushType: "lineX", brushMode: "single" };
      instance.current!.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption });
    }
  }, [key]);

  return <div ref={host} className={css.chart} data-testid="chart" />;
}

/** ECharts draws on a canvas and cannot read the page's colours itself. */
function lookOf(element: Element, dark: boolean, narrow: boolean): Look {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark,
    narrow,
    text: token("--colorNeutralForeground1"),
    faint: token("--colorNeutralForeground2"),
    line: token("--colorNeutralStroke2"),
    background: token("--colorNeutralBackground1"),
    font: token("--fontFamilyBase"),
  };
}
