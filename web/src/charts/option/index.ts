// From a chart to ECharts' options; one file for each shape of chart. No values are formatted as
// HTML: ECharts escapes what it shows.

import type { EChartsCoreOption } from "echarts/core";
import type { Drawing } from "../spec";
import { graph } from "./graph";
import { histogram } from "./histogram";
import { ladder } from "./ladder";
import { type Look, title } from "./look";
import { map } from "./map";
import { palette } from "./palette";
import { pie } from "./pie";
import { simulation } from "./simulation";
import { treemap } from "./treemap";
import { xy } from "./xy";

export type { Look } from "./look";

/** Whether a stretch of the chart can be dragged over: its x axis is time. */
export const canBrush = (chart: Drawing) => chart.type === "histogram" || ((chart.type === "xy" || chart.type === "ladder") && chart.x.type === "time");

export function optionOf(chart: Drawing, look: Look): EChartsCoreOption {
  return {
    color: [...(look.dark ? palette.dark : palette.light)],
    backgroundColor: "transparent",
    textStyle: { fontFamily: look.font, color: look.text },
    aria: { enabled: true },
    animation: !look.still,
    animationDuration: 200,
    animationDurationUpdate: 200,
    ...(chart.type === "histogram" ? {} : title(chart.title, look)),
    ...shapeOf(chart, look),
  };
}

function shapeOf(chart: Drawing, look: Look): EChartsCoreOption {
  switch (chart.type) {
    case "xy":
      return xy(chart, look);
    case "pie":
      return pie(chart, look);
    case "ladder":
      return ladder(chart, look);
    case "treemap":
      return treemap(chart, look);
    case "graph":
    case "sankey":
      return graph(chart, look);
    case "map":
      return map(chart, look);
    case "histogram":
      return histogram(chart, look);
    case "simulation":
      return simulation(chart, look);
  }
}
