import { useQuery } from "@tanstack/react-query";
import { type Render, runQuery } from "../api/query";
import { useSession } from "../app/session";
import { t } from "../i18n";
import { anomalyQuery, withAnomalies } from "./anomalies";
import { names } from "./columns";
import type { Chart, NoChart } from "./spec";

/** A chart as it is, or, of an anomalychart without anomalycolumns, with the anomalies that the server finds. */
export function useAnomalies(chart: Chart | NoChart, render: Render): Chart | NoChart {
  const { workspaceId } = useSession();
  const wanted = chart.type === "xy" && render.visualization?.toLowerCase() === "anomalychart" && names(render.anomalycolumns).length === 0;
  const query = wanted ? anomalyQuery(chart) : "";
  const found = useQuery({
    queryKey: ["anomalies", workspaceId, query],
    queryFn: ({ signal }) => runQuery(workspaceId, query, undefined, signal),
    enabled: wanted,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (!wanted) return chart;
  if (found.data) return withAnomalies(chart, found.data);
  const note = found.error ? t("chart.noAnomalies", { problem: found.error.message }) : t("chart.findingAnomalies");
  return { ...chart, notes: [...chart.notes, note] };
}
