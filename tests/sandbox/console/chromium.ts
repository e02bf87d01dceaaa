import { accessSync, constants } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

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
