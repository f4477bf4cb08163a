// A chart on the map of the world, which is loaded with it: after the chart, which knows what a map is.

import ChartView from "./ChartView";
import "./world";

export default ChartView;
