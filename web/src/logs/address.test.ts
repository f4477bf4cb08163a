import { expect, test } from "vitest";
import { addressOf, queryOf, readAddress } from "./address";

test("a short query stands in the address as it is", async () => {
  const address = await addressOf("T | where a == '+&#ж'", "PT1H");
  expect(address).toEqual({ q: "T | where a == '+&#ж'", t: "PT1H" });
  expect(await queryOf(address)).toBe("T | where a == '+&#ж'");
});

test("a long one is compressed, and comes back", async () => {
  const query = Array.from({ length: 400 }, (_, i) => `| extend c${i} = ${i} // 櫓`).join("\n");
  const address = await addressOf(query, "query");
  expect(address.q).toBeUndefined();
  expect(address.z).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(address.z!.length).toBeLessThan(query.length / 2);
  expect(await queryOf(address)).toBe(query);
});

test("nothing to share", async () => {
  expect(await addressOf("  \n", "P1D")).toEqual({});
  expect(await queryOf({})).toBeUndefined();
});

test("an address that nobody made", async () => {
  expect(await queryOf({ z: "%%%" })).toBeUndefined();
  expect(await queryOf({ z: "AAAA" })).toBeUndefined();
  expect(readAddress({ q: "T", t: "<script>", x: "1", z: 5 })).toEqual({ q: "T" });
});
