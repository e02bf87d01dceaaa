import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filter, type GraphTenant, startGraphTenant } from "./graph.ts";

let tenant: GraphTenant;
beforeEach(async () => {
  tenant = await startGraphTenant();
});
afterEach(() => tenant.close());

const UPSERT = { prefer: "create-if-missing" };
const BODY = {
  displayName: "psc health bot dev",
  signInAudience: "AzureADMultipleOrgs",
  tags: ["psc"],
  requiredResourceAccess: [
    {
      resourceAppId: "00000003-0000-0000-c000-000000000000",
      resourceAccess: [{ id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "Scope" }],
    },
  ],
};

async function createApplication(body: object = BODY): Promise<{ id: string; appId: string }> {
  const answer = await tenant.ask("POST", "/applications", { body });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe("creating an application", () => {
  test("answers 201 with defaults and the address of the directory object", async () => {
    const answer = await tenant.ask("POST", "/applications", { body: BODY });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...BODY,
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
      passwordCredentials: [],
      uniqueName: null,
      web: { redirectUris: [] },
    });
    expect(answer.headers["location"]).toContain(answer.body.id);
  });

  test.each([
    ["an unknown property", { ...BODY, colour: "blue" }, "One or more properties are invalid."],
    [
      "an unknown property inside a complex one",
      { ...BODY, web: { redirectURIs: [] } },
      "One or more properties are invalid.",
    ],
    [
      "a value outside the enumeration",
      { ...BODY, signInAudience: "Everybody" },
      "Invalid value specified for property 'signInAudience' of resource 'Application'.",
    ],
    [
      "a wrong permission type",
      {
        ...BODY,
        requiredResourceAccess: [
          {
            resourceAppId: "00000003-0000-0000-c000-000000000000",
            resourceAccess: [{ id: "e1fe6dd8-ba31-4d61-89e7-88639da4683d", type: "scope" }],
          },
        ],
      },
      "Invalid value specified for property 'requiredResourceAccess' of resource 'Application'.",
    ],
    ["no name", { tags: [] }, "A value is required for property 'displayName' of resource 'Application'."],
    ["a secret", { ...BODY, passwordCredentials: [] }, "One or more property values specified are invalid."],
  ])("with %s is refused", async (_name, body, message) => {
    const answer = await tenant.ask("POST", "/applications", { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: "Request_BadRequest", message });
  });
});

