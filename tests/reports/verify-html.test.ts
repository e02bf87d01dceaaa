import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import { VERDICTS, type Verdict } from "../../src/controls/verdict.ts";
import { verifyHtml } from "../../src/reports/verify-html.ts";
import { headline, lead } from "../../src/reports/verify-page/summary.ts";
import { CHROMIUM, WITH_CHROMIUM } from "../sandbox/console/chromium.ts";
import { hundredControls, weeksBefore, withControls } from "./support/hundred-controls.ts";
import { axeFindings, LOOKS, type PageReader, startReader, tooWide } from "./support/opened-page.ts";
import { pdfText, withoutSpace } from "./support/pdf-text.ts";
import { HOSTILE } from "./support/told-controls.ts";

const RESULT = hundredControls();
const HTML = verifyHtml(RESULT, { baseline: weeksBefore() });

function counts(some: Partial<Record<Verdict, number>>): VerifyResult["summary"] {
  return { ...(Object.fromEntries(VERDICTS.map((name) => [name, 0])) as Record<Verdict, number>), ...some };
}

/** One of each verdict, so that what is behind them is looked at too. */
const OPEN_SOME = `for (const verdict of ${JSON.stringify(VERDICTS)})
  document.querySelector('li[data-verdict="' + verdict + '"] details').open = true;
document.querySelector("#frameworks details").open = true`;

/** What a hundred controls cannot show that these do not, and axe looks at every element. */
const ONE_OF_EACH = VERDICTS.flatMap(
  (name) => RESULT.controls.findLast(({ verdict }) => verdict === name) ?? [],
);

/** Every text of a result replaced by one. */
function everywhere(value: unknown, text: string): unknown {
  if (typeof value === "string") return text;
  if (Array.isArray(value)) return value.map((item) => everywhere(item, text));
  if (typeof value !== "object" || value === null) return value;
  const kept = new Set(["origin", "verdict", "level", "format"]);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, kept.has(name) ? member : everywhere(member, text)]),
  );
}

describe("the page of psc verify", () => {
  it.each([
    [
      { fail: 1, error: 2, pass: 97 },
      "1 of 100 controls does not hold",
      "97 were looked at and hold. 2 could not be looked at, so nothing is known about them.",
    ],
    [
      { error: 1, pass: 9 },
      "1 of 10 controls could not be looked at",
      "9 were looked at and hold. Nothing is known about it.",
    ],
    [{ warning: 2, pass: 8 }, "Nothing fails; 2 controls should be better", "8 were looked at and hold."],
    [
      { manual: 2, pass: 8 },
      "Everything a program can see holds",
      "8 were looked at and hold. 2 need a person to look.",
    ],
    [
      { accepted: 1, pass: 9 },
      "Everything that was looked at holds",
      "9 were looked at and hold. 1 does not hold and is accepted for now.",
    ],
    [{ pass: 1 }, "Everything that was looked at holds", "1 was looked at and holds."],
    [{}, "Nothing was judged", ""],
  ])("says the verdict on %j in one sentence, the worst first", (some, first, second) => {
    expect(headline(counts(some))).toBe(first);
    expect(lead(counts(some))).toBe(second);
  });

  it("allows by its policy the style and the script it has, and nothing else", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
      .exec(HTML)?.[1]
      ?.replaceAll("&#39;", "'");
    const hashOf = (tag: string): string => {
      const text = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(HTML)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    };
    expect(policy).toBe(
      `default-src 'none'; style-src ${hashOf("style")}; script-src ${hashOf("script")}; base-uri 'none'; form-action 'none'`,
    );
    expect(HTML).not.toMatch(/ style="| on[a-z]+="|src="|@import|url\(/);
  });

  it("takes every text of a result as text, wherever it stands", () => {
    const hostile = everywhere(RESULT, HOSTILE) as VerifyResult;
    for (const html of [HTML, verifyHtml(hostile, { baseline: hostile })]) {
      expect(html.match(/<script/g)).toHaveLength(1);
      expect(html.match(/<\/script/g)).toHaveLength(1);
      expect(html).not.toMatch(/<img/);
      expect(html).toContain("&lt;/script&gt;&lt;script&gt;document.title=&quot;owned&quot;");
    }
  });

  it("names every control once, with its reason, its values, its evidence and what it supports", () => {
    const ids = [...HTML.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const { id } of RESULT.controls) expect(ids).toContain(`c-${id}`);
    const targets = [...HTML.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.includes(id))).toEqual([]);
    const panel = HTML.slice(HTML.indexOf('id="c-PSC-ENV-07"'), HTML.indexOf('id="c-PSC-ENV-08"'));
    for (const text of [
      "contosohealth-prod",
      "contosohealth-dev, contosohealth-test",
      "prod.yaml:26",
      "GET https://management.azure.com/",
      "answered 200",
      "14:03:10 to 14:03:12 UTC",
      "CISA SCuBA",
      "MS.POWERPLATFORM.2.1",
      "Power Platform Administrator",
      "Exception, ended",
      "31 October 2026",
    ])
      expect(panel).toContain(text);
  });

  it("tells what turned against an earlier result", () => {
    const trend = HTML.slice(
      HTML.indexOf('<section class="part whole" id="trend"'),
      HTML.indexOf('<section class="part" id="attention"'),
    );
    const columns = trend
      .split("<h3>")
      .slice(1)
      .map((column) =>
        column
          .replace(/<[^>]*>/g, " ")
          .replace(/\s+/g, " ")
          .trim(),
      );
    expect(columns).toEqual([
      "Worse 2 Two to four Global Administrators PSC-IAM-10 pass → , now fail Diagnostics reach the workspace PSC-MON-03 pass → , now error",
      expect.stringMatching(
        /^Better 3 .*PSC-BOT-05 warning → , now pass.*PSC-IAM-01 fail → , now pass.*PSC-MON-01 error → , now pass/,
      ),
      expect.stringMatching(/^New 2 .*PSC-POR-02 error.*OWN-2 pass/),
      "No longer judged 1 Faxes are shredded OWN-9 manual",
    ]);
    expect(trend).toContain("93 controls as before; the spec is the same");
    expect(HTML).toContain("Since 3 November 2026, 2 got worse, 3 got better and 2 are new");
    expect(verifyHtml(RESULT, {})).not.toContain('id="trend"');
  });

  it("loses no control of a family it does not know", () => {
    const [first] = RESULT.controls;
    if (first === undefined) throw new Error("there is none");
    const html = verifyHtml(withControls(RESULT, [{ ...first, id: "PSC-NEW-01" }]), {});
    expect(html).toContain('id="c-PSC-NEW-01"');
  });
});

