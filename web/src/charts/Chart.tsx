import { lazy } from "react";
import { CardView } from "./CardView";
import type { ChartViewProps } from "./ChartView";
import { Noted } from "./Noted";
import type { Chart as Spec } from "./spec";

const ChartView = lazy(() => import("./ChartView"));
const MapView = lazy(() => import("./MapView"));
const PivotView = lazy(() => import("./PivotView"));
const PlotlyView = lazy(() => import("./PlotlyView"));
const TimePivotView = lazy(() => import("./TimePivotView"));

interface Props extends Pick<ChartViewProps, "onBrush" | "onPick"> {
  chart: Spec;
}

/** Any chart, under the notes on what of it is not shown. */
export const Chart = ({ chart, ...events }: Props) => <Noted notes={chart.notes}>{viewOf(chart, events)}</Noted>;

function viewOf(chart: Spec, events: Omit<Props, "chart">) {
  switch (chart.type) {
    case "card":
      return <CardView chart={chart} />;
    case "plotly":
      return <PlotlyView chart={chart} />;
    case "pivot":
      return <PivotView chart={chart} />;
    case "timepivot":
      return <TimePivotView chart={chart} />;
    case "map":
      return <MapView chart={chart} {...events} />;
    default:
      return <ChartView chart={chart} {...events} />;
  }
}
