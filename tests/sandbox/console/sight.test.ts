import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";
import { CHROMIUM, startBrowser, type TestBrowser, WITH_CHROMIUM, weakContrasts } from "./chromium.ts";

const VIEWS = ["overview", "tenant", "requests", "faults", "gates", "snapshots"];
const GRAPH = "https://graph.microsoft.com";

let browser: TestBrowser;
let place: TestSandbox;

/** Something in every view, long names among it. */
async function furnish(): Promise<void> {
  const token = await place.token("admin", GRAPH);
  const displayName = `Nurses of ${"Northumberland-and-Westmorland".repeat(4)}`;
  await place.ask("POST", `${GRAPH}/v1.0/groups`, {
    token,
    body: { displayName, mailEnabled: false, mailNickname: "nurses", securityEnabled: true },
  });
  await place.ask("GET", `${GRAPH}/v1.0/users/nobody`, { token });
  await place.control("POST", "faults", { when: { service: "arm" }, action: { kind: "fail", status: 503 } });
  await place.control("POST", "snapshots", { name: "a".repeat(64) });
  for (const state of ["waiting", "left", "passed"])
    await place.control("POST", "gates", {
      environment: "contoso-dev",
      address: `gate-${state}`,
      label: `consent of ${"Northumberland".repeat(6)}`,
      persona: "Global Administrator",
      steps: ["Open the link", "Choose Accept"],
      link: `https://example.com/${"consent".repeat(30)}`,
      action: "omnichannel-consent",
      payload: {},
      state,
    });
  await place.control("POST", "gates/2/pass");
}

describe.skipIf(CHROMIUM === undefined)(`what the console looks like${WITH_CHROMIUM}`, () => {
  beforeAll(async () => {
    browser = await startBrowser();
    place = await startTestSandbox();
    await furnish();
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  it.each(["light", "dark"] as const)(
    "has the contrast of WCAG AA for every text in the %s scheme",
    async (colorScheme) => {
      const { page, view } = await browser.open(place.sandbox.url, { colorScheme });
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      expect(background).toBe(colorScheme === "light" ? "rgb(245, 246, 248)" : "rgb(16, 19, 23)");
      for (const name of VIEWS) {
        await view(name);
        if (name === "tenant") {
          await page.locator(".tree-line", { hasText: "Microsoft Entra ID" }).click();
          await page.locator(".tree-line", { hasText: "Users" }).click();
          await page.locator(".tree-line", { hasText: "Alex Admin" }).click();
          await page.locator("#object-json .json-text").first().waitFor();
        }
        if (name === "requests") await page.locator("#log-rows button").first().click();
        expect(await weakContrasts(page), name).toEqual([]);
      }
      await page.context().close();
    },
  );

  it("measures contrast: a text that is too pale is found", async () => {
    const { page } = await browser.open(place.sandbox.url);
    await page.evaluate(`document.querySelector("h2").style.color = "#b0b0b0"`);
    expect(await weakContrasts(page)).toEqual([expect.stringContaining("Overview")]);
    await page.context().close();
  });

  it.each([360, 1440])("fits %i pixels without scrolling sideways", async (width) => {
    const { page, view } = await browser.open(place.sandbox.url, { viewport: { width, height: 740 } });
    for (const name of VIEWS) {
      await view(name);
      if (name === "tenant") await page.locator(".tree-line", { hasText: "Microsoft Entra ID" }).click();
      if (name === "requests") await page.locator("#log-rows button").first().click();
      const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
      expect(wide, name).toBeLessThanOrEqual(width);
    }
    await page.context().close();
  });

  it("lets Tab through every view and out again, with a visible focus at each stop", async () => {
    const { page, view } = await browser.open(place.sandbox.url);
    for (const name of VIEWS) {
      await view(name);
      if (name === "tenant") await page.locator("#tree [role=treeitem]").first().waitFor();
      await page.evaluate("document.activeElement.blur(); document.querySelector('.skip').focus()");
      const stops: string[] = [];
      for (let at = 0; at < 60; at += 1) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate<string>(`(() => {
          const element = document.activeElement;
          if (element === document.body || element.classList.contains("skip")) return "";
          const shown = element.getAttribute("role") === "treeitem" ? element.firstElementChild : element;
          const { outlineStyle, outlineWidth } = getComputedStyle(shown);
          const box = shown.getBoundingClientRect();
          const name = element.id || element.getAttribute("name") || element.textContent;
          return name + (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || box.width === 0 ? " UNSEEN" : "");
        })()`);
        if (stop === "") break;
        stops.push(stop);
      }
      expect(stops.length, name).toBeLessThan(60);
      expect(stops[0]).toBe("pause");
      expect(stops.slice(1, 7).join(" ")).toMatch(/Overview Tenant Requests Faults .*Gates .*Snapshots/);
      expect(stops.filter((stop) => stop.includes("UNSEEN"))).toEqual([]);
      expect(new Set(stops).size, `${name}: ${stops.join(" | ")}`).toBeGreaterThan(7);
    }
    await page.context().close();
  });

  it("is skipped into, without leaving the view", async () => {
    const { page, view } = await browser.open(place.sandbox.url);
    await view("faults");
    await page.evaluate("document.activeElement.blur()");
    await page.locator(".skip").focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    expect(await page.locator("#view-faults").isVisible()).toBe(true);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("faults-clear");
    await page.context().close();
  });

  it("names every field, button and region for a screen reader", async () => {
    const { page, view } = await browser.open(place.sandbox.url);
    for (const name of VIEWS) {
      await view(name);
      const nameless = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll("input, select, button, [role=region]")]
        .filter((element) => element.checkVisibility())
        .filter((element) => !(element.labels?.length || element.textContent.trim() || element.getAttribute("aria-label")))
        .map((element) => element.outerHTML)`);
      expect(nameless).toEqual([]);
    }
    await page.context().close();
  });
});
