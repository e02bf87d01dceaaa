import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applicationUser } from "../../../src/resources/dataverse/application-user.ts";
import { auditing } from "../../../src/resources/dataverse/auditing.ts";
import { groupTeam } from "../../../src/resources/dataverse/group-team.ts";
import { roleAssignment } from "../../../src/resources/dataverse/role-assignment.ts";
import { AGENT_USERS, TENANT } from "../../../src/sandbox/seed.ts";
import {
  BOT_ID,
  type ContactCentre,
  contactCentre,
  failuresOf,
  ORGANIZATION,
  startContactCentre,
} from "../support/dataverse-context.ts";
import { actionOf, diffOf } from "../support/tenant.ts";

const SPEC = contactCentre();
const BOT_USER = applicationUser.address();
const AGENTS_ROLE = roleAssignment.address("Omnichannel agent → group/agents");
const BOT_ROLE = roleAssignment.address("Omnichannel agent → bot");
const USERS_TEAM = groupTeam.address("users");

let centre: ContactCentre;

beforeAll(async () => {
  centre = await startContactCentre();
  expect(failuresOf(await centre.deploy(SPEC))).toEqual([]);
});
afterAll(() => centre.close());

async function bot(): Promise<{ systemuserid: string; applicationid: string }> {
  const { value } = await centre.dataverse(
    `systemusers?$select=systemuserid,applicationid&$filter=msdyn_botapplicationid eq '${BOT_ID}' and deletedstate eq 0`,
  );
  expect(value).toHaveLength(1);
  return value[0];
}

async function person(index: number): Promise<string> {
  const { value } = await centre.dataverse(
    `systemusers?$select=systemuserid&$filter=azureactivedirectoryobjectid eq ${AGENT_USERS[index]?.id}`,
  );
  return value[0].systemuserid as string;
}

async function roleOf(name: string): Promise<string> {
  const { value } = await centre.dataverse(`roles?$select=roleid&$filter=name eq '${name}'`);
  return value[0].roleid as string;
}

async function mend(): Promise<readonly string[]> {
  await centre.writes();
  expect(failuresOf(await centre.deploy(SPEC))).toEqual([]);
  const writes = await centre.writes();
  const after = await centre.plan(SPEC);
  expect(after.actions.filter(({ action }) => action !== "none")).toEqual([]);
  return writes;
}

describe("the bot's application user", () => {
  it("is a bot in the root business unit, with the bot's own id beside the Entra application's", async () => {
    const { systemuserid, applicationid } = await bot();
    const row = await centre.dataverse(`systemusers(${systemuserid})?$expand=businessunitid($select=name)`);
    expect(row).toMatchObject({
      accessmode: 4,
      isdisabled: false,
      msdyn_agentType: 192350001,
      msdyn_capacity: 100,
    });
    expect(applicationid).not.toBe(BOT_ID);
  });

  it("is enabled again when somebody disabled it", async () => {
    const { systemuserid } = await bot();
    await centre.dataverse(`systemusers(${systemuserid})`, "PATCH", { isdisabled: true });
    expect(diffOf(await centre.plan(SPEC), BOT_USER)).toEqual({ enabled: [false, true] });
    expect(await mend()).toEqual([`PATCH /api/data/v9.2/systemusers(${systemuserid})`]);
  });

  it("gets its type, bot id and capacity back", async () => {
    const { systemuserid } = await bot();
    await centre.dataverse(`systemusers(${systemuserid})`, "PATCH", {
      msdyn_agentType: 192350000,
      msdyn_capacity: 1,
    });
    expect(diffOf(await centre.plan(SPEC), BOT_USER)).toEqual({
      userType: [192350000, "bot application user"],
      capacity: [1, 100],
    });
    expect(await mend()).toHaveLength(1);
  });

  it("is made anew over a deleted one that still holds the application id", async () => {
    const { systemuserid, applicationid } = await bot();
    await centre.dataverse(`systemusers(${systemuserid})`, "PATCH", { isdisabled: true });
    await centre.dataverse(`systemusers(${systemuserid})`, "DELETE");
    expect(actionOf(await centre.plan(SPEC), BOT_USER).action).toBe("create");
    await mend();
    const { value } = await centre.dataverse(
      `systemusers?$select=systemuserid,deletedstate&$filter=applicationid eq ${applicationid}`,
    );
    expect(value).toHaveLength(1);
    expect(value[0]).toMatchObject({ deletedstate: 0 });
    expect(value[0].systemuserid).not.toBe(systemuserid);
  });
});

