// What one may set, as the address has it: only what differs from the server's own values.

import type { AdviseEvent, AdviseNumbers, AdviseRequest, SentFile } from "../api/advise";

export type Search = Record<string, string>;
export type ViewPath = "/advise" | "/advise/simulate" | "/advise/windows";

export const events = ["rollout", "drain", "upgrade", "loss", "spike"] as const;
export type EventKind = (typeof events)[number];

/** Of both sides of a comparison. */
export const numbers = ["rps", "start", "request", "propagation", "drain", "capacity", "connections", "cost", "provision", "horizon", "nodes", "seed"] as const;
/** Of each side: what is tried. */
export const tried = ["maxSurge", "maxUnavailable", "replicas", "minReady", "preStop", "grace"] as const;
export const ecs = ["minimumHealthy", "maximum", "deregistration"] as const;

const counted = new Set<string>(["rps", "capacity", "connections", "cost", "nodes", "seed", "minimumHealthy", "maximum", "factor"]);

/** What stands in a field that is left empty. */
export const defaults: Record<string, string> = {
  rps: "100",
  start: "10s",
  request: "200ms",
  propagation: "1s",
  drain: "0s",
  capacity: "∞",
  connections: "0",
  cost: "0",
  provision: "2m",
  horizon: "2h",
  nodes: "3",
  seed: "1",
  minimumHealthy: "100",
  maximum: "200",
  deregistration: "5m",
  factor: "3",
  for: "10m",
};

export type Side = "a" | "b";
const prefix = (side: Side) => (side === "b" ? "b." : "");

/** A setting of a side, by its name. */
export const nameOf = (side: Side, name: string) => prefix(side) + name;

export const compares = (search: Search) => search["compare"] === "1";

export const eventOf = (search: Search): EventKind => (events as readonly string[]).includes(search["event"] ?? "") ? (search["event"] as EventKind) : "rollout";

function put(into: Record<string, string | number | boolean>, name: string, value: string | undefined, as = name) {
  const text = (value ?? "").trim();
  if (text === "") return;
  const number = Number(text);
  into[as] = counted.has(name) && Number.isFinite(number) ? number : text;
}

/** The request that plays one side. */
export function requestOf(search: Search, files: SentFile[], side: Side): AdviseRequest {
  const settings: Record<string, string | number | boolean> = { rps: 100 };
  for (const name of numbers) put(settings, name, search[name]);
  for (const name of ecs) put(settings, name, search[nameOf(side, name)] || (name === "minimumHealthy" ? "100" : name === "maximum" ? "200" : ""));
  const set = tried.flatMap((name) => {
    const value = (search[nameOf(side, name)] ?? "").trim();
    return value === "" ? [] : [`${name}=${value}`];
  });
  if (set.length > 0) settings["set"] = set.join(",");
  settings["policy"] = search[nameOf(side, "policy")] === "ecs" ? "ecs" : "kubernetes";
  if (search["broken"] === "1") settings["broken"] = true;
  const kind = eventOf(search);
  const event: Record<string, string | number> = { kind };
  for (const name of targets[kind]) put(event, name, search[name]);
  if (kind === "spike" && event["factor"] === undefined) event["factor"] = 3;
  return { files, settings: settings as AdviseNumbers, event: event as unknown as AdviseEvent };
}

/** What each event is about. */
export const targets: Record<EventKind, readonly string[]> = {
  rollout: ["workload"],
  drain: ["node"],
  upgrade: ["pool", "nodeSurge", "nodeUnavailable"],
  loss: ["node", "zone"],
  spike: ["factor", "for"],
};

/** What the advice is told that files cannot say. */
export const measured = ["rps", "start", "request", "propagation", "drain", "database", "provision"] as const;

export function measuredOf(search: Search): AdviseNumbers {
  const settings: Record<string, string | number | boolean> = {};
  for (const name of measured) put(settings, name, search[name]);
  return settings as AdviseNumbers;
}

/** An address without what is empty. */
export const cleaned = (search: Search): Search => Object.fromEntries(Object.entries(search).filter(([, v]) => typeof v === "string" && v !== ""));
