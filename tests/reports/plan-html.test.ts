import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Plan } from "../../src/engine/plan.ts";
import { PscError } from "../../src/errors.ts";
import { type PlanReport, planHtml } from "../../src/reports/plan-html.ts";
import { planHeadline, planLead } from "../../src/reports/plan-page/headline.ts";
import { openWorkplace, type Ran, type Workplace } from "../acceptance/support.ts";
import { INSTRUCTIONS, planOf } from "../cli/sample-plan.ts";
import { CHROMIUM, WITH_CHROMIUM } from "../sandbox/console/chromium.ts";
import { axeFindings, LOOKS, type PageReader, startReader, tooWide } from "./support/opened-page.ts";
import { pdfText, withoutSpace } from "./support/pdf-text.ts";
import { HOSTILE } from "./support/told-controls.ts";

const UPDATE = {
  action: "update",
  reason: "2 fields differ",
  diff: [
    { path: "operatingHours", before: "Weekdays", after: "always" },
    { path: "members", before: ["Ada"], after: ["Ada", "Ben"] },
  ],
} as const;

const REFUSED = new PscError({
  code: "PSC-E203",
  message: `the region ${HOSTILE} is not offered`,
  remedy: "choose another region",
  permission: "Microsoft.Resources/subscriptions/read",
});

/** Every action, a problem met twice, a concern and a warning; and every name would like to be markup. */
function everything(): PlanReport {
  const plan = planOf(
    [
      {
        action: "create",
        diff: [{ path: "priority", before: undefined, after: 3 }],
        resource: { usualMinutes: 100 },
      },
      UPDATE,
      { action: "replace", reason: "Its type cannot be changed.", diff: UPDATE.diff },
      { action: "delete", reason: "the spec no longer declares it" },
      { action: "adopt", reason: "somebody else made it" },
      { action: "wait", reason: "it is being made" },
      {
        action: "gate",
        reason: HOSTILE,
        gate: { ...INSTRUCTIONS, steps: [...INSTRUCTIONS.steps, HOSTILE], link: "javascript:alert(1)" },
        resource: {
          kind: "entra.omnichannel-consent",
          label: HOSTILE,
          persona: "Global Administrator",
          step: 3,
          nature: "gate",
        },
      },
      {
        action: "gate",
        gate: {
          ...INSTRUCTIONS,
          value: { name: "botId", pattern: /./, hint: "the Bot ID beside the channel" },
        },
        resource: {
          kind: "health-bot.channel",
          persona: "Health Bot Administrator",
          step: 9,
          nature: "gate",
        },
      },
      { action: "none", resource: { label: HOSTILE } },
      { action: "none", resource: { step: 12, label: "roles" } },
    ],
    [REFUSED, REFUSED],
  );
  return {
    plan: {
      ...plan,
      concerns: [
        { address: "entra.tenant", persona: "Subscription Owner", message: `standing access of ${HOSTILE}` },
      ],
    },
    environment: { name: HOSTILE, stage: "prod", tenant: HOSTILE, target: "public" },
    file: "prod.yaml",
    warnings: [
      new PscError({
        code: "PSC-W111",
        message: `the queue "${HOSTILE}" has no members`,
        remedy: "add members",
        location: { file: "prod.yaml", line: 31, column: 3 },
      }),
    ],
    at: "2026-11-25T14:03:12.000Z",
    version: "0.1.0",
  };
}

const HTML = planHtml(everything());

const OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true";

/** The text of a part, as a person reads it. */
function part(id: string): string {
  const [, text = ""] =
    new RegExp(`<section class="part" id="${id}"(.*?)(?=<section class="part"|<footer)`, "s").exec(HTML) ??
    [];
  return text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
}

