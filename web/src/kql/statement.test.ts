import { expect, test } from "vitest";
import { statementAt, statements } from "./statement";

const texts = (text: string) => statements(text).map((s) => s.text);

test("blank lines part statements", () => {
  expect(texts("A\n| take 1\n\nB\n  \n\nC\n")).toEqual(["A\n| take 1", "B", "C"]);
});

test("a let belongs to what uses it, a pipe goes on, a comment heads what follows", () => {
  expect(texts("let x = 1;\n\nT | where a == x")).toEqual(["let x = 1;\n\nT | where a == x"]);
  expect(texts("let x = 1; // one\n\nT")).toEqual(["let x = 1; // one\n\nT"]);
  expect(texts("T\n\n| take 1")).toEqual(["T\n\n| take 1"]);
  expect(texts("// about T\n\nT\n\nU")).toEqual(["// about T\n\nT", "U"]);
});

test("blank lines inside a string part nothing", () => {
  expect(texts("print ```a\n\nb```\n\nT")).toEqual(["print ```a\n\nb```", "T"]);
});

test("quotes in comments and slashes in strings", () => {
  expect(texts("// don't\nT\n\nU | where u has 'https://x'\n\nV")).toEqual(["// don't\nT", "U | where u has 'https://x'", "V"]);
});

test("the statement at the cursor", () => {
  const text = "A\n\nB\n\nC";
  expect(statementAt(text, 0)?.text).toBe("A");
  expect(statementAt(text, 2)?.text).toBe("A");
  expect(statementAt(text, 3)).toMatchObject({ text: "B", start: 3, end: 4, line: 3 });
  expect(statementAt(text, text.length)?.line).toBe(5);
  expect(statementAt("\n\nA", 0)?.text).toBe("A");
  expect(statementAt(" \n", 1)).toBeUndefined();
});
