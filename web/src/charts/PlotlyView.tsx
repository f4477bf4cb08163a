import Plotly from "plotly.js-strict-dist-min";
import { useEffect, useRef } from "react";
import { useDark } from "../app/settings";
import css from "./ChartView.module.css";
import type { PlotlyChart } from "./spec";

// Plotly writes styles of texts as attributes, which the page's policy refuses. As
// properties they are let in.
const { setAttribute } = SVGElement.prototype;
SVGElement.prototype.setAttribute = function (name: string, value: string) {
  if (name === "style") this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

/** A figure that the query made, drawn by Plotly. Maps with tiles stay empty: nothing is fetched from elsewhere. */
export default function PlotlyView({ chart }: { chart: PlotlyChart }) {
  const host = useRef<HTMLDivElement>(null);
  const dark = useDark();
  useEffect(() => {
    const element = host.current!;
    const style = getComputedStyle(element);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const layout = {
      font: { color: token("--colorNeutralForeground1"), family: token("--fontFamilyBase") },
      ...chart.layout,
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      autosize: true,
    };
    void Plotly.newPlot(element, chart.data, layout, { responsive: true, displaylogo: false, topojsonURL: "" });
    const resized = new ResizeObserver(() => void Plotly.Plots.resize(element));
    resized.observe(element);
    return () => {
      resized.disconnect();
      Plotly.purge(element);
    };
  }, [chart, dark]);
  return <div ref={host} className={css.chart} data-testid="plotly" />;
}
