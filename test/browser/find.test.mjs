// Finding one's way: the palette, the keyboard, languages, small and large windows.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, header, launch, open, run, shot } from "./browser.mjs";
import { start } from "./server.mjs";

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([start({ demo: true }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("everything is found by Ctrl+K: tables, columns, dashboards; all tables are searched", async () => {
  const { page, close } = await open(browser, server.credentials);
  await page.locator(".monaco-editor").first().waitFor();
  await page.keyboard.press("Control+K");
  await page.getByPlaceholder(/^A table/).fill("heartb");
  await page.getByRole("option", { name: /^Heartbeat/ }).first().waitFor();
  await axe(page, "palette");
  await shot(page, "palette");
  await page.getByRole("option", { name: /^Heartbeat/ }).first().click();
  await header(page, "Computer").waitFor();
  await page.keyboard.press("Control+K");
  await page.getByPlaceholder(/^A table/).fill("FailedScheduling");
  await page.keyboard.press("Enter");
  await header(page, "$table").waitFor();
  await page.keyboard.press("Control+K");
  await page.getByPlaceholder(/^A table/).fill("shop: req");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Shop: requests and failures" }).waitFor();
  await close();
});

test("the page speaks Japanese when it is told to, and remembers", async () => {
  const { page, close } = await open(browser, server.credentials);
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await page.getByRole("heading", { name: "ログに尋ねる" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "ja");
  await page.reload();
  await page.getByRole("button", { name: "実行" }).waitFor();
  await axe(page, "Japanese");
  await shot(page, "japanese");
  await close();
});

for (const [width, height] of [[360, 740], [3840, 2160]]) {
  test(`nothing is cut off at ${width} px`, async () => {
    const { page, close } = await open(browser, server.credentials, { width, height });
    await run(page, "AppRequests | summarize count() by bin(TimeGenerated, 1h) | render timechart");
    await page.waitForTimeout(800);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
    await axe(page, `${width}`);
    await shot(page, `width-${width}-logs`);
    await page.getByRole("link", { name: "Dashboards" }).click();
    await page.getByRole("link", { name: /^Shop/ }).click();
    await page.locator('[data-testid="chart"] canvas').first().waitFor();
    await page.waitForTimeout(1500);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
    await shot(page, `width-${width}-dashboard`);
    await close();
  });
}
