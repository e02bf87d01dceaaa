import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PIPELINE_APP, TENANT } from "../../../src/sandbox/seed.ts";
import {
  ADMIN_ENVIRONMENTS,
  BAP,
  creation,
  MINUTE,
  SECOND,
  startTenantAdmin,
  type TenantAdmin,
} from "./tenant-admin.ts";

let admin: TenantAdmin;
beforeEach(async () => {
  admin = await startTenantAdmin();
});
afterEach(() => admin.close());

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SEVEN_DIGITS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;

async function create(domainName: string): Promise<string> {
  const answer = await admin.bap(
    "POST",
    `${BAP}/environments?api-version=2023-06-01`,
    creation(domainName),
    "pipeline",
  );
  expect(answer.status).toBe(202);
  return String(answer.headers["location"]);
}

describe("creating an environment with Dataverse", () => {
  it("answers 202, is polled on the location's own host, and shows Dataverse only some seconds after success", async () => {
    const location = await create("ContosoHealth-Dev");
    expect(location).toMatch(
      /^https:\/\/unitedstates\.api\.bap\.microsoft\.com\/providers\/Microsoft\.BusinessAppPlatform\/lifecycleOperations\/[0-9a-f-]{36}\?api-version=2023-06-01$/,
    );
    const running = await admin.bap("GET", location);
    expect(running.body.state.id).not.toBe("Succeeded");
    expect(running.body.state.id).not.toBe("Failed");

    await admin.pass(4 * MINUTE);
    const done = await admin.bap("GET", location);
    expect(done.body).toMatchObject({
      type: { id: "Create" },
      typeDisplayName: "Create",
      state: { id: "Succeeded" },
      requestedBy: {
        id: PIPELINE_APP.servicePrincipalId,
        displayName: "ServicePrincipal",
        type: "ServicePrincipal",
        tenantId: TENANT.id,
      },
    });
    expect(done.body.stages.map((stage: { id: string }) => stage.id)).toEqual([
      "Validate",
      "Prepare",
      "Run",
      "Finalize",
    ]);
    const id = String(done.body.links.environment.path).split("/").at(-1);
    expect(id).toMatch(GUID);

    const early = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${id}`);
    expect(early.status).toBe(200);
    expect(early.body.properties.provisioningState).toBe("Succeeded");
    expect(early.body.properties.linkedEnvironmentMetadata ?? null).toBeNull();

    await admin.pass(30 * SECOND);
    const ready = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${id}`);
    expect(ready.body.properties.linkedEnvironmentMetadata).toMatchObject({
      domainName: "contosohealth-dev",
      instanceUrl: "https://contosohealth-dev.crm.dynamics.com/",
      instanceApiUrl: "https://contosohealth-dev.api.crm.dynamics.com",
      baseLanguage: 1033,
      instanceState: "Ready",
    });
    expect(ready.body.properties.linkedEnvironmentMetadata.backgroundOperationsState).not.toBe("Enabled");
    await admin.pass(3 * MINUTE);
    const settled = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${id}`);
    expect(settled.body.properties.linkedEnvironmentMetadata.backgroundOperationsState).toBe("Enabled");
  });

  it("returns the recorded member set: seven-digit times, no template, no security group unless one is set", async () => {
    const seeded = await admin.seed({ displayName: "Old", domainName: "old-one", location: "europe" });
    const answer = await admin.bap(
      "GET",
      `${ADMIN_ENVIRONMENTS}/${seeded["environmentId"]}?$expand=permissions,properties.capacity,properties/billingPolicy`,
    );
    const { properties } = answer.body;
    expect(answer.body).toMatchObject({
      id: `/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/${seeded["environmentId"]}`,
      type: "Microsoft.BusinessAppPlatform/scopes/environments",
      location: "europe",
      name: seeded["environmentId"],
    });
    expect(properties.createdTime).toMatch(SEVEN_DIGITS);
    expect(properties.lastModifiedTime).toMatch(SEVEN_DIGITS);
    expect(properties.createdBy).toMatchObject({
      type: "User",
      userPrincipalName: `admin@${TENANT.domain}`,
    });
    expect(properties.billingPolicy).toEqual({ id: "" });
    expect(properties.governanceConfiguration).toEqual({ protectionLevel: "Basic" });
    expect(properties.runtimeEndpoints["microsoft.BusinessAppPlatform"]).toBe(
      "https://europe.api.bap.microsoft.com",
    );
    expect(properties.states.management.id).toBe("Ready");
    expect(properties.capacity.map((row: { capacityType: string }) => row.capacityType)).toContain(
      "Database",
    );
    expect(properties.linkedEnvironmentMetadata.instanceUrl).toBe("https://old-one.crm4.dynamics.com/");
    expect(properties.linkedEnvironmentMetadata).not.toHaveProperty("securityGroupId");
    expect(JSON.stringify(answer.body)).not.toContain("template");
  });

  it("leaves capacity out without $expand", async () => {
    const answer = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/Default-${TENANT.id}`);
    expect(answer.body.properties).not.toHaveProperty("capacity");
  });

  it("fails without a reason and with an empty environment path, and leaves nothing behind", async () => {
    await admin.edit("bap", { switch: "nextCreate" }, { set: { outcome: "Failed" } });
    const location = await create("doomed");
    await admin.pass(5 * MINUTE);
    const failed = await admin.bap("GET", location);
    expect(failed.body.state.id).toBe("Failed");
    expect(failed.body.links.environment.path).toBe("");
    expect(failed.body).not.toHaveProperty("error");
    expect(failed.body.stages.at(-1)).toMatchObject({ id: "Run", state: { id: "Failed" } });
    const list = await admin.bap("GET", ADMIN_ENVIRONMENTS);
    expect(list.body.value).toHaveLength(1);
    expect(await create("doomed")).toContain("lifecycleOperations");
  });

  it("refuses when the tenant's database capacity is used up", async () => {
    await admin.edit("bap", { capacityType: "Database" }, { set: { availableMb: 100 } });
    const answer = await admin.bap("POST", `${BAP}/environments`, creation("no-room"));
    expect(answer.status).toBe(409);
    expect(answer.body.error).toEqual({
      code: "InsufficientCapacity_StorageDriven",
      message:
        "This environment can't be created because your org (tenant) needs at least 1 GB of database capacity.",
      detailUrlType: "NotSpecified",
    });
  });

  it("refuses usedBy outside Developer environments, unknown members and closed locations", async () => {
    const usedBy = await admin.bap(
      "POST",
      `${BAP}/environments`,
      creation("a-domain", { usedBy: { id: "x", type: "1", tenantId: TENANT.id } }),
    );
    expect([usedBy.status, usedBy.body.error.code]).toEqual([400, "UsedByInvalidInRequest"]);
    const unknown = await admin.bap("POST", `${BAP}/environments`, creation("a-domain", { maker: "x" }));
    expect([unknown.status, unknown.body.error.code]).toEqual([400, "InvalidRequestContent"]);
    const closed = await admin.bap("POST", `${BAP}/environments`, {
      ...creation("a-domain"),
      location: "india",
    });
    expect(closed.status).toBe(400);
  });
});

