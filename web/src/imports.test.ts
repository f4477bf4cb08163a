import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = import.meta.dirname;

/** The files of the page that a file imports: at once or later, values or types. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const named = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((m) => join(dirname(file), m[1]!));
  return named.flatMap((path) => ["", ".ts", ".tsx", "/index.ts"].map((end) => path + end).find((f) => /\.tsx?$/.test(f) && existsSync(join(root, f))) ?? []);
}

/** The files of each circle of imports, as they import each other. */
function circles(files: string[]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, above: string[]) => {
    const at = above.indexOf(file);
    if (at >= 0) found.push([...above.slice(at), file].join(" > "));
    if (at >= 0 || done.has(file)) return;
    for (const next of importsOf(file)) walk(next, [...above, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return found;
}

test("no file imports itself by way of others", () => {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  expect(files.reduce((sum, file) => sum + importsOf(file).length, 0)).toBeGreaterThan(files.length);
  expect(circles(files)).toEqual([]);
});
