// Management: signing in, principals, roles, workspaces, tables, rules, keys, the activity log.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { axe, look, open, settle, shot, stage } from "./browser.mjs";

const yagura = stage();

const visit = (options) => open(yagura, options);
const row = (page, text) => page.getByRole("row").filter({ hasText: text }).first();
const openRow = async (page, text) => {
  await row(page, text).locator(".ag-cell").first().click();
  // A panel slides in.
  await page.getByRole("dialog").waitFor();
  await settle(page);
};
const ask = (page) => page.getByRole("dialog").last();

/** Makes a user by the page, who signs in with this password. */
async function makeUser(page, name, password) {
  await page.goto(new URL("/manage/principals?kind=users", yagura.credentials.http).href);
  await page.getByRole("button", { name: "New user" }).click();
  await ask(page).getByRole("textbox", { name: /^Name/ }).fill(name);
  await ask(page).getByLabel("Sign-in name").fill(`${name.toLowerCase()}@example.com`);
  await ask(page).getByLabel("Password").fill(password);
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

/** Signs a user in by the issuer's form, as the page leads to it. */
async function signIn(page, name, password) {
  await page.getByRole("link", { name: /Sign in with your name/ }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("every part of management", async () => {
  const { page, close } = await visit({ path: "/manage" });
  for (const part of ["Principals", "Access", "Workspaces", "Tables", "Data collection rules", "Keys", "Activity log"]) {
    await page.getByRole("navigation", { name: "Parts of management" }).getByRole("link", { name: part, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: part }).waitFor();
    if (part !== "Keys") await page.locator(".ag-row").first().waitFor();
    assert.equal(await page.getByRole("alert").count(), 0, part);
    await look(page, `manage-${part.toLowerCase().replaceAll(" ", "-")}`, [390, 1440]);
    await page.setViewportSize({ width: 390, height: 844 });
    await settle(page);
    const { x, width } = await page.getByRole("navigation", { name: "Parts of management" }).getByRole("link", { name: part, exact: true }).boundingBox();
    assert.ok(x >= 0 && x + width <= 390, `${part} is seen among the parts`);
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await close();
});

test("Japanese", async () => {
  const { page, close } = await visit({ path: "/manage/principals" });
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await page.getByRole("heading", { level: 1, name: "プリンシパル" }).waitFor();
  await page.locator(".ag-row").first().waitFor();
  await page.keyboard.press("Escape");
  await axe(page, "Japanese");
  await shot(page, "manage-japanese");
  await close();
});

test("a user is made, signs in by the issuer's form, sees who they are, and may not do what they have no role for", async () => {
  const admin = await visit({ path: "/manage/principals" });
  await makeUser(admin.page, "Ada", "correct horse");
  await axe(admin.page, "user");
  await shot(admin.page, "manage-user");
  await admin.close();

  const { page, close } = await visit({ path: "/manage/keys", signIn: false });
  await page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
  await axe(page, "sign in");
  await shot(page, "manage-sign-in");
  await signIn(page, "ada@example.com", "wrong");
  await page.getByRole("alert").filter({ hasText: "AADSTS50126" }).waitFor();
  await axe(page, "the issuer's form");
  await shot(page, "manage-sign-in-form");
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  // Back where they wanted to be.
  await page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByText("ada@example.com").waitFor();
  await page.getByText("No roles").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Read the keys" }).click();
  await page.getByText(/Microsoft\.OperationalInsights\/workspaces\/sharedKeys\/action/).waitFor();
  await axe(page, "forbidden");
  await shot(page, "manage-forbidden");
  await page.getByRole("link", { name: "Workspaces", exact: true }).click();
  await page.getByText(/Microsoft\.OperationalInsights\/workspaces\/read/).waitFor();
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Yagura" }).waitFor();
  await close();
});

test("a reset password signs out who had the old one; who may not sign in is out at once, and stays out", async () => {
  const admin = await visit({ path: "/manage/principals" });
  await makeUser(admin.page, "Mary", "correct horse");
  const { page, close } = await visit({ path: "/manage/keys", signIn: false });
  const signedIn = () => page.getByRole("heading", { level: 1, name: "Keys" }).waitFor();
  await signIn(page, "mary@example.com", "correct horse");
  await signedIn();

  await admin.page.getByRole("button", { name: "Reset the password" }).click();
  await ask(admin.page).getByLabel("Password").fill("short");
  assert.ok(await ask(admin.page).getByRole("button", { name: "Reset the password" }).isDisabled());
  await ask(admin.page).getByLabel("Password").fill("battery staple");
  await axe(admin.page, "reset the password");
  await ask(admin.page).getByRole("button", { name: "Reset the password" }).click();
  await admin.page.getByText("The password was reset").first().waitFor();
  await page.reload();
  await signIn(page, "mary@example.com", "correct horse");
  await page.getByRole("alert").filter({ hasText: "AADSTS50126" }).waitFor();
  await page.getByLabel("Password").fill("battery staple");
  await page.getByRole("button", { name: "Sign in" }).click();
  await signedIn();

  const may = admin.page.getByRole("switch", { name: "May sign in" });
  await may.click();
  await admin.page.waitForFunction(() => !document.querySelector('[role="switch"]:checked, [role="switch"]:disabled'));
  await page.reload();
  await signIn(page, "mary@example.com", "battery staple");
  await page.getByRole("alert").filter({ hasText: "AADSTS50057" }).waitFor();
  await may.click();
  await admin.page.waitForFunction(() => document.querySelector('[role="switch"]:checked:not(:disabled)'));
  await page.getByLabel("Password").fill("battery staple");
  await page.getByRole("button", { name: "Sign in" }).click();
  await signedIn();
  await close();
  await admin.close();
});

test("the issuer's form in the dark, on a telephone, in Japanese", async () => {
  const { page, close } = await visit({ path: "/ui/signin?ui_locales=ja", signIn: false, theme: "dark", width: 390, height: 844 });
  await page.getByRole("button", { name: "サインイン" }).waitFor();
  // Its style is let in by its hash.
  assert.doesNotMatch((await page.reload()).headers()["content-security-policy"], /unsafe/);
  assert.equal(await page.locator("body").evaluate((e) => getComputedStyle(e).display), "flex");
  await axe(page, "the issuer's form, dark");
  await shot(page, "manage-sign-in-form-dark-390");
  await close();
});

test("an application gets a secret, shown once, and a certificate; both are taken away", async () => {
  const { page, close } = await visit({ path: "/manage/principals" });
  await page.getByRole("button", { name: "New application" }).click();
  await ask(page).getByLabel("Name").fill("shipper");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "shipper", exact: true }).waitFor();
  await page.getByRole("button", { name: "New secret" }).click();
  await ask(page).getByLabel("What it is for").fill("nightly");
  await ask(page).getByLabel("Expires").selectOption("30");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByText("It is not shown again").waitFor();
  const secret = await page.getByRole("status").filter({ hasText: "It is not shown again" }).locator("code").innerText();
  const clientId = await page.getByRole("dialog").locator("code").first().innerText();
  const token = await fetch(`${yagura.credentials.http}/${yagura.credentials.tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: clientId, client_secret: secret, scope: "https://monitor.azure.com/.default" }),
  });
  assert.equal(token.status, 200, "the secret signs in");

  const dir = await mkdtemp(join(tmpdir(), "yagura-cert-"));
  await promisify(execFile)("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem"), "-days", "20", "-subj", "/CN=shipper"]);
  const add = async (file) => {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "Add a certificate" }).click()]);
    await chooser.setFiles(join(dir, file));
  };
  await add("key.pem");
  await page.getByText("This file has a private key").waitFor();
  await add("cert.pem");
  await page.getByText("cert.pem").waitFor();
  await page.getByRole("dialog").getByText(/(19|20) days left/).waitFor();
  await axe(page, "application");
  await shot(page, "manage-application");

  await page.getByRole("button", { name: "Remove nightly" }).click();
  await page.getByText("No secrets.").waitFor();
  await page.getByRole("button", { name: "Remove cert.pem" }).click();
  await page.getByText("No certificates.").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "shipper", exact: true }).waitFor();
  assert.equal(await page.getByText(secret).count(), 0);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "shipper", exact: true }).waitFor({ state: "detached" });
  await close();
});

test("a group with a member is given a role on one table, and loses it", async () => {
  const { page, close } = await visit({ path: "/manage/principals" });
  await makeUser(page, "Grace", "correct horse");
  await page.goto(new URL("/manage/principals?kind=groups", yagura.credentials.http).href);
  await page.getByRole("button", { name: "New group" }).click();
  await ask(page).getByLabel("Name").fill("Analysts");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "Analysts", exact: true }).waitFor();
  await page.getByRole("combobox", { name: "Add a member" }).click();
  await page.keyboard.type("grace");
  await page.getByRole("option", { name: /grace@example.com/ }).click();
  await page.getByRole("button", { name: "Remove Grace" }).waitFor();
  await page.getByRole("combobox", { name: "Add a directory role" }).click();
  await page.getByRole("option", { name: "Reports Reader" }).click();
  await page.getByRole("button", { name: "Remove Reports Reader" }).waitFor();
  await axe(page, "group");
  await shot(page, "manage-group");
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("button", { name: "Assign a role" }).click();
  await ask(page).getByLabel("Scope").selectOption({ label: `${yagura.credentials.workspaceName} (workspaces)` });
  await ask(page).getByLabel("Table").selectOption("Heartbeat");
  await ask(page).getByLabel("Role").selectOption({ label: "Reader" });
  await ask(page).getByRole("combobox", { name: "Find a principal" }).click();
  await page.keyboard.type("analysts");
  await page.getByRole("option", { name: /Analysts/ }).click();
  await axe(page, "assign a role");
  await shot(page, "manage-assign");
  await ask(page).getByRole("button", { name: "Add", exact: true }).click();
  await row(page, "Analysts").waitFor();
  await shot(page, "manage-assignments");
  await openRow(page, "Analysts");
  await page.getByText(/\/tables\/Heartbeat$/).waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await row(page, "Analysts").waitFor({ state: "detached" });
  await close();
});

test("a custom role is defined, and built-in ones are shown", async () => {
  const { page, close } = await visit({ path: "/manage/access?part=roles" });
  await openRow(page, "Monitoring Metrics Publisher");
  await page.getByText("Microsoft.Insights/Telemetry/Write").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "New role" }).click();
  await page.getByLabel("Name").fill("Beat reader");
  await page.getByRole("textbox", { name: "actions", exact: true }).fill("Microsoft.OperationalInsights/workspaces/query/read\nMicrosoft.OperationalInsights/workspaces/query/Heartbeat/read");
  await axe(page, "role");
  await shot(page, "manage-role");
  await page.getByRole("button", { name: "Save" }).click();
  await row(page, "Beat reader").waitFor();
  await openRow(page, "Beat reader");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await row(page, "Beat reader").waitFor({ state: "detached" });
  await close();
});

test("a workspace's and a table's retention is changed; a custom table is made, widened and deleted", async () => {
  const { page, close } = await visit({ path: "/manage/workspaces" });
  await openRow(page, yagura.credentials.workspaceName);
  await page.getByLabel("Retention in days").fill("60");
  await axe(page, "workspace");
  await shot(page, "manage-workspace");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator(".ag-row", { hasText: "60 days" }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();

  await page.getByRole("link", { name: "Tables", exact: true }).click();
  await page.getByRole("button", { name: "New table" }).click();
  await ask(page).getByLabel("Name").fill("Orders");
  await ask(page).getByRole("button", { name: "Add a column" }).click();
  await ask(page).getByRole("textbox", { name: "Column" }).last().fill("Total");
  await ask(page).getByRole("combobox", { name: "Type" }).last().selectOption("real");
  await axe(page, "new table");
  await shot(page, "manage-new-table");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "Orders_CL", exact: true }).waitFor();
  await page.getByRole("cell", { name: "Total" }).waitFor();
  await page.getByRole("checkbox", { name: "As the workspace" }).uncheck();
  await page.getByLabel("Retention in days", { exact: true }).fill("90");
  await page.getByRole("button", { name: "Add a column" }).click();
  await page.getByRole("textbox", { name: "Column" }).fill("Currency");
  await axe(page, "table");
  await shot(page, "manage-table");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "Currency" }).waitFor();
  await page.locator(".ag-row", { hasText: "Orders_CL" }).filter({ hasText: "90 days" }).waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await row(page, "Orders_CL").waitFor({ state: "detached" });
  await close();
});

test("a workspace is made, can be asked at once, and is deleted", async () => {
  const { page, close } = await visit({ path: "/manage/workspaces" });
  await page.getByRole("button", { name: "New workspace" }).click();
  await ask(page).getByLabel("Name").fill("lab-1");
  await ask(page).getByLabel("Retention in days").fill("45");
  await axe(page, "new workspace");
  await shot(page, "manage-new-workspace");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "lab-1", exact: true }).waitFor();
  await page.locator(".ag-row", { hasText: "lab-1" }).filter({ hasText: "45 days" }).waitFor();
  const id = await page.locator(".ag-row", { hasText: "lab-1" }).getByText(/^[0-9a-f-]{36}$/).innerText();
  const answer = await page.evaluate(
    (id) => fetch(`/v1/workspaces/${id}/query`, { method: "POST", headers: { "X-Yagura": "1", "Content-Type": "application/json" }, body: JSON.stringify({ query: "Heartbeat | count" }) }).then((r) => r.json()),
    id,
  );
  assert.deepEqual(answer.tables[0].rows, [[0]], "it is there, and has no rows of others");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await row(page, "lab-1").waitFor({ state: "detached" });
  await close();
});

test("a rule's transform is tried on rows as one types, and kept", async () => {
  const { page, close } = await visit({ path: "/manage/tables" });
  await page.getByRole("button", { name: "New table" }).click();
  await ask(page).getByLabel("Name").fill("App");
  await ask(page).getByRole("button", { name: "Create" }).click();
  await page.getByRole("heading", { name: "App_CL", exact: true }).waitFor();
  await page.goto(new URL("/manage/rules", yagura.credentials.http).href);
  await page.getByRole("button", { name: "New rule" }).click();
  await ask(page).getByLabel("Name").fill("app-rule");
  await ask(page).getByLabel("To table").fill("App_CL");
  await ask(page).getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "app-rule" }).waitFor();
  await page.getByLabel("Rows to try it on").fill('{"TimeGenerated": "2026-01-01T00:00:00Z", "Message": "late order"}\n{"Message": "fine"}');
  const becomes = page.getByRole("region", { name: "What becomes of the rows" });
  await becomes.getByText("late order").waitFor();
  await page.getByLabel("transformKql").fill("source | where Message has 'late' | extend Message = toupper(Message)");
  await becomes.getByText("LATE ORDER").waitFor();
  await becomes.getByText("fine", { exact: true }).waitFor({ state: "detached" });
  await axe(page, "rule");
  await shot(page, "manage-rule");
  await page.getByLabel("transformKql").fill("source | where Massage has 'late'");
  await page.getByRole("alert").filter({ hasText: "Massage" }).waitFor();
  await page.getByRole("alert").filter({ hasText: "Line 1, column 16" }).waitFor();
  await axe(page, "a mistake");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText(/InvalidTransformQuery|is invalid/).first().waitFor();
  await page.getByLabel("transformKql").fill("source | where Message has 'late'");
  await page.getByRole("button", { name: "Create" }).click();
  await row(page, "app-rule").waitFor();
  await openRow(page, "app-rule");
  await page.getByRole("textbox", { name: "The rule as JSON" }).waitFor();
  assert.match(await page.getByRole("textbox", { name: "The rule as JSON" }).inputValue(), /"immutableId": "dcr-[0-9a-f]{32}"/);
  await page.getByRole("button", { name: "Take recent rows of App_CL" }).click();
  await page.getByText("It has no rows.").waitFor();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await ask(page).getByRole("button", { name: "Delete" }).click();
  await row(page, "app-rule").waitFor({ state: "detached" });
  await close();
});

test("recent rows of a rule of the demo go through its transform", async () => {
  const { page, close } = await visit({ path: "/manage/rules", width: 390, height: 844 });
  await page.locator(".ag-row").first().locator(".ag-cell").first().click();
  await page.getByRole("button", { name: /Take recent rows/ }).click();
  await page.getByRole("region", { name: "What becomes of the rows" }).locator(".ag-row").first().waitFor();
  assert.notEqual(await page.getByLabel("Rows to try it on").inputValue(), "");
  await axe(page, "rule, 390");
  await shot(page, "manage-rule-390");
  await close();
});

test("keys are read on demand, shown, rotated, and all of it is in the activity log", async () => {
  const { page, close } = await visit({ path: "/manage/keys" });
  await page.getByRole("button", { name: "Read the keys" }).click();
  await page.getByRole("button", { name: "Show Primary key" }).click();
  assert.equal(await page.locator("code").first().innerText(), yagura.credentials.sharedKey);
  await page.getByRole("heading", { level: 1 }).hover(); // away from the tooltip
  await axe(page, "keys");
  await shot(page, "manage-keys");
  await page.getByRole("button", { name: "Rotate Secondary key" }).click();
  await ask(page).getByRole("button", { name: "Rotate" }).click();
  await page.getByText("The key was rotated").first().waitFor();
  const missing = await page.evaluate(
    (id) => fetch(`${id}/sharedKeys?api-version=2023-09-01`, { method: "POST", headers: { "X-Yagura": "1" } }).then((r) => r.status),
    `/subscriptions/${yagura.credentials.subscriptionId}/resourceGroups/${yagura.credentials.resourceGroup}/providers/Microsoft.OperationalInsights/workspaces/missing`,
  );
  assert.equal(missing, 404);
  await page.getByRole("link", { name: "Activity log", exact: true }).click();
  await row(page, "regenerateSharedKey/action").waitFor();
  await row(page, "sharedKeys/action").waitFor();
  await page.getByLabel("Status").selectOption("Failure");
  await row(page, "missing").waitFor();
  assert.equal(await row(page, "regenerateSharedKey").count(), 0);
  assert.match(page.url(), /status=Failure/);
  await openRow(page, "missing");
  await page.getByText(/The Resource .* was not found/).first().waitFor();
  await axe(page, "event");
  await shot(page, "manage-event");
  await page.getByRole("button", { name: "Close" }).click();
  // On a phone the filters make room for the list.
  await page.setViewportSize({ width: 360, height: 780 });
  await page.getByLabel("Status").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Filters (1)" }).click();
  await page.getByLabel("Status").selectOption("");
  await page.getByRole("button", { name: "Filters", exact: true }).waitFor();
  await axe(page, "filters on a phone");
  await close();
});