describe("the page of psc plan", () => {
  const saidOf = (plan: Plan): string => `${planHeadline(plan)}. ${planLead(plan)}`.trim();

  it.each([
    [
      "nothing",
      planOf([{ action: "none" }]),
      "Everything is as the spec says. 1 is as the spec says already.",
    ],
    [
      "work and gates",
      planOf([{ action: "create", resource: { usualMinutes: 90 } }, { action: "gate" }]),
      "2 things left to do, 1 of them by hand. Usually it takes 1 h 30 min.",
    ],
    ["gates only", planOf([{ action: "gate" }]), "1 thing left to do, all by hand."],
    [
      "losses",
      planOf([{ action: "delete" }, { action: "replace" }]),
      "2 things left to do. 1 will be deleted and 1 will be deleted and made again.",
    ],
    [
      "a problem",
      planOf([{ action: "update" }], [REFUSED]),
      "1 problem stands in the way. Of what could be read, 1 thing would be left to do.",
    ],
  ])("says what is to come in one sentence: %s", (_, plan, words) => {
    expect(saidOf(plan)).toBe(words);
  });

  it("shows each changed field with what it is and what it will be", () => {
    const changes = part("changes");
    expect(changes).toContain("operating hours Weekdays → will be always");
    expect(changes).toContain("members Ada → will be Ada, Ben");
    expect(changes).toMatch(/create ~1 h 40 min .*?priority 3 /);
    expect(changes).toContain("Its type cannot be changed.");
    expect(changes).toContain("1 thing unchanged");
    expect(changes).toContain("Nothing changes in: 12 Roles and groups.");
  });

  it("gives every gate to its persona, with steps, link and how psc learns of it", () => {
    const byHand = part("by-hand");
    expect(byHand).toMatch(
      /Global Administrator 1 .* Choose Accept\. .*psc sees it by itself: both service principals exist/,
    );
    expect(byHand).toMatch(
      /Health Bot Administrator 1 .*Bring back: the Bot ID .*psc gate confirm .* prod\.yaml --value BOTID/,
    );
    expect(HTML).toContain(`href="${INSTRUCTIONS.link}"`);
    expect(HTML).not.toContain('href="javascript:');
  });

  it("tells one cause once, with what is missing; and what is worth knowing", () => {
    expect(part("problems").match(/PSC-E203/g)).toHaveLength(1);
    expect(part("problems")).toContain(
      "Choose another region. Missing permission: Microsoft.Resources/subscriptions/read",
    );
    expect(part("worth-knowing")).toMatch(
      /Standing access of .* Subscription Owner .* has no members\. Add members\. PSC-W111 in prod\.yaml:31/,
    );
  });

  it("takes every name as text and needs no script", () => {
    expect(HTML).not.toMatch(/<script|<img|script-src/);
    expect(HTML).toContain("&lt;img src=x");
    expect(HTML).toMatch(
      /content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;; base-uri/,
    );
  });
});

describe(`pages of a tenant${WITH_CHROMIUM}`, () => {
  let place: Workplace;
  let ran: Ran;
  let reader: PageReader;
  const read = (name: string): string => readFileSync(join(place.folder, name), "utf8");
  beforeAll(async () => {
    place = await openWorkplace();
    ran = await place.psc("plan full.yaml --html out/plan.html");
    await place.psc("verify full.yaml --report html=out/verify.html");
    if (CHROMIUM !== undefined)
      reader = await startReader({
        "everything.html": HTML,
        "plan.html": read("out/plan.html"),
        "verify.html": read("out/verify.html"),
      });
  });
  afterAll(async () => {
    await reader?.close();
    await place.close();
  });

  it("are written where they were asked for, beside what the terminal shows", () => {
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("out/plan.html: this plan as a page");
    const counts = /Plan:.* (\d+) to create, (\d+) for a person/.exec(ran.stdout)?.slice(1).map(Number) ?? [];
    const [create = 0, gates = 0] = counts;
    expect(gates).toBeGreaterThan(5);
    expect(read("out/plan.html")).toContain(`${create + gates} things left to do, ${gates} of them by hand`);
    expect(read("out/verify.html")).toMatch(/\d+ of \d+ controls do not hold/);
  });

  it("are refused where they cannot be written", async () => {
    place.write("taken", "");
    const refused = await place.psc("plan full.yaml --html taken/plan.html");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("PSC-E112");
  });

  it.skipIf(CHROMIUM === undefined)(
    "have nothing that axe complains of, light, dark, on a telephone and on paper",
    async () => {
      const { page, complaints } = await reader.open("everything.html");
      await page.evaluate(OPEN_ALL);
      for (const [colorScheme, width, media] of LOOKS) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ media, colorScheme });
        expect(await axeFindings(page), `${colorScheme} ${width} ${media}`).toEqual([]);
        expect(await tooWide(page), `${colorScheme} ${width} ${media}`).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it.skipIf(CHROMIUM === undefined).each(["plan.html", "verify.html"])(
    "fit paper and a telephone: %s",
    async (name) => {
      const { page, complaints } = await reader.open(name, { viewport: { width: 360, height: 800 } });
      const headline = (await page.locator("h1").textContent()) ?? "";
      expect(headline).toMatch(/\d/);
      expect(pdfText(await page.pdf({ format: "A4" })).letters).toContain(withoutSpace(headline));
      await page.evaluate(OPEN_ALL);
      expect(await tooWide(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
