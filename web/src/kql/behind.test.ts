import { describe, expect, test } from "vitest";
import type { Table } from "../api/table";
import { rowsBehind } from "./behind";

const t0 = "2026-11-22T01:00:00Z";
const at = Date.parse(t0);

const counted: Table = {
  name: "T",
  columns: [
    { name: "TimeGenerated", type: "datetime" },
    { name: "Role", type: "string" },
    { name: "n", type: "long" },
  ],
  rows: [
    ["2026-11-22T00:00:00Z", 'a "b", c', 1],
    [t0, 'a "b", c', 2],
    [t0, "", 3],
  ],
};

describe("the rows behind a mark", () => {
  test("a stretch of time and a series", () => {
    expect(rowsBehind("T\n| where x == '| y'\n| summarize n = count() by bin(TimeGenerated, 1h), Role\n| render timechart", counted, { value: [at, 2], series: 'a "b", c' })).toBe(
      `T\n| where x == '| y'\n| where TimeGenerated >= datetime(${t0}) and TimeGenerated < datetime(${t0}) + 1h\n| where Role == "a \\"b\\", c"`,
    );
    expect(rowsBehind("T | summarize n = count() by bin(TimeGenerated, 1h), Role = tostring(Bag.role)", counted, { value: [at, 3], series: "(empty)" })).toContain("| where isempty(tostring(Bag.role))");
  });

  test("names of their own, other types, bars that lie on their side", () => {
    const byCode: Table = { name: "T", columns: [{ name: "Code", type: "int" }, { name: "n", type: "long" }], rows: [[-5, 7], [7, 3]] };
    expect(rowsBehind("T | summarize n = count() by Code | top 5 by n", byCode, { value: [3, "7"], series: "n" })).toBe("T\n| where Code == 7");
    expect(rowsBehind("T | summarize n = count() by Code = toint(S) | render piechart", byCode, { name: "-5" })).toBe("T\n| where toint(S) == int(-5)");
    expect(rowsBehind("let m = 5; T | where a > m | summarize n = count() by Code", byCode, { value: ["7", 3], series: "n" })).toBe("let m = 5; T | where a > m\n| where Code == 7");
  });

  test("a series that was made of arrays", () => {
    const made: Table = { name: "T", columns: [{ name: "Role", type: "string" }, { name: "n", type: "dynamic" }, { name: "TimeGenerated", type: "dynamic" }], rows: [["web", "[1, 2]", `["2026-11-22T00:00:00Z", "${t0}"]`]] };
    expect(rowsBehind("T | make-series n = count() on TimeGenerated step 1h by Role", made, { value: [at, 2], series: "web" })).toBe(
      `T\n| where Role == "web"\n| where TimeGenerated >= datetime(${t0}) and TimeGenerated < datetime(${t0}) + 1h`,
    );
  });

  test("none of what is not counted by what the mark shows", () => {
    for (const query of ["T | project TimeGenerated, Role, n", "T | summarize n = count() by Place", "print n = 1"]) {
      expect(rowsBehind(query, { ...counted, columns: counted.columns.slice(2), rows: [[1]] }, { value: [at, 1], series: "n" }), query).toBeUndefined();
    }
  });
});
