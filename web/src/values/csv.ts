import type { Table, Row } from "../api/table";
import { plainText } from "./format";

/** RFC 4180: a header line, CRLF, and quotes around what needs them. Values are the wire's own text. */
export function toCsv(table: Table, rows: Row[] = table.rows): string {
  const lines = [table.columns.map((c) => quote(c.name)).join(",")];
  for (const row of rows) lines.push(row.map((v) => quote(plainText(v))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
