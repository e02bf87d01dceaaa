import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import { VERDICTS } from "../../src/controls/verdict.ts";
import { REPORT_FORMATS, type ReportFormat, WRITERS } from "../../src/reports/formats.ts";
import type { OscalDocument } from "../../src/reports/oscal/document.ts";
import { openPortal } from "../kinds/portal.ts";
import { everyVerdict, resultOf } from "../reports/support/every-verdict.ts";
import {
  isJunitSchemaHere,
  isSarifSchemaHere,
  junitErrors,
  oscalCheck,
  ownCheck,
  sarifCheck,
  WITHOUT_JUNIT,
  WITHOUT_SARIF,
} from "../reports/support/official-schemas.ts";
import { rowsOf } from "../reports/support/rfc4180.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const FORMATS = REPORT_FORMATS.filter((format) => format !== "html");

type Reports = Readonly<Record<ReportFormat, string>>;

let place: Workplace;
let intact: Reports;
let broken: Reports;
let facts: string;
/** What is broken, completed by made controls for the verdicts that nothing here can bring about. */
let complete: Reports;

async function reports(spec: string, folder: string): Promise<Reports> {
  const wishes = FORMATS.map((format) => `--report ${format}=${folder}/${format}`).join(" ");
  const ran = await place.psc(`verify ${spec} ${wishes}`);
  if (ran.code !== 0 && ran.code !== 2) throw new Error(ran.stderr);
  return Object.fromEntries(
    FORMATS.map((format) => [format, readFileSync(join(place.folder, folder, format), "utf8")]),
  ) as unknown as Reports;
}

async function completed(result: VerifyResult): Promise<Reports> {
  const found = new Set(result.controls.map(({ verdict }) => verdict));
  const made = everyVerdict().controls.filter(({ verdict }) => !found.has(verdict));
  const { summary } = resultOf([...result.controls, ...made]);
  const whole = { ...result, summary, controls: [...result.controls, ...made] };
  const written = FORMATS.map(async (format) => [format, (await WRITERS[format]())(whole, {})] as const);
  return Object.fromEntries(await Promise.all(written)) as unknown as Reports;
}

beforeAll(async () => {
  place = await openWorkplace();
  expect((await place.psc("deploy full.yaml")).code).toBe(0);
  intact = await reports("full.yaml", "intact");
  expect((await place.psc("verify full.yaml --collect facts.json")).code).toBe(0);
  facts = readFileSync(join(place.folder, "facts.json"), "utf8");

  const portal = openPortal(place, "contosohealth-full");
  await portal.rows("organization", () => ({ isauditenabled: false }));
  await portal.rows("msdyn_omnichannelconfiguration", () => ({ msdyn_maskforcustomer: false }));
  await place.sandbox.control("POST", "faults", {
    when: { service: "graph", url: "subscribedSkus" },
    action: {
      kind: "respond",
      status: 403,
      body: { error: { code: "Authorization_RequestDenied", message: "Insufficient privileges" } },
    },
  });
  place.write(
    "accepting.yaml",
    `extends: full.yaml
verify:
  exceptions:
    - control: PSC-RES-OMNICHANNEL.MASKING
      reason: the new agents are being trained
      owner: Dana Ruiz
      until: 2099-12-31
`,
  );
  broken = await reports("accepting.yaml", "broken");
  complete = await completed(JSON.parse(broken.json) as VerifyResult);
});
afterAll(() => place.close());

const resultIn = ({ json }: Reports): VerifyResult => JSON.parse(json) as VerifyResult;

it("the broken example and what completes it have every verdict", () => {
  const { controls, summary } = resultIn(complete);
  expect(VERDICTS.filter((verdict) => !controls.some((one) => one.verdict === verdict))).toEqual([]);
  expect(VERDICTS.filter((verdict) => summary[verdict] === 0)).toEqual([]);
  expect(resultIn(broken).summary).toMatchObject({ accepted: 1, error: expect.any(Number) });
});

