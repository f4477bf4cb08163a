// What a newcomer meets: six examples on the demo's data; each screen of Logs in both themes and three sizes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { look, mistakes, open, run, shot, stage } from "./browser.mjs";

const yagura = stage();

test("each of the six examples answers with rows", async () => {
  const { page, close } = await open(yagura);
  const examples = await (await page.request.get(`${yagura.credentials.http}/ui/examples.json`)).json();
  assert.equal(examples.length, 6);
  for (const [i, { title }] of examples.entries()) {
    if (i > 0) await page.getByRole("button", { name: "New query" }).click();
    await page.getByRole("button", { name: title }).click();
    const results = page.getByRole("region", { name: "Results" });
    await results.or(mistakes(page)).first().waitFor();
    assert.match(await results.getByRole("status").innerText(), /^[1-9][\d,]* rows? in/, title);
    await shot(page, `example-${i + 1}`);
  }
  await close();
});

test("tables are found, opened and inserted", async () => {
  const { page, close } = await open(yagura);
  const tables = page.getByRole("navigation", { name: "Tables" });
  await tables.getByRole("searchbox").fill("heartbeat");
  await tables.getByRole("treeitem", { name: /^Heartbeat/ }).click();
  await tables.getByRole("treeitem", { name: /^Computer\s*string/ }).click();
  await page.locator(".view-lines", { hasText: "Computer" }).waitFor();
  await close();
});

test("the page's own pieces can be reached by keyboard", async () => {
  const { page, close } = await open(yagura);
  await page.locator(".monaco-editor").first().waitFor();
  await page.keyboard.press("Control+M");
  const names = new Set();
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    names.add(await page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim()));
  }
  for (const wanted of ["Resize the editor", "Account and settings", "New query"]) assert.ok(names.has(wanted), `${wanted} in ${[...names].join(", ")}`);
  await close();
});

const chart = "AppRequests | summarize Requests = count() by bin(TimeGenerated, 15m), AppRoleName | render timechart";

test("every screen of Logs", async () => {
  const { page, close } = await open(yagura);
  await page.getByRole("heading", { name: "Ask your logs" }).waitFor();
  await page.locator(".monaco-editor").first().waitFor();
  await look(page, "welcome");

  await run(page, chart);
  await look(page, "chart");

  await page.getByRole("tab", { name: "Results" }).click();
  await page.locator(".ag-row").first().waitFor();
  await look(page, "results");

  await page.locator('.ag-row[row-index="1"] .ag-cell').nth(1).dblclick();
  await page.getByRole("region", { name: "Row details" }).waitFor();
  await look(page, "details");
  await page.getByRole("button", { name: "Close", exact: true }).click();

  await run(page, "AppRequests | where NoSuchColumn == 1");
  await look(page, "mistake");
  await close();
});

test("every menu and dialog of Logs", async () => {
  const { page, close } = await open(yagura);
  await run(page, "AppRequests | take 50");
  await page.locator(".ag-row").first().waitFor();
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const opened = async (name, role) => {
      await page.getByRole(role).first().waitFor();
      // A menu is where the focus is, not a part of the page that one looks for.
      await look(page, name, [width], role === "menu" ? ["region"] : []);
      await page.keyboard.press("Escape");
      await page.getByRole(role).first().waitFor({ state: "hidden" });
    };
    await page.getByRole("button", { name: /^Time range/ }).click();
    await opened("menu-range", "menu");
    await page.getByRole("button", { name: /^Time range/ }).click();
    await page.getByRole("menuitem", { name: "Custom…" }).click();
    await opened("custom-range", "dialog");
    await page.getByRole("button", { name: "Account and settings" }).click();
    await opened("menu-account", "menu");
    await page.getByRole("button", { name: "Export" }).click();
    await opened("menu-export", "menu");
    await page.locator('.ag-row[row-index="1"] .ag-cell').nth(1).click({ button: "right" });
    await opened("menu-value", "menu");
    await page.getByRole("columnheader").nth(1).click({ button: "right" });
    await opened("menu-column", "menu");
  }
  await close();
});

test("signing in", async () => {
  const { page, close } = await open(yagura, { signIn: false });
  await page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
  await look(page, "sign-in");
  await close();
});
