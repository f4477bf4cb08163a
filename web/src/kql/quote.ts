// Names and values as KQL text.

import type { Cell, Column } from "../api/table";

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

/** A predicate that keeps (or drops) the rows whose column has this value. */
export function compareTo(column: Column, value: Cell, keep: boolean): string {
  const name = quoteName(column.name);
  if (value === null) return column.type === "string" ? emptiness("empty", name, keep) : emptiness("null", name, keep);
  if (column.type === "string" && value === "") return emptiness("empty", name, keep);
  const left = column.type === "dynamic" ? `tostring(${name})` : name;
  return `${left} ${keep ? "==" : "!="} ${literal(column, value)}`;
}

const emptiness = (what: "empty" | "null", name: string, keep: boolean) => `is${keep ? "" : "not"}${what}(${name})`;

function literal(column: Column, value: Cell): string {
  const text = String(value);
  switch (column.type) {
    case "string":
      return quoteString(text);
    case "dynamic":
      return quoteString(typeof value === "string" ? value : JSON.stringify(value));
    case "bool":
      return text;
    case "int":
    case "long":
      return /^-/.test(text) ? `${column.type}(${text})` : text;
    case "real":
      // NaN and the infinities come as words.
      return /^\d+(\.\d+)?$/.test(text) ? text : `real(${text.replace(/^(-?)Infinity$/, "$1inf").replace("NaN", "nan")})`;
    case "datetime":
    case "decimal":
    case "guid":
    case "timespan":
      return `${column.type}(${text})`;
  }
}

/** Adds a `where` to a statement: at its end, but before a final `render`. */
export function addFilter(statement: string, predicate: string): string {
  const body = statement.replace(/\s*;?\s*$/, "");
  const render = /\s*\|\s*render\b[^|]*$/i.exec(body);
  const at = render ? render.index : body.length;
  // A comment on the last line must not swallow the new line.
  return `${body.slice(0, at)}\n| where ${predicate}${body.slice(at).replace(/^\s*\|/, "\n|")}`;
}
