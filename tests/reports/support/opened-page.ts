import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { temporaryFolder } from "../../cli/support.ts";
import { CHROMIUM } from "../../sandbox/console/chromium.ts";

export interface OpenedPage {
  readonly page: Page;
  /** Whatever the page says on the console, its errors, and requests for anything but itself. */
  readonly complaints: string[];
}

export interface PageReader {
  open(name: string, options?: BrowserContextOptions): Promise<OpenedPage>;
  close(): Promise<void>;
}

/** Reports as files, opened from disk as people open them. */
export async function startReader(reports: Readonly<Record<string, string>>): Promise<PageReader> {
  const folder = temporaryFolder();
  for (const [name, html] of Object.entries(reports)) writeFileSync(join(folder.path, name), html);
  const browser: Browser = await chromium.launch({
    ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
    // Chromium's own sandbox needs rights that a container's root lacks.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
  return {
    async open(name, options = {}) {
      const url = pathToFileURL(join(folder.path, name)).href;
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        if (request.url().split("#")[0] !== url) complaints.push(`asked for ${request.url()}`);
      });
      await page.goto(url);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      folder.remove();
    },
  };
}

/** Ways in which a page is looked at: scheme, width in pixels, medium. */
export const LOOKS = [
  ["light", 360, "screen"],
  ["dark", 1280, "screen"],
  ["dark", 794, "print"],
] as const;

/**
 * What axe-core holds against the page as it is shown now: `rule: element`.
 * @param without rules that are left out, where they cost much and another page has the same to show.
 */
export async function axeFindings(page: Page, without: readonly string[] = []): Promise<string[]> {
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe.source);
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const options = JSON.stringify({ resultTypes: ["violations"], rules });
  return page.evaluate(`axe.run(document, ${options}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html.slice(0, 160))))`);
}

/** Elements that stick out of the window. */
export function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll("main *, header *")]
    .filter((element) => element.checkVisibility() && !element.closest(".hidden-words") &&
      element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(({ outerHTML }) => outerHTML.slice(0, 120))`);
}
