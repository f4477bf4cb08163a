import { formatNumber } from "../../values/format";
import type { PieChart } from "../spec";
import { hueOf } from "./palette";
import { legend, legendHeight, type Look, named, tooltip } from "./look";

export function pie(chart: PieChart, look: Look) {
  const total = chart.slices.reduce((sum, s) => sum + s.value, 0);
  const share = new Map(chart.slices.map((s) => [s.name, `${s.name}  ${((100 * s.value) / total).toFixed(1)} %`]));
  const { legend: entries } = legend(chart.legend, [...share.values()], look);
  return {
    legend: { ...entries, data: [...share.keys()], formatter: (name: string) => share.get(name) },
    tooltip: { ...tooltip(look), trigger: "item" },
    series: [
      {
        type: "pie",
        bottom: look.narrow && chart.legend ? legendHeight([...share.values()], look) : 0,
        radius: ["38%", "68%"],
        center: look.narrow || !chart.legend ? ["50%", "48%"] : ["42%", "52%"],
        data: chart.slices.map(({ colour, ...slice }) => (colour ? { ...slice, itemStyle: { color: hueOf(colour, look.dark) } } : slice)),
        itemStyle: { borderColor: look.background, borderWidth: 2 },
        // Where there is no room beside the ring, the legend says it all.
        label: { show: !look.narrow, color: look.text, ...named(150) },
        labelLine: { lineStyle: { color: look.faint } },
        minShowLabelAngle: 6,
        tooltip: { valueFormatter: formatNumber },
      },
    ],
  };
}
