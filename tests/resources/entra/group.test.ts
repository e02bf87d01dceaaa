import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GroupData, groupResources, groupUniqueName } from "../../../src/resources/entra/group.ts";
import { AGENT_USERS } from "../../../src/sandbox/seed.ts";
import type { EnvironmentSpec, GroupSpec } from "../../../src/spec/model.ts";
import { contosoSpec, plainApplication } from "../support/contoso.ts";
import { actionOf, diffOf, startTenant, type TestTenant } from "../support/tenant.ts";

const [amara, ben] = AGENT_USERS;
const ADDRESS = 'entra.group["agents"]';
const NAME = "Contoso Health Agents";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

function specWith(group: Partial<GroupSpec> = {}, name = "contoso-dev"): EnvironmentSpec {
  const declared: GroupSpec = { key: "agents", name: NAME, members: [], owners: [], ...group };
  return contosoSpec({
    name,
    identity: {
      groups: [declared],
      application: plainApplication("Contoso Health bot (dev)"),
      adminApplications: [],
    },
  });
}

async function madeByHand(properties: object = {}): Promise<string> {
  const { graph } = await tenant.services();
  const made = await graph.create<{ id: string }>("/groups", {
    displayName: NAME,
    mailEnabled: false,
    mailNickname: "agents",
    securityEnabled: true,
    groupTypes: [],
    ...properties,
  });
  await tenant.sandbox.control("POST", "clock", { advanceMs: 15 * 60_000 });
  await tenant.writes();
  return made.id;
}

const dataOf = async (spec: EnvironmentSpec): Promise<GroupData> => {
  const seen = await tenant.observe(spec, groupResources(spec), ADDRESS);
  if (seen.status !== "present") throw new Error(seen.status);
  return seen.data as GroupData;
};

describe("group", () => {
  it("is made with its members, and the second run writes nothing", async () => {
    const spec = specWith({ members: [amara.userPrincipalName.toUpperCase(), ben.userPrincipalName] });
    const first = await tenant.deploy(spec, groupResources(spec));
    expect(first.result).toMatchObject({ outcome: "done", failures: [] });
    expect((await dataOf(spec)).members.map(({ id }) => id).sort()).toEqual([amara.id, ben.id].sort());
    await tenant.writes();
    const second = await tenant.deploy(spec, groupResources(spec));
    expect(actionOf(second.plan, ADDRESS).action).toBe("none");
    expect(await tenant.writes()).toEqual([]);
  });

  it("is the same group for every environment of the tenant", async () => {
    const dev = specWith({}, "contoso-dev");
    await tenant.deploy(dev, groupResources(dev));
    await tenant.writes();
    const test = specWith({}, "contoso-test");
    const { plan } = await tenant.deploy(test, groupResources(test));
    expect(actionOf(plan, ADDRESS).action).toBe("none");
    expect(await tenant.writes()).toEqual([]);
  });

  it("is adopted by its name with one write, its members left alone", async () => {
    const id = await madeByHand();
    const { graph } = await tenant.services();
    await graph.addReference(`/groups/${id}/members`, ben.id);
    await tenant.writes();
    const spec = specWith();
    expect(actionOf(await tenant.plan(spec, groupResources(spec)), ADDRESS).action).toBe("adopt");
    await tenant.deploy(spec, groupResources(spec));
    expect(await tenant.writes()).toEqual([`PATCH /v1.0/groups/${id}`]);
    expect(await graph.get(`/groups/${id}`)).toMatchObject({ uniqueName: "psc-contoso-health-agents" });
    expect(await dataOf(spec)).toMatchObject({ id, members: [{ id: ben.id }] });
  });

  it("shows missing members by name and adds only those", async () => {
    const spec = specWith({ members: [amara.userPrincipalName] });
    await tenant.deploy(spec, groupResources(spec));
    const more = specWith({ members: [amara.userPrincipalName, ben.userPrincipalName] });
    expect(diffOf(await tenant.plan(more, groupResources(more)), ADDRESS)).toEqual({
      members: [[amara.userPrincipalName], [amara.userPrincipalName, ben.userPrincipalName]],
    });
    expect((await tenant.deploy(more, groupResources(more))).result.outcome).toBe("done");
    expect((await dataOf(more)).members).toHaveLength(2);
    // A member fewer in the spec takes nobody's membership away.
    const fewer = specWith({ members: [ben.userPrincipalName] });
    expect(actionOf(await tenant.plan(fewer, groupResources(fewer)), ADDRESS).action).toBe("none");
  });

  it("follows a group that psc made and somebody renamed", async () => {
    const spec = specWith();
    await tenant.deploy(spec, groupResources(spec));
    const { id } = await dataOf(spec);
    await (await tenant.services()).graph.update(`/groups/${id}`, { displayName: "Renamed" });
    expect(diffOf(await tenant.plan(spec, groupResources(spec)), ADDRESS)).toEqual({
      displayName: ["Renamed", NAME],
    });
    await tenant.deploy(spec, groupResources(spec));
    expect((await dataOf(spec)).id).toBe(id);
  });

  it("refuses a group that is not security-enabled", async () => {
    await madeByHand({ securityEnabled: false, mailEnabled: true, groupTypes: ["Unified"] });
    const spec = specWith();
    const [problem] = (await tenant.plan(spec, groupResources(spec))).problems;
    expect(problem?.error).toMatchObject({ code: "PSC-E433" });
  });

  it("names a member that the tenant does not know", async () => {
    const spec = specWith({ members: ["nobody@contoso.onmicrosoft.com"] });
    const { result } = await tenant.deploy(spec, groupResources(spec));
    expect(result.failures[0]?.error).toMatchObject({ code: "PSC-E432" });
    expect(result.failures[0]?.error.message).toContain("nobody@contoso.onmicrosoft.com");
  });

  it("names the missing permission and the role when a plain user deploys", async () => {
    const spec = specWith();
    const { result } = await tenant.deploy(spec, groupResources(spec), "reader");
    expect(result.failures[0]?.error).toMatchObject({
      code: "PSC-E231",
      permission: "Group.ReadWrite.All",
      persona: "Groups Administrator",
    });
  });
});

describe("unique name of a group", () => {
  it("tells names apart that differ in more than case and spaces", () => {
    const names = [
      "Contoso Health Agents",
      "Contoso-Health-Agents!",
      "Contoso (Health) Agents",
      "Ärzte",
      "Arzte",
      "健康",
    ];
    const unique = names.map(groupUniqueName);
    expect(new Set(unique).size).toBe(names.length);
    for (const name of unique) expect(name).toMatch(/^psc-[a-z0-9-]+$/);
    expect(groupUniqueName("CONTOSO health agents")).toBe(groupUniqueName(names[0] ?? ""));
  });
});
