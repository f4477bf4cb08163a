import { formatNumber } from "../../values/format";
import type { GraphChart } from "../spec";
import { type Look, named, nameWidth, tooltip } from "./look";
import { palette } from "./palette";

export function graph(chart: GraphChart, look: Look) {
  const top = chart.title ? 44 : 16;
  const tip = { ...tooltip(look), trigger: "item", valueFormatter: (v: unknown) => (typeof v === "number" ? formatNumber(v) : "") };
  if (chart.type === "sankey") {
    const room = Math.min(nameWidth(chart.nodes.map((n) => n.name)), roomForNames(chart, look.width));
    const colours = look.dark ? palette.dark : palette.light;
    const series = {
      type: "sankey",
      top,
      left: 24,
      right: room + 20,
      bottom: 24,
      nodeGap: 10,
      emphasis: { focus: "adjacency" },
      data: chart.nodes.map(({ name }, i) => ({ name, itemStyle: { color: colours[i % colours.length] } })),
      links: chart.links.map(({ source, target, value }) => ({ source, target, value })),
      lineStyle: { color: "gradient", opacity: 0.35 },
      label: { color: look.text, fontSize: 12, ...named(room) },
    };
    return { tooltip: tip, series: [series] };
  }
  const most = Math.max(...chart.nodes.map((n) => n.weight), 1);
  // The fewer there are, the further apart they stand. Forces push to all sides alike, so that the narrower one, less a
  // name beside the last node, says how much room there is.
  const room = Math.min(look.width - Math.min(140, nameWidth(chart.nodes.map((n) => n.name))), look.height - top - 16);
  const apart = Math.max(40, (room / Math.sqrt(chart.nodes.length)) * 0.9);
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
        label: { show: chart.nodes.length <= 60, position: "right", color: look.text, fontSize: 12, ...named(140) },
        edgeLabel: { show: chart.links.length <= 30, color: look.faint, fontSize: 11, formatter: ({ data }: { data: { kind: string } }) => data.kind },
        lineStyle: { color: look.faint, opacity: 0.6, curveness: 0.08 },
        data: chart.nodes.map((n) => ({ name: n.name, value: n.weight, symbolSize: 10 + 22 * Math.sqrt(n.weight / most) })),
        links: chart.links.map((l) => ({ source: l.source, target: l.target, value: l.value, kind: l.label })),
      },
    ],
  };
}

/** What a name has of a sankey's width: each layer of nodes is followed by its names, the last one too. */
function roomForNames({ nodes, links }: GraphChart, width: number): number {
  const layer = new Map<string, number>(nodes.map((n) => [n.name, 0]));
  // The longest way to a node is over as many links as there are other nodes at most.
  for (let moved = true, round = 1; moved && round < nodes.length; round++) {
    moved = false;
    for (const { source, target } of links) {
      const at = layer.get(source)! + 1;
      if (at > layer.get(target)!) {
        layer.set(target, at);
        moved = true;
      }
    }
  }
  const layers = Math.max(...layer.values()) + 1;
  return Math.max(120, (width - 44 - 28 * (layers - 1)) / layers);
}
