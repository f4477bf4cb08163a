// Shapes that cross the 180th meridian, cut there: a flat map would draw a line from one edge to
// the other.

import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

type Ring = Position[];

/** The same features, none of which crosses the meridian. */
export function cutFeatures(all: FeatureCollection): FeatureCollection {
  return { ...all, features: all.features.map((f): Feature => ({ ...f, geometry: cutGeometry(f.geometry) })) };
}

function cutGeometry(g: Geometry): Geometry {
  if (g.type !== "Polygon" && g.type !== "MultiPolygon") return g;
  const polygons = g.type === "Polygon" ? [g.coordinates] : g.coordinates;
  return { type: "MultiPolygon", coordinates: polygons.flatMap(cutPolygon) };
}

/** The parts of a polygon in each turn of the globe that it reaches into. */
function cutPolygon(rings: Ring[]): Ring[][] {
  const open = rings.map(unroll);
  const longitudes = open.flat().map((p) => p[0]!);
  const turn = (longitude: number) => Math.floor((longitude + 180) / 360);
  const parts: Ring[][] = [];
  for (let k = turn(Math.min(...longitudes)); k <= turn(Math.max(...longitudes)); k++) {
    const west = 360 * k - 180;
    const [outer, ...holes] = open.map((r) => clip(clip(r, west, 1), west + 360, -1).map((p) => [p[0]! - 360 * k, p[1]!]));
    if (outer!.length > 3) parts.push([outer!, ...holes.filter((h) => h.length > 3)]);
  }
  return parts;
}

/** A ring without jumps, which may leave -180 to 180. One around a pole is closed along it. */
function unroll(ring: Ring): Ring {
  const out: Ring = [];
  for (const [longitude, latitude] of ring) {
    const last = out.at(-1)?.[0] ?? longitude!;
    out.push([longitude! - 360 * Math.round((longitude! - last) / 360), latitude!]);
  }
  const [first, last] = [out[0]!, out.at(-1)!];
  if (Math.abs(first[0]! - last[0]!) > 180) {
    const pole = first[1]! < 0 ? -90 : 90;
    out.push([last[0]!, pole], [first[0]!, pole], first);
  }
  return out;
}

/** What of a ring lies east (side 1) or west (-1) of a meridian, closed. */
function clip(ring: Ring, at: number, side: 1 | -1): Ring {
  const inside = (p: Position) => side * (p[0]! - at) >= 0;
  const out: Ring = [];
  ring.forEach((b, i) => {
    const a = ring[(i || ring.length) - 1]!;
    if (inside(a) !== inside(b)) out.push([at, a[1]! + ((at - a[0]!) / (b[0]! - a[0]!)) * (b[1]! - a[1]!)]);
    if (inside(b)) out.push(b);
  });
  const [first, last] = [out[0], out.at(-1)];
  if (first && last && (first[0] !== last[0] || first[1] !== last[1])) out.push(first);
  return out;
}
