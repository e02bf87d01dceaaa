import { describe, expect, it } from "vitest";
import { errorLines, reportErrors } from "../../src/cli/error-report.ts";
import { SpecNotValid } from "../../src/cli/spec-not-valid.ts";
import { withoutStyles } from "../../src/cli/styles.ts";
import { createTerminal } from "../../src/cli/terminal.ts";
import { PscError, ServiceError } from "../../src/errors.ts";

async function reported(thrown: unknown, output: "text" | "json" = "text", debug = false): Promise<string> {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text) };
  const terminal = createTerminal({
    stdout: stream,
    stderr: stream,
    env: {},
    output,
    noColor: true,
    quiet: false,
    verbose: false,
    debug,
  });
  await reportErrors(thrown, terminal);
  return said.join("");
}

const forbidden = new ServiceError(
  {
    code: "PSC-E231",
    message: "kim@contoso.com may not assign roles on rg-dev",
    permission: "Microsoft.Authorization/roleAssignments/write",
    persona: "the owner of the subscription",
    remedy: "run the same command again",
  },
  {
    service: "arm",
    method: "PUT",
    url: "https://management.azure.com/x",
    status: 403,
    serviceCode: "AuthorizationFailed",
    serviceMessage: "…",
    requestId: "5f1c",
  },
);

describe("an error", () => {
  it("says what, needs, who, then, and which request", () => {
    expect(errorLines(forbidden, 100, "step 7 · role").map(withoutStyles)).toEqual([
      "✗ step 7 · role",
      "  PSC-E231  kim@contoso.com may not assign roles on rg-dev",
      "  needs   Microsoft.Authorization/roleAssignments/write",
      "  who     the owner of the subscription",
      "  then    run the same command again",
      "  request 5f1c",
    ]);
  });

  it("has the same facts as JSON", async () => {
    expect(JSON.parse(await reported(forbidden, "json"))).toEqual({
      format: "psc.error/1",
      errors: [
        {
          code: "PSC-E231",
          message: "kim@contoso.com may not assign roles on rg-dev",
          permission: "Microsoft.Authorization/roleAssignments/write",
          persona: "the owner of the subscription",
          remedy: "run the same command again",
          side: "service",
          refusal: expect.objectContaining({ status: 403, requestId: "5f1c" }),
        },
      ],
    });
  });

  it("that nobody foresaw is one sentence; its stack comes only with --debug", async () => {
    const bug = new TypeError("x is not a function");
    const short = await reported(bug);
    expect(short).toContain("PSC-E199  unexpected: x is not a function");
    expect(short).toContain("--debug");
    expect(short).not.toMatch(/^\s+at /m);
    expect(await reported(bug, "text", true)).toMatch(/^\s+at /m);
  });

  it("cannot steer the terminal with what a server said", async () => {
    expect(await reported(new PscError({ code: "PSC-E217", message: "no \u001b]0;title\u0007" }))).toContain(
      "no \\x1b]0;title\\x07",
    );
  });

  it("in a spec comes with its place and the line", async () => {
    const problem = new PscError({
      code: "PSC-E012",
      message: 'queue "Escalate to Humann" is not declared',
      remedy: 'did you mean "Escalate to Human"?',
      location: { file: "broken.yaml", line: 2, column: 7, length: 18 },
    });
    const said = await reported(
      new SpecNotValid(
        [problem],
        [{ file: "broken.yaml", path: "/x/broken.yaml", text: "route:\n  to: Escalate to Humann\n" }],
      ),
    );
    expect(said).toContain('broken.yaml:2:7 error PSC-E012  queue "Escalate to Humann" is not declared');
    expect(said).toMatch(/2 │ {3}to: Escalate to Humann\n +│ {7}\^{18}\n/);
    expect(said).toContain("1 error; nothing was sent");
  });
});