describe("replication", () => {
  test("hides a new application from reads by id and longer from lists, never from its alternate keys", async () => {
    const { id, appId } = await createApplication({ ...BODY, uniqueName: "psc-bot-dev" });
    const early = await tenant.ask("GET", `/applications/${id}`);
    expect(early.status).toBe(404);
    expect(early.body.error).toMatchObject({
      code: "Request_ResourceNotFound",
      message: `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
    });
    expect((await tenant.ask("GET", `/applications(appId='${appId}')`)).status).toBe(200);
    expect((await tenant.ask("GET", "/applications(uniqueName='psc-bot-dev')")).body.id).toBe(id);
    await tenant.control("POST", "clock", { advanceMs: 10_500 });
    expect((await tenant.ask("GET", `/applications/${id}`)).status).toBe(200);
    const listed = `/applications?${filter(`appId eq '${appId}'`)}`;
    expect((await tenant.ask("GET", listed)).body.value).toEqual([]);
    await tenant.replicate();
    expect((await tenant.ask("GET", listed)).body.value).toHaveLength(1);
  });

  test("does not hide it from duplicate detection", async () => {
    await createApplication({ ...BODY, uniqueName: "psc-bot-dev" });
    const second = await tenant.ask("POST", "/applications", {
      body: { ...BODY, uniqueName: "psc-bot-dev" },
    });
    expect(second.status).toBe(400);
    expect(second.body.error).toMatchObject({
      code: "Request_BadRequest",
      details: [{ code: "ObjectConflict", target: "uniqueName" }],
    });
  });
});

describe("upsert by uniqueName", () => {
  const path = "/applications(uniqueName='psc%20bot''s')";

  test("creates with 201 and then updates with 204", async () => {
    const first = await tenant.ask("PATCH", path, { body: BODY, headers: UPSERT });
    expect(first.status).toBe(201);
    expect(first.body.uniqueName).toBe("psc bot's");
    const second = await tenant.ask("PATCH", path, {
      body: { displayName: "renamed" },
      headers: UPSERT,
    });
    expect([second.status, second.text]).toEqual([204, ""]);
    const read = await tenant.ask("GET", `${path}?$select=id,displayName,tags`);
    expect(read.body).toMatchObject({ id: first.body.id, displayName: "renamed", tags: ["psc"] });
    expect(read.body).not.toHaveProperty("appId");
  });

  test("without the preference answers 404", async () => {
    const answer = await tenant.ask("PATCH", path, { body: BODY });
    expect([answer.status, answer.body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
  });

  test("can adopt an existing application once, but never rename it", async () => {
    const { id } = await createApplication();
    await tenant.replicate();
    expect((await tenant.ask("PATCH", `/applications/${id}`, { body: { uniqueName: "mine" } })).status).toBe(
      204,
    );
    const again = await tenant.ask("PATCH", `/applications/${id}`, { body: { uniqueName: "other" } });
    expect(again.status).toBe(400);
    expect((await tenant.ask("GET", "/applications(uniqueName='mine')")).body.id).toBe(id);
  });
});

describe("secrets", () => {
  test("are shown once, sign the application in, and stop doing so when removed", async () => {
    const { id, appId } = await createApplication();
    await tenant.replicate();
    await tenant.ask("POST", "/servicePrincipals", { body: { appId } });
    const added = await tenant.ask("POST", `/applications/${id}/addPassword`, {
      body: { passwordCredential: { displayName: "psc" } },
    });
    expect(added.status).toBe(200);
    const { secretText, keyId } = added.body;
    const read = await tenant.ask("GET", `/applications/${id}?$select=passwordCredentials`);
    expect(read.body.passwordCredentials).toEqual([
      expect.objectContaining({ keyId, secretText: null, hint: secretText.slice(0, 3) }),
    ]);
    expect((await tenant.signIn(appId, secretText)).status).toBe(200);
    const removed = await tenant.ask("POST", `/applications/${id}/removePassword`, { body: { keyId } });
    expect(removed.status).toBe(204);
    expect((await tenant.signIn(appId, secretText)).body.error_codes).toEqual([7000215]);
  });

  test("that have expired are refused with their own code", async () => {
    const { id, appId } = await createApplication();
    const withoutPrincipal = await tenant.signIn(appId, "any");
    expect(withoutPrincipal.body.error_codes).toEqual([7000229]);
    await tenant.replicate();
    await tenant.ask("POST", "/servicePrincipals", { body: { appId } });
    const added = await tenant.ask("POST", `/applications/${id}/addPassword`, {
      body: {
        passwordCredential: {
          startDateTime: "2020-01-01T00:00:00Z",
          endDateTime: "2020-02-01T00:00:00Z",
        },
      },
    });
    expect((await tenant.signIn(appId, added.body.secretText)).body.error_codes).toEqual([7000222]);
  });
});

describe("deleting an application", () => {
  test("takes its service principal along and keeps its unique name until it is purged", async () => {
    const { id, appId } = await createApplication({ ...BODY, uniqueName: "psc-bot" });
    await tenant.replicate();
    await tenant.ask("POST", "/servicePrincipals", { body: { appId } });
    expect((await tenant.ask("DELETE", `/applications/${id}`)).status).toBe(204);
    expect((await tenant.ask("GET", `/servicePrincipals(appId='${appId}')`)).status).toBe(404);
    const deleted = await tenant.ask("GET", "/directory/deletedItems/microsoft.graph.application");
    expect(deleted.body.value.map((entry: { id: string }) => entry.id)).toEqual([id]);
    const path = "/applications(uniqueName='psc-bot')";
    const blocked = await tenant.ask("PATCH", path, { body: BODY, headers: UPSERT });
    expect(blocked.status).toBe(400);
    expect((await tenant.ask("DELETE", `/directory/deletedItems/${id}`)).status).toBe(204);
    expect((await tenant.ask("PATCH", path, { body: BODY, headers: UPSERT })).status).toBe(201);
  });
});

describe("owners", () => {
  test("can be added once and removed once", async () => {
    const { id } = await createApplication();
    await tenant.replicate();
    const body = {
      "@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/ad000000-0000-4000-8000-000000000002",
    };
    expect((await tenant.ask("POST", `/applications/${id}/owners/$ref`, { body })).status).toBe(204);
    const again = await tenant.ask("POST", `/applications/${id}/owners/$ref`, { body });
    expect([again.status, again.body.error.code]).toEqual([400, "Request_BadRequest"]);
    const owners = await tenant.ask("GET", `/applications/${id}/owners?$select=id`);
    expect(owners.body.value).toEqual([
      { "@odata.type": "#microsoft.graph.user", id: "ad000000-0000-4000-8000-000000000002" },
    ]);
    const path = `/applications/${id}/owners/ad000000-0000-4000-8000-000000000002/$ref`;
    expect((await tenant.ask("DELETE", path)).status).toBe(204);
    expect((await tenant.ask("DELETE", path)).status).toBe(404);
  });
});
