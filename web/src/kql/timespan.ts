// The time range of a query: what the picker offers, the API takes and an address carries.
// A range is an ISO 8601 duration ("PT1H"), an interval ("start/end"), or "query": the text says.

import { maskLiterals } from "./scan";

export type Span = string;

export const inQuery: Span = "query";
export const defaultSpan: Span = "P1D";

export const presets: readonly { span: Span; label: string; short: string }[] = [
  { span: "PT15M", label: "Last 15 minutes", short: "15 min" },
  { span: "PT30M", label: "Last 30 minutes", short: "30 min" },
  { span: "PT1H", label: "Last hour", short: "1 h" },
  { span: "PT4H", label: "Last 4 hours", short: "4 h" },
  { span: "PT12H", label: "Last 12 hours", short: "12 h" },
  { span: "P1D", label: "Last 24 hours", short: "24 h" },
  { span: "P2D", label: "Last 48 hours", short: "48 h" },
  { span: "P3D", label: "Last 3 days", short: "3 d" },
  { span: "P7D", label: "Last 7 days", short: "7 d" },
  { span: "P30D", label: "Last 30 days", short: "30 d" },
];

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
