// The countries' outlines (Natural Earth, public domain), for maps without tiles from the network.

import { registerMap } from "echarts/core";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import countries from "world-atlas/countries-110m.json";
import { cutFeatures } from "./antimeridian";
import { world } from "./option/map";

const topology = countries as unknown as Topology<{ countries: GeometryCollection }>;
registerMap(world, cutFeatures(feature(topology, topology.objects.countries)) as unknown as Parameters<typeof registerMap>[1]);
