import { expect, test } from "vitest";
import { callAt, callAtEnd } from "./calls";

test.each<[string, string | undefined, number]>([
  ["T | where ", undefined, 0],
  ["print strcat(", "strcat", 0],
  ["print strcat ('a, (', ", "strcat", 1],
  ["print substring(tostring(x), 1, ", "substring", 2],
  ["print substring(tostring(", "tostring", 0],
  ["print f([1, 2, 3], ", "f", 1],
  ["print f([1, 2", undefined, 0],
  ["print (1, 2", "print", 1],
  ["print f(1) // g(\n, h(2, ", "h", 1],
  ["let a = f(1; print g(2, 3, ", "g", 2],
  ["print f(1))))) | extend g(", "g", 0],
])("%j", (text, name, argument) => {
  expect(callAtEnd(text)).toEqual(name === undefined ? undefined : { name, argument });
});

test("a call that is left open is not that of the statement below it", () => {
  const text = "print strcat(\n\nT | take bin(1, ";
  expect(callAt(text, text.length)).toEqual({ name: "bin", argument: 1 });
  expect(callAt(text, text.indexOf("take"))).toBeUndefined();
  expect(callAt(text, text.indexOf("(") + 1)).toEqual({ name: "strcat", argument: 0 });
});
