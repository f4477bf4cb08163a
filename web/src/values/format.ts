// Values as people read them.

import { type Cell, type Column, type ColumnType, isNumeric } from "../api/table";
import { type Json, parseJson, printJson } from "./json";

export type Zone = "utc" | "local";

// C0 and C1 controls, and what reorders or hides text (bidirectional marks, zero widths, line separators).
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text whose control and direction characters can be seen and do nothing. */
export function visible(text: string): string {
  return text.replace(invisible, (c) => {
    const code = c.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** At most `max` characters of text on one line. */
export function oneLine(text: string, max: number): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return visible(cut.replace(/\r?\n|\t/g, (c) => (c === "\t" ? " " : " ↵ ")));
}

const isoTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?Z?$/;

/**
 * A datetime of the wire (UTC, up to seven decimals) in the zone asked for, with milliseconds, or
 * all seven decimals where there is more. Other text comes back as it is.
 */
export function formatTime(text: string, zone: Zone): string {
  const m = isoTime.exec(text);
  if (!m) return text;
  const [, y, mo, d, h, mi, s, fraction = ""] = m;
  const decimals = fraction.replace(/0+$/, "").padEnd(3, "0");
  if (zone === "utc") return `${y}-${mo}-${d} ${h}:${mi}:${s}.${decimals.length > 3 ? decimals.padEnd(7, "0") : decimals}`;
  const t = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  const two = (n: number) => String(n).padStart(2, "0");
  const date = `${String(t.getFullYear()).padStart(4, "0")}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return `${date} ${clock}.${decimals.length > 3 ? decimals.padEnd(7, "0") : decimals}`;
}

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });

/** A number with all its digits, in groups of three. Other text (NaN, a decimal) comes back as it is. */
export function formatNumber(value: Cell): string {
  if (typeof value === "bigint") return grouped.format(value);
  if (typeof value !== "number") return String(value);
  if (value !== 0 && (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-6)) return String(value);
  return grouped.format(value);
}

const rounded = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });
const small = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 5 });

/** A real with as many decimals as one reads; the rest of its digits are in the row's details. */
export function formatReal(value: Cell): string {
  if (typeof value !== "number" || Math.abs(value) >= 1e15) return formatNumber(value);
  if (value === 0 || Math.abs(value) >= 1) return rounded.format(value);
  return Math.abs(value) < 1e-6 ? value.toPrecision(5) : small.format(value);
}

/** A cell as text for people: a null is nothing. */
export function formatCell(value: Cell, type: ColumnType, zone: Zone): string {
  if (value === null || value === undefined) return "";
  if (type === "datetime") return formatTime(String(value), zone);
  if (type === "real") return formatReal(value);
  // Codes, ids and ports are long and int: grouping their digits would make them hard to find again.
  return plainText(value);
}

/** A cell as text for programs: what the wire said. */
export function plainText(value: Cell): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? printJson(value) : String(value);
}

/** A dynamic cell's value: the wire has it as JSON text, and a plain string may stand bare. */
export function dynamicValue(value: Cell): Json {
  if (typeof value !== "string") return value;
  try {
    return parseJson(value);
  } catch {
    return value;
  }
}

/** The number that a cell stands for on an axis: null when it is none or has no place there. */
export function toNumber(value: Cell, type: ColumnType): number | null {
  if (value === null || value === undefined) return null;
  if (type === "datetime") return finite(Date.parse(String(value)));
  if (type === "timespan") return timespanSeconds(String(value));
  if (type === "bool") return value === true || value === 1 ? 1 : 0;
  return finite(Number(value));
}

const finite = (n: number) => (Number.isFinite(n) ? n : null);

const clockTime = /^(-)?(?:(\d+)\.)?(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/;

/** A timespan of the wire ("1.02:03:04.5") in seconds, or null. */
export function timespanSeconds(text: string): number | null {
  const m = clockTime.exec(text);
  if (!m) return null;
  const [, sign, days = "0", h, mi, s] = m;
  const seconds = Number(days) * 86400 + Number(h) * 3600 + Number(mi) * 60 + Number(s);
  return sign ? -seconds : seconds;
}

/** Orders two cells of a column as `sort by` does in ascending order: nulls first, then by value. */
export function compareCells(a: Cell, b: Cell, type: ColumnType): number {
  const none = (v: Cell) => v === null || v === undefined;
  if (none(a) || none(b)) return Number(none(b)) - Number(none(a));
  if (type === "datetime") {
    // Same layout but for the decimals: without the Z, text order is time order.
    const [x, y] = [String(a).replace("Z", ""), String(b).replace("Z", "")];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (isNumeric(type) || type === "timespan" || type === "bool") {
    if (typeof a === "bigint" || typeof b === "bigint") return a! < b! ? -1 : a! > b! ? 1 : 0;
    const [x, y] = [toNumber(a, type), toNumber(b, type)];
    return x === null || y === null ? Number(y === null) - Number(x === null) : x - y;
  }
  const [x, y] = [plainText(a), plainText(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export const compactNumber = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

const byteUnits = ["B", "KB", "MB", "GB", "TB", "PB"];
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** A number of bytes in the unit that suits it: of 1000 each, or of 1024. `print` writes the number. */
export function formatBytes(bytes: number, base: 1000 | 1024 = 1000, print: (n: number) => string = number.format): string {
  const power = bytes === 0 ? 0 : Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log(Math.abs(bytes)) / Math.log(base))));
  return `${print(bytes / base ** power)} ${byteUnits[power]!}`;
}

/** How long something took, short. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** Seconds as a clock shows them: 0:20, 12:05, 1:00:00; tenths where there are any below a minute. */
export function formatClock(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const whole = Math.floor(seconds + 1e-9);
  const tenths = seconds < 60 && Math.round((seconds - whole) * 10) > 0 ? `.${Math.min(9, Math.round((seconds - whole) * 10))}` : "";
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return (h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`) + tenths;
}

/** A first width in pixels for a grid column, from its name and the longest of its first rows. */
export function columnWidth(column: Column, cells: Cell[], zone: Zone): number {
  let longest = 0;
  for (const cell of cells) longest = Math.max(longest, formatCell(cell, column.type, zone).length);
  const header = column.name.length * 7.4 + 58;
  return Math.round(Math.min(420, Math.max(72, header, longest * 7.1 + 24)));
}
