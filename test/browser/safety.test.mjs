// Signing in, and values that would like to be more than text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, chartColours, header, open, run, settle, stage, tab } from "./browser.mjs";

const yagura = stage();

test("nobody gets in without signing in; a wrong secret is refused; sign-out ends it", async () => {
  const { page, close } = await open(yagura, { signIn: false });
  await page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
  await page.getByLabel("Client id").fill(yagura.credentials.clientId);
  await page.getByLabel("Client secret").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("do not belong together").waitFor();
  await page.getByLabel("Client secret").fill(yagura.credentials.clientSecret);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Run" }).waitFor();
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
  await close();
});

test("the session is out of reach of scripts and of other sites", async () => {
  const { page, context, origin, close } = await open(yagura);
  const cookies = await context.cookies();
  assert.ok(cookies.length > 0);
  for (const c of cookies) assert.deepEqual([c.httpOnly, c.sameSite], [true, "Strict"]);
  const status = await page.evaluate(
    async ([url]) => (await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"query":"print 1"}' })).status,
    [`${origin}/v1/workspaces/${yagura.credentials.workspaceId}/query`],
  );
  assert.equal(status, 401, "a POST without our header is not the page's");
  await close();
});

test("the sign-in address leaves no key behind", async () => {
  const { page, close } = await open(yagura);
  await page.goto(yagura.credentials.page);
  await page.getByRole("button", { name: "Run" }).waitFor();
  assert.doesNotMatch(page.url(), /signin/);
  await close();
});

test("shared addresses hold no secret, and open nothing to who is not signed in", async () => {
  const { page, context, origin, close } = await open(yagura, { signIn: false });
  await page.getByLabel("Client id").fill(yagura.credentials.clientId);
  await page.getByLabel("Client secret").fill(yagura.credentials.clientSecret);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Run" }).waitFor();
  const secrets = [yagura.credentials.clientSecret, yagura.credentials.sharedKey, new URL(yagura.credentials.page).searchParams.get("signin"), ...(await context.cookies()).map((c) => c.value)];
  assert.ok(secrets.length > 3 && secrets.every((s) => s.length > 20));
  const holds = (text) => secrets.some((s) => text.includes(s) || text.includes(encodeURIComponent(s)));
  const shared = [];
  const share = async (button) => {
    await page.getByRole("button", { name: button }).click();
    await page.getByText(/copied/).first().waitFor();
    const address = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(address.startsWith(`${origin}/`), address);
    assert.ok(!holds(address) && !holds(page.url()), `${address} holds no secret`);
    shared.push(address);
  };

  await run(page, "print shared = 1");
  await share("Copy a link to this query");
  await page.goto(`${origin}/dashboards`);
  await page.getByRole("link", { name: /^Shop/ }).click();
  await page.locator('[data-testid="chart"] canvas').first().waitFor();
  await share("Copy a link to this dashboard");
  await page.goto(`${origin}/advise?example=shop`);
  await page.getByText("About the rule pdb-blocks-drain").waitFor();
  await share("Copy a link to this view");
  await page.goto(`${origin}/manage/keys`);
  await page.getByRole("button", { name: "Read the keys" }).click();
  await page.getByRole("button", { name: "Show Primary key" }).click();
  await page.getByText(yagura.credentials.sharedKey).waitFor();
  assert.ok(!holds(page.url()), "keys that are read are in no address");
  assert.ok(!holds(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]))), "nor does the browser keep them");
  shared.push(page.url());
  await close();

  for (const address of shared) {
    const { page: other, context: theirs, close: leave } = await open(yagura, { signIn: false, path: address.slice(origin.length) });
    const signIn = other.getByRole("heading", { name: "Sign in to Yagura" });
    await signIn.waitFor();
    const answers = [];
    theirs.on("response", (r) => answers.push(r));
    await other.reload();
    await signIn.waitFor();
    await settle(other);
    assert.equal(await theirs.cookies().then((c) => c.length), 0);
    // Asked anew: the browser forgets the bodies of a page that is left, and a late answer may be of one.
    assert.deepEqual({ ...(await other.evaluate(() => fetch("/ui/session").then((r) => r.json()))), version: "" }, { signedIn: false, version: "" });
    for (const r of answers) {
      const { pathname } = new URL(r.url());
      if (pathname !== "/ui/session") assert.ok(r.status() !== 200 || r.request().isNavigationRequest() || /^\/(assets\/|favicon)/.test(pathname), `${r.url()} of ${address} answers ${r.status()}`);
    }
    assert.ok(!holds(await other.content()));
    await leave();
  }
});

