import { describe, expect, it } from "vitest";
import { agentLicences } from "../../src/controls/probes/agent-licences.ts";
import {
  type EnvironmentFacts,
  environmentFacts,
  installedPackages,
} from "../../src/controls/probes/environment.ts";
import {
  type CoveringPolicy,
  dataPolicies,
  tenantIsolation,
  tenantSettings,
} from "../../src/controls/probes/tenant.ts";
import { lacking } from "../../src/resources/entra/licences.ts";
import { judgedGiven, told } from "./hand-made.ts";

const prod = { stage: "prod" } as const;

const facts = (changes: Partial<EnvironmentFacts> = {}): EnvironmentFacts => ({
  displayName: "Contoso Health",
  region: "unitedstates",
  type: "Production",
  isDefault: false,
  managed: true,
  backupRetentionDays: 28,
  securityGroupId: "g1",
  ...changes,
});
const environment = (changes?: Partial<EnvironmentFacts>) => ({
  of: environmentFacts,
  value: facts(changes),
});
const packages = (...names: string[]) => ({ of: installedPackages, value: { names } });

describe("the environment itself", () => {
  it.each([
    ["PSC-ENV-01", environment({ region: "europe" }), "fail", ["the environment is in europe"]],
    [
      "PSC-ENV-02",
      environment({ securityGroupId: null }),
      "fail",
      ["every licensed member of the tenant may enter it"],
    ],
    ["PSC-ENV-03", environment({ managed: false }), "warning", ["the environment is not managed"]],
    ["PSC-ENV-08", environment({ backupRetentionDays: 7 }), "fail", ["back-ups are kept for 7 days"]],
    ["PSC-ENV-08", environment(), "pass", []],
    ["PSC-ENV-08", environment({ backupRetentionDays: null }), "manual", []],
    ["PSC-ENV-09", environment({ type: "Trial" }), "fail", ["prod is a Trial environment"]],
    ["PSC-ENV-09", { of: environmentFacts }, "fail", ["the environment does not exist"]],
  ] as const)("%s in production", (id, read, verdict, messages) => {
    const probes = [read, packages("msdynce_CRMHub")];
    expect(told(judgedGiven(id, { probes, spec: prod }))).toEqual([verdict, messages]);
  });

  it("keeps back-ups for a week in development", () => {
    expect(judgedGiven("PSC-ENV-08", { probes: [environment({ backupRetentionDays: 7 })] }).verdict).toBe(
      "pass",
    );
  });

  it("without an app of Dynamics 365 has them switched off", () => {
    expect(told(judgedGiven("PSC-ENV-01", { probes: [environment(), packages("SomethingElse")] }))).toEqual([
      "fail",
      ["no Dynamics 365 app is installed in it"],
    ]);
  });
});

describe("PSC-ENV-04, data policies", () => {
  const policy = (name: string, ...groups: string[]): CoveringPolicy => ({
    name,
    groups: Object.fromEntries(groups.map((group, i) => [`shared_${i}`, group])),
  });

  it.each([
    ["one that keeps them together", [policy("A", "Confidential", "Confidential")], "pass", []],
    ["none", [], "fail", ["no data policy covers the environment"]],
    [
      "one that separates them beside one that does not",
      [policy("A", "Confidential", "Confidential"), policy("B", "Confidential", "General")],
      "fail",
      ['"B" separates shared_0, shared_1'],
    ],
    ["one that blocks one", [policy("A", "Confidential", "Blocked")], "fail", ['"A" blocks shared_1']],
    [
      "together, and not in Business",
      [policy("A", "General", "General")],
      "fail",
      ["no policy of the environment has the connectors in Business"],
    ],
  ] as const)("%s", (_what, covering, verdict, messages) => {
    const probes = [{ of: dataPolicies, value: { covering } }];
    expect(told(judgedGiven("PSC-ENV-04", { probes, spec: prod }))).toEqual([verdict, messages]);
  });
});

describe("PSC-ENV-05, tenant isolation", () => {
  const all = { tenant: "*", inbound: true, outbound: false };
  const partner = { tenant: "11111111-1111-4111-8111-111111111111", inbound: true, outbound: true };

  it.each([
    ["on", { on: true, allowed: [] }, "pass", "isolation is on and lets nobody through"],
    [
      "on, with a partner",
      { on: true, allowed: [partner] },
      "pass",
      "isolation is on; let through are 11111111-1111-4111-8111-111111111111: see that each has a reason",
    ],
    ["on for nobody", { on: true, allowed: [all] }, "fail", "every tenant is let in"],
    ["off", { on: false, allowed: [all] }, "fail", "tenant isolation is off"],
  ] as const)("%s", (_what, value, verdict, reason) => {
    const result = judgedGiven("PSC-ENV-05", { probes: [{ of: tenantIsolation, value }], spec: prod });
    expect([result.verdict, result.reason]).toEqual([verdict, reason]);
  });
});

