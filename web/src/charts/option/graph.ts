import { formatNumber } from "../../values/format";
import type { GraphChart } from "../spec";
import { type Look, shortened, tooltip } from "./look";
import { palette } from "./palette";

const named = (width: number) => ({ name }: { name: string }) => shortened(name, width);

export function graph(chart: GraphChart, look: Look) {
  const top = chart.title ? 44 : 16;
  const tip = { ...tooltip(look), trigger: "item", valueFormatter: (v: unknown) => (typeof v === "number" ? formatNumber(v) : "") };
  if (chart.type === "sankey") {
    const colours = look.dark ? palette.dark : palette.light;
    const series = {
      type: "sankey",
      top,
      left: 24,
      right: 140,
      bottom: 24,
      nodeGap: 10,
      emphasis: { focus: "adjacency" },
      data: chart.nodes.map(({ name }, i) => ({ name, itemStyle: { color: colours[i % colours.length] } })),
      links: chart.links.map(({ source, target, value }) => ({ source, target, value })),
      lineStyle: { color: "gradient", opacity: 0.35 },
      label: { color: look.text, fontSize: 12, formatter: named(120), overflow: "truncate", width: 120 },
    };
    return { tooltip: tip, series: [series] };
  }
  const most = Math.max(...chart.nodes.map((n) => n.weight), 1);
  // The fewer there are, the further apart they stand: the whole takes the room that there is.
  const apart = Math.max(40, Math.sqrt((look.width * look.height) / chart.nodes.length) * 0.9);
  return {
    tooltip: tip,
    series: [
      {
        type: "graph",
        layout: "force",
        top,
        bottom: 16,
        roam: true,
        draggable: true,
        edgeSymbol: ["none", "arrow"],
        edgeSymbolSize: 7,
        force: { repulsion: apart * 4, edgeLength: [apart * 0.6, apart * 1.2], gravity: 0.12, layoutAnimation: !look.still },
        emphasis: { focus: "adjacency", lineStyle: { width: 3 } },
        // A large graph is named as one points at it.
        label: { show: chart.nodes.length <= 60, position: "right", color: look.text, fontSize: 12, formatter: named(140), overflow: "truncate", width: 140 },
        edgeLabel: { show: chart.links.length <= 30, color: look.faint, fontSize: 11, formatter: ({ data }: { data: { kind: string } }) => data.kind },
        lineStyle: { color: look.faint, opacity: 0.6, curveness: 0.08 },
        data: chart.nodes.map((n) => ({ name: n.name, value: n.weight, symbolSize: 10 + 22 * Math.sqrt(n.weight / most) })),
        links: chart.links.map((l) => ({ source: l.source, target: l.target, value: l.value, kind: l.label })),
      },
    ],
  };
}
