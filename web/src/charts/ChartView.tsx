import { useEffect, useMemo, useRef, useState } from "react";
import { BarChart, CustomChart, GraphChart, LineChart, PieChart, SankeyChart, ScatterChart, TreemapChart } from "echarts/charts";
import {
  AriaComponent,
  AxisPointerComponent,
  BrushComponent,
  DataZoomInsideComponent,
  GeoComponent,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import japanese from "echarts/lib/i18n/langJA.js";
import { CanvasRenderer } from "echarts/renderers";
import { useDark, useLanguage, useNarrow, useSettings, useStill } from "../app/settings";
import type { Mark } from "../kql/behind";
import css from "./ChartView.module.css";
import { shareCrosshair } from "./crosshair";
import { canBrush, type Look, optionOf } from "./option";
import type { Drawing } from "./spec";

echarts.registerLocale("JA", japanese); // the names of months; English is there
echarts.use([
  AriaComponent,
  AxisPointerComponent,
  BarChart,
  BrushComponent,
  CanvasRenderer,
  CustomChart,
  DataZoomInsideComponent,
  GeoComponent,
  GraphChart,
  GridComponent,
  LegendScrollComponent,
  MarkLineComponent,
  LineChart,
  PieChart,
  SankeyChart,
  ScatterChart,
  TitleComponent,
  TooltipComponent,
  TreemapChart,
]);

/** What was clicked on: a mark of a series, or the label of a lane. A stretch's value is its ends and lane. */
export interface Picked extends Mark {
  lane?: number;
}

export interface ChartViewProps {
  chart: Drawing;
  /** Dragging across a chart over time gives the two times, in milliseconds. */
  onBrush?: ((from: number, to: number) => void) | undefined;
  onPick?: ((picked: Picked) => void) | undefined;
}

/** One ECharts instance, kept as long as its time zone and language. */
export default function ChartView({ chart, onBrush, onPick }: ChartViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const dark = useDark();
  const narrow = useNarrow();
  const still = useStill();
  const zone = useSettings((s) => s.zone);
  const language = useLanguage();
  // In steps, so that dragging a border does not draw the chart anew at each pixel.
  const [size, setSize] = useState("");
  const instance = useRef<echarts.ECharts>(null);
  const latest = useRef({ chart, onBrush, onPick });
  latest.current = { chart, onBrush, onPick };

  useEffect(() => {
    const element = host.current!;
    const created = echarts.init(element, null, { renderer: "canvas", useUTC: zone === "utc", locale: language.toUpperCase() } as echarts.EChartsInitOpts);
    instance.current = created;
    created.on("finished", () => element.removeAttribute("aria-busy"));
    created.on("brushEnd", (event) => {
      const [from, to] = ((event as { areas?: { coordRange?: number[] }[] }).areas?.[0]?.coordRange ?? []) as [number?, number?];
      created.dispatchAction({ type: "brush", areas: [] });
      if (from !== undefined && to !== undefined && to > from) latest.current.onBrush?.(from, to);
    });
    created.on("click", (event) => latest.current.onPick?.(pickedOf(event as unknown as ClickEvent)));
    const release = shareCrosshair(created, () => canBrush(latest.current.chart));
    const resized = new ResizeObserver(() => {
      created.resize();
      setSize(`${Math.round(element.clientWidth / 40)} ${Math.round(element.clientHeight / 24)}`);
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      release();
      created.dispose();
    };
  }, [zone, language]);

  const brushes = onBrush !== undefined;
  const key = useMemo(() => ({ chart, dark, narrow, still, zone, brushes, size }), [chart, dark, narrow, still, zone, brushes, size]);
  useEffect(() => {
    const option = optionOf(key.chart, { ...lookOf(host.current!, key.dark, key.narrow), still: key.still });
    host.current!.setAttribute("aria-busy", "true");
    instance.current!.setOption({ ...option, useUTC: key.zone === "utc" }, { notMerge: true });
    if (key.brushes && canBrush(key.chart)) {
      const brushOption = { brushType: "lineX", brushMode: "single" };
      instance.current!.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption });
    }
  }, [key]);

  return <div ref={host} className={css.chart} data-testid="chart" />;
}

interface ClickEvent {
  componentType: string;
  seriesName?: string;
  name?: string;
  value?: unknown;
  dataIndex?: number;
}

function pickedOf(e: ClickEvent): Picked {
  if (e.componentType === "yAxis") return { lane: e.dataIndex ?? 0 };
  return {
    ...(e.seriesName === undefined ? {} : { series: e.seriesName }),
    ...(Array.isArray(e.value) ? { value: e.value } : {}),
    ...(e.name === undefined ? {} : { name: e.name }),
  };
}

/** ECharts draws on a canvas and cannot read the page's colours itself. */
function lookOf(element: Element, dark: boolean, narrow: boolean): Omit<Look, "still"> {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark,
    height: element.clientHeight,
    width: element.clientWidth,
    narrow: narrow || element.clientWidth < 520,
    text: token("--colorNeutralForeground1"),
    faint: token("--colorNeutralForeground2"),
    line: token("--colorNeutralStroke2"),
    background: token("--colorNeutralBackground1"),
    alarm: token("--colorPaletteRedForeground3"),
    font: token("--fontFamilyBase"),
  };
}
