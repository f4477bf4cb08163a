import { expect, test } from "vitest";
import { problemsOf } from "./http";

test("the innermost error comes first, with its place", () => {
  const problems = problemsOf({
    code: "BadArgumentError",
    message: "The request had some invalid properties",
    innererror: {
      code: "SemanticError",
      message: "A semantic error occurred.",
      innererror: { code: "SEM0100", message: "no column named 'x'", line: 2, pos: 9, token: "x", hint: "is it y?" },
    },
  });
  expect(problems.map((p) => p.code)).toEqual(["SEM0100", "SemanticError", "BadArgumentError"]);
  expect(problems[0]!.place).toEqual({ line: 2, column: 8, token: "x" });
  expect(problems[0]!.hint).toBe("is it y?");
});

test("details are problems too", () => {
  expect(problemsOf({ code: "PartialError", message: "cut", details: [{ code: "E1", message: "too many rows" }] }).map((p) => p.code)).toEqual(["E1", "PartialError"]);
});
