import { expect, test } from "vitest";
import type { Metadata } from "../api/metadata";
import { find, queryOf } from "./find";

const metadata = {
  tables: [
    { id: "1", name: "AppRequests", hasData: true, columns: [{ name: "Name", type: "string" }] },
    { id: "2", name: "Names", hasData: false, columns: [{ name: "Name2", type: "string" }] },
  ],
  functions: [{ id: "3", name: "MyNames", body: "" }],
  queries: [{ id: "4", displayName: "All names", body: "Names" }],
} as unknown as Metadata;
const places = { commands: ["Logs"], dashboards: [], metadata, history: [{ query: "Names | count", span: "P1D", at: 5 }] };

test("tables, columns with rows, functions and history are found; all tables can be searched", () => {
  expect(find("name", places).map((f) => f.key)).toEqual(["search/all", "table/Names", "function/MyNames", "query/4", "column/AppRequests/Name", "history/5"]);
  expect(find("", places).map((f) => f.group)).toEqual(["command", "history", "account"]);
  expect(find("sign", places).map((f) => f.group)).toEqual(["search", "account"]);
});

test("what was found is a query, quoted", () => {
  const [search] = find('na"me', places);
  expect(queryOf(search!, 'na"me', places)!.query).toBe('search "na\\"me"\n| take 500');
  const column = find("name", places).find((f) => f.group === "column")!;
  expect(queryOf(column, "name", places)!.query).toBe("AppRequests\n| summarize count() by Name\n| top 100 by count_");
  const past = find("count", places).find((f) => f.group === "history")!;
  expect(queryOf(past, "count", places)).toEqual(places.history[0]);
});
