import { describe, expect, it } from "vitest";
import { junitReport } from "../../src/reports/junit.ts";
import { everyVerdict, madeControl, resultOf } from "./support/every-verdict.ts";
import { isJunitSchemaHere, junitErrors, WITHOUT_JUNIT } from "./support/official-schemas.ts";

describe("JUnit XML", () => {
  it.skipIf(!isJunitSchemaHere)(`is valid by junit-10.xsd${WITHOUT_JUNIT}`, async () => {
    expect(await junitErrors([junitReport(everyVerdict()), junitReport(resultOf([]))])).toEqual([]);
    expect(await junitErrors(['<testsuites><testsuite tests="1"/></testsuites>'])).not.toEqual([]);
  });

  const testOf = (name: string): string => {
    const xml = junitReport(everyVerdict());
    const found = new RegExp(`<testcase [^>]*name="${name}[^"]*"(?:/>|>[\\s\\S]*?</testcase>)`).exec(xml);
    return found?.[0] ?? "";
  };

  it.each([
    ["PSC-IAM-91", /^<testcase [^>]*\/>$/],
    ["PSC-IAM-92", /<failure type="shall" message="Dana Ruiz holds Owner all the time; and 1 more">/],
    ["PSC-IAM-93", /<failure type="should" message="the secret lives for 400 days">/],
    [
      "PSC-IAM-94",
      /<error type="permission" message="conditional-access could not be read[^>]*>Missing permission: Policy\.Read\.All/,
    ],
    ["PSC-IAM-95", /<skipped type="manual" message="manual: no public API shows it"\/>/],
    ["PSC-IAM-96", /<system-out>a guest holds a role; accepted by Dana Ruiz until 2027-03-31/],
    ["PSC-IAM-97", /<skipped type="inherited"/],
    ["PSC-IAM-98", /<skipped type="not-applicable"/],
    ["omnichannel\\.queue", /<failure type="shall"/],
  ])("shows %s", (name, expected) => expect(testOf(name)).toMatch(expected));

  it("tells in a failure both values, what to do, the line of the spec and the request", () => {
    const failure = testOf("PSC-IAM-92");
    expect(failure).toContain("expiration: the tenant has never, expected P180D");
    expect(failure).toContain("To do: Remove the assignment");
    expect(failure).toContain("In the spec: prod.yaml:12:5");
    expect(failure).toContain("Evidence: GET https://management.azure.com/");
  });

  it("counts by suite and in all, and names what is accepted", () => {
    const xml = junitReport(everyVerdict());
    expect(xml).toContain(
      '<testsuites name="psc verify contoso-prod" time="3.250" tests="10" failures="3" errors="1">',
    );
    expect(xml).toMatch(
      /<testsuite name="Identity and access" [^>]* tests="8" failures="2" errors="1" skipped="3">/,
    );
    expect(xml).toContain(
      '<property name="accepted.PSC-IAM-96" value="Dana Ruiz until 2027-03-31: a partner runs the pilot"/>',
    );
  });

  it("keeps marks of XML as text", () => {
    const control = madeControl({ id: "PSC-IAM-91", verdict: "manual", reason: `<b>&"x"\u0000` });
    expect(junitReport(resultOf([control]))).toContain('message="manual: &lt;b&gt;&amp;&quot;x&quot;"');
  });
});