describe.skipIf(CHROMIUM === undefined)(`the page of psc verify in Chromium${WITH_CHROMIUM}`, () => {
  let reader: PageReader;
  beforeAll(async () => {
    reader = await startReader({
      "report.html": HTML,
      "one-of-each.html": verifyHtml(withControls(RESULT, ONE_OF_EACH), { baseline: weeksBefore() }),
    });
  });
  afterAll(() => reader.close());

  it("of a hundred controls has nothing that axe complains of", async () => {
    const { page, complaints } = await reader.open("report.html");
    await page.evaluate(OPEN_SOME);
    // Contrast takes half the time, and one of each shows every colour there is.
    expect(await axeFindings(page, ["color-contrast"])).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("has nothing that axe complains of, light, dark, on a telephone and on paper", async () => {
    const { page, complaints } = await reader.open("one-of-each.html");
    await page.evaluate(OPEN_SOME);
    for (const [colorScheme, width, media] of LOOKS) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ media, colorScheme });
      expect(await axeFindings(page), `${colorScheme} ${width} ${media}`).toEqual([]);
      expect(await tooWide(page), `${colorScheme} ${width} ${media}`).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("is all there without JavaScript, and shows no filter that would do nothing", async () => {
    const { page } = await reader.open("report.html", { javaScriptEnabled: false });
    expect(await page.locator("#filters").isVisible()).toBe(false);
    expect(await page.locator("#controls .rows > li:visible").count()).toBe(100);
    const panel = page.locator("#c-PSC-BOT-04");
    expect(await panel.isVisible()).toBe(false);
    // A link from what needs attention leads into the closed part, and the browser opens it.
    await page.locator("#attention").getByRole("link", { name: "Health Bot asks for consent" }).click();
    expect(await panel.isVisible()).toBe(true);
    await page.locator("details:has(#c-PSC-IAM-01) > summary").press("Enter");
    expect(await page.locator("#c-PSC-IAM-01").isVisible()).toBe(true);
    await page.close();
  });

  it("is filtered with the keyboard, says how much is left, and brings back what a link leads to", async () => {
    const { page, complaints } = await reader.open("report.html");
    const shown = page.getByRole("status");
    const rows = page.locator("#controls .rows > li:visible");
    expect(await shown.textContent()).toBe("All 100 controls shown");
    await page.getByRole("searchbox", { name: "Search" }).focus();
    await page.keyboard.type("164.508(a)(1)");
    expect(await rows.count()).toBe(1);
    expect(await shown.textContent()).toBe("1 of 100 controls shown");
    expect(await page.locator("#controls .family:visible").count()).toBe(1);

    await page.getByRole("button", { name: "Show everything" }).press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("words");
    await page.keyboard.press("Tab");
    await page.keyboard.type("CIS B");
    expect(await shown.textContent()).toBe("2 of 100 controls shown");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Subscription C");
    expect(await shown.textContent()).toBe("1 of 100 controls shown");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    expect(await shown.textContent()).toBe("0 of 100 controls shown");

    await page
      .locator("#attention")
      .getByRole("link", { name: "Connectors are in a data policy" })
      .press("Enter");
    // The page hears of the new address after the key press is over.
    await page.locator("#c-PSC-ENV-07").waitFor({ state: "visible" });
    expect(await shown.textContent()).toBe("All 100 controls shown");
    expect(await page.evaluate("document.activeElement.closest('li').dataset.verdict")).toBe("fail");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("prints with everything that needs attention, also when it is filtered", async () => {
    const { page } = await reader.open("report.html", { colorScheme: "dark" });
    await page.getByRole("searchbox").fill("nothing has this word");
    for (const format of ["A4", "Letter"]) {
      const { pages, letters } = pdfText(await page.pdf({ format }));
      expect(pages).toBeGreaterThan(5);
      expect(pages).toBeLessThan(30);
      expect(letters).toContain(withoutSpace("3 of 100 controls do not hold"));
      for (const { title, verdict, rationale, statement } of RESULT.controls) {
        expect(letters).toContain(withoutSpace(title));
        // What the verdict rests on is printed only where somebody has to act.
        if (verdict === "fail" || verdict === "error" || verdict === "warning")
          expect(letters).toContain(withoutSpace(`${statement}${rationale}`));
      }
      expect(letters).not.toContain("Openall");
    }
    await page.close();
  });
});
