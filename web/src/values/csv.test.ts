import { expect, test } from "vitest";
import type { Table } from "../api/table";
import { toCsv } from "./csv";

test("quotes what needs it, and keeps the wire's values", () => {
  const table: Table = {
    name: "PrimaryResult",
    columns: [
      { name: "Time, UTC", type: "datetime" },
      { name: "Text", type: "string" },
      { name: "N", type: "long" },
      { name: "D", type: "dynamic" },
    ],
    rows: [
      ["2026-11-23T06:00:00.1234567Z", 'he said "no"', 9223372036854775807n, '{"a":1}'],
      [null, "two\nlines", null, null],
      ["0001-01-01T00:00:00Z", " edge", -1, "[]"],
    ],
  };
  expect(toCsv(table)).toBe(
    '"Time, UTC",Text,N,D\r\n' +
      '2026-11-23T06:00:00.1234567Z,"he said ""no""",9223372036854775807,"{""a"":1}"' +
      "\r\n" +
      ',"two\nlines",,\r\n' +
      '0001-01-01T00:00:00Z," edge",-1,[]\r\n',
  );
});

test("exports the rows it is given, in their order", () => {
  const table: Table = { name: "T", columns: [{ name: "a", type: "int" }], rows: [[1], [2], [3]] };
  expect(toCsv(table, [[3], [1]])).toBe("a\r\n3\r\n1\r\n");
});
