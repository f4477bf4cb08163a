import { expect, test } from "vitest";
import { statements } from "../kql/statement";
import { marksOf } from "./useMistakes";

test("a mistake of a statement stands at its place in the whole text, once", () => {
  const text = "print 1\n\n  print x\n| where y";
  const second = statements(text)[1]!;
  const twice = { code: "SEM0100", message: "no x", place: { line: 1, column: 6, token: "x" } };
  expect(marksOf(text, second, [twice, { code: "", message: "outer" }, twice, { code: "", message: "no y", place: { line: 2, column: 8 } }])).toEqual([
    { line: 3, column: 8, length: 1, message: "no x" },
    { line: 4, column: 8, length: 1, message: "no y" },
  ]);
});
