import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";
import {
  CHROMIUM,
  eventually,
  focusedText,
  layoutShifts,
  type OpenPage,
  recordLayoutShifts,
  startBrowser,
  type TestBrowser,
  WITH_CHROMIUM,
} from "./chromium.ts";

let browser: TestBrowser;
let place: TestSandbox;
let opened: OpenPage | undefined;

const GRAPH = "https://graph.microsoft.com";
const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'&amp;`;

async function open(options?: Parameters<TestBrowser["open"]>[1]): Promise<OpenPage> {
  opened = await browser.open(place.sandbox.url, options);
  return opened;
}

async function readUsers(): Promise<number> {
  return (await place.ask("GET", `${GRAPH}/v1.0/users`, { token: await place.token("admin", GRAPH) })).status;
}

async function announceGate(more: object = {}): Promise<void> {
  const answer = await place.control("POST", "gates", {
    environment: "contoso-dev",
    address: "entra.omnichannel-consent",
    label: "consent to Omnichannel",
    persona: "Global Administrator",
    steps: ["Open the link", "Choose Accept"],
    link: "https://example.com/consent",
    action: "omnichannel-consent",
    payload: {},
    ...more,
  });
  expect(answer.status).toBe(201);
}

describe.skipIf(CHROMIUM === undefined)(`the console page${WITH_CHROMIUM}`, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    place = await startTestSandbox({ speed: 60 });
  });
  afterEach(async () => {
    // Whatever a test did: no error in the page, and nothing asked outside the sandbox.
    expect(opened?.complaints ?? []).toEqual([]);
    await opened?.page.context().close();
    opened = undefined;
    await place.close();
  });

  it("shows the tenant and how the sandbox does", async () => {
    await readUsers();
    const { page } = await open();
    await eventually(() => page.locator("#o-tenant").textContent()).toBe("Contoso Health");
    expect(await page.locator("#o-total").textContent()).toBe("2");
    expect(await page.locator("#o-rate").textContent()).toBe("2");
    expect(await page.title()).toBe("Overview · psc sandbox");
    await readUsers();
    await eventually(() => page.locator("#o-total").textContent()).toBe("4");
  });

  it("pauses, speeds up and moves the clock", async () => {
    const { page } = await open();
    await page.locator("#pause").click();
    await eventually(() => page.locator("#pause").textContent()).toBe("Resume");
    const before = (await place.control("GET", "clock")).body;
    expect(before.paused).toBe(true);
    await page.locator("#jump").fill("2h");
    await page.locator("#jump-form button").click();
    await eventually(() => page.locator("#clock-said").textContent()).toContain("Jumped by 2h");
    const after = (await place.control("GET", "clock")).body;
    expect(after.now - before.now).toBe(2 * 3_600_000);
    const time = new Date(after.now).toISOString().slice(0, 19).replace("T", " ");
    expect(await page.locator("#now").textContent()).toBe(`${time} UTC`);
    await page.locator("#speed").fill("7200");
    await page.locator("#speed-form button").click();
    await eventually(async () => (await place.control("GET", "clock")).body.speed).toBe(7_200);
  });

  it("filters the log by service, status, writes and text, and shows a request in full", async () => {
    const token = await place.token("admin", GRAPH);
    await place.ask("GET", `${GRAPH}/v1.0/users`, { token });
    await place.ask("GET", `${GRAPH}/v1.0/users/nobody`, { token });
    const created = await place.ask("POST", `${GRAPH}/v1.0/groups`, {
      token,
      body: { displayName: "Nurses", mailEnabled: false, mailNickname: "nurses", securityEnabled: true },
    });
    expect(created.status).toBe(201);
    const { page, view } = await open();
    await view("requests");
    const rows = page.locator("#log-rows tr");
    await eventually(() => rows.count()).toBe(4);
    await page.locator("[name=service]").first().selectOption("graph");
    expect(await rows.count()).toBe(3);
    await page.locator("#log-filters [name=status]").selectOption("4xx");
    expect(await rows.allTextContents()).toEqual([expect.stringContaining("users/nobody")]);
    await page.locator("#log-filters [name=status]").selectOption("");
    await page.locator("[name=writes]").check();
    expect(await rows.count()).toBe(1);
    await page.locator("[name=writes]").uncheck();
    await page.locator("[name=text]").fill("NURSES");
    expect(await rows.count()).toBe(1);
    await rows.locator("button").click();
    expect(await page.locator("#entry-title").textContent()).toBe("POST 201");
    expect(await page.locator("#entry-json").textContent()).toContain('"displayName": "Nurses"');
  });

  it("stands still while somebody reads, and follows otherwise without a layout shift", async () => {
    const token = await place.token("admin", GRAPH);
    for (let at = 0; at < 60; at += 1)
      await place.ask("GET", `${GRAPH}/v1.0/users?$top=${at + 1}`, { token });
    const { page, view } = await open();
    await recordLayoutShifts(page);
    await view("requests");
    const rows = page.locator("#log-rows tr");
    await eventually(() => rows.count()).toBe(61);
    for (let at = 0; at < 20; at += 1)
      await place.ask("GET", `${GRAPH}/v1.0/groups?$top=${at + 1}`, { token });
    await eventually(() => rows.count()).toBe(81);
    await eventually(() => rows.last().isVisible()).toBe(true);
    await rows.nth(40).locator("button").click();
    const before = await rows.nth(40).boundingBox();
    for (let at = 0; at < 20; at += 1)
      await place.ask("GET", `${GRAPH}/v1.0/groups?$top=${at + 1}`, { token });
    await eventually(() => page.locator("#log-shown").textContent()).toContain("20 new");
    expect(await rows.count()).toBe(81);
    expect(await rows.nth(40).boundingBox()).toEqual(before);
    expect(await layoutShifts(page)).toEqual([]);
  });

  it("arms a fault that changes the next answer, and disarms it", async () => {
    const { page, view } = await open();
    await view("faults");
    const field = (name: string) => page.locator(`#fault-form [name=${name}]`);
    await field("service").selectOption("graph");
    await field("url").fill("/users");
    await field("retryAfter").fill("7");
    await field("times").fill("2");
    await page.locator("#fault-form button").click();
    await eventually(() => page.locator("#faults-said").textContent()).toContain("Armed");
    const refused = await place.ask("GET", `${GRAPH}/v1.0/users`, {
      token: await place.token("admin", GRAPH),
    });
    expect(refused.status).toBe(429);
    expect(refused.headers["retry-after"]).toBe("7");
    await eventually(() => page.locator("#faults-list").textContent()).toContain("struck 1 of 2 times");
    await page.locator("#faults-list button").click();
    await eventually(() => page.locator("#faults-list").textContent()).toContain("No fault is armed");
    expect(await readUsers()).toBe(200);
  });

  it("says what a fault's definition lacks", async () => {
    const { page, view } = await open();
    await view("faults");
    await page.locator("#fault-form [name=url]").fill("(");
    await page.locator("#fault-form button").click();
    await eventually(() => page.locator("#faults-said").textContent()).toContain("regular expression");
    expect(await page.locator("#faults-said").getAttribute("data-tone")).toBe("bad");
  });

  it("is walked through by keyboard: the tree, and what is chosen in it", async () => {
    await place.control("POST", "environments", {
      displayName: "Contoso dev",
      domainName: "contoso-dev",
      location: "unitedstates",
    });
    const { page, view } = await open();
    await view("tenant");
    const focused = (): Promise<string | null> =>
      page.evaluate(`document.activeElement.querySelector(".tree-label")?.textContent ?? null`);
    await page.locator("#tree [role=treeitem]").first().waitFor();
    await page.locator("#tree-refresh").focus();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Microsoft Entra ID");
    await page.keyboard.press("ArrowRight");
    await page.locator("[role=treeitem]", { hasText: "Users" }).last().waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("Users");
    await page.keyboard.press("ArrowRight");
    await page.locator("[role=treeitem]", { hasText: "Alex Admin" }).last().waitFor();
    await page.keyboard.press("a");
    expect(await focused()).toBe("Alex Admin");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.locator("#object-json").textContent())
      .toContain("admin@contoso.onmicrosoft.com");
    expect(await page.locator("#object-where").textContent()).toBe(
      "Contoso Health › Microsoft Entra ID › Users › user",
    );
    await page.keyboard.press("ArrowLeft");
    expect(await focused()).toBe("Users");
    await page.keyboard.press("ArrowLeft");
    expect(await page.locator("[role=treeitem]", { hasText: "Alex Admin" }).count()).toBe(0);
    await page.keyboard.press("End");
    expect(await focused()).toBe("Live chat conversations");
    await page.keyboard.press("Home");
    expect(await focused()).toBe("Microsoft Entra ID");
    // One tab stop for the whole tree.
    await page.keyboard.press("Tab");
    expect(await page.evaluate(`document.activeElement.closest("#tree")`)).toBeNull();
  });

  it("counts the rows of Dataverse's tables and opens them", async () => {
    await place.control("POST", "environments", {
      displayName: "Contoso dev",
      domainName: "contoso-dev",
      location: "unitedstates",
    });
    const { page, view } = await open();
    await view("tenant");
    for (const label of ["Power Platform environments", "Contoso dev", "contoso-dev", "systemuser"])
      await page.locator(".tree-line", { has: page.getByText(label, { exact: true }) }).click();
    const { body } = await place.control(
      "GET",
      "state?path=dataverse/organizations/contoso-dev/tables/systemuser",
    );
    const table = page
      .locator("[role=treeitem]", { has: page.getByText("systemuser", { exact: true }) })
      .last();
    expect(await table.getAttribute("aria-label")).toBe(`systemuser, ${Object.keys(body).length}, table`);
    await eventually(() => table.locator("[role=group] > li").count()).toBe(Object.keys(body).length);
  });

  it("passes a gate, tells what was done, and keeps the keyboard's place", async () => {
    const { page, view } = await open();
    await view("gates");
    await announceGate();
    await eventually(() => page.locator("#gates-badge").textContent()).toBe("1");
    await eventually(() => page.locator("#announcer").textContent()).toContain("consent to Omnichannel");
    await page.locator("#gates-list button.primary").focus();
    await page.keyboard.press("Enter");
    await eventually(() => page.locator("#gates-said").textContent()).toContain("consented to Omnichannel");
    expect(await focusedText(page)).toBe("Act again");
    expect((await place.control("GET", "gates")).body.value[0].acted.did).toContain("consented");
    expect(await page.locator("#gates-badge").isHidden()).toBe(true);
  });

  it("asks before it restores a snapshot", async () => {
    const { page, view } = await open();
    await view("snapshots");
    await page.locator("#snapshot-name").fill("before");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Restore before" }).click();
    await page.keyboard.press("Escape");
    expect(await page.locator("#sure").isVisible()).toBe(false);
    expect(await focusedText(page)).toBe("Restore");
    const { changes } = (await place.control("GET", "clock")).body;
    await page.getByRole("button", { name: "Restore before" }).click();
    await page.locator("#sure-yes").click();
    await eventually(() => page.locator("#snapshots-said").textContent()).toContain("what it was in before");
    expect((await place.control("GET", "clock")).body.changes).toBeGreaterThan(changes);
    await page.getByRole("button", { name: "Delete before" }).click();
    await page.locator("#sure-yes").click();
    await eventually(() => page.locator("#snapshots-list").textContent()).toBe("There is no snapshot yet.");
  });

  it("shows hostile names as text, everywhere", async () => {
    const token = await place.token("admin", GRAPH);
    await place.ask("POST", `${GRAPH}/v1.0/groups`, {
      token,
      body: { displayName: HOSTILE, mailEnabled: false, mailNickname: "hostile", securityEnabled: true },
    });
    await place.ask("GET", `${GRAPH}/v1.0/users/${encodeURIComponent(HOSTILE)}`, { token });
    await place.control("POST", "faults", {
      name: HOSTILE,
      when: { url: "nowhere" },
      action: { kind: "drop" },
    });
    await announceGate({ label: HOSTILE, persona: HOSTILE, environment: HOSTILE, steps: [HOSTILE] });
    const { page, view } = await open();
    await view("tenant");
    for (const label of ["Microsoft Entra ID", "Groups", HOSTILE])
      await page.locator(".tree-line", { has: page.getByText(label, { exact: true }) }).click();
    await eventually(() => page.locator("#object-title").textContent()).toBe(HOSTILE);
    await view("requests");
    await page.locator("[name=text]").fill("onerror");
    await page.locator("#log-rows button").first().click();
    await view("faults");
    expect(await page.locator("#faults-list h3").textContent()).toBe(HOSTILE);
    await view("gates");
    expect(await page.locator("#gates-list h3").textContent()).toBe(HOSTILE);
    expect(await page.locator("img, main script, #gates-list a[href^='javascript']").count()).toBe(0);
  });

  it("says when the sandbox is gone", async () => {
    const { page, complaints } = await open();
    await place.sandbox.close();
    await eventually(() => page.locator("#connection").textContent()).toContain("does not answer");
    expect(complaints.every((line) => /ERR_CONNECTION|Failed to load/.test(line))).toBe(true);
    complaints.length = 0;
    await page.context().close();
    opened = undefined;
  });
});