describe.each([
  ["the deployed example", () => intact],
  ["the broken example", () => broken],
  ["a result with every verdict", () => complete],
] as const)("of %s", (_, made) => {
  it("JSON is valid by psc's schema, and holds no field that it does not describe", () => {
    expect(ownCheck("psc.verify.v2.schema.json")(made().json)).toEqual([]);
  });

  it.skipIf(!isSarifSchemaHere)(`SARIF is valid by OASIS' schema${WITHOUT_SARIF}`, () => {
    expect(sarifCheck()(made().sarif)).toEqual([]);
  });

  it("OSCAL is valid by NIST's schema", () => {
    expect(oscalCheck()(made().oscal)).toEqual([]);
  });

  it.skipIf(!isJunitSchemaHere)(`JUnit XML is valid by junit-10.xsd${WITHOUT_JUNIT}`, async () => {
    expect(await junitErrors([made().junit])).toEqual([]);
  });

  it("every format speaks of the same controls", () => {
    const { controls, summary } = resultIn(made());
    const { runs } = JSON.parse(made().sarif) as Log;
    expect(runs[0]?.tool.driver.rules).toHaveLength(controls.length);
    expect(runs[0]?.results).toHaveLength(controls.length - summary.error);
    const [oscal] = (JSON.parse(made().oscal) as OscalDocument)["assessment-results"].results;
    expect(oscal.observations).toHaveLength(controls.length - summary["not-applicable"]);
    expect(made().junit.match(/<testcase /g)).toHaveLength(controls.length);
    for (const { id } of controls) expect(made().markdown).toContain(`\`${id}\``);
    expect(rowsOf(made().csv)).toHaveLength(
      1 + summary.fail + summary.error + summary.warning + summary.manual,
    );
  });
});

it("a result points at the line of the spec that speaks of the control", () => {
  const { runs } = JSON.parse(broken.sarif) as Log;
  const found = runs[0]?.results?.find(({ ruleId }) => ruleId === "PSC-IAM-02");
  const { artifactLocation, region } = found?.locations?.[0]?.physicalLocation ?? {};
  const lines = readFileSync(join(place.folder, artifactLocation?.uri ?? ""), "utf8").split("\n");
  expect(lines[(region?.startLine ?? 0) - 1]?.slice((region?.startColumn ?? 0) - 1)).toMatch(/^\S/);
  expect(lines[(region?.startLine ?? 0) - 1]).toMatch(/^ +subscription: /);
});

it("what differs is told with both values, what is accepted with who accepted it", () => {
  expect(broken.junit).toContain("dataverse.auditing enabled: the tenant has false, expected true");
  const { runs } = JSON.parse(broken.sarif) as Log;
  const accepted = runs[0]?.results?.filter(({ suppressions }) => suppressions !== undefined);
  expect(accepted).toMatchObject([
    {
      ruleId: "PSC-RES-OMNICHANNEL.MASKING",
      suppressions: [{ justification: "the new agents are being trained (Dana Ruiz, until 2099-12-31)" }],
    },
  ]);
  const notifications = runs[0]?.invocations?.[0]?.toolExecutionNotifications ?? [];
  expect(notifications.map(({ associatedRule }) => associatedRule?.id)).toContain("PSC-RES-ENTRA.LICENCES");
});

it("facts are valid by psc's schema, and hold no field that it does not describe", () => {
  expect(ownCheck("psc.facts.v1.schema.json")(facts)).toEqual([]);
});

it("facts that somebody has bent are refused with the place", async () => {
  const bent = { ...JSON.parse(facts), identity: 7 };
  place.write("bent.json", JSON.stringify(bent));
  const ran = await place.psc("verify full.yaml --facts bent.json");
  expect(ran.code).toBe(64);
  expect(ran.stderr).toContain("bent.json holds no facts of psc: identity: ");
});
