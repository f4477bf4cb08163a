import { describe, expect, it } from "vitest";
import { columnsOf, type Rule, rowsOf, ruleOf, tableOf, textOf, withTransform } from "./rule";

const rule: Rule = {
  id: "/x",
  name: "x",
  type: "t",
  etag: '"1"',
  properties: {
    streamDeclarations: { "Custom-App": { columns: [{ name: "A", type: "string" }] } },
    dataFlows: [{ streams: ["Custom-App"], transformKql: "source" }, { streams: ["Microsoft-Syslog"] }],
  },
};

describe("a rule's text", () => {
  it("is read back, without its version", () => {
    const { etag, ...rest } = rule;
    expect(etag).toBeDefined();
    expect(ruleOf(textOf(rule))).toEqual(rest);
  });
  it("is an error if it is no rule", () => {
    for (const text of ["{", "null", "1", '{"properties":1}', '{"properties":{"dataFlows":{}}}']) expect(ruleOf(text)).toBeInstanceOf(Error);
  });
  it("takes another transform in one flow", () => {
    const changed = ruleOf(withTransform(textOf(rule), 1, "source | take 1")) as Rule;
    expect(changed.properties.dataFlows?.map((f) => f.transformKql)).toEqual(["source", "source | take 1"]);
    expect(withTransform("{", 0, "x")).toBe("{");
  });
  it("knows a flow's columns and table", () => {
    const [own, azure] = rule.properties.dataFlows!;
    expect(columnsOf(rule, own!)).toEqual([{ name: "A", type: "string" }]);
    expect(columnsOf(rule, azure!)).toEqual([]);
    expect(tableOf({ outputStream: "Custom-App_CL" })).toBe("App_CL");
    expect(tableOf({ streams: ["Microsoft-Table-Syslog"] })).toBe("Syslog");
    expect(tableOf(azure!)).toBe("Syslog");
  });
});

describe("pasted rows", () => {
  it("are an array, an object, or lines", () => {
    expect(rowsOf("")).toEqual([]);
    expect(rowsOf('[{"a":1}]')).toEqual([{ a: 1 }]);
    expect(rowsOf('{"a":1}')).toEqual([{ a: 1 }]);
    expect(rowsOf('{"a":1}\n\n{"a":2}')).toEqual([{ a: 1 }, { a: 2 }]);
  });
  it("are an error otherwise", () => {
    for (const text of ["[1]", "x", '{"a":1}\nx', "[[]]", "null"]) expect(rowsOf(text)).toBeInstanceOf(Error);
  });
});
