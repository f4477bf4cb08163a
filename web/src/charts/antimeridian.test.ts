import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { expect, test } from "vitest";
import countries from "world-atlas/countries-110m.json";
import { cutFeatures } from "./antimeridian";

const polygon = (ring: number[][]) => ({
  type: "FeatureCollection" as const,
  features: [{ type: "Feature" as const, properties: { name: "x" }, geometry: { type: "Polygon" as const, coordinates: [ring] } }],
});

test("a shape that crosses the meridian becomes two", () => {
  const [f] = cutFeatures(polygon([[170, 0], [-170, 0], [-170, 10], [170, 10], [170, 0]])).features;
  expect(f!.properties).toEqual({ name: "x" });
  expect(f!.geometry).toEqual({
    type: "MultiPolygon",
    coordinates: [
      [[[170, 0], [180, 0], [180, 10], [170, 10], [170, 0]]],
      [[[-180, 0], [-170, 0], [-170, 10], [-180, 10], [-180, 0]]],
    ],
  });
});

test("a shape around a pole is closed along it", () => {
  const ring = [[-120, -70], [0, -70], [120, -70], [-120, -70]];
  const [f] = cutFeatures(polygon(ring)).features;
  const points = (f!.geometry as { coordinates: number[][][][] }).coordinates.flat(2);
  expect(points.some((p) => p[1] === -90)).toBe(true);
});

test("no country jumps over the map", () => {
  const topology = countries as unknown as Topology<{ countries: GeometryCollection }>;
  for (const { geometry } of cutFeatures(feature(topology, topology.objects.countries)).features) {
    for (const ring of (geometry as { coordinates: number[][][][] }).coordinates.flat()) {
      ring.forEach((p, i) => {
        expect(Math.abs(p[0]!)).toBeLessThanOrEqual(180.000001);
        if (i > 0 && p[1]! > -85) expect(Math.abs(p[0]! - ring[i - 1]![0]!)).toBeLessThan(180);
      });
    }
  }
});
