// A rule as text that one edits, and what the preview needs of it.

import type { DataFlow, Resource, RuleProperties } from "../api/arm";

export type Rule = Resource<RuleProperties>;

/** The rule as JSON, without what the server sets anew at each write. */
export function textOf(rule: Rule): string {
  const { etag: _, ...rest } = rule;
  return JSON.stringify({ ...rest, systemData: undefined }, null, 2);
}

/** Reads a rule's JSON; an Error says what is wrong with it. */
export function ruleOf(text: string): Rule | Error {
  try {
    const rule = JSON.parse(text) as Rule;
    if (typeof rule !== "object" || rule === null || typeof rule.properties !== "object" || rule.properties === null) return new Error("properties");
    if (rule.properties.dataFlows !== undefined && !Array.isArray(rule.properties.dataFlows)) return new Error("dataFlows");
    return rule;
  } catch (error) {
    return error as Error;
  }
}

/** The text with another transform in one of its flows. */
export function withTransform(text: string, flow: number, transformKql: string): string {
  const rule = ruleOf(text);
  if (rule instanceof Error) return text;
  rule.properties.dataFlows = (rule.properties.dataFlows ?? []).map((f, i) => (i === flow ? { ...f, transformKql } : f));
  return JSON.stringify(rule, null, 2);
}

/** The columns that a flow's rows have, as the rule declares them; none for Azure's own streams. */
export function columnsOf(rule: Rule, flow: DataFlow) {
  return rule.properties.streamDeclarations?.[flow.streams?.[0] ?? ""]?.columns ?? [];
}

/** The table that a flow's rows go to. */
export const tableOf = (flow: DataFlow) => (flow.outputStream ?? flow.streams?.[0] ?? "").replace(/^Custom-|^Microsoft-(Table-)?/, "");

/** Rows that one has pasted: a JSON array, one object, or an object a line. */
export function rowsOf(text: string): object[] | Error {
  const plain = text.trim();
  if (plain === "") return [];
  try {
    const whole = parsed(plain);
    const rows = Array.isArray(whole) ? whole : [whole];
    const odd = rows.findIndex((r) => typeof r !== "object" || r === null || Array.isArray(r));
    return odd < 0 ? (rows as object[]) : new Error(`[${odd}]: ${JSON.stringify(rows[odd])}`);
  } catch (error) {
    return error as Error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!text.includes("\n") || !text.startsWith("{")) throw error;
    return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as unknown);
  }
}
