import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { roles } from "../i18n/roles.ja";

it("what Azure's roles are for is known in Japanese, and nothing else", () => {
  const known = JSON.parse(readFileSync(new URL("../../../control/roles.json", import.meta.url), "utf8")) as { description: string }[];
  expect(known.length).toBeGreaterThan(10);
  expect(Object.keys(roles).sort()).toEqual(known.map((r) => r.description).sort());
});