test("no style that stands in markup is applied, and the nonce is another each time", async () => {
  const context = await yagura.browser.newContext();
  const page = await context.newPage();
  const policies = [];
  for (let i = 0; i < 2; i++) policies.push((await page.goto(yagura.credentials.http)).headers()["content-security-policy"]);
  const nonces = policies.map((p) => /style-src 'self' 'nonce-([A-Z0-9]{20,})';/.exec(p)?.[1]);
  assert.ok(nonces[0] && nonces[1] && nonces[0] !== nonces[1], policies.join("\n"));
  assert.doesNotMatch(policies[0], /unsafe/);
  const seen = await page.evaluate(async () => {
    const refused = [];
    document.addEventListener("securitypolicyviolation", (e) => refused.push(e.effectiveDirective));
    document.body.insertAdjacentHTML("beforeend", '<p style="color: rgb(1, 2, 3)">a</p><style>p { color: rgb(1, 2, 3) }</style>');
    await new Promise((done) => setTimeout(done, 100));
    return { refused: refused.sort(), colour: getComputedStyle(document.querySelector("p")).color, hidden: document.querySelector("script[nonce]").getAttribute("nonce") };
  });
  assert.deepEqual([...new Set(seen.refused)], ["style-src-attr", "style-src-elem"]);
  assert.notEqual(seen.colour, "rgb(1, 2, 3)");
  assert.equal(seen.hidden, "");
  await context.close();
});

const script = "<img src=x onerror=alert(1)><script>alert(2)</script>";

test("markup in values is text in the grid and in the details", async () => {
  const { page, close } = await tab(yagura);
  await run(page, `print Text = '${script}', Bag = dynamic({"<b>k</b>": "<img src=x onerror=alert(3)>"}), Odd = 'a\\u202eb\\u001b[31m'`);
  assert.equal(await cell(page, 0, "Text"), script);
  assert.equal(await cell(page, 0, "Odd"), "a⟨202E⟩b␛[31m");
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(1).dblclick();
  await page.getByRole("region", { name: "Row details" }).getByText("<img src=x onerror=alert(3)>").waitFor();
  await close();
});

test("markup in column and series names is text in headers, charts and tooltips", async () => {
  const { page, close } = await tab(yagura);
  await run(
    page,
    `range i from 1 to 20 step 1 | extend T = datetime(2026-11-22) + i * 1h, Name = iff(i % 2 == 0, '${script}', 'plain')
| project T, Name, ['<img src=y onerror=alert(4)>'] = i | render timechart with (title='${script}')`,
  );
  assert.ok((await chartColours(page)) >= 2);
  const box = await page.locator('[data-testid="chart"]').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await settle(page);
  assert.equal(await page.locator('[data-testid="chart"] img').count(), 0);
  await page.getByRole("tab", { name: "Results" }).click();
  await header(page, "<img src=y onerror=alert(4)>").waitFor();
  await close();
});

test("a text of ten megabytes is cut in the grid and whole in the details, without the page standing still", async (t) => {
  const { page, close } = await tab(yagura);
  await run(page, "print Text = strcat_array(repeat('0123456789', 1000000), ''), Bag = bag_pack('long', strcat_array(repeat('x', 100000), ''))");
  assert.equal((await cell(page, 0, "Text")).length, 301);
  await page.evaluate(() => {
    globalThis.longest = 0;
    let last = performance.now();
    const next = (now) => {
      globalThis.longest = Math.max(globalThis.longest, now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await page.locator('.ag-row[row-index="0"] .ag-cell').nth(1).dblclick();
  const details = page.getByRole("region", { name: "Row details" });
  await page.getByRole("button", { name: "Show all 10,000,000 characters" }).click();
  await settle(page);
  await details.locator("dl").evaluate((e) => (e.scrollTop = e.scrollHeight / 3));
  await settle(page);
  t.diagnostic(`longest frame with ten megabytes: ${(await page.evaluate(() => globalThis.longest)).toFixed(0)} ms`);
  assert.equal((await details.locator("dd").first().textContent()).length, 10_000_000);
  await details.locator("dl").evaluate((e) => (e.scrollTop = e.scrollHeight));
  await page.getByRole("button", { name: "Show all 100,002 characters" }).waitFor();
  await close();
});