describe("roles held directly", () => {
  it("come back to the member who lost one, and nobody else is touched", async () => {
    const [amara, role] = [await person(0), await roleOf("Omnichannel agent")];
    await centre.dataverse(
      `systemusers(${amara})/systemuserroles_association/$ref?$id=${ORGANIZATION}/api/data/v9.2/roles(${role})`,
      "DELETE",
    );
    expect(diffOf(await centre.plan(SPEC), AGENTS_ROLE)["holders"]).toEqual([
      [`ben@${TENANT.domain}`],
      [`amara@${TENANT.domain}`, `ben@${TENANT.domain}`],
    ]);
    expect(await mend()).toEqual([
      `POST /api/data/v9.2/systemusers(${amara})/systemuserroles_association/$ref`,
    ]);
  });

  it("stay with people the spec does not name", async () => {
    const [sofia, role] = [AGENT_USERS[2].id, await roleOf("Omnichannel agent")];
    const services = await centre.services();
    const environmentId = (await centre.observe(SPEC, "power-platform.environment")) as { id: string };
    await services.bap.addUser(environmentId.id, sofia);
    const user = await person(2);
    await centre.dataverse(`systemusers(${user})/systemuserroles_association/$ref`, "POST", {
      "@odata.id": `${ORGANIZATION}/api/data/v9.2/roles(${role})`,
    });
    expect(actionOf(await centre.plan(SPEC), AGENTS_ROLE).action).toBe("none");
    await centre.deploy(SPEC);
    const kept = await centre.dataverse(
      `systemusers(${user})/systemuserroles_association?$select=name&$filter=name eq 'Omnichannel agent'`,
    );
    expect(kept.value).toHaveLength(1);
  });

  it("reach the bot", async () => {
    expect(await centre.observe(SPEC, BOT_ROLE)).toMatchObject({ fields: { holders: ["bot"] } });
  });

  it("bring a person into Dataverse who was never there", async () => {
    const newcomer = AGENT_USERS[2].userPrincipalName;
    const spec = {
      ...SPEC,
      roles: [
        ...SPEC.roles,
        {
          role: "Omnichannel supervisor",
          to: { kind: "user" as const, userPrincipalName: newcomer },
          by: "direct" as const,
        },
      ],
    };
    const address = roleAssignment.address(`Omnichannel supervisor → user/${newcomer}`);
    expect(failuresOf(await centre.deploy(spec, { only: [address] }))).toEqual([]);
    expect(await centre.observe(spec, address)).toMatchObject({ fields: { holders: [newcomer] } });
  });

  it("name the roles that exist when the spec's does not", async () => {
    const spec = {
      ...SPEC,
      roles: [{ role: "Omnichannel agnet", to: { kind: "bot" as const }, by: "direct" as const }],
    };
    const run = await centre.deploy(spec, {
      only: [roleAssignment.address("Omnichannel agnet → bot")],
    });
    expect(run.result.failures[0]?.error).toMatchObject({
      code: "PSC-E443",
      remedy: expect.stringContaining("Omnichannel agent"),
    });
  });
});

describe("group teams", () => {
  it("hold their role in the root business unit, keyed by the Entra group", async () => {
    const team = await centre.dataverse(
      "teams?$select=name,teamtype,membershiptype&$filter=teamtype eq 2&$expand=teamroles_association($select=name)",
    );
    expect(team.value).toEqual([
      expect.objectContaining({
        name: "Contoso Health Users",
        teamtype: 2,
        membershiptype: 0,
        teamroles_association: [expect.objectContaining({ name: "Healthcare User" })],
      }),
    ]);
  });

  it("get a role back that somebody took", async () => {
    const { value } = await centre.dataverse("teams?$select=teamid&$filter=teamtype eq 2");
    const teamId = value[0].teamid as string;
    const role = await roleOf("Healthcare User");
    await centre.dataverse(
      `teams(${teamId})/teamroles_association/$ref?$id=${ORGANIZATION}/api/data/v9.2/roles(${role})`,
      "DELETE",
    );
    expect(diffOf(await centre.plan(SPEC), USERS_TEAM)).toEqual({ roles: [[], ["Healthcare User"]] });
    expect(await mend()).toEqual([`POST /api/data/v9.2/teams(${teamId})/teamroles_association/$ref`]);
  });
});

describe("auditing", () => {
  it("is switched on again for the organization, with its retention", async () => {
    const { value } = await centre.dataverse("organizations?$select=organizationid");
    await centre.dataverse(`organizations(${value[0].organizationid})`, "PATCH", {
      isauditenabled: false,
      auditretentionperiodv2: 30,
    });
    expect(diffOf(await centre.plan(SPEC), auditing.address())).toEqual({
      enabled: [false, true],
      retentionDays: [30, 365],
    });
    expect(await mend()).toEqual([`PATCH /api/data/v9.2/organizations(${value[0].organizationid})`]);
  });

  it("covers a table that the spec adds, and publishes it", async () => {
    const spec = {
      ...SPEC,
      environment: {
        ...SPEC.environment,
        audit: { tables: ["contact", "incident", "account"], retentionDays: 365 },
      },
    };
    expect(diffOf(await centre.plan(spec), auditing.address())["tables"]).toEqual([
      ["contact", "incident"],
      ["contact", "incident", "account"],
    ]);
    await centre.writes();
    await centre.deploy(spec);
    expect(await centre.writes()).toEqual([
      "PUT /api/data/v9.2/EntityDefinitions(LogicalName='account')",
      "POST /api/data/v9.2/PublishXml",
    ]);
  });

  it("says which table does not exist", async () => {
    const spec = {
      ...SPEC,
      environment: { ...SPEC.environment, audit: { tables: ["contacct"], retentionDays: 365 } },
    };
    const run = await centre.deploy(spec, { only: [auditing.address()] });
    expect(run.result.failures[0]?.error).toMatchObject({
      code: "PSC-E423",
      message: expect.stringContaining("contacct"),
    });
  });
});
