import { expect, test } from "vitest";
import { parseJson, printJson } from "./json";

test("integers keep their digits", () => {
  expect(parseJson('[9223372036854775807, -9223372036854775808, 9007199254740991, 1.0000000000000001, "1234567890123456789"]')).toEqual([
    9223372036854775807n,
    -9223372036854775808n,
    9007199254740991,
    1,
    "1234567890123456789",
  ]);
});

test.each(["9007199254740993", "-9007199254740993", "[9007199254740993]", "[1,9007199254740993]", '{"a":9007199254740993}', "[\n9007199254740993]"])("wherever they stand: %s", (text) => {
  expect(printJson(parseJson(text)).replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
});

test("what was parsed prints as it was", () => {
  const text = '{"a":9223372036854775807,"b":[1,null,true,"x\\"y"],"c":{},"d":[]}';
  expect(printJson(parseJson(text))).toBe(text);
  expect(JSON.parse(printJson({ a: [1, { b: null }] }, 2))).toEqual({ a: [1, { b: null }] });
});

test("text that is no JSON is an error", () => {
  expect(() => parseJson("{")).toThrow(SyntaxError);
  expect(() => parseJson("12345678901234567890 x")).toThrow(SyntaxError);
});
