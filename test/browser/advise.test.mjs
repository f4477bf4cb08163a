// Advice, simulations and Windows containers: files in, answers out.

import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { axe, chartColours, look, open, shot, stage } from "./browser.mjs";

const yagura = stage();

const finding = (page, rule) => page.getByRole("listitem").filter({ has: page.getByText(`About the rule ${rule}`) });

test("a newcomer sees an example, with findings, reasons and patches", async () => {
  const { page, origin, close } = await open(yagura, { path: "/advise" });
  await page.getByRole("heading", { name: "Advice before it hurts" }).waitFor();
  await axe(page, "nothing yet");
  await shot(page, "advise-empty");
  await page.getByRole("button", { name: "Show an example" }).click();
  const blocks = finding(page, "pdb-blocks-drain");
  await blocks.waitFor();
  assert.match(page.url(), /example=shop/);
  assert.match(await blocks.innerText(), /shop\/poddisruptionbudget\/cart/);
  await finding(page, "liveness-database").first().waitFor();
  await finding(page, "pre-stop").first().waitFor();

  await blocks.getByRole("button", { name: "Copy" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^spec:/);
  await blocks.getByText("About the rule pdb-blocks-drain").click();
  assert.match(await blocks.getByRole("link", { name: "The rule's page" }).getAttribute("href"), /docs\/advise\/rules\/pdb-blocks-drain\.md$/);
  await blocks.getByRole("button", { name: /^shop\.yaml:\d+$/ }).click();
  const marked = await page.getByRole("textbox", { name: "Text of the file" }).evaluate((e) => e.value.slice(e.selectionStart, e.selectionEnd));
  assert.equal(marked, "spec:");
  await page.locator('[id^="toast-title"]').waitFor({ state: "hidden" });
  await axe(page, "findings");
  await shot(page, "advise-findings");

  await page.getByRole("button", { name: /^Errors/ }).click();
  assert.equal(await page.getByText("About the rule pdb-missing").count(), 0, "only errors are shown");
  await page.getByRole("button", { name: "Download" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "SARIF" }).click()]);
  const sarif = JSON.parse(await readFile(await download.path(), "utf8"));
  assert.equal(sarif.version, "2.1.0");
  assert.ok(sarif.runs[0].results.some((r) => r.ruleId === "pdb-blocks-drain"));

  // The address alone shows the same to somebody else.
  await page.getByText("What files cannot say").click();
  await page.getByRole("textbox", { name: "Requests a second" }).fill("600");
  await page.waitForURL(/rps=600/);
  const address = page.url();
  await page.goto(`${origin}/logs`);
  await page.goto(address);
  await page.getByText(/requests/).first().waitFor();
  await finding(page, "pdb-blocks-drain").waitFor();
  await close();
});

