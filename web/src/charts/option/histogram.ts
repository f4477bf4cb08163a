import { formatNumber } from "../../values/format";
import type { HistogramChart } from "../spec";
import { axisLook, brush, type Look, tooltip } from "./look";

/** Low columns over time, with no more around them than one needs to read them. */
export function histogram(chart: HistogramChart, look: Look) {
  const half = chart.step / 2;
  return {
    grid: { left: 12, right: 12, top: 6, bottom: 22 },
    tooltip: { ...tooltip(look), trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (v: unknown) => formatNumber(v as number) },
    xAxis: { ...axisLook({ name: "", type: "time", log: false, min: chart.from, max: chart.to }, look, { isY: false, floats: true }) },
    yAxis: { type: "value", show: false },
    brush: brush(look),
    series: [
      {
        type: "bar",
        name: chart.title,
        large: false,
        barCategoryGap: "10%",
        data: chart.counts.map((n, i) => [chart.from + i * chart.step + half, n]),
        itemStyle: { borderRadius: [1, 1, 0, 0], opacity: 0.85 },
        cursor: "crosshair",
      },
    ],
  };
}
