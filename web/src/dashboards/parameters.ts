// Parameters: their values, and what stands for them in queries, texts and conditions.

import type { Row, Table } from "../api/table";
import type { Mark } from "../kql/behind";
import { quoteString } from "../kql/quote";
import { isSpan, type Span } from "../kql/timespan";
import { plainText } from "../values/format";
import { criteriaOf, held } from "./criteria";
import { allItems, type Condition, exportsOf, type Item, type Parameter, parameterType, type Workbook } from "./workbook";

/** What stands for all choices in a value. */
export const everything = "value::all";

/** What such a text begins with. */
const special = "value::";

/** By the parameter's name: a text, chosen values, or a span of time. */
export type Values = Record<string, string | string[]>;

/** A workbook's parameters, and those that clicks on its queries' rows and charts set. */
export function parametersOf(workbook: Workbook): Parameter[] {
  const items = allItems(workbook.items);
  const own = items.flatMap((i) => i.content.parameters ?? []);
  const made = items.flatMap(({ content }): Parameter[] => [
    ...exportsOf(content).map((e) => ({ name: e.parameterName!, type: parameterType.text, value: e.defaultValue ?? "", isRequired: true })),
    ...(content.timeBrushParameterName ? [{ name: content.timeBrushParameterName, type: parameterType.timeRange, brushed: true as const, isRequired: true }] : []),
  ]);
  return [...own, ...made.filter((p, i) => ![...own, ...made.slice(0, i)].some((q) => q.name === p.name))];
}

/** The name of the range of time of the whole dashboard. */
export const timeOf = (parameters: Parameter[]) => parameters.find((p) => p.type === parameterType.timeRange && !p.brushed)?.name;

/** The values that a workbook begins with, and over them those of an address. */
export function firstValues(workbook: Workbook, address: Record<string, string>): Values {
  const values: Values = {};
  for (const p of parametersOf(workbook)) {
    const given = address[p.name];
    if (given !== undefined) values[p.name] = p.multiSelect ? given.split("\u001f").filter(Boolean) : given;
    else values[p.name] = initial(p);
    if (p.type === parameterType.timeRange && !isSpan(String(values[p.name]))) values[p.name] = p.brushed ? "" : "P1D";
  }
  for (const link of allItems(workbook.items).flatMap((i) => (i.content.style === "tabs" ? (i.content.links ?? []) : []))) {
    if (link.linkTarget === "parameter" && link.cellValue) values[link.cellValue] ??= address[link.cellValue] ?? link.subTarget ?? "";
  }
  return values;
}

function initial(p: Parameter): string | string[] {
  if (p.brushed) return "";
  if (p.type === parameterType.timeRange) {
    const ms = (p.value as { durationMs?: number } | undefined)?.durationMs;
    return ms ? spanOfMs(ms) : "P1D";
  }
  const value = p.value ?? p.defaultValue;
  // "The first of them" is of a list that only Azure has.
  const has = (v: string) => !(p.type === parameterType.location && v.startsWith(special));
  if (p.multiSelect) return [value ?? []].flat().map(String).filter(has);
  return typeof value === "string" && has(value) ? value : "";
}

export const spanOfMs = (ms: number): Span => (ms % 86_400_000 === 0 ? `P${ms / 86_400_000}D` : ms % 3_600_000 === 0 ? `PT${ms / 3_600_000}H` : `PT${Math.round(ms / 60_000)}M`);

/** Parameters that a text uses and whose value is not there: it is needed, or its choices are not known yet. */
export const missing = (parameters: Parameter[], values: Values, text: string): string[] =>
  parameters
    .filter((p) => uses(text, p))
    .filter((p) => (p.isRequired && String(values[p.name] ?? "") === "") || [values[p.name]].flat().some((v) => v?.startsWith(special) && !(v === everything && p.typeSettings?.selectAllValue !== undefined)))
    .map((p) => p.name);

