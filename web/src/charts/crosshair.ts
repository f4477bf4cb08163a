// One crosshair for all charts over time that are on the page: where one is pointed at, the others
// show the same moment.

import type { ECharts } from "echarts/core";

const charts = new Set<ECharts>();

interface AxisPointerEvent {
  axesInfo?: { axisDim: string; value: number }[];
}

/** Takes a chart in; returns how to let it go. Whether its x axis is time may change. */
export function shareCrosshair(chart: ECharts, overTime: () => boolean): () => void {
  charts.add(chart);
  let own = false;
  chart.getZr().on("mousemove", () => (own = true));
  chart.getZr().on("globalout", () => {
    own = false;
    for (const other of charts) if (other !== chart) other.dispatchAction({ type: "hideTip" });
  });
  chart.on("updateAxisPointer", (event) => {
    const at = (event as AxisPointerEvent).axesInfo?.find((a) => a.axisDim === "x")?.value;
    if (!own || at === undefined || !overTime()) return;
    for (const other of charts) if (other !== chart) pointAt(other, at);
  });
  return () => charts.delete(chart);
}

function pointAt(chart: ECharts, time: number) {
  const axes = (chart.getOption() as { xAxis?: { type: string }[] }).xAxis;
  if (axes?.[0]?.type !== "time") return;
  const x = chart.convertToPixel({ xAxisIndex: 0 }, time) as number;
  const y = chart.getHeight() / 2;
  if (!chart.containPixel({ gridIndex: 0 }, [x, y])) return chart.dispatchAction({ type: "hideTip" });
  chart.dispatchAction({ type: "updateAxisPointer", currTrigger: "mousemove", x, y });
}