test("files of one's own: pasted, chosen and dropped; they are in no address", async () => {
  const { page, close } = await open(yagura, { path: "/advise" });
  const area = page.getByRole("textbox", { name: "Text of the file" });
  const labels = "{app: x}";
  await area.fill(
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 2, selector: {matchLabels: ${labels}}, template: {metadata: {labels: ${labels}}, spec: {containers: [{name: x, image: "x:1"}]}}}\n---\n` +
      `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: x}\nspec: {maxUnavailable: 0, selector: {matchLabels: ${labels}}}\n`,
  );
  await finding(page, "pdb-blocks-drain").waitFor();
  assert.equal(new URL(page.url()).search, "");
  assert.equal(await page.getByRole("textbox", { name: "File name" }).inputValue(), "pasted.yaml");

  const folder = await mkdtemp(join(tmpdir(), "yagura-advise-"));
  await writeFile(join(folder, "bad.yaml"), "a: {{ .Values.x }}\n");
  await page.locator("input[type=file]").first().setInputFiles(join(folder, "bad.yaml"));
  await page.getByText("Not everything could be read").waitFor();
  await page.getByText(/this is a template/).first().waitFor();
  // A zip archive: one stored entry, pod.yaml.
  await writeFile(join(folder, "all.zip"), zip("k8s/pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: lonely}\nspec: {containers: [{name: c, image: c:1}]}\n"));
  await page.locator("input[type=file]").first().setInputFiles(join(folder, "all.zip"));
  await page.getByText("pod/lonely").first().waitFor();
  await page.getByText("An archive of").waitFor();
  await page.locator("input[type=file]").first().setInputFiles({ name: "large.yaml", mimeType: "text/plain", buffer: Buffer.alloc(5 << 20, 97) });
  await page.getByText("more than 4 MiB").waitFor();
  await axe(page, "own files");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["FROM mcr.microsoft.com/windows/servercore:1803\n"], "Dockerfile"));
    document.querySelector("textarea, main").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
  });
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByRole("heading", { name: "Advice before it hurts" }).waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.doesNotMatch(stored, /lonely|PodDisruptionBudget/);
  await close();
});

test("a simulation: played, scrubbed, compared, searched, cancelled", async () => {
  const { page, close } = await open(yagura, { path: "/advise/simulate?example=shop&rps=600&propagation=11s" });
  const result = page.getByRole("region", { name: "Result", exact: true });
  await result.getByText(/^Done after/).waitFor();
  assert.ok((await chartColours(page)) >= 3, "pods and lost requests are drawn");
  await result.getByText("refused while stopping").waitFor();
  await axe(page, "a rollout");
  await shot(page, "simulate-rollout");

  const pods = page.getByRole("list", { name: "Pods at this moment" });
  assert.match(await pods.innerText(), /Ready: 4\n/);
  await page.getByRole("button", { name: "To the next change" }).click();
  await page.getByRole("button", { name: "To the next change" }).click();
  assert.doesNotMatch(await pods.innerText(), /Lost requests: 0$/);
  await page.getByRole("slider", { name: "Moment" }).focus();
  await page.keyboard.press("End");
  assert.match(await pods.innerText(), /Ready: 5\n/);

  await page.getByRole("button", { name: "Compare with preStop 15 s" }).click();
  const b = page.getByRole("region", { name: "B", exact: true });
  await b.getByText("maxSurge 1, maxUnavailable 0, preStop 15s").waitFor();
  assert.equal(await page.getByText("The settings have changed since").count(), 0);
  const answered = async (region) => parseFloat(await region.locator("dd").first().innerText());
  assert.ok((await answered(b)) > (await answered(page.getByRole("region", { name: "A", exact: true }))), "B answers more");
  await axe(page, "compared");
  await shot(page, "simulate-compared");
  await page.getByRole("button", { name: "Compare with ECS" }).click();
  await b.getByText(/ECS 100\/200 %/).waitFor();
  assert.match(page.url(), /b\.policy=ecs/);

  await page.getByRole("button", { name: "Find settings" }).click();
  await page.getByText(/settings answer enough; the cheapest/).waitFor();
  await page.getByRole("table").getByRole("button", { name: "Compare" }).first().click();
  await b.getByText(/preStop 15s/).waitFor();
  await axe(page, "searched");
  await shot(page, "simulate-searched");

  // A drain that its budget stalls.
  await page.getByRole("checkbox", { name: "Compare two" }).uncheck();
  await page.getByRole("combobox", { name: "Event" }).click();
  await page.getByRole("option", { name: "Drain of a node" }).click();
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await page.getByText("Event: say which node is drained").waitFor();
  const node = page.getByRole("combobox", { name: "Node" });
  for (const name of ["aks-apps-1", "aks-apps-2", "aks-apps-3"]) {
    await node.fill(name);
    await page.getByRole("button", { name: "Simulate", exact: true }).click();
    await result.getByText(/^(Done|Stalls) after/).waitFor();
    if (await result.getByText(/^Stalls/).count()) break;
  }
  await result.getByText(/eviction refused/).waitFor();
  await shot(page, "simulate-stalled");

  // What takes long can be ended.
  await page.getByRole("button", { name: "Clear" }).click();
  const labels = "{app: x}";
  await page
    .getByRole("textbox", { name: "Text of the file" })
    .fill(`apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {replicas: 15000, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}, selector: {matchLabels: ${labels}}, template: {metadata: {labels: ${labels}}, spec: {containers: [{name: x, image: "x:1"}]}}}\n`);
  await page.getByRole("combobox", { name: "Event" }).click();
  await page.getByRole("option", { name: "Rollout" }).click();
  await page.getByRole("textbox", { name: "Start" }).fill("100ms");
  const gone = page.waitForEvent("requestfailed", (r) => r.url().endsWith("/simulate"));
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await gone;
  await close();
});

test("a simulation goes from change to change and by itself; a version that never becomes ready is stuck; the link holds it", async () => {
  const { page, close } = await open(yagura, { path: "/advise/simulate?example=shop&rps=600" });
  await page.getByText(/^Done after/).waitFor();
  const now = page.locator("output").first();
  await page.getByRole("button", { name: "To the next change" }).click();
  const after = await now.innerText();
  await page.getByRole("button", { name: "To the change before" }).click();
  assert.notEqual(await now.innerText(), after);
  await page.getByRole("button", { name: "Play" }).click();
  await now.filter({ hasNotText: "0:00" }).waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Copy a link to this view" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /example=shop&rps=600/);
  await page.getByText("More numbers").click();
  await page.getByLabel("The new version never becomes ready").click();
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await page.getByText(/^Stalls after/).waitFor();
  await close();
});

test("Windows: the matrix at once, then images, projects and their Dockerfiles", async () => {
  const { page, close } = await open(yagura, { path: "/advise/windows" });
  const matrix = page.getByRole("region", { name: "Hosts and images" }).getByRole("table");
  await matrix.waitFor();
  const row = matrix.getByRole("row").filter({ has: page.getByRole("rowheader", { name: /^Server 2019/ }) });
  assert.equal((await row.getByRole("cell").allInnerTexts()).map((x) => x.replace(/\s/g, "").slice(0, 2)).join(" "), "H H H PH –n –n –n –n –n –n");
  assert.match(await matrix.innerText(), /ended/);
  await page.getByRole("textbox", { name: "Image names" }).fill("mcr.microsoft.com/windows/servercore:1803");
  await page.getByRole("combobox", { name: "Hosts" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Windows Server 2019" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Isolation" }).click();
  await page.getByRole("option", { name: "Process isolation" }).click();
  await finding(page, "windows-host").waitFor();
  await page.getByText("0xc0370101").first().waitFor();
  assert.match(page.url(), /hosts=2019&|images=/);
  await page.getByRole("button", { name: "Example" }).click();
  await page.getByRole("menuitem", { name: "Programs for Windows" }).click();
  const orders = page.getByRole("region", { name: "orders/Orders.csproj" });
  await orders.getByText("FROM mcr.microsoft.com/dotnet/framework/aspnet").waitFor();
  await page.getByRole("region", { name: "reports/Reports.csproj" }).getByText("To Linux").waitFor();
  await axe(page, "windows");
  await shot(page, "windows-example");
  await orders.scrollIntoViewIfNeeded();
  await shot(page, "windows-project");
  await matrix.scrollIntoViewIfNeeded();
  await shot(page, "windows-matrix");
  await close();
});

test("dark, Japanese, and as narrow as a telephone", async () => {
  const { page, close } = await open(yagura, { path: "/advise/simulate?example=shop&rps=600&compare=1&b.preStop=15s", theme: "dark" });
  await page.getByRole("region", { name: "B", exact: true }).getByText(/^Done after/).waitFor();
  await axe(page, "dark");
  await shot(page, "simulate-dark");
  await page.getByRole("link", { name: "Windows", exact: true }).click();
  await page.getByRole("table").first().waitFor();
  await axe(page, "windows, dark");
  await shot(page, "windows-dark");
  await page.getByRole("link", { name: "Advice", exact: true }).last().click();
  await finding(page, "pdb-blocks-drain").waitFor();
  await page.getByRole("button", { name: "Account and settings" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await page.getByRole("heading", { name: "アドバイス" }).waitFor();
  await page.getByText(/について$/).first().waitFor();
  await page.getByRole("heading", { name: "PodDisruptionBudget がどの Pod の退去も許しません" }).first().waitFor();
  await page.getByText(/^想定 \d+ 個の Pod（.*）に対して .*: desiredHealthy は \d+ なので/).first().waitFor();
  await page.getByText("ルール pdb-blocks-drain について").click();
  await page.getByText(/^PodDisruptionBudget が許す退去は/).waitFor();
  await page.locator("input[type=file]").first().setInputFiles({ name: "chart.yaml", mimeType: "text/yaml", buffer: Buffer.from("a: {{ .Values.x }}\n") });
  await page.getByText(/マニフェストではなくテンプレートです/).first().waitFor();
  await axe(page, "Japanese");
  await shot(page, "advise-japanese");
  await page.goto(new URL("/advise/windows?example=windows", page.url()).href);
  await page.getByRole("cell", { name: "未登場" }).first().waitFor();
  await shot(page, "windows-japanese");
  await page.goto(new URL("/advise/simulate?example=shop&event=drain", page.url()).href);
  await page.getByRole("button", { name: "シミュレート", exact: true }).click();
  await page.getByText("イベント: ドレインするノードを指定してください").waitFor();
  await close();

  for (const [name, path] of Object.entries({ advise: "/advise?example=shop", simulate: "/advise/simulate?example=shop&rps=600&compare=1&b.preStop=15s", windows: "/advise/windows?example=windows" })) {
    const { page, close } = await open(yagura, { path, width: 390, height: 844 });
    await page.getByText(/^About the rule|^Done after|^Stalls after/).first().waitFor();
    await look(page, name, [390]);
    await page.locator("main > div").last().evaluate((e) => e.scrollTo(0, 900));
    await look(page, `${name}-below`, [390]);
    await close();
  }
});

test("the palette and the header know the pages", async () => {
  const { page, close } = await open(yagura, { path: "/logs" });
  await page.getByRole("link", { name: "Advice", exact: true }).click();
  await page.waitForURL(/\/advise$/);
  await page.keyboard.press("Control+K");
  await page.getByRole("combobox").fill("windows con");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/advise\/windows$/);
  await close();
});

/** A zip archive with one stored entry. */
function zip(name, text) {
  const [n, body] = [Buffer.from(name), Buffer.from(text)];
  let crc = ~0;
  for (const byte of body) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  crc = ~crc >>> 0;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc, 10);
  common.writeUInt32LE(body.length, 14);
  common.writeUInt32LE(body.length, 18);
  common.writeUInt16LE(n.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, n, body]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), common, Buffer.alloc(14), n]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
