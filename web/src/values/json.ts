// JSON whose integers keep all their digits: a KQL long has 64 bits, a JavaScript number 53.

export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

// An integer of sixteen digits may be more than a number holds. A match inside a string only costs time;
// decimals, of which a real may have as many, do not match.
const longInteger = /(?:^|[[,:\s-])\d{16}/;

/** The reviver's third argument is in browsers since 2025, and not in the library's types yet. */
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver?: Reviver) => Json;

/** Parses JSON; integers outside ±2^53 become bigint. Throws SyntaxError. */
export function parseJson(text: string): Json {
  if (!longInteger.test(text)) return parse(text);
  return parse(text, (_key, value, context) => {
    const source = context?.source;
    const whole = typeof value === "number" && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source);
    return whole ? BigInt(source) : value;
  });
}

/** Writes JSON as parseJson reads it, so that bigint is a plain integer again. */
export function printJson(value: Json, indent = 0): string {
  return print(value, indent, "");
}

function print(value: Json, indent: number, margin: string): string {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = margin + " ".repeat(indent);
  const items = Array.isArray(value)
    ? value.map((v) => print(v, indent, inner))
    : Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${indent ? " " : ""}${print(v, indent, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (items.length === 0) return `${open}${close}`;
  return indent ? `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}` : `${open}${items.join(",")}${close}`;
}
