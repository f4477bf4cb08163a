import { expect, test } from "vitest";
import { follow, noTail, tailQuery } from "./tail";

test("a followed query asks for its newest rows, before what it renders", () => {
  expect(tailQuery("T | where a == '| render'\n| render timechart;")).toBe("T | where a == '| render'\n| top 5000 by TimeGenerated desc");
});

test("only rows that were not there before come on top", () => {
  const columns = [{ name: "n", type: "long" as const }];
  const first = follow(noTail, { name: "T", columns, rows: [[2], [1]] });
  const second = follow(first, { name: "T", columns, rows: [[4], [3], [2]] });
  expect(second.table!.rows).toEqual([[4], [3], [2], [1]]);
  expect(follow(second, { name: "T", columns, rows: [[4], [3]] })).toBe(second);
});
