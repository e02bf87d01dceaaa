import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deterministicGuid } from "../../../src/resources/azure/deterministic-guid.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { azureResources } from "../support/foundation.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

type Access = EnvironmentSpec["healthBot"]["access"];

const STANDING = 'azure.role-assignment["Healthcare Agent Admin → botAdmins"]';
const ELIGIBLE = 'azure.eligible-role-assignment["Healthcare Agent Admin → botAdmins"]';
const ADMIN_ROLE = "f1082fec-a70f-419f-9230-885d2550fb38";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

function withAccess(access: Partial<Access>): EnvironmentSpec {
  const spec = contosoSpec();
  return { ...spec, healthBot: { ...spec.healthBot, access: { ...spec.healthBot.access, ...access } } };
}

const activated = (maxHours: number, require: NonNullable<Access["activation"]>["require"]) =>
  withAccess({ activation: { maxHours, require } });

const botId = (spec: EnvironmentSpec): string =>
  `/subscriptions/${spec.azure.subscription}/resourceGroups/${spec.azure.resourceGroup}/providers/Microsoft.HealthBot/healthBots/${spec.healthBot.name}`;

async function deployed(spec: EnvironmentSpec): Promise<EnvironmentSpec> {
  const { result } = await tenant.deploy(spec, azureResources(spec));
  expect(result).toMatchObject({ outcome: "done", failures: [] });
  await tenant.writes();
  return spec;
}

interface Assignment {
  readonly name: string;
  readonly properties: {
    readonly scope: string;
    readonly principalId: string;
    readonly principalType: string;
    readonly roleDefinitionId: string;
  };
}

async function assignmentsAt(spec: EnvironmentSpec): Promise<Assignment[]> {
  const { arm } = await tenant.services();
  const all = await arm.list<Assignment>(`${botId(spec)}/providers/Microsoft.Authorization/roleAssignments`, {
    $filter: "atScope()",
  });
  return all.filter(({ properties }) => properties.scope.toLowerCase() === botId(spec).toLowerCase());
}

describe("standing access to the bot", () => {
  it("is given to the group once, at the bot", async () => {
    const spec = await deployed(contosoSpec());
    const found = await assignmentsAt(spec);
    expect(found).toHaveLength(1);
    expect(found[0]?.properties.principalType).toBe("Group");
    expect(found[0]?.properties.roleDefinitionId).toContain(ADMIN_ROLE);
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), STANDING).action).toBe("none");
  });

  it("is recognised when somebody gave it under another name", async () => {
    const spec = await deployed(contosoSpec());
    const { arm } = await tenant.services();
    const [before] = await assignmentsAt(spec);
    const collection = `${botId(spec)}/providers/Microsoft.Authorization/roleAssignments`;
    await arm.send("DELETE", `${collection}/${before?.name}`);
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), STANDING).action).toBe("create");
    await arm.send("PUT", `${collection}/0d0d0d0d-0000-4000-8000-000000000000`, {
      body: {
        properties: {
          roleDefinitionId: `/subscriptions/${spec.azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ADMIN_ROLE}`,
          principalId: before?.properties.principalId,
          principalType: "Group",
        },
      },
    });
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), STANDING).action).toBe("none");
  });

  it("covers every role the spec gives", async () => {
    const spec = await deployed(withAccess({ editors: "users", readers: "users" }));
    expect((await assignmentsAt(spec)).length).toBe(3);
  });

  it("waits until Azure knows a group that was just made", async () => {
    await tenant.sandbox.control("POST", "faults", {
      method: "PUT",
      match: "roleAssignments/",
      times: 3,
      action: {
        kind: "respond",
        status: 400,
        body: { error: { code: "PrincipalNotFound", message: "Principal does not exist in the directory." } },
      },
    });
    await deployed(contosoSpec());
  });
});

describe("access that has to be activated", () => {
  it("makes the group eligible under the demands of the spec, with nothing standing", async () => {
    const spec = await deployed(activated(4, ["mfa", "justification", "ticket"]));
    expect(await assignmentsAt(spec)).toEqual([]);
    const action = actionOf(await tenant.plan(spec, azureResources(spec)), ELIGIBLE);
    expect(action.action).toBe("none");
    expect(action.observation).toMatchObject({
      status: "present",
      fields: { maxHours: 4, require: ["mfa", "justification", "ticket"] },
    });
    const again = await tenant.deploy(spec, azureResources(spec));
    expect(again.plan.summary.none).toBe(again.plan.actions.length);
    expect(await tenant.writes()).toEqual([]);
  });

  it("changes the demands in one write, and names them", async () => {
    await deployed(activated(8, ["mfa"]));
    const strict = activated(2, ["mfa", "approval"]);
    expect(diffOf(await tenant.plan(strict, azureResources(strict)), ELIGIBLE)).toEqual({
      maxHours: [8, 2],
      require: [["mfa"], ["mfa", "approval"]],
    });
    await tenant.deploy(strict, azureResources(strict));
    const writes = await tenant.writes();
    expect(writes).toHaveLength(1);
    expect(writes[0]).toMatch(/^PATCH .*roleManagementPolicies/);
    expect(actionOf(await tenant.plan(strict, azureResources(strict)), ELIGIBLE).action).toBe("none");
  });

  it("waits until Privileged Identity Management knows a group that was just made", async () => {
    await tenant.sandbox.control("POST", "faults", {
      method: "PUT",
      match: "roleEligibilityScheduleRequests",
      times: 2,
      action: {
        kind: "respond",
        status: 404,
        body: { error: { code: "SubjectNotFound", message: "The subject is not found." } },
      },
    });
    await deployed(activated(8, ["mfa", "justification"]));
  });

  it("takes an eligibility that is there already as it is", async () => {
    const spec = activated(8, ["mfa", "justification"]);
    await tenant.sandbox.control("POST", "faults", {
      method: "PUT",
      match: "roleEligibilityScheduleRequests",
      times: 1,
      action: { kind: "drop-after" },
    });
    await deployed(spec);
    expect(actionOf(await tenant.plan(spec, azureResources(spec)), ELIGIBLE).action).toBe("none");
  });

  it("says what to do when there are no role settings", async () => {
    const spec = activated(8, ["mfa"]);
    await tenant.sandbox.control("POST", "faults", {
      method: "GET",
      match: "roleManagementPolicyAssignments",
      times: 1,
      action: { kind: "respond", status: 200, body: { value: [] } },
    });
    const { result } = await tenant.deploy(spec, azureResources(spec));
    expect(result.failures[0]?.error).toMatchObject({ code: "PSC-E438" });
  });
});

describe("names that psc chooses", () => {
  it("are version 5 UUIDs, the same for the same parts whatever their case", () => {
    const name = deterministicGuid("/subscriptions/A/b", ADMIN_ROLE, "principal");
    expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(deterministicGuid("/SUBSCRIPTIONS/a/B", ADMIN_ROLE.toUpperCase(), "principal")).toBe(name);
    expect(deterministicGuid("/subscriptions/A/b", ADMIN_ROLE, "another")).not.toBe(name);
  });
});
