import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const GROUP =
  "https://management.azure.com/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-contoso-health-dev";
const assignment = (name: string): string =>
  `${GROUP}/providers/Microsoft.Authorization/policyAssignments/psc-${name}?api-version=2025-03-01`;
const OWN =
  "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Authorization/policyDefinitions";

const spec = (own: string): string => `extends: dev.yaml
azure:
  policies:
    - { name: health-bot-azure-rbac }
    - { name: hitrust-hipaa, parameters: { installedApplicationsOnWindowsVM: "", certificateThumbprints: [a, b] } }
    - { name: own, definition: ${OWN}/${own} }
`;

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("policies.yaml", spec("one"));
});
afterAll(() => place.close());

async function azure(method: string, url: string, body?: unknown) {
  const token = await place.sandbox.token("admin", "https://management.azure.com");
  return place.sandbox.ask(method, url, { token, ...(body === undefined ? {} : { body }) });
}

const changes = (): Promise<string[]> => changesIn(place, "policies.yaml");

describe("policies of the resource group", () => {
  it("are assigned, with an identity where an initiative may deploy things", async () => {
    expect((await place.psc("deploy policies.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
    const audit = (await azure("GET", assignment("health-bot-azure-rbac"))).body;
    expect(audit.properties.policyDefinitionId).toMatch(/policyDefinitions\/96561daf-/);
    expect(audit.identity).toBeUndefined();
    const initiative = (await azure("GET", assignment("hitrust-hipaa"))).body;
    expect(initiative).toMatchObject({
      location: "eastus",
      identity: { type: "SystemAssigned" },
      properties: {
        parameters: {
          installedApplicationsOnWindowsVM: { value: "" },
          certificateThumbprints: { value: ["a", "b"] },
        },
      },
    });
  });

  it("are put right when somebody softened them, and parameters that are not declared are left", async () => {
    const { properties, location, identity } = (await azure("GET", assignment("hitrust-hipaa"))).body;
    await azure("PUT", assignment("hitrust-hipaa"), {
      location,
      identity,
      properties: {
        ...properties,
        enforcementMode: "DoNotEnforce",
        parameters: { ...properties.parameters, other: { value: 1 } },
      },
    });
    expect(await changes()).toEqual(['update azure.policy-assignment["hitrust-hipaa"] enforced']);
    expect((await place.psc("deploy policies.yaml")).code).toBe(0);
    expect((await azure("GET", assignment("hitrust-hipaa"))).body.properties).toMatchObject({
      enforcementMode: "Default",
      parameters: { other: { value: 1 }, installedApplicationsOnWindowsVM: { value: "" } },
    });
  });

  it("are replaced where another definition is declared", async () => {
    place.write("policies.yaml", spec("two"));
    expect(await changes()).toEqual(['replace azure.policy-assignment["own"] definition']);
    expect((await place.psc("deploy policies.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
    expect((await azure("GET", assignment("own"))).body.properties.policyDefinitionId).toBe(`${OWN}/two`);
  });

  it("are taken back by --prune, and others' are not", async () => {
    const foreign = `${GROUP}/providers/Microsoft.Authorization/policyAssignments/theirs?api-version=2025-03-01`;
    await azure("PUT", foreign, { properties: { policyDefinitionId: `${OWN}/three` } });
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    for (const name of ["health-bot-azure-rbac", "hitrust-hipaa", "own"])
      expect((await azure("GET", assignment(name))).status).toBe(404);
    expect((await azure("GET", foreign)).status).toBe(200);
  });
});
