import type { Render } from "../api/query";
import { isNumeric, type Cell, type Table } from "../api/table";
import { t } from "../i18n";
import { dynamicValue, toNumber } from "../values/format";
import { indexesOf, indexOf, isLabel, label } from "./columns";
import { common, type MapChart, type NoChart, none } from "./spec";

/** scatterchart with (kind=map): longitude and latitude, or GeoJSON points; a series, and a size. */
export function mapOf(table: Table, render: Render): MapChart | NoChart {
  const { columns, rows } = table;
  const json = columns.findIndex((c, i) => c.type === "dynamic" && pointOf(rows[0]![i] ?? null) !== undefined);
  const numbers = columns.flatMap((c, i) => (isNumeric(c.type) ? [i] : []));
  const x = indexOf(columns, render.xcolumn) ?? numbers[0];
  const y = indexesOf(columns, render.ycolumns)[0] ?? numbers.find((i) => i !== x);
  if (json < 0 && (x === undefined || y === undefined)) return none(t("chart.mapNeeds"));
  const asked = indexesOf(columns, render.series);
  const by = asked.length ? asked : columns.flatMap((c, i) => (isLabel(c.type) ? [i] : [])).slice(0, 1);
  const size = numbers.find((i) => json >= 0 || (i !== x && i !== y));
  const series = new Map<string, MapChart["series"][number]>();
  let left = 0;
  for (const row of rows) {
    const at = json >= 0 ? pointOf(row[json] ?? null) : [toNumber(row[x!]!, columns[x!]!.type), toNumber(row[y!]!, columns[y!]!.type)];
    const [longitude, latitude] = at ?? [];
    if (longitude == null || latitude == null || Math.abs(longitude) > 180 || Math.abs(latitude) > 90) {
      left++;
      continue;
    }
    const name = by.map((i) => label(row[i]!, columns[i]!.type)).join(", ");
    if (!series.has(name)) series.set(name, { name, points: [] });
    series.get(name)!.points.push({ at: [longitude, latitude], value: size === undefined ? null : toNumber(row[size]!, columns[size]!.type), name });
  }
  const chart: MapChart = { type: "map", ...common(render), measure: size === undefined ? "" : columns[size]!.name, series: [...series.values()] };
  if (left) chart.notes.push(t("chart.notOnMap", { count: left }));
  return chart;
}

function pointOf(cell: Cell): [number, number] | undefined {
  const value = dynamicValue(cell) as { type?: string; coordinates?: unknown } | null;
  if (value === null || typeof value !== "object" || value.type !== "Point" || !Array.isArray(value.coordinates)) return undefined;
  const [longitude, latitude] = value.coordinates.map(Number);
  return longitude !== undefined && latitude !== undefined ? [longitude, latitude] : undefined;
}
