import { describe, expect, test } from "vitest";
import type { Cell, ColumnType } from "../api/table";
import { addFilter, compareTo, quoteName, quoteString } from "./quote";

test("names", () => {
  expect(quoteName("TimeGenerated")).toBe("TimeGenerated");
  expect(quoteName("_ResourceId")).toBe("_ResourceId");
  expect(quoteName("a b")).toBe('["a b"]');
  expect(quoteName("a\"]b")).toBe('["a\\"]b"]');
  expect(quoteName("0th")).toBe('["0th"]');
  expect(quoteName("order")).toBe('["order"]');
});

test("strings", () => {
  expect(quoteString('C:\\x "y"\n\u0007')).toBe('"C:\\\\x \\"y\\"\\n\\u0007"');
});

describe("a value as a predicate", () => {
  const cases: [ColumnType, Cell, string][] = [
    ["string", "it's", 'c == "it\'s"'],
    ["string", "", "isempty(c)"],
    ["string", null, "isempty(c)"],
    ["long", 9223372036854775807n, "c == 9223372036854775807"],
    ["int", -5, "c == int(-5)"],
    ["real", 0.5, "c == 0.5"],
    ["real", 1e-9, "c == real(1e-9)"],
    ["real", "NaN", "isnan(c)"],
    ["real", "-Infinity", "c == real(-inf)"],
    ["bool", true, "c == true"],
    ["datetime", "2026-11-23T06:00:00.1234567Z", "c == datetime(2026-11-23T06:00:00.1234567Z)"],
    ["timespan", "00:00:01", "c == timespan(00:00:01)"],
    ["guid", "11111111-2222-4333-8444-555555555555", "c == guid(11111111-2222-4333-8444-555555555555)"],
    ["decimal", "12.50", "c == decimal(12.50)"],
    ["dynamic", '{"a":1}', 'tostring(c) == "{\\"a\\":1}"'],
    ["long", null, "isnull(c)"],
  ];
  test.each(cases)("%s %s", (type, value, text) => expect(compareTo("c", type, value, true)).toBe(text));

  test("dropped", () => {
    expect(compareTo("c", "string", "a", false)).toBe('c != "a"');
    expect(compareTo("c", "long", null, false)).toBe("isnotnull(c)");
    expect(compareTo("c", "real", "NaN", false)).toBe("not(isnan(c))");
    expect(compareTo(quoteName("a b"), "string", "", false)).toBe('isnotempty(["a b"])');
  });
});

test("a filter goes to the end, but before render", () => {
  expect(addFilter("T", "a == 1")).toBe("T\n| where a == 1");
  expect(addFilter("T | take 5;  ", "a == 1")).toBe("T | take 5\n| where a == 1");
  expect(addFilter("T // all", "a == 1")).toBe("T // all\n| where a == 1");
  expect(addFilter("T\n| summarize count() by a\n| render piechart with (title='a')", "a == 1")).toBe(
    "T\n| summarize count() by a\n| where a == 1\n| render piechart with (title='a')",
  );
  expect(addFilter("T | render timechart", "a == 1")).toBe("T\n| where a == 1\n| render timechart");
  expect(addFilter("T | where b == '| render x'", "a == 1")).toBe("T | where b == '| render x'\n| where a == 1");
  expect(addFilter("T; // | render x", "a == 1")).toBe("T // | render x\n| where a == 1");
  expect(addFilter("T // all\n| render timechart", "a == 1")).toBe("T // all\n| where a == 1\n| render timechart");
});
