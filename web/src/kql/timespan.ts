// The time range of a query: what the picker offers, the API takes and an address carries.
// A range is an ISO 8601 duration ("PT1H"), an interval ("start/end"), or "query": the text says.

import { t } from "../i18n";
import { maskLiterals } from "./scan";

export type Span = string;

export const inQuery: Span = "query";
export const defaultSpan: Span = "P1D";

interface Preset {
  span: Span;
  unit: "minutes" | "hours" | "days";
  count: number;
  short: string;
}

export const presets: readonly Preset[] = [
  { span: "PT15M", unit: "minutes", count: 15, short: "15 min" },
  { span: "PT30M", unit: "minutes", count: 30, short: "30 min" },
  { span: "PT1H", unit: "hours", count: 1, short: "1 h" },
  { span: "PT4H", unit: "hours", count: 4, short: "4 h" },
  { span: "PT12H", unit: "hours", count: 12, short: "12 h" },
  { span: "P1D", unit: "hours", count: 24, short: "24 h" },
  { span: "P2D", unit: "hours", count: 48, short: "48 h" },
  { span: "P3D", unit: "days", count: 3, short: "3 d" },
  { span: "P7D", unit: "days", count: 7, short: "7 d" },
  { span: "P30D", unit: "days", count: 30, short: "30 d" },
];

export const presetLabel = ({ unit, count }: Preset) => t(`time.${unit}`, { count });

/** What the API is sent: nothing when the query sets its own time. */
export const timespanOf = (span: Span) => (span === inQuery ? undefined : span);

const duration = /^P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** Whether text from an address is a range. */
export function isSpan(text: string): boolean {
  if (text === inQuery || duration.test(text)) return true;
  const [from, to, more] = text.split("/");
  return more === undefined && !!from && !!to && instant.test(from) && instant.test(to);
}

// A comparison of the time column, or a search of it. ago() alone is no filter: it may stand in a bin.
const filter = /\b(TimeGenerated|timestamp)\b\s*(>=?|<=?|==|!?between\b)|(>=?|<=?|==)\s*\b(TimeGenerated|timestamp)\b/;

/** Whether the query itself bounds the time, so that the picker should step back. */
export const filtersTime = (query: string) => filter.test(maskLiterals(query));
