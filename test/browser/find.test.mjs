// Finding one's way: the palette, the keyboard, languages, small and large windows.

import assert from "node:assert/strict";
import { test } from "node:test";
import { axe, header, open, run, settle, shot, stage } from "./browser.mjs";

const yagura = stage();

test("everything is found by Ctrl+K: tables, columns, dashboards; all tables are searched", async () => {
  const { page, close } = await open(yagura);
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
  // The columns that have something in them come first.
  await page.locator(".ag-row").first().waitFor();
  const columns = await page.getByRole("columnheader").allInnerTexts();
  assert.deepEqual(columns.slice(0, 3).map((c) => c.trim()), ["#", "$table", "TimeGenerated"]);
  await page.keyboard.press("Control+K");
  await page.getByPlaceholder(/^A table/).fill("shop: req");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Shop: requests and failures" }).waitFor();
  await close();
});

test("the page speaks Japanese when it is told to, and remembers", async () => {
  const { page, close } = await open(yagura);
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await page.getByRole("heading", { name: "ログに尋ねる" }).waitFor();
  await page.getByRole("button", { name: /^Pod が Pending のままなのはなぜか/ }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "ja");
  await page.reload();
  await page.getByRole("button", { name: "実行" }).waitFor();
  await axe(page, "Japanese");
  await shot(page, "japanese");
  await close();
});

test("nothing is cut off at 360 px", async () => {
  const { page, close } = await open(yagura, { width: 360, height: 740 });
  await run(page, "AppRequests | summarize count() by bin(TimeGenerated, 1h) | render timechart");
  await settle(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
  await axe(page, "360");
  await shot(page, "width-360-logs");
  await page.getByRole("link", { name: "Dashboards" }).click();
  await page.getByRole("link", { name: /^Shop/ }).click();
  await page.locator('[data-testid="chart"] canvas').first().waitFor();
  await settle(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scrolling");
  await shot(page, "width-360-dashboard");
  await close();
});

test("a page that is drawn while its window changes is as wide and as dark as the window afterwards", async () => {
  const { page, close } = await open(yagura, { path: "/dashboards" });
  await page.getByRole("link", { name: /^Shop/ }).click();
  await page.locator('[data-testid="chart"] canvas').first().waitFor();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  // All is drawn at every moment, as when one answer comes after another.
  await page.getByRole("textbox", { name: "Title" }).evaluate((input) => {
    const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    let n = 0;
    globalThis.typing = setInterval(() => {
      set.call(input, `Shop ${n++}`);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  for (let i = 0; i < 8; i++) {
    const [width, colorScheme] = i % 2 ? [1440, "light"] : [390, "dark"];
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      ([scheme, stacked]) => {
        const all = document.querySelector(".react-grid-layout").clientWidth;
        const tiles = [...document.querySelectorAll(".react-grid-item")].map((e) => e.clientWidth);
        return document.documentElement.style.colorScheme === scheme && tiles.every((w) => Math.abs(w - all) < 2) === stacked;
      },
      [colorScheme, width === 390],
      { timeout: 10_000 },
    );
  }
  await page.evaluate(() => clearInterval(globalThis.typing));
  await close();
});

test("theme and times are as one chooses, whatever the system has", async () => {
  const { page, close } = await open(yagura);
  const choose = async (name) => {
    await page.getByRole("button", { name: "Account and settings" }).click();
    await page.getByRole("menuitemradio", { name }).first().click();
    await page.keyboard.press("Escape");
  };
  const theme = (wanted) => page.waitForFunction((w) => document.documentElement.style.colorScheme === w, wanted);
  await choose("Dark");
  await theme("dark");
  await page.reload();
  await theme("dark");
  await choose("Light");
  await theme("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await theme("light");
  await choose("As the system");
  await theme("dark");
  await choose(/^Local/);
  await choose(/^UTC/);
  await close();
});
