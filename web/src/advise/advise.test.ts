import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Run } from "../api/advise";
import { explanations } from "../i18n/explanations.ja";
import { causes, rules } from "../i18n/rules.ja";
import { said } from "../i18n/said.ja";
import { nameFor } from "./files";
import { inJapanese } from "./said";
import { requestOf } from "./settings";
import { frameAt, framesOf, thinned } from "./timeline";

const state = (at: number, workload: string, ready: number, lost = 0) => ({ at, workload, ready, available: ready, total: 4, updated: 0, pending: 0, terminating: 0, lost });
const run = (points: Run["points"]) => ({ points }) as Run;

describe("frames", () => {
  it("sums workloads, and keeps how things were before", () => {
    const frames = framesOf(run([state(0, "a", 4), state(0, "b", 2), state(0, "a", 3), state(10, "a", 4, 100)]), "");
    expect(frames.map((f) => [f.at, f.ready, f.total])).toEqual([
      [0, 6, 8],
      [0, 5, 8],
      [10, 6, 8],
    ]);
  });
  it("are of one workload", () => {
    expect(framesOf(run([state(0, "a", 4), state(0, "b", 2), state(5, "b", 1)]), "b").map((f) => f.ready)).toEqual([2, 1]);
  });
  it("hold until the next; what is lost grows evenly", () => {
    const frames = framesOf(run([state(0, "a", 4), state(10, "a", 3, 100)]), "");
    expect(frameAt(frames, 5)).toMatchObject({ ready: 4, lost: 50 });
    expect(frameAt(frames, 10)).toMatchObject({ ready: 3, lost: 100 });
    expect(frameAt(frames, 99)).toMatchObject({ ready: 3, lost: 100 });
    expect(frameAt([], 1)).toBeUndefined();
  });
});

it("thins points, and keeps both ends", () => {
  const points = thinned(Array.from({ length: 1000 }, (_, i) => i), 10);
  expect(points).toHaveLength(10);
  expect([points[0], points.at(-1)]).toEqual([0, 999]);
});

it("a request has what the address says of its side", () => {
  const search = { event: "spike", rps: "600", start: "p50=8s,p99=40s", preStop: "15s", "b.maxSurge": "1", "b.policy": "ecs", "b.minimumHealthy": "50", factor: "5" };
  expect(requestOf(search, [], "a")).toEqual({ files: [], event: { kind: "spike", factor: 5 }, settings: { rps: 600, start: "p50=8s,p99=40s", set: "preStop=15s", policy: "kubernetes", minimumHealthy: 100, maximum: 200 } });
  expect(requestOf(search, [], "b").settings).toEqual({ rps: 600, start: "p50=8s,p99=40s", set: "maxSurge=1", policy: "ecs", minimumHealthy: 50, maximum: 200 });
});

it.each([
  ["kind: Pod", "pasted.yaml"],
  ['{"kind":"List"}', "pasted.json"],
  ["# escape=`\nARG TAG=1\nFROM windows", "Dockerfile"],
  ['<?xml version="1.0"?>\n<Project Sdk="Microsoft.NET.Sdk">', "pasted.csproj"],
  ["services:\n  web: {}\n", "compose.yaml"],
])("names what is pasted: %s", (text, name) => expect(nameFor(text)).toBe(name));

it("the titles of all rules are known in Japanese, and of no others", () => {
  const page = readFileSync(new URL("../../../docs/advise/rules/README.md", import.meta.url), "utf8");
  const ids = [...page.matchAll(/^\| \[([a-z-]+)\]/gm)].map((m) => m[1]!);
  expect(ids.length).toBeGreaterThan(30);
  expect(Object.keys(rules)).toEqual(ids);
});

it("so are the explanations of all rules, with the same code in them", () => {
  const folder = new URL("../../../docs/advise/rules/", import.meta.url);
  const pages = Object.keys(rules).map((id) => readFileSync(new URL(`${id}.md`, folder), "utf8"));
  const texts = pages.flatMap((page) => /Severity: \w+\.\n\n([^]*?)\n\n## What to do\n\n([^]*?)\n\nTo ignore it/.exec(page)!.slice(1));
  expect(Object.keys(explanations)).toEqual(texts);
  const code = (text: string) => (text.match(/`[^`]+`/g) ?? []).filter((span) => !/the longest|\p{Script=Han}/u.test(span)).sort();
  for (const [english, japanese] of Object.entries(explanations)) expect(code(japanese), english).toEqual(code(english));
});

it("so are all causes of lost requests", () => {
  const names = /causeNames = [^{]*\{"", (.*)\}/.exec(readFileSync(new URL("../../../advise/simulate/traffic.go", import.meta.url), "utf8"))!;
  expect(Object.keys(causes)).toEqual(JSON.parse(`[${names[1]}]`));
});

const advise = new URL("../../../advise/", import.meta.url);

/** The templates of all that the advice says, read from its source: each is written out where it is used. */
function templates(): Set<string> {
  const found = new Set<string>();
  const sources = readdirSync(advise, { recursive: true, encoding: "utf8" }).filter((f) => /^(?!message).*(?<!_test)\.go$/.test(f));
  const text = String.raw`"(?:[^"\\]|\\.)*"`;
  for (const file of [...sources, "../serve/advise.go"]) {
    const source = readFileSync(new URL(file, advise), "utf8");
    const made = [...source.matchAll(new RegExp(String.raw`message\.(?:New|Plural|Errorf)\((?:(?<=Plural\()${text}, )?(${text})[,)]`, "g"))].map((m) => JSON.parse(m[1]!) as string);
    expect(made, file).toHaveLength(source.match(/message\.(New|Plural|Errorf)\(/g)?.length ?? 0);
    for (const template of made) found.add(template);
  }
  const facts = JSON.parse(readFileSync(new URL("windows/facts.json", advise), "utf8")) as { families: Record<string, string>[]; targets: Record<string, string>[] };
  for (const f of facts.families) for (const name of ["size", "for", "lacks"]) found.add(f[name]!);
  for (const t of facts.targets) for (const name of ["then", "now", "why"]) if (t[name]) found.add(t[name]);
  return found;
}

it("all that the advice says has Japanese with the same places, and nothing else has", () => {
  const all = templates();
  expect(all.size).toBeGreaterThan(200);
  expect(Object.keys(said).filter((template) => !all.has(template))).toEqual([]);
  expect([...all].filter((template) => !(template in said))).toEqual([]);
  const places = (text: string) => [...text.matchAll(/%(?:(\d+)\$)?[a-z%]/g)].filter((m) => m[0] !== "%%").map((m, i) => Number(m[1] ?? i + 1)).sort((a, b) => a - b);
  for (const [template, japanese] of Object.entries(said)) expect(places(japanese), template).toEqual(places(template));
});

it("arguments go where the translation has them, and are translated themselves", () => {
  expect(inJapanese({ template: "%d of %s: %s", args: ["1", { template: "%d pods", args: ["3"] }, "0/1 nodes are available."] })).toBe("3 個の Pod のうち 1 個: 0/1 nodes are available.");
  expect(inJapanese({ template: "%s is %q: it is not from 0%% to 100%%.", args: ["maxUnavailable", '"101%"'] })).toBe('maxUnavailable が "101%" で、0% から 100% の範囲にありません。');
});

it("Japanese words are filled in without spaces between, others with", () => {
  expect(inJapanese({ template: "A database that does not answer for %s restarts all %s together.", args: [{ template: "%s s", args: ["31"] }, { template: "%d pods", args: ["4"] }] })).toBe("データベースが 31 秒応答しないと、4 個の Pod がすべて一斉に再起動します。");
});
