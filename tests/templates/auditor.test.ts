import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SUBSCRIPTIONS } from "../../src/sandbox/seed.ts";
import { startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";

const read = (file: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, "../../templates/auditor", file), "utf8"));
const SCOPE = `/subscriptions/${SUBSCRIPTIONS[0].id}`;

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox.close());

async function ask(method: string, url: string, body: unknown) {
  const token = await sandbox.token("admin", new URL(url).origin);
  return sandbox.ask(method, url, { token, body });
}

describe("the auditor's template", () => {
  it("is a role that Azure takes, for the subscription put into it", async () => {
    const { Name, Description, Actions, NotActions, DataActions, AssignableScopes, IsCustom } =
      read("azure-role.json");
    expect(IsCustom).toBe(true);
    expect(AssignableScopes).toEqual(["/subscriptions/00000000-0000-0000-0000-000000000000"]);
    expect([NotActions, DataActions]).toEqual([[], []]);
    const id = "a0d17000-0000-4000-8000-000000000002";
    const made = await ask(
      "PUT",
      `https://management.azure.com${SCOPE}/providers/Microsoft.Authorization/roleDefinitions/${id}?api-version=2022-04-01`,
      {
        properties: {
          roleName: Name,
          description: Description,
          permissions: [{ actions: Actions }],
          assignableScopes: [SCOPE],
        },
      },
    );
    expect(made.status, made.text).toBe(201);
  });

  it("is what an application's manifest asks of Microsoft Graph, by ids that Graph has", async () => {
    const requiredResourceAccess = read("graph-permissions.json");
    const made = await ask("POST", "https://graph.microsoft.com/v1.0/applications", {
      displayName: "psc auditor",
      requiredResourceAccess,
    });
    expect(made.status, made.text).toBe(201);
    const { body: graph } = await ask(
      "GET",
      `https://graph.microsoft.com/v1.0/servicePrincipals(appId='${requiredResourceAccess[0].resourceAppId}')`,
      undefined,
    );
    const known = new Set(graph.appRoles.map(({ id }: { id: string }) => id));
    const asked = requiredResourceAccess[0].resourceAccess as { id: string; type: string }[];
    expect(asked.filter(({ id, type }) => !known.has(id) || type !== "Role")).toEqual([]);
  });

  it("is a role of Dataverse that reads the whole organisation and does nothing else", () => {
    const privileges = read("dataverse-role.json") as { PrivilegeName: string; Depth: string }[];
    expect(privileges.length).toBeGreaterThan(40);
    for (const { PrivilegeName, Depth } of privileges)
      expect([PrivilegeName.slice(0, 7), Depth]).toEqual(["prvRead", "Global"]);
    expect(new Set(privileges.map(({ PrivilegeName }) => PrivilegeName.toLowerCase())).size).toBe(
      privileges.length,
    );
  });
});