describe("domain names", () => {
  it.each(["existing-domain", "contoso", "Not a domain", "-x"])("calls %j invalid", async (domainName) => {
    await admin.seed({ displayName: "Existing", domainName: "existing-domain" });
    const answer = await admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
      domainName,
      environmentLocation: "unitedstates",
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: {
        code: "InvalidDomainName",
        message: `The specified domain name with a value of '${domainName}' is invalid.`,
      },
    });
  });

  it("accepts a free domain and the domain of the environment itself", async () => {
    const { environmentId } = await admin.seed({ displayName: "Mine", domainName: "mine" });
    const free = await admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
      domainName: "free-one",
      environmentLocation: "unitedstates",
    });
    expect(free.status).toBe(200);
    const own = await admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
      domainName: "mine",
      environmentName: environmentId,
    });
    expect(own.status).toBe(200);
  });

  it("holds a domain from the moment of the request; an unvalidated creation meets 409", async () => {
    await create("wanted");
    const second = await admin.bap("POST", `${BAP}/environments`, creation("wanted"));
    expect([second.status, second.body.error.code]).toEqual([409, "DomainNameAlreadyInUse"]);
  });

  it("can behave like older service versions and substitute the domain", async () => {
    await admin.seed({ displayName: "First", domainName: "wanted" });
    await admin.edit("bap", { switch: "takenDomain" }, { set: { behaviour: "substitute" } });
    const location = await create("wanted");
    await admin.pass(6 * MINUTE);
    const operation = await admin.bap("GET", location);
    const id = String(operation.body.links.environment.path).split("/").at(-1);
    const environment = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${id}`);
    expect(environment.body.properties.linkedEnvironmentMetadata.domainName).toMatch(/^org[0-9a-f]{8}$/);
  });
});

describe("an environment without Dataverse", () => {
  const bare = {
    location: "europe",
    properties: { displayName: "Bare", environmentSku: "Sandbox" },
  };

  it("is created at once with 201, and gets Dataverse by an operation that is polled as an environment", async () => {
    const created = await admin.bap("POST", `${BAP}/environments?api-version=2023-06-01`, bare);
    expect(created.status).toBe(201);
    expect(created.body.properties.provisioningState).toBe("Succeeded");
    const id = created.body.name;

    const started = await admin.bap("POST", `${BAP}/environments/${id}/provisionInstance`, {
      baseLanguage: 1031,
      domainName: "added-later",
      currency: { code: "EUR" },
    });
    expect(started.status).toBe(202);
    expect(started.headers["retry-after"]).toMatch(/^\d+$/);
    const location = String(started.headers["location"]);
    expect(new URL(location).hostname).toBe("europe.api.bap.microsoft.com");

    const running = await admin.bap("GET", location);
    expect(running.body.id).toBe(
      `/providers/Microsoft.BusinessAppPlatform/scopes/service/environments/${id}`,
    );
    expect(running.body.properties.provisioningState).toBe("LinkedDatabaseProvisioning");
    expect(running.body).not.toHaveProperty("state");

    await admin.pass(5 * MINUTE);
    const done = await admin.bap("GET", location);
    expect(done.status).toBe(200);
    expect(done.body.properties.provisioningState).toBe("Succeeded");
    expect(done.body.properties.linkedEnvironmentMetadata.instanceUrl).toBe(
      "https://added-later.crm4.dynamics.com/",
    );
  });

  it("can answer 499 although the database is being made", async () => {
    await admin.edit("bap", { switch: "nextProvision" }, { set: { answer: "ClientClosed" } });
    const { body } = await admin.bap("POST", `${BAP}/environments`, bare);
    const url = `${BAP}/environments/${body.name}/provisionInstance`;
    const answer = await admin.bap("POST", url, { domainName: "lost-answer" });
    expect(answer.status).toBe(499);
    expect(answer.body.properties.provisioningState).toBe("LinkedDatabaseProvisioning");
    expect((await admin.bap("POST", url, { domainName: "lost-answer" })).status).toBe(409);
    await admin.pass(5 * MINUTE);
    const done = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/${body.name}`);
    expect(done.body.properties.linkedEnvironmentMetadata.domainName).toBe("lost-answer");
  });

  it("cannot become a managed environment", async () => {
    const created = await admin.bap("POST", `${BAP}/environments`, bare);
    const answer = await admin.bap(
      "POST",
      `${BAP}/environments/${created.body.name}/governanceConfiguration`,
      {
        protectionLevel: "Standard",
      },
    );
    expect(answer.status).toBe(400);
  });
});

