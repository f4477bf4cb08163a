// Advice on files: what the server says of Kubernetes manifests, Windows containers and .NET projects.

import { request } from "./http";

/** A file that is sent: text, or a zip archive in base64. */
export interface SentFile {
  name: string;
  text?: string;
  zip?: string;
}

/** Durations are texts such as 30s, or distributions such as p50=8s,p99=40s. */
export interface AdviseRequest {
  files: SentFile[];
  images?: string[];
  hosts?: string[];
  isolation?: string;
  settings?: Record<string, string | number | boolean>;
  event?: Record<string, string | number>;
  goal?: number;
}

export interface FileProblem {
  file: string;
  line: number;
  text: string;
}

export interface Seen {
  workloads: { name: string; kind: string; replicas: number }[];
  nodes: string[];
  zones: string[];
  pools: string[];
  services: number;
  budgets: number;
  autoscalers: number;
  images: number;
  projects: string[];
  others: Record<string, number>;
  problems: FileProblem[];
}

export type Severity = "error" | "warning" | "note";

export interface Finding {
  rule: string;
  severity: Severity;
  title: string;
  namespace?: string;
  object: string;
  file: string;
  line: number;
  path?: string;
  reason: string;
  failure: string;
  patch?: { type: "strategic" | "apply"; target: string; yaml: string };
  suppressed?: boolean;
  suppressedBecause?: string;
  help: string;
}

export interface RuleText {
  doc: string;
  fix: string;
  sources: string[] | null;
}

export interface Advice {
  findings: Finding[];
  more: number;
  rules: Record<string, RuleText>;
  problems: FileProblem[];
}

export interface State {
  at: number;
  workload: string;
  ready: number;
  available: number;
  total: number;
  updated: number;
  pending: number;
  terminating: number;
  lost: number;
}

export interface Run {
  done: boolean;
  seconds?: number;
  stall?: { at: number; who: string; why: string };
  peakPods: number;
  answeredPercent: number;
  restarts: number;
  evictions: number;
  evictionsRefused: number;
  nodesAdded: number;
  podEvents: number;
  traffic: { workload: string; requests: number; lost: Record<string, number>; connectionsCut: number }[];
  notes: { at: number; text: string }[];
  points: State[];
  imaginedNodes: number;
  pointsLeftOut: number;
  problems: FileProblem[];
}

export interface Choice {
  maxSurge: string;
  maxUnavailable: string;
  preStop: number;
  grace: number;
  replicas: number;
  answeredPercent: number;
  peakPods: number;
  seconds: number;
}

export interface Release {
  name: string;
  build: number;
  channel: string;
  tags: string[];
  mainstream: string;
  extended?: string;
  phase: "mainstream" | "extended" | "ended";
  days: number;
  source: string;
}

export interface Fit {
  build: number;
  process: boolean;
  hyperV: boolean;
  why?: string;
}

export interface Host {
  name: string;
  alias: string;
  build: number;
  client: boolean;
  fits: Fit[];
}

export interface Family {
  name: string;
  size: string;
  for: string;
  lacks: string;
  pullSeconds: number;
  source: string;
}

export interface Place {
  name: string;
  takes: boolean;
  why: string;
  then: string;
  now: string;
  source?: string;
}

export interface WindowsFacts {
  checked: string;
  releases: Release[];
  hosts: Host[];
  families: Family[];
  devices: { guid: string; name: string; gpu: boolean }[];
  targets: Place[];
}

export interface WindowsImage {
  file: string;
  line: number;
  ref: string;
  build?: number;
  release?: Release;
  family?: Family;
  hosts: Host[];
  places: Place[];
}

export interface WindowsProject {
  file: string;
  name: string;
  frameworks: string[] | null;
  system: "linux" | "windows" | "";
  base: string;
  why: string[];
  windows: string[] | null;
  dockerfile: string;
  manifest: string;
}

export interface WindowsAdvice extends Advice {
  images: WindowsImage[];
  projects: WindowsProject[];
}

async function post<T>(path: string, body: AdviseRequest, signal: AbortSignal): Promise<T> {
  return (await request(`/ui/advise/${path}`, { method: "POST", body: JSON.stringify(body), signal })).body as unknown as T;
}

export const readFiles = (body: AdviseRequest, signal: AbortSignal) => post<Seen>("read", body, signal);
export const getAdvice = (body: AdviseRequest, signal: AbortSignal) => post<Advice>("kube", body, signal);
export const simulate = (body: AdviseRequest, signal: AbortSignal) => post<Run>("simulate", body, signal);
export const searchSettings = (body: AdviseRequest, signal: AbortSignal) => post<{ choices: Choice[]; met: number }>("search", body, signal);
export const getWindowsAdvice = (body: AdviseRequest, signal: AbortSignal) => post<WindowsAdvice>("windows", body, signal);
export const getWindowsFacts = async (signal: AbortSignal) => (await request("/ui/advise/windows", { signal })).body as unknown as WindowsFacts;

/** The findings as the command line writes them. */
export const getReport = (view: "kube" | "windows", format: "sarif" | "json", body: AdviseRequest) => post<object>(`${view}?format=${format}`, body, new AbortController().signal);
