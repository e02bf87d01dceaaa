import { accessSync, constants } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Chromium of the machine, or the one that PSC_CHROMIUM names; undefined when there is none. */
export const CHROMIUM = process.env["PSC_CHROMIUM"] ?? CANDIDATES.find(isExecutable);

/** For the names of the suites, so that a run without a browser says why they are skipped. */
export const WITH_CHROMIUM =
  CHROMIUM === undefined ? " (skipped: no Chromium; install it or set PSC_CHROMIUM)" : "";

export interface OpenPage {
  readonly page: Page;
  /** Errors of the page and its console, and requests that would have left the sandbox. */
  readonly complaints: string[];
  view(name: string): Promise<void>;
}

export interface TestBrowser {
  open(sandboxUrl: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    // Chromium's own sandbox needs rights that a container's root lacks.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  return {
    async open(sandboxUrl, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const complaints: string[] = [];
      await page.route("**/*", async (route) => {
        const url = route.request().url();
        if (url.startsWith(`${sandboxUrl}/`)) return route.continue();
        complaints.push(`left the sandbox: ${url}`);
        return route.abort();
      });
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          complaints.push(`${message.type()}: ${message.text()}`);
      });
      await page.goto(`${sandboxUrl}/_sandbox/`);
      await page.locator("#now", { hasText: "UTC" }).waitFor();
      return {
        page,
        complaints,
        async view(name) {
          await page.locator(`.views a[href="#${name}"]`).click();
          await page.locator(`#view-${name}`).waitFor();
        },
      };
    },
    close: () => browser.close(),
  };
}

/** The page looks at the sandbox once a second, a busy machine takes longer. */
export function eventually<T>(read: () => T | Promise<T>) {
  return expect.poll(read, { timeout: 20_000, interval: 50 });
}

// What runs in the page is text: the tests are compiled for Node, which knows no document.

export function focusedText(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.textContent");
}

/** Resolves when something below the element changes, at the latest after `ms`. */
export function nextChange(page: Page, selector: string, ms: number): Promise<void> {
  return page.evaluate(`new Promise((resolve) => {
    const observer = new MutationObserver(done);
    const timer = setTimeout(done, ${ms});
    function done() { observer.disconnect(); clearTimeout(timer); resolve(); }
    observer.observe(document.querySelector(${JSON.stringify(selector)}), { childList: true, subtree: true });
  })`);
}

export async function recordLayoutShifts(page: Page): Promise<void> {
  await page.evaluate(`{
    window.layoutShifts = [];
    new PerformanceObserver((list) => window.layoutShifts.push(...list.getEntries().map(({ value }) => value)))
      .observe({ type: "layout-shift", buffered: false });
  }`);
}

/** Layout shifts since they are recorded (Layout Instability API, W3C WICG). */
export function layoutShifts(page: Page): Promise<number[]> {
  return page.evaluate("window.layoutShifts");
}

/** Visible texts whose contrast with what lies behind them is below WCAG 2.2 AA (success criterion 1.4.3). */
export function weakContrasts(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const over = (color, [r, g, b]) => {
      canvas.fillStyle = "rgb(" + [r, g, b].join(" ") + ")";
      canvas.fillRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const behind = (element) => {
      const above = element.parentElement === null ? [255, 255, 255] : behind(element.parentElement);
      return over(getComputedStyle(element).backgroundColor, above);
    };
    const luminance = (rgb) => {
      const [r, g, b] = rgb.map((part) => part / 255).map((part) =>
        part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const weak = [];
    for (const element of document.querySelectorAll("body *")) {
      const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data.trim()).join("");
      const isField = element.matches("input, select");
      if ((text === "" && !isField) || !element.checkVisibility({ visibilityProperty: true })) continue;
      // Disabled controls are exempt.
      if (element.matches(":disabled")) continue;
      const style = getComputedStyle(element);
      const back = behind(element);
      const front = over(style.color, back);
      const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) weak.push(ratio.toFixed(2) + " " + (text || element.name).slice(0, 40));
    }
    return weak;
  })()`);
}
