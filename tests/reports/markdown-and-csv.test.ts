import { describe, expect, it } from "vitest";
import { csvReport } from "../../src/reports/csv.ts";
import { verifyMarkdown } from "../../src/reports/verify-markdown.ts";
import { everyVerdict, madeControl, resultOf } from "./support/every-verdict.ts";
import { rowsOf } from "./support/rfc4180.ts";

describe("Markdown", () => {
  it("tells first what needs somebody, most pressing first, with everything to act on", () => {
    const [, attention = ""] =
      /## What needs attention\n([\s\S]*?)\n## What is accepted/.exec(verifyMarkdown(everyVerdict(), {})) ??
      [];
    expect([...attention.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)).toEqual([
      "✗ fail: `PSC-IAM-92` No standing access to the bot",
      "✗ fail: `PSC-RES-OMNICHANNEL.QUEUE` omnichannel.queue",
      "? error: `PSC-IAM-94` Sign-in asks for a second factor",
      "⚠ warning: `PSC-IAM-93` Secrets are short-lived",
      "☐ manual: `PSC-IAM-95` The bot's audit trail is looked at",
    ]);
    expect(attention).toContain("expiration: the tenant has never, expected P180D");
    expect(attention).toContain("- To do: Make it eligible instead");
    expect(attention).toContain("- Spec: `healthBot.access` at `prod.yaml:12`");
    expect(attention).toContain("- Missing permission: `Policy.Read.All`");
    expect(attention).toContain("- Evidence E1: `GET https://management.azure.com/");
  });

  it("lists what is accepted with who and until when, and every control by family", () => {
    const text = verifyMarkdown(everyVerdict(), {});
    expect(text).toMatch(
      /\| `PSC-IAM-96` \| Guests hold no roles \| Dana Ruiz \| 2027-03-31 \| a partner runs the pilot \| a guest holds a role \|/,
    );
    const [, all = ""] = text.split("## Every control");
    expect([...all.matchAll(/^### (.*)$/gm)].map(([, title]) => title)).toEqual([
      "Identity and access",
      "Controls of your own",
      "As the spec says",
    ]);
    for (const { id } of everyVerdict().controls) expect(all).toContain(`\`${id}\``);
  });

  it("says that nothing needs attention where nothing does", () => {
    const text = verifyMarkdown(resultOf([madeControl({ id: "PSC-IAM-91", verdict: "pass" })]), {});
    expect(text).toContain("## What needs attention\n\nNothing.");
    expect(text).not.toContain("## What is accepted");
  });

  it("tells what has changed since the baseline", () => {
    const control = madeControl({ id: "PSC-IAM-91", verdict: "fail" });
    const text = verifyMarkdown(resultOf([control]), {
      baseline: resultOf([{ ...control, verdict: "pass" }]),
    });
    expect(text).toContain("| `PSC-IAM-91` | No standing access to the bot | ✓ pass | ✗ fail |");
    expect(verifyMarkdown(resultOf([control]), { baseline: resultOf([control]) })).toContain(
      "No verdict has changed.",
    );
  });
});

describe("the CSV action plan", () => {
  it("has a row for every control that needs somebody, most pressing first", () => {
    const [head, ...rows] = rowsOf(csvReport(everyVerdict()));
    expect(head).toEqual([
      "Control",
      "Title",
      "Level",
      "Verdict",
      "Reason",
      "Who",
      "Missing permission",
      "What to do",
      "Spec field",
      "Spec line",
      "Frameworks",
      "Owner",
      "Due",
    ]);
    expect(rows.map(([id, , , verdict]) => `${id} ${verdict}`)).toEqual([
      "PSC-IAM-92 fail",
      "PSC-RES-OMNICHANNEL.QUEUE fail",
      "PSC-IAM-94 error",
      "PSC-IAM-93 warning",
      "PSC-IAM-95 manual",
    ]);
    expect(rows[0]).toEqual([
      "PSC-IAM-92",
      "No standing access to the bot",
      "SHALL",
      "fail",
      "Dana Ruiz holds Owner all the time; and 1 more",
      "Subscription Owner",
      "",
      "Remove the assignment. Make it eligible instead.",
      "healthBot.access",
      "prod.yaml:12",
      "HIPAA 164.312(a)(1); NIST 800-53 AC-2; NIST 800-53 AC-6(5); SCuBA MS.AAD.7.4",
      "",
      "",
    ]);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])(
    "lets no spreadsheet run %j",
    (reason) => {
      const [, row] = rowsOf(
        csvReport(resultOf([madeControl({ id: "PSC-IAM-91", verdict: "fail", reason })])),
      );
      expect(row?.[4]).toBe(`'${reason.trim()}`);
    },
  );

  it("doubles quotes and ends every row as RFC 4180 says", () => {
    const control = madeControl({ id: "PSC-IAM-91", verdict: "fail", reason: 'it says "no", twice' });
    const csv = csvReport(resultOf([control]));
    expect(csv).toContain('"it says ""no"", twice"');
    expect(csv.split("\r\n")).toHaveLength(3);
    expect(csv.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });
});
