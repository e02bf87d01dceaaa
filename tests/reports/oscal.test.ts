import { describe, expect, it } from "vitest";
import type { VerifyResult } from "../../src/controls/result.ts";
import type { OscalDocument } from "../../src/reports/oscal/document.ts";
import { catalogueToken, reference } from "../../src/reports/oscal/terms.ts";
import { oscalReport } from "../../src/reports/oscal.ts";
import { everyVerdict, madeControl, resultOf } from "./support/every-verdict.ts";
import { oscalCheck } from "./support/official-schemas.ts";

type Assessment = OscalDocument["assessment-results"];

const assessmentOf = (result: VerifyResult): Assessment =>
  (JSON.parse(oscalReport(result)) as OscalDocument)["assessment-results"];

/** Observation, findings and risk of one control. */
function about(id: string) {
  const [{ observations = [], findings = [], risks = [] }] = assessmentOf(everyVerdict()).results;
  const of = <T extends { readonly title: string }>(items: readonly T[]): readonly T[] =>
    items.filter(({ title }) => title.startsWith(`${id} `));
  return { observations: of(observations), findings: of(findings), risks: of(risks) };
}

function uuidsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(uuidsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "uuid" ? [String(inner)] : uuidsIn(inner)));
}

describe("OSCAL assessment results", () => {
  it("are valid by NIST's schema, however little there is to say", () => {
    const check = oscalCheck();
    expect(check(oscalReport(everyVerdict()))).toEqual([]);
    expect(check(oscalReport(resultOf([])))).toEqual([]);
    for (const control of everyVerdict().controls)
      expect(check(oscalReport(resultOf([control]))), control.verdict).toEqual([]);
    expect(check(oscalReport(everyVerdict()).replace('"import-ap"', '"import-plan"'))).not.toEqual([]);
  });

  it("are the same for the same result, and have other ids for another run", () => {
    expect(oscalReport(everyVerdict())).toBe(oscalReport(everyVerdict()));
    const other = assessmentOf({ ...everyVerdict(), runId: "5f1b9b5e-0000-4000-8000-000000000000" });
    const ids = new Set(uuidsIn(assessmentOf(everyVerdict())));
    expect(uuidsIn(other).filter((id) => ids.has(id))).toEqual([]);
  });

  it("give every id once, and refer to nothing that is not there", () => {
    const document = assessmentOf(everyVerdict());
    const [result] = document.results;
    const ids = uuidsIn(document);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const observations = new Set(result.observations?.map(({ uuid }) => uuid));
    const risks = new Set(result.risks?.map(({ uuid }) => uuid));
    const components = new Set(result["local-definitions"].components.map(({ uuid }) => uuid));
    const tools = new Set(
      result["local-definitions"]["assessment-assets"].components.map(({ uuid }) => uuid),
    );
    const parts = document["local-definitions"]?.["objectives-and-methods"].flatMap((one) => one.parts) ?? [];
    const objectives = parts.map(({ id }) => id);
    expect(new Set(objectives).size).toBe(objectives.length);
    for (const one of [...(result.findings ?? []), ...(result.risks ?? [])])
      for (const related of one["related-observations"])
        expect(observations).toContain(related["observation-uuid"]);
    for (const { target, ...finding } of result.findings ?? []) {
      expect(objectives).toContain(target["target-id"]);
      for (const related of finding["related-risks"] ?? []) expect(risks).toContain(related["risk-uuid"]);
    }
    for (const { subjects, origins } of result.observations ?? []) {
      for (const subject of subjects) expect(components).toContain(subject["subject-uuid"]);
      for (const { actors } of origins) expect(tools).toContain(actors[0]?.["actor-uuid"]);
    }
    expect(document["back-matter"].resources.map(({ uuid }) => `#${uuid}`)).toContain(
      document["import-ap"].href,
    );
  });

  it.each([
    ["PSC-IAM-91", "TEST", "satisfied", 2],
    ["PSC-IAM-92", "TEST", "not-satisfied", 2],
    ["PSC-IAM-93", "TEST", "not-satisfied", 1],
    ["PSC-IAM-94", "UNKNOWN", undefined, 0],
    ["PSC-IAM-95", "EXAMINE", undefined, 0],
    ["PSC-IAM-96", "TEST", "not-satisfied", 2],
    ["PSC-IAM-97", "EXAMINE", undefined, 0],
  ] as const)("observe %s by %s and find it %s", (id, method, state, findings) => {
    const found = about(id);
    expect(found.observations).toMatchObject([{ methods: [method], collected: "2026-11-25T10:00:03.250Z" }]);
    expect(found.findings).toHaveLength(findings);
    for (const { target } of found.findings) expect(target.status.state).toBe(state);
  });

  it("select what applies by the catalogue's tokens, and say of the rest why it does not", () => {
    const reviewed = assessmentOf(everyVerdict()).results[0]["reviewed-controls"];
    const ids = reviewed["control-selections"].map((one) =>
      one["include-controls"]?.map((control) => control["control-id"]),
    );
    expect(ids).toEqual([
      ["ac-2", "ac-6.5", "cm-2", "pe-3"],
      ["hospital-7", "psc-iam-93", "psc-iam-95"],
    ]);
    expect(reviewed.remarks).toContain("PSC-IAM-98: the spec has no Teams channel");
    expect(about("PSC-IAM-98")).toEqual({ observations: [], findings: [], risks: [] });
  });

  it("aim a finding at what was looked at of a control, not at all of it", () => {
    expect(about("PSC-IAM-92").findings.map(({ target }) => target["target-id"])).toEqual([
      "ac-2_obj.psc-iam-92",
      "ac-6.5_obj.psc-iam-92",
    ]);
  });

  it("bring the requests as evidence, with the services' ids of them", () => {
    const [observation] = about("PSC-IAM-92").observations;
    expect(observation?.["relevant-evidence"]).toMatchObject([
      {
        href: expect.stringMatching(/^https:\/\/management\.azure\.com\//),
        props: expect.arrayContaining([
          expect.objectContaining({ name: "request-id", value: "7c1f6d5e-0a51-4f4e-8b1a-1f6c35a1f001" }),
        ]),
      },
    ]);
    expect(about("PSC-IAM-94").observations[0]?.props).toContainEqual(
      expect.objectContaining({ name: "missing-permission", value: "Policy.Read.All" }),
    );
  });

  it("make a risk of what is accepted, open again when its day is past", () => {
    expect(about("PSC-IAM-96").risks).toMatchObject([
      { status: "deviation-approved", deadline: "2027-03-31T23:59:59Z" },
    ]);
    expect(about("PSC-RES-OMNICHANNEL.QUEUE").risks).toMatchObject([{ status: "open" }]);
    expect(assessmentOf(everyVerdict()).results[0].risks).toHaveLength(2);
  });
});

describe("terms of OSCAL", () => {
  it.each([
    ["AC-6(5)", "ac-6.5"],
    ["AC-06 (05)", "ac-6.5"],
    ["au-12", "au-12"],
    ["IA-2(1)", "ia-2.1"],
    ["164.312(b)", undefined],
    ["", undefined],
  ])("%s is %s in the catalogue", (name, token) => expect(catalogueToken(name)).toBe(token));

  it.each([
    ["https://h/x?$filter=state eq 'enabled'", "https://h/x?$filter=state%20eq%20%27enabled%27"],
    ["https://h/a|b?c={d}%zz^", "https://h/a%7Cb?c=%7Bd%7D%25zz%5E"],
    ["not a url", undefined],
  ])("%s is referred to as %s", (url, href) => expect(reference(url)).toBe(href));

  it("maps a control that names one duty twice once", () => {
    const control = madeControl({ id: "PSC-IAM-91", verdict: "pass", mappings: { nist: ["AC-2", "AC-02"] } });
    expect(assessmentOf(resultOf([control])).results[0].findings).toHaveLength(1);
  });
});
