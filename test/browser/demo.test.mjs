// What a newcomer meets: six examples on the demo's data; each screen in both themes and two sizes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, launch, mistakes, open, run, shot } from "./browser.mjs";
import { start } from "./server.mjs";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([start({ demo: true }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("each of the six examples answers with rows", async () => {
  const { page, close } = await open(browser, server.credentials);
  const examples = await (await page.request.get(`${server.credentials.http}/ui/examples.json`)).json();
  assert.equal(examples.length, 6);
  for (const [i, { title }] of examples.entries()) {
    if (i > 0) await page.getByRole("button", { name: "New query" }).click();
    await page.getByRole("button", { name: title }).click();
    const results = page.getByRole("region", { name: "Results" });
    await results.or(mistakes(page)).first().waitFor();
    assert.match(await results.getByRole("status").innerText(), /^[1-9][\d,]* rows? in/, title);
    await page.waitForTimeout(500);
    await shot(page, `example-${i + 1}`);
  }
  await close();
});

test("tables are found, opened and inserted", async () => {
  const { page, close } = await open(browser, server.credentials);
  const tables = page.getByRole("navigation", { name: "Tables" });
  await tables.getByRole("searchbox").fill("heartbeat");
  await tables.getByRole("treeitem", { name: /^Heartbeat/ }).click();
  await tables.getByRole("treeitem", { name: /^Computer\s*string/ }).click();
  await page.locator(".view-lines", { hasText: "Computer" }).waitFor();
  await close();
});

test("the page's own pieces can be reached by keyboard", async () => {
  const { page, close } = await open(browser, server.credentials);
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

for (const theme of ["light", "dark"]) {
  for (const [size, width, height] of [["wide", 1440, 900], ["narrow", 390, 844]]) {
    const name = `${theme}-${size}`;
    test(`every screen in ${theme}, ${width} px`, async () => {
      const { page, close } = await open(browser, server.credentials, { theme, width, height });
      await page.getByRole("heading", { name: "Ask your logs" }).waitFor();
      await page.locator(".monaco-editor").first().waitFor();
      await page.waitForTimeout(1000);
      await axe(page, "welcome");
      await shot(page, `${name}-welcome`);

      await run(page, chart);
      await page.waitForTimeout(1000);
      await axe(page, "chart");
      await shot(page, `${name}-chart`);

      await page.getByRole("tab", { name: "Results" }).click();
      await page.locator(".ag-row").first().waitFor();
      await axe(page, "results");
      await shot(page, `${name}-results`);

      await page.locator('.ag-row[row-index="1"] .ag-cell').nth(1).dblclick();
      await page.getByRole("region", { name: "Row details" }).waitFor();
      await axe(page, "details");
      await shot(page, `${name}-details`);
      await page.getByRole("button", { name: "Close", exact: true }).click();

      await run(page, "AppRequests | where NoSuchColumn == 1");
      await page.waitForTimeout(500);
      await axe(page, "mistake");
      await shot(page, `${name}-mistake`);

      await page.getByRole("button", { name: /^Time range/ }).click();
      await page.getByRole("menuitem", { name: "Custom…" }).click();
      await page.getByRole("dialog").waitFor();
      await page.waitForTimeout(400);
      await axe(page, "custom range");
      await shot(page, `${name}-range`);
      await page.keyboard.press("Escape");
      await close();

      const signedOut = await open(browser, server.credentials, { theme, width, height, signIn: false });
      await signedOut.page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
      await axe(signedOut.page, "sign-in");
      await shot(signedOut.page, `${name}-signin`);
      await signedOut.close();
    });
  }
}
