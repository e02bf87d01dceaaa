import { cpSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { runLine, temporaryFolder } from "../cli/support.ts";
import { CHROMIUM, WITH_CHROMIUM, weakContrasts } from "../sandbox/console/chromium.ts";

interface Sheet {
  readonly parts: readonly {
    readonly persona: string;
    readonly permissions: readonly string[];
    readonly steps: readonly {
      readonly step: number;
      readonly after: readonly { readonly persona: string; readonly labels: readonly string[] }[];
      readonly items: readonly {
        readonly address: string;
        readonly label: string;
        readonly byHand?: object;
      }[];
    }[];
  }[];
}

const HOSTILE = `extends: dev.yaml
queues:
  - { name: "<img src=x onerror=alert(1)> & [link](https://evil.example) *stars*" }
`;

const folder = temporaryFolder();
beforeAll(async () => {
  cpSync(resolve(import.meta.dirname, "../../examples/contoso"), folder.path, { recursive: true });
  const { writeFileSync } = await import("node:fs");
  writeFileSync(join(folder.path, "hostile.yaml"), HOSTILE);
});
afterAll(() => folder.remove());

const psc = (line: string) => runLine(line.split(" "), { cwd: folder.path });

describe("psc runbook", () => {
  it("needs no tenant and gives everything that is to be done to exactly one persona, with its permissions", async () => {
    const ran = await psc("runbook dev.yaml --output json");
    expect(ran.code).toBe(0);
    const { parts } = ran.json as Sheet;
    const items = parts.flatMap(({ persona, steps }) =>
      steps.flatMap((step) => step.items.map(({ address }) => ({ persona, address }))),
    );
    const addresses = items.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const { persona, address } of items) {
      const kind = KINDS.find(({ kind: name }) => name === address.split("[")[0]);
      expect(kind?.persona, address).toBe(persona);
      const part = parts.find((candidate) => candidate.persona === persona);
      expect(part?.permissions).toEqual(expect.arrayContaining([...(kind?.permissions.write ?? [])]));
    }
    expect(addresses).toEqual(expect.arrayContaining(['omnichannel.queue["Escalate to Human"]']));
  });

  it("says after whom each step comes, and how what has no API is done and noticed", async () => {
    const { stdout } = await psc("runbook dev.yaml");
    expect(stdout).toContain('After Groups Administrator: group "Contoso Health Users".');
    expect(stdout).toContain("by hand: consent to Omnichannel data access");
    expect(stdout).toContain("1. Open the link in a browser that is signed in as a Global Administrator");
    expect(stdout).toContain("psc sees it by itself:");
    expect(stdout).toContain("psc gate confirm 'health-bot.channel' dev.yaml --value BOTID");
    expect(stdout).toContain("psc deploy dev.yaml --persona 'Omnichannel Administrator'");
  });

  it("takes names as text, whatever is in them", async () => {
    const { stdout } = await psc("runbook hostile.yaml");
    expect(stdout).toContain("\\<img src=x onerror=alert(1)\\>");
    expect(stdout).toContain("\\[link\\](https://evil.example) \\*stars\\*");
    await psc("runbook hostile.yaml --html hostile.html");
    const html = readFileSync(join(folder.path, "hostile.html"), "utf8");
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toContain('href="https://evil.example');
  });

  it("says which file it cannot write", async () => {
    const ran = await psc("runbook dev.yaml --html missing/folder/r.html");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("PSC-E112");
  });
});

describe.skipIf(CHROMIUM === undefined)(`the page of psc runbook${WITH_CHROMIUM}`, () => {
  let browser: Browser;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    await psc("runbook dev.yaml --html page.html --markdown page.md");
    server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(readFileSync(join(folder.path, "page.html")));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it.each([
    ["light", 1100],
    ["dark", 1100],
    ["light", 360],
  ] as const)(
    "is readable in %s at %i px, asks for nothing and complains of nothing",
    async (colorScheme, width) => {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        if (request.url() !== url && !request.url().endsWith("/favicon.ico")) complaints.push(request.url());
      });
      await page.goto(url);
      await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await weakContrasts(page)).toEqual([]);
      expect(complaints).toEqual([]);
      const unnamed =
        "[...document.querySelectorAll('input')].filter(({ labels }) => labels.length !== 1).length";
      expect(await page.evaluate(unnamed)).toBe(0);
      await page.close();
    },
  );
});
