// Chromium, and what the tests do with the page again and again.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = join(import.meta.dirname, "shots");
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });

/**
 * A page in a browser profile of its own, signed in, that writes down what it should not do.
 * @param {import("playwright-core").Browser} browser
 * @param {{http: string, page: string}} credentials
 */
export async function open(browser, credentials, { width = 1440, height = 900, theme = "light", path = "/logs", signIn = true } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    permissions: ["clipboard-read", "clipboard-write"],
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const wrongs = [];
  const origin = new URL(credentials.http).origin;
  context.on("request", (r) => {
    const url = new URL(r.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) wrongs.push(`request to ${r.url()}`);
  });
  page.on("pageerror", (e) => wrongs.push(`error: ${e.stack ?? e.message}`));
  page.on("console", (m) => {
    // A refused query is an error to the browser; the page shows it.
    if (["error", "warning"].includes(m.type()) && !/Failed to load resource/.test(m.text())) wrongs.push(`${m.type()}: ${m.text()}`);
  });
  page.on("dialog", (d) => {
    wrongs.push(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  if (signIn) await page.goto(credentials.page);
  await page.goto(origin + path);
  return {
    page,
    context,
    origin,
    /** Closes the page, and fails if it did something that it should not. */
    close: async () => {
      await context.close();
      assert.deepEqual(wrongs, []);
    },
  };
}

/** Replaces the editor's text, pasting: the editor closes brackets and quotes by itself as one types. */
export async function write(page, text) {
  const editor = page.locator(".monaco-editor").first();
  await editor.waitFor();
  await editor.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.evaluate((t) => navigator.clipboard.writeText(t), text);
  if (text !== "") await page.keyboard.press("Control+V");
  // The page keeps its texts in the browser's storage: it has this one when it is there.
  await page.waitForFunction((t) => {
    const { tabs, activeId } = JSON.parse(localStorage.getItem("yagura.logs") ?? '{"state":{"tabs":[]}}').state;
    return (tabs.find((tab) => tab.id === activeId)?.text ?? "") === t;
  }, text);
}

/** What the page says of a query that was not answered. */
export const mistakes = (page) => page.getByTestId("results").getByRole("alert");

/** Pastes a query and runs it with Shift+Enter; returns when its answer is there. */
export async function run(page, text) {
  await write(page, text);
  const answered = page.waitForResponse((r) => r.url().endsWith("/query") && r.request().method() === "POST");
  await page.keyboard.press("Shift+Enter");
  await answered;
  await page.getByRole("region", { name: "Results" }).or(mistakes(page)).first().waitFor();
}

/** A grid column's header, by its name. */
export const header = (page, name) => page.getByRole("columnheader").filter({ has: page.getByText(name, { exact: true }) });

/** The text of a grid cell: row from 0, column by name. */
export async function cell(page, row, column) {
  const id = await header(page, column).getAttribute("col-id");
  return page.locator(`.ag-row[row-index="${row}"] .ag-cell[col-id="${id}"]`).innerText();
}

/** Waits until the chart has drawn, and returns how many different colours it has. */
export async function chartColours(page) {
  await page.locator('[data-testid="chart"] canvas').first().waitFor();
  await page.waitForTimeout(600);
  return page.evaluate(() => {
    const canvas = document.querySelector('[data-testid="chart"] canvas');
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const counts = new Map();
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = data.subarray(i, i + 4);
      if (a > 150 && Math.max(r, g, b) - Math.min(r, g, b) > 40) counts.set((r << 16) | (g << 8) | b, (counts.get((r << 16) | (g << 8) | b) ?? 0) + 1);
    }
    return [...counts.values()].filter((n) => n > 30).length;
  });
}

// What two libraries do on purpose: Fluent's focus traps, which pass the focus on at once, and the
// list of Monaco's closed completion window.
const exclude = ["[data-tabster-dummy]", ".suggest-widget:not(.visible)"];

/** Fails on what axe finds wrong with the page as it is. */
export async function axe(page, what) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate((excluded) => globalThis.axe.run({ exclude: excluded.map((e) => [e]) }, { resultTypes: ["violations"] }), exclude);
  const told = violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.html.slice(0, 200)}\n    ${n.failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], `axe, ${what}`);
}

/** Keeps a picture of the page as it is. */
export async function shot(page, name) {
  await mkdir(shots, { recursive: true });
  // Hiding the caret would take a style of its own, which the page does not let in.
  await page.screenshot({ path: join(shots, `${name}.png`), caret: "initial" });
}
