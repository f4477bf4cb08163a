import { expect, test } from "vitest";
import { filtersTime, isSpan, presets } from "./timespan";

test("ranges", () => {
  for (const { span } of presets) expect(isSpan(span)).toBe(true);
  for (const text of ["query", "PT90S", "P1DT12H", "2026-11-22T00:00:00Z/2026-11-23T00:00:00.000Z", "2026-11-22/2026-11-23"]) {
    expect(isSpan(text)).toBe(true);
  }
  for (const text of ["", "P", "PT", "1d", "a/b", "2026-11-22/", "2026-11-22/2026-11-23/x", "javascript:alert(1)"]) {
    expect(isSpan(text)).toBe(false);
  }
});

test("a query that bounds the time", () => {
  expect(filtersTime("T | where TimeGenerated > ago(1h)")).toBe(true);
  expect(filtersTime("T | where TimeGenerated between (a .. b)")).toBe(true);
  expect(filtersTime("T | where ago(1h) < TimeGenerated")).toBe(true);
  expect(filtersTime("requests | where timestamp >= ago(1d)")).toBe(true);
});

test("a query that does not", () => {
  expect(filtersTime("T | summarize count() by bin(TimeGenerated, 1h)")).toBe(false);
  expect(filtersTime("T // where TimeGenerated > ago(1h)")).toBe(false);
  expect(filtersTime('T | where Message has "TimeGenerated > 5"')).toBe(false);
});