describe("tenant settings", () => {
  const value = {
    disableEnvironmentCreationByNonAdminUsers: true,
    disableTrialEnvironmentCreationByNonAdminUsers: true,
    disablePortalsCreationByNonAdminUsers: null,
    "powerPlatform.powerApps.disableShareWithEveryone": true,
    "powerPlatform.powerApps.enableGuestsToMake": true,
  };

  it("that are not said are not taken for switched on", () => {
    const probes = [{ of: tenantSettings, value }];
    expect(told(judgedGiven("PSC-ENV-06", { probes, spec: prod }))).toEqual([
      "fail",
      ["everybody may create sites"],
    ]);
    expect(judgedGiven("PSC-ENV-06", { probes, spec: prod }).findings[0]).toMatchObject({
      expected: "true",
      actual: "not said",
    });
    expect(told(judgedGiven("PSC-ENV-07", { probes, spec: prod }))).toEqual([
      "fail",
      ["guests may make apps"],
    ]);
    expect(judgedGiven("PSC-ENV-07", { probes }).verdict).toBe("warning");
  });
});

describe("PSC-ENV-10, licences of people", () => {
  const skus = [
    {
      skuId: "s1",
      skuPartNumber: "DYN365_ENTERPRISE_CUSTOMER_SERVICE",
      servicePlans: [
        { servicePlanId: "p1", servicePlanName: "DYN365_ENTERPRISE_CUSTOMER_SERVICE" },
        { servicePlanId: "p2", servicePlanName: "SOMETHING_ELSE" },
      ],
    },
    { skuId: "s2", skuPartNumber: "DYN365_CS_MESSAGING", servicePlans: [] },
  ];
  const service = "Dynamics 365 Customer Service Enterprise";
  const messaging = "Dynamics 365 Customer Service Digital Messaging";

  it.each([
    ["both", [{ skuId: "s1" }, { skuId: "s2" }], []],
    ["one", [{ skuId: "s1" }], [messaging]],
    ["none", [], [service, messaging]],
    ["a plan of another purpose switched off", [{ skuId: "s1", disabledPlans: ["p2"] }, { skuId: "s2" }], []],
    ["the plan itself switched off", [{ skuId: "s1", disabledPlans: ["p1"] }, { skuId: "s2" }], [service]],
    ["a product the tenant does not own", [{ skuId: "s3" }, { skuId: "s2" }], [service]],
  ] as const)("%s", (_what, assigned, lacks) => {
    expect(lacking(assigned, skus)).toEqual(lacks);
  });

  it("names who lacks what", () => {
    const people = [{ name: "ben@contoso.onmicrosoft.com", lacks: [messaging] }];
    expect(told(judgedGiven("PSC-ENV-10", { probes: [{ of: agentLicences, value: { people } }] }))).toEqual([
      "fail",
      [`ben@contoso.onmicrosoft.com has no licence for ${messaging}`],
    ]);
  });
});

describe("PSC-ENV-12, consent", () => {
  it("is a person's word where the directory shows nothing", () => {
    const resources = [
      { address: "entra.omnichannel-consent", id: "confirmed by admin@contoso.onmicrosoft.com" },
    ];
    expect(judgedGiven("PSC-ENV-12", { resources }).verdict).toBe("manual");
  });
});

describe("PSC-ENV-14, sample data", () => {
  it.each([
    ["HealthcarePatientAccessPortalSampleData", "fail"],
    ["msdyn_OmnichannelDemoDataAnchor", "fail"],
    ["msdyn_DigitalMessagingTrialAnchor", "fail"],
    ["msdynce_CRMHub", "pass"],
  ])("%s in production: %s", (name, verdict) => {
    expect(judgedGiven("PSC-ENV-14", { probes: [packages(name)], spec: prod }).verdict).toBe(verdict);
  });

  it("may be in a sandbox", () => {
    expect(judgedGiven("PSC-ENV-14", { probes: [packages("HealthcareSampleData")] }).verdict).toBe(
      "not-applicable",
    );
  });
});