/** Drop-downs that a text uses and that have nothing to choose from. */
export const barren = (parameters: Parameter[], values: Values, choices: Readonly<Record<string, string[]>>, text: string): string[] =>
  parameters.filter((p) => choices[p.name]?.length === 0 && String(values[p.name] ?? "") === "" && uses(text, p)).map((p) => p.label || p.name);

const uses = (text: string, p: Parameter) => new RegExp(`\\{${escape(p.name)}[:}]`).test(text);

/** What a click on a row gives a parameter: a field of it, or all of it as JSON; of a chart also the mark's series or label. */
export function exportedValue({ columns }: Table, row: Row, field: string | undefined, mark: Mark = {}): string {
  if (!field) return JSON.stringify(Object.fromEntries(columns.map((c, i) => [c.name, row[i] ?? null])));
  const i = columns.findIndex((c) => c.name === field);
  if (i >= 0) return plainText(row[i] ?? null);
  return (field === "series" ? mark.series : field === "label" ? mark.name : undefined) ?? "";
}

/** What a parameter's criteria say of the others' values. */
function decided(p: Parameter, parameters: Parameter[], values: Values): string {
  const text = (name: string) => [values[name] ?? ""].flat().join(",");
  const named = (name: string | undefined) => (name === undefined || values[name] === undefined ? undefined : { type: "string" as const, cell: text(name) });
  const c = held(criteriaOf(p.criteriaData), named);
  if (!c || c.resultValType === "expression") return "";
  return c.resultValType === "param" ? text(c.resultVal ?? "") : fill(c.resultVal ?? "", parameters, values);
}

/** Puts choices in the place of what stands for them: all of them, or the first few; and what a query gave a text. */
export function resolved(values: Values, parameters: Parameter[], choices: Readonly<Record<string, string[]>>): Values {
  const out = { ...values };
  for (const p of parameters) {
    const [all, value] = [choices[p.name], values[p.name]];
    if (!all || value === undefined) continue;
    if (p.type === parameterType.text && value === "") out[p.name] = all[0] ?? "";
    const wish = [value].flat().find((v) => v.startsWith(special));
    if (wish === undefined || (wish === everything && p.typeSettings?.selectAllValue !== undefined)) continue;
    const some = wish === everything ? all : all.slice(0, Number(wish.slice(special.length)) || 1);
    out[p.name] = p.multiSelect ? some : (some[0] ?? "");
  }
  for (const p of parameters) if (p.criteriaData?.length) out[p.name] = decided(p, parameters, out);
  return out;
}

/** {Name} and {Name:format}, where a value stands in a text. */
export const placeholder = /\{(\w+)(?::((?:\[["'][^"'\]]*["']\]|[^{}\s:])+))?\}/g;

/** Puts values in the place of {Name} and {Name:format}; a name that there is none of stays. */
export function fill(text: string, parameters: Parameter[], values: Values): string {
  return text.replace(placeholder, (whole, name: string, format: string | undefined) => {
    const value = values[name];
    if (value === undefined) return whole;
    const p = parameters.find((q) => q.name === name);
    if (p?.type === parameterType.timeRange && value !== "") return timeAs(String(value), format) ?? whole;
    const all = p?.typeSettings?.selectAllValue;
    if (format !== undefined) return plainAs(value, format) ?? whole;
    if (!Array.isArray(value)) return value === everything && all !== undefined ? all : value;
    const quote = p?.quote ?? "'";
    const chosen = all !== undefined && (value.length === 0 || value.includes(everything)) ? [all] : value;
    return chosen.map((v) => (quote === "'" || quote === '"' ? quoteString(v) : `${quote}${v}${quote}`)).join(p?.delimiter ?? ",");
  });
}