describe("the organization behind an environment", () => {
  const whoAmI = async (instanceUrl: string) => {
    const token = await admin.cloud.token("pipeline", instanceUrl);
    return admin.cloud.ask("GET", `${instanceUrl}api/data/v9.2/WhoAmI`, { token });
  };

  it("refuses its creator for some seconds after the operation has succeeded", async () => {
    const location = await create("brand-new");
    await admin.pass(4 * MINUTE);
    expect((await admin.bap("GET", location)).body.state.id).toBe("Succeeded");
    const instanceUrl = "https://brand-new.crm.dynamics.com/";
    expect((await whoAmI(instanceUrl)).status).toBe(403);
    await admin.pass(5 * MINUTE);
    expect((await whoAmI(instanceUrl)).status).toBe(200);
  });

  it("of a seeded environment is ready, and lets an application in once addAppUser has added it", async () => {
    const { environmentId, instanceUrl } = await admin.seed({ displayName: "Ready", domainName: "ready" });
    expect((await whoAmI(String(instanceUrl))).status).toBe(403);
    await admin.bap("POST", `${ADMIN_ENVIRONMENTS}/${environmentId}/addAppUser`, {
      servicePrincipalAppId: PIPELINE_APP.appId,
    });
    expect((await whoAmI(String(instanceUrl))).status).toBe(200);
  });

  it("is gone with the environment", async () => {
    const { environmentId, instanceUrl } = await admin.seed({ displayName: "Doomed", domainName: "doomed" });
    await admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/${environmentId}`, { code: "7", message: "gone" });
    await admin.pass(2 * MINUTE);
    expect((await whoAmI(String(instanceUrl))).status).not.toBe(200);
  });
});

describe("changing an environment", () => {
  let url: string;
  let id: string;
  beforeEach(async () => {
    const seeded = await admin.seed({ displayName: "Before", domainName: "change-me" });
    id = String(seeded["environmentId"]);
    url = `${ADMIN_ENVIRONMENTS}/${id}`;
  });

  it("sets the security group when the operation has ended, and takes it away with the zero GUID", async () => {
    const group = "9f0c5d1e-0000-4000-8000-000000000001";
    const answer = await admin.bap("PATCH", url, {
      properties: { displayName: "After", linkedEnvironmentMetadata: { securityGroupId: group } },
    });
    expect(answer.status).toBe(202);
    const during = await admin.bap("GET", url);
    expect(during.body.properties.displayName).toBe("Before");
    expect(during.body.properties.states.management.id).toBe("Running");

    await admin.pass(MINUTE);
    const operation = await admin.bap("GET", String(answer.headers["location"]));
    expect(operation.body.state.id).toBe("Succeeded");
    const after = await admin.bap("GET", url);
    expect(after.body.properties.displayName).toBe("After");
    expect(after.body.properties.states.management.id).toBe("Ready");
    expect(after.body.properties.linkedEnvironmentMetadata.securityGroupId).toBe(group);

    await admin.bap("PATCH", url, {
      properties: {
        linkedEnvironmentMetadata: { securityGroupId: "00000000-0000-0000-0000-000000000000" },
      },
    });
    await admin.pass(MINUTE);
    const open = await admin.bap("GET", url);
    expect(open.body.properties.linkedEnvironmentMetadata).not.toHaveProperty("securityGroupId");
  });

  it("switches administration mode", async () => {
    await admin.bap("PATCH", url, { properties: { states: { runtime: { id: "AdminMode" } } } });
    await admin.pass(MINUTE);
    const after = await admin.bap("GET", url);
    expect(after.body.properties.states.runtime.id).toBe("AdminMode");
  });

  it("refuses a second operation while one runs", async () => {
    await admin.bap("PATCH", url, { properties: { displayName: "One" } });
    const patch = await admin.bap("PATCH", url, { properties: { displayName: "Two" } });
    expect(patch.status).toBe(409);
    expect(patch.body.error).toMatchObject({
      code: "OperationNotStartable",
      message: `This operation cannot be performed because there is an active lifecycle operation on the environment ${id}.`,
    });
    const removal = await admin.bap("DELETE", url, { code: "7", message: "gone" });
    expect(removal.status).toBe(409);
    await admin.pass(MINUTE);
    expect((await admin.bap("DELETE", url, { code: "7", message: "gone" })).status).toBe(202);
  });

  it("makes the environment a managed one when a newer version's PATCH touches the description", async () => {
    await admin.bap("PATCH", url, { properties: { description: "x" } });
    await admin.pass(MINUTE);
    expect((await admin.bap("GET", url)).body.properties.governanceConfiguration.protectionLevel).toBe(
      "Basic",
    );
    await admin.bap("PATCH", `${url}?api-version=2022-05-01`, { properties: { description: "y" } });
    await admin.pass(MINUTE);
    expect((await admin.bap("GET", url)).body.properties.governanceConfiguration.protectionLevel).toBe(
      "Standard",
    );
  });

  it("converts the SKU through an Operation-Location", async () => {
    const answer = await admin.bap("POST", `${url}/modifySku`, { environmentSku: "Production" });
    expect(answer.status).toBe(202);
    expect(answer.headers).not.toHaveProperty("location");
    await admin.pass(2 * MINUTE);
    const operation = await admin.bap("GET", String(answer.headers["operation-location"]));
    expect(operation.body.state.id).toBe("Succeeded");
    expect((await admin.bap("GET", url)).body.properties.environmentSku).toBe("Production");
  });

  it("turns governance on, answers 204 when nothing changes, and lists the operations", async () => {
    const settings = { extendedSettings: { limitSharingMode: "noLimit", solutionCheckerMode: "warn" } };
    const wanted = { protectionLevel: "Standard", settings };
    const governance = `${BAP}/environments/${id}/governanceConfiguration`;
    const first = await admin.bap("POST", governance, wanted);
    expect(first.status).toBe(202);
    expect((await admin.bap("POST", governance, wanted)).status).toBe(409);
    await admin.pass(MINUTE);
    const after = await admin.bap("GET", url);
    expect(after.body.properties.governanceConfiguration).toEqual(wanted);
    expect((await admin.bap("POST", governance, wanted)).status).toBe(204);

    const operations = await admin.bap(
      "GET",
      `${BAP}/lifecycleOperations?$filter=environment eq '${id}'&api-version=2024-05-01`,
    );
    expect(operations.body.value[0]).toMatchObject({
      type: { id: "EnableGovernanceConfiguration" },
      typeDisplayName: "Enable Managed Environment",
      state: { id: "Succeeded" },
    });
  });

  it("deletes the environment and gives its domain and its capacity back", async () => {
    const before = await admin.cloud.control("GET", "state?path=bap/capacity");
    const answer = await admin.bap("DELETE", url, { code: "7", message: "Deleted by a test" });
    expect(answer.status).toBe(202);
    await admin.pass(2 * MINUTE);
    expect((await admin.bap("GET", String(answer.headers["location"]))).body.state.id).toBe("Succeeded");
    const gone = await admin.bap("GET", url);
    expect(gone.status).toBe(404);
    expect(gone.body.error).toEqual({
      code: "EnvironmentNotFound",
      message: `The environment '${id}' could not be found in the tenant.`,
      detailUrlType: "NotSpecified",
    });
    const after = await admin.cloud.control("GET", "state?path=bap/capacity");
    expect(after.body.availableMb).toBe(before.body.availableMb + 1024);
    const validation = await admin.bap("POST", `${BAP}/validateEnvironmentDetails`, {
      domainName: "change-me",
      environmentLocation: "unitedstates",
    });
    expect(validation.status).toBe(200);
  });
});

describe("reading environments", () => {
  it("answers the list when the id is empty", async () => {
    const answer = await admin.bap("GET", `${ADMIN_ENVIRONMENTS}/`);
    expect(answer.status).toBe(200);
    expect(answer.body.value).toHaveLength(1);
  });

  it("has a default environment, which ~Default leads to and nobody can delete", async () => {
    const answer = await admin.bap("GET", `${BAP}/environments/~Default?api-version=2020-10-01`);
    expect(answer.body).toMatchObject({
      id: `/providers/Microsoft.BusinessAppPlatform/environments/Default-${TENANT.id}`,
      type: "Microsoft.BusinessAppPlatform/environments",
      name: `Default-${TENANT.id}`,
    });
    expect(answer.body.properties).toMatchObject({ isDefault: true, environmentSku: "Default" });
    const removal = await admin.bap("DELETE", `${ADMIN_ENVIRONMENTS}/Default-${TENANT.id}`, { code: "7" });
    expect(removal.status).toBe(400);
  });

  it("shows a person without a role only the default environment, and not through the admin path", async () => {
    await admin.seed({ displayName: "Hidden", domainName: "hidden" });
    const own = await admin.bap("GET", `${BAP}/environments`, undefined, "reader");
    expect(own.body.value.map((row: { name: string }) => row.name)).toEqual([`Default-${TENANT.id}`]);
    const all = await admin.bap("GET", ADMIN_ENVIRONMENTS, undefined, "reader");
    expect([all.status, all.body.error.code]).toEqual([403, "Forbidden"]);
  });
});
