// Chromium, and what the tests do with the page again and again.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { startForAll } from "./server.mjs";

const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = join(import.meta.dirname, "shots");
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What a file of tests has: a server with the demo, which all files share when they run together, and a browser.
 * @returns {{credentials: {http: string, page: string}, browser: import("playwright-core").Browser, profile: import("playwright-core").BrowserContext}}
 */
export function stage() {
  const yagura = {};
  let server;
  before(async () => {
    [server, yagura.browser] = await Promise.all([shared ?? startForAll(), chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args })]);
    yagura.credentials = server.credentials;
    // One signed-in profile, whose cache keeps the page's code from test to test.
    yagura.profile = await newProfile(yagura.browser);
    const page = await yagura.profile.newPage();
    await page.goto(yagura.credentials.page);
    await page.getByRole("button", { name: "Account and settings" }).waitFor();
  });
  after(async () => {
    await yagura.browser?.close();
    await server?.stop?.();
  });
  return yagura;
}

const shared = process.env.YAGURA_SHARED && { credentials: JSON.parse(process.env.YAGURA_SHARED) };

// Motion is reduced, so that a picture is of what stays.
const newProfile = (browser) => browser.newContext({ permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true, reducedMotion: "reduce" });

/**
 * A page with nothing in its storage, signed in, that writes down what it should not do. One that does not
 * begin signed in has a profile of its own.
 */
export async function open({ browser, profile, credentials }, { width = 1440, height = 900, theme = "light", path = "/logs", signIn = true } = {}) {
  const context = signIn ? profile : await newProfile(browser);
  // What a failed test has left open would go on writing to the storage.
  if (signIn) await Promise.all(context.pages().map((p) => p.close()));
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  const wrongs = [];
  const origin = new URL(credentials.http).origin;
  const asked = (r) => {
    const url = new URL(r.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.origin !== origin) wrongs.push(`request to ${r.url()}`);
  };
  context.on("request", asked);
  page.on("pageerror", (e) => wrongs.push(`error: ${e.stack ?? e.message}`));
  page.on("console", (m) => {
    // A refused query is an error to the browser; the page shows it.
    if (["error", "warning"].includes(m.type()) && !/Failed to load resource/.test(m.text())) wrongs.push(`${m.type()}: ${m.text()}`);
  });
  page.on("dialog", (d) => {
    wrongs.push(`dialog: ${d.message()}`);
    void d.dismiss();
  });
  if (signIn) {
    await page.goto(`${origin}/healthz`);
    await page.evaluate(() => localStorage.clear());
  }
  await page.goto(origin + path);
  const well = () => assert.deepEqual(wrongs, []);
  return {
    page,
    context,
    origin,
    /** What the page did that it should not. */
    wrongs,
    /** Fails if the page did something that it should not. */
    well,
    /** Closes the page, and fails likewise. */
    close: async () => {
      await (signIn ? page.close() : context.close());
      context.off("request", asked);
      well();
    },
  };
}

/** A new tab of Logs on the page that tests of a file share: what loads the page once for all of them. */
export async function tab(yagura) {
  // After a test that has failed, or opened a page of its own, it is made anew.
  if (!yagura.shared || yagura.shared.page.isClosed() || yagura.shared.used) yagura.shared = await open(yagura);
  else await yagura.shared.page.getByRole("button", { name: "New query" }).click();
  const { shared } = yagura;
  shared.used = true;
  return {
    ...shared,
    close: async () => {
      shared.well();
      shared.used = false;
    },
  };
}

/** Waits until nothing is on its way and nothing moves. */
export const settle = (page) =>
  page.waitForFunction(
    () =>
      !document.querySelector('[aria-busy="true"], [role="progressbar"]') &&
      !document.getAnimations().some((a) => a.playState === "running" && a.effect?.getComputedTiming().endTime !== Infinity) &&
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
  );

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
  await settle(page);
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

// What two libraries do on purpose: Fluent's focus traps, which pass the focus on at once, its tooltips,
// which stand beside the landmarks and stay a moment after the mouse has gone, and the list of Monaco's
// closed completion window.
const exclude = ["[data-tabster-dummy]", "[role=tooltip]", ".suggest-widget:not(.visible)"];

/** Fails on what axe finds wrong with the page as it is, but for rules that are named. */
export async function axe(page, what, without = []) {
  await settle(page);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(([excluded, off]) => globalThis.axe.run({ exclude: excluded.map((e) => [e]) }, { resultTypes: ["violations"], preload: false, rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])) }), [exclude, without]);
  const told = violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `    ${n.html.slice(0, 200)}\n    ${n.failureSummary}`).join("\n")}`);
  assert.deepEqual(told, [], `axe, ${what}`);
}

/** Keeps a picture of the page as it is. */
export async function shot(page, name) {
  await mkdir(shots, { recursive: true });
  await settle(page);
  // Hiding the caret would take a style of its own, which the page does not let in.
  await page.screenshot({ path: join(shots, `${name}.png`), caret: "initial" });
}

const sizes = { 390: 844, 1440: 900, 3840: 2160 };

/**
 * Looks at a screen in both themes and at three widths, on one page whose theme and size change under it:
 * nothing sticks out, axe, a picture of each.
 */
export async function look(page, name, widths = [390, 1440, 3840], without = []) {
  // What comes under the mouse in another window would tell of itself.
  await page.mouse.move(0, 0);
  const [before, { width, height }] = [await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches), page.viewportSize()];
  for (const w of widths) {
    await page.setViewportSize({ width: w, height: sizes[w] });
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      // The page hears of it a moment later, and then colours move.
      await page.waitForFunction((dark) => ["", dark ? "dark" : "light"].includes(document.documentElement.style.colorScheme), theme === "dark");
      await settle(page);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= w, `${name} is wider than ${w}`);
      // The widest screen has what the wide one has, in the same colours.
      if (w < 3840 || theme === "light") await axe(page, `${name}, ${w}, ${theme}`, without);
      await shot(page, `${name}-${w}-${theme}`);
    }
  }
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: before ? "dark" : "light" });
}

/**
 * Scrolls a grid for 120 frames, and tells how long they took, and how much of that the page worked: the
 * rest is other processes' on a machine that is busy.
 */
export async function scrollFrames(page, by) {
  await page.context().browser().startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
  const times = await page.locator(".ag-body-viewport").evaluate(async (element, by) => {
    const times = [];
    for (let i = 0, last = performance.now(); i < 120; i++) {
      performance.mark("yagura-frame");
      element.scrollTop += by;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times;
  }, by);
  const { traceEvents } = JSON.parse(await page.context().browser().stopTracing());
  const marks = traceEvents.filter((e) => e.name === "yagura-frame").sort((a, b) => a.ts - b.ts);
  assert.equal(marks.length, times.length, "the trace has all frames");
  const work = new Array(marks.length).fill(0);
  let [frame, end] = [-1, 0];
  for (const e of traceEvents.filter((e) => e.ph === "X" && e.tid === marks[0].tid && e.pid === marks[0].pid && e.tdur !== undefined).sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (e.ts < end) continue; // a part of the task before
    end = e.ts + e.dur;
    while (frame + 1 < marks.length && marks[frame + 1].ts <= e.ts) frame++;
    if (frame >= 0) work[frame] += e.tdur / 1000;
  }
  assert.ok(Math.max(...work) > 0, "the trace has the work of frames");
  const told = (values) => `${[...values].sort((a, b) => a - b)[60].toFixed(0)} ms, slowest ${Math.max(...values).toFixed(0)} ms`;
  return `median frame ${told(times)}; its own work: ${told(work)}`;
}
