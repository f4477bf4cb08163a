import { expect, test } from "vitest";
import { engineSchema, parameters } from "./schema";

test("parameters with and without defaults", () => {
  expect(parameters('limit:real = 1000, name: string="a, b", t:datetime')).toEqual([
    { name: "limit", type: "real", cslType: "real", cslDefaultValue: "1000" },
    { name: "name", type: "string", cslType: "string", cslDefaultValue: '"a, b"' },
    { name: "t", type: "datetime", cslType: "datetime" },
  ]);
  expect(parameters("")).toEqual([]);
});

test("tables and functions become one database", () => {
  const schema = engineSchema("shop", {
    tables: [{ id: "t", name: "T", hasData: true, columns: [{ name: "a", type: "long", description: "an a" }] }],
    externalTables: [{ id: "e", name: "E", hasData: false, columns: [{ name: "b", type: "string" }] }],
    materializedViews: [{ id: "v", name: "V", hasData: false, columns: [{ name: "c", type: "real" }] }],
    entityGroups: [{ id: "g", name: "G", entities: ["cluster('a').database('b')"] }],
    functions: [{ id: "f", name: "F", body: "T | take 1" }],
    queries: [],
  });
  expect(schema.database).toMatchObject({
    name: "shop",
    tables: [
      { name: "T", entityType: "Table", columns: [{ name: "a", type: "long", docstring: "an a" }] },
      { name: "E", entityType: "ExternalTable", columns: [{ name: "b", type: "string" }] },
      { name: "V", entityType: "MaterializedViewTable", columns: [{ name: "c", type: "real" }] },
    ],
    entityGroups: [{ name: "G", members: ["cluster('a').database('b')"] }],
    functions: [{ name: "F", body: "{ T | take 1 }", inputParameters: [] }],
  });
});
