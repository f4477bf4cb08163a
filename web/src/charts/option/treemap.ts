import { formatNumber } from "../../values/format";
import type { TreemapChart } from "../spec";
import { type Look, tooltip } from "./look";
import { palette } from "./palette";

export function treemap(chart: TreemapChart, look: Look) {
  return {
    tooltip: { ...tooltip(look), trigger: "item", valueFormatter: (v: unknown) => formatNumber((Array.isArray(v) ? v[0] : v) as number) },
    series: [
      {
        type: "treemap",
        name: chart.measure,
        data: chart.roots,
        left: 16,
        right: 16,
        top: chart.title ? 40 : 12,
        bottom: 36,
        roam: false,
        breadcrumb: { itemStyle: { color: look.background, borderColor: look.line, textStyle: { color: look.text } }, emphasis: { itemStyle: { color: look.line } }, bottom: 6 },
        label: { color: look.dark ? "#111111" : "#ffffff", fontSize: 12, lineHeight: 17, overflow: "truncate", formatter: ({ name, value }: { name: string; value: number }) => `${name}\n${formatNumber(value)}` },
        upperLabel: { show: true, height: 22, color: look.text, fontSize: 12, overflow: "truncate" },
        itemStyle: { borderColor: look.background, gapWidth: 2 },
        levels: [
          { itemStyle: { borderWidth: 0, gapWidth: 4 }, upperLabel: { show: false } },
          { itemStyle: { borderWidth: 2, gapWidth: 1, borderColor: look.line }, color: [...(look.dark ? palette.dark : palette.light)], colorMappingBy: "id" },
          { itemStyle: { borderWidth: 1, gapWidth: 1, borderColor: look.background } },
        ],
      },
    ],
  };
}
