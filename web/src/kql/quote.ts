// Names and values as KQL text.

import type { Cell, ColumnType } from "../api/table";
import { printJson } from "../values/json";
import { maskLiterals } from "./scan";

// Words that the grammar takes for itself where a column name could stand.
const keywords = new Set(
  ("access accumulate and as asc between by consume contains count declare default desc distinct evaluate " +
    "extend external facet false find first fork from getschema has in invoke join kind last let limit " +
    "lookup materialize mv-apply mv-expand not null nulls of on or order parse partition pattern print " +
    "project project-away project-rename query_parameters range reduce render sample scan search serialize " +
    "set sort startswith endswith step summarize table take to top toscalar true typeof union where with").split(" "),
);

/** A table's or column's name, in brackets where it is no plain identifier. */
export function quoteName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name.toLowerCase()) ? name : `[${quoteString(name)}]`;
}

export function quoteString(text: string): string {
  const escaped = text.replace(/[\\"\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => {
    switch (c) {
      case "\\":
      case '"':
        return `\\${c}`;
      case "\n":
        return "\\n";
      case "\r":
        return "\\r";
      case "\t":
        return "\\t";
      default:
        return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
    }
  });
  return `"${escaped}"`;
}

/** A predicate that keeps (or drops) the rows for which an expression has this value. */
export function compareTo(left: string, type: ColumnType, value: Cell, keep: boolean): string {
  if (value === null) return emptiness(type === "string" ? "empty" : "null", left, keep);
  if (type === "string" && value === "") return emptiness("empty", left, keep);
  // NaN equals nothing, itself neither.
  if (value === "NaN" && type === "real") return keep ? `isnan(${left})` : `not(isnan(${left}))`;
  return `${type === "dynamic" ? `tostring(${left})` : left} ${keep ? "==" : "!="} ${literal(type, value)}`;
}

const emptiness = (what: "empty" | "null", left: string, keep: boolean) => `is${keep ? "" : "not"}${what}(${left})`;

function literal(type: ColumnType, value: Cell): string {
  const text = String(value);
  switch (type) {
    case "string":
      return quoteString(text);
    case "dynamic":
      return quoteString(typeof value === "string" ? value : printJson(value));
    case "bool":
      return String(value === true || value === 1);
    case "int":
    case "long":
      return /^-/.test(text) ? `${type}(${text})` : text;
    case "real":
      // The infinities come as words.
      return /^\d+(\.\d+)?$/.test(text) ? text : `real(${text.replace(/^(-?)Infinity$/, "$1inf")})`;
    case "datetime":
    case "decimal":
    case "guid":
    case "timespan":
      return `${type}(${text})`;
  }
}

/** Adds a `where` to a statement: at its end, but before a final `render`. */
export function addFilter(statement: string, predicate: string): string {
  const end = /;\s*$/.exec(maskLiterals(statement))?.index;
  const body = (end === undefined ? statement : statement.slice(0, end) + statement.slice(end + 1)).trimEnd();
  // What a string or a comment says is no render.
  const render = /\s*\|\s*render\b[^|]*$/i.exec(maskLiterals(body));
  const at = render ? body.slice(0, render.index + render[0].indexOf("|")).trimEnd().length : body.length;
  // A comment on the last line must not swallow the new line.
  return `${body.slice(0, at)}\n| where ${predicate}${body.slice(at).replace(/^\s*\|/, "\n|")}`;
}