/** A value in a text, without the quotes that a query needs, by the format asked for. */
const plain: Readonly<Record<string, (list: string[]) => string>> = {
  value: (list) => list.join(", "),
  label: (list) => list.join(", "),
  id: (list) => list.join(", "),
  name: (list) => list.map((v) => v.split("/").at(-1)!).join(", "),
  subid: (list) => list.map((v) => /\/subscriptions\/([^/]+)/i.exec(v)?.[1] ?? v).join(", "),
  escape: (list) => list.join(", ").replace(/["'\\]/g, "\\$&"),
  escapejson: (list) => JSON.stringify(list.join(", ")).slice(1, -1),
};

function plainAs(value: string | string[], format: string): string | undefined {
  const list = [value].flat();
  return format.startsWith("$") ? member(list.join(), format) : Object.hasOwn(plain, format) ? plain[format]!(list) : undefined;
}

/** What stands at a path ($.a.b[0], $['a b']) in a value that is JSON; nothing where there is none. */
function member(json: string, path: string): string {
  try {
    let value: unknown = JSON.parse(json);
    for (const [, name, place, quoted] of path.matchAll(/\.(\w+)|\[(\d+)\]|\[["']([^"']+)["']\]/g)) value = (value as Record<string, unknown> | null)?.[name ?? place ?? quoted!];
    return value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    return "";
  }
}

/** A time range as KQL, by the format asked for: "> ago(…)" by itself, its ends, or a step that suits. */
const ranges: Readonly<Record<string, (from: string, to: string | undefined) => string>> = {
  query: (from, to) => (to ? `between (datetime(${from}) .. datetime(${to}))` : `> ago(${kqlOf(from)})`),
  start: (from, to) => (to ? `datetime(${from})` : `ago(${kqlOf(from)})`),
  end: (_, to) => (to ? `datetime(${to})` : "now()"),
  startISO: (from, to) => (to ? from : iso(milliseconds(from))),
  endISO: (_, to) => to ?? iso(0),
  seconds: (from, to) => String(Math.round(lengthOf(from, to) / 1000)),
  grain: (from, to) => grain(lengthOf(from, to)),
  value: (from, to) => (to ? `${from}/${to}` : from),
  label: (from, to) => (to ? `${from}/${to}` : from),
};

const lengthOf = (from: string, to: string | undefined) => (to ? Date.parse(to) - Date.parse(from) : milliseconds(from));

function timeAs(span: Span, format = "query"): string | undefined {
  const [from, to] = span.split("/");
  return Object.hasOwn(ranges, format) ? ranges[format]!(from!, to) : undefined;
}

/** Whether a parameter's value has such a format. */
export const hasFormat = (p: Parameter | undefined, format: string) => (p?.type === parameterType.timeRange ? Object.hasOwn(ranges, format) : format.startsWith("$") || Object.hasOwn(plain, format));

/** So long ago, in whole minutes: a query with it stays the same for a while. */
const iso = (ago: number) => new Date(Math.floor((Date.now() - ago) / 60_000) * 60_000).toISOString();

const parts = (span: Span) => /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(span)?.slice(1).map((n) => Number(n ?? 0)) ?? [1, 0, 0, 0];
export const milliseconds = (span: Span): number => {
  const [d, h, m, s] = parts(span) as [number, number, number, number];
  return (((d * 24 + h) * 60 + m) * 60 + s) * 1000;
};
const kqlOf = (span: Span) => `${milliseconds(span) / 60_000}m`;
const grain = (ms: number) => (ms <= 3_600_000 ? "1m" : ms <= 14_400_000 ? "5m" : ms <= 86_400_000 ? "15m" : ms <= 7 * 86_400_000 ? "1h" : "1d");
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Whether an item is to be seen, as its conditions say. */
export function isVisible(item: Item, values: Values): boolean {
  const all = item.conditionalVisibilities ?? (item.conditionalVisibility ? [item.conditionalVisibility] : []);
  return all.every((c) => holds(c, values));
}

function holds({ parameterName, comparison = "isEqualTo", value = "" }: Condition, values: Values): boolean {
  const own = values[parameterName];
  const text = Array.isArray(own) ? own.join(",") : (own ?? "");
  switch (comparison) {
    case "isNotEqualTo":
      return text !== value;
    case "isEqualTo":
      return text === value;
    default:
      return true; // it is named among what is lacking
  }
}
