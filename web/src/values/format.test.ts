import { describe, expect, test } from "vitest";
import { compareCells, dynamicValue, formatBytes, formatCell, formatElapsed, formatTime, oneLine, timespanSeconds, toNumber, visible } from "./format";

describe("datetimes", () => {
  test.each([
    ["2026-11-23T06:00:00Z", "2026-11-23 06:00:00.000"],
    ["2026-11-23T06:00:00.5Z", "2026-11-23 06:00:00.500"],
    ["2026-11-23T06:00:00.1234567Z", "2026-11-23 06:00:00.1234567"],
    ["2026-11-23T06:00:00.1234Z", "2026-11-23 06:00:00.1234000"],
    ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00.000"],
    ["9999-12-31T23:59:59.9999999Z", "9999-12-31 23:59:59.9999999"],
    ["not a time", "not a time"],
  ])("%s in UTC", (wire, text) => expect(formatTime(wire, "utc")).toBe(text));

  test("local time keeps all decimals and moves by the zone's offset", () => {
    const local = formatTime("2026-11-23T06:00:00.1234567Z", "local");
    expect(local.endsWith(".1234567")).toBe(true);
    expect(Date.parse(local.slice(0, 19).replace(" ", "T"))).toBe(Date.parse("2026-11-23T06:00:00Z"));
  });

  test("order is that of time, whatever the decimals", () => {
    const times = ["2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00Z", null, "2026-01-01T00:00:00.0000001Z", "2025-12-31T23:59:59.9999999Z"];
    expect(times.sort((a, b) => compareCells(a, b, "datetime"))).toEqual([
      null,
      "2025-12-31T23:59:59.9999999Z",
      "2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00.0000001Z",
      "2026-01-01T00:00:00.1Z",
    ]);
  });
});

describe("numbers", () => {
  test.each([
    [1234.56789, "1,234.5679"],
    [0.000123456, "0.00012346"],
    [0, "0"],
    [1e-9, "1.0000e-9"],
    ["NaN", "NaN"],
  ])("real %s", (value, text) => expect(formatCell(value, "real", "utc")).toBe(text));

  test("ids are not grouped", () => {
    expect(formatCell(8443, "int", "utc")).toBe("8443");
    expect(formatCell(9223372036854775807n, "long", "utc")).toBe("9223372036854775807");
  });

  test("bigint and number sort together", () => {
    expect([9223372036854775807n, 5, -1, 9223372036854775806n].sort((a, b) => compareCells(a, b, "long"))).toEqual([
      -1,
      5,
      9223372036854775806n,
      9223372036854775807n,
    ]);
  });

  test("what has no place on an axis is null", () => {
    expect(toNumber(null, "real")).toBeNull();
    expect(toNumber("NaN", "real")).toBeNull();
    expect(toNumber("Infinity", "real")).toBeNull();
    expect(toNumber("12.5", "decimal")).toBe(12.5);
    expect(toNumber(true, "bool")).toBe(1);
  });
});

test.each([
  ["00:00:01.5", 1.5],
  ["1.02:03:04", 93784],
  ["-00:01:00", -60],
  ["1h", null],
])("timespan %s", (text, seconds) => expect(timespanSeconds(text)).toBe(seconds));

test("control and direction characters are shown and do nothing", () => {
  expect(visible("a\u001b[31mb\u202ec\u0000")).toBe("a␛[31mb⟨202E⟩c␀");
  expect(oneLine("a\r\nb\tc", 99)).toBe("a ↵ b c");
  expect(oneLine("x".repeat(500), 10)).toBe(`${"x".repeat(10)}…`);
});

test("a dynamic cell is JSON text, or a bare string", () => {
  expect(dynamicValue('{"a":[1,2]}')).toEqual({ a: [1, 2] });
  expect(dynamicValue("plain words")).toBe("plain words");
  expect(dynamicValue(null)).toBeNull();
});

test.each([
  [12.4, "12 ms"],
  [1234, "1.23 s"],
  [61_000, "1 min 1 s"],
])("%s ms", (ms, text) => expect(formatElapsed(ms)).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [16_220, "16.22 KB"],
  [104_857_600, "104.86 MB"],
])("%s bytes", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
