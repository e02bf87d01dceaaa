import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../../acceptance/support.ts";
import {
  CHROMIUM,
  eventually,
  nextChange,
  startBrowser,
  type TestBrowser,
  WITH_CHROMIUM,
} from "./chromium.ts";

let browser: TestBrowser;
let place: Workplace;

describe.skipIf(CHROMIUM === undefined)(`gates on the console${WITH_CHROMIUM}`, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    place = await openWorkplace();
  });
  afterEach(() => place.close());

  it("a run that waits goes on when a person presses the buttons, to the end", async () => {
    const { page, complaints, view } = await browser.open(place.sandbox.sandbox.url);
    await view("gates");
    const run = place.psc("deploy dev.yaml --no-simulated-person --wait-for-person 9000h");
    let isOver = false;
    void run.then(() => {
      isOver = true;
    });
    const pressed: string[] = [];
    const button = page.locator("#gates-list button", { hasText: /^Act as/ }).first();
    while (!isOver) {
      if (!(await button.isVisible())) {
        await nextChange(page, "#gates-list", 500);
        continue;
      }
      pressed.push((await button.textContent()) ?? "");
      const id = await button.getAttribute("data-focus");
      await button.click();
      await page.locator(`[data-focus="${id}"]`, { hasText: /^Act as/ }).waitFor({ state: "detached" });
    }
    const ran = await run;
    expect(ran.stderr).toBe("");
    expect(ran.code).toBe(0);
    expect(pressed).toHaveLength(4);
    expect(pressed).toContain("Act as Global Administrator");
    expect(ran.stdout).toContain(`${place.sandbox.sandbox.url}/_sandbox/#gates`);
    // The value that only the portal shows.
    const bots = page.locator("#gates-list [data-value]");
    await eventually(() => bots.first().textContent()).toMatch(/^[0-9a-f-]{36}$/);
    await eventually(() => page.locator("#gates-list article .done", { hasText: "Passed" }).count()).toBe(4);
    expect(complaints).toEqual([]);
    expect((await place.psc("plan dev.yaml --no-simulated-person")).code).not.toBe(1);
    expect((await place.psc("deploy dev.yaml --no-simulated-person")).stdout).toContain("no changes");
  });
});
