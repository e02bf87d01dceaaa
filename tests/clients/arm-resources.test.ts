import { ResourceManagementClient } from "@azure/arm-resources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AzureSession, all, proven, SUBSCRIPTION, startAzureSession } from "./azure-session.ts";

let session: AzureSession;
let client: ResourceManagementClient;
const CLIENT = "@azure/arm-resources";

beforeAll(async () => {
  session = await startAzureSession();
  client = new ResourceManagementClient(session.credential, SUBSCRIPTION);
});
afterAll(() => session.cloud.close());

describe("@azure/arm-resources", () => {
  it("registers and unregisters a provider", async () => {
    expect((await client.providers.get("Microsoft.HealthBot")).registrationState).toBe("NotRegistered");
    expect((await client.providers.register("Microsoft.HealthBot")).registrationState).toBe("Registering");
    await session.advance(100);
    const registered = await client.providers.get("microsoft.healthbot");
    expect(registered).toMatchObject({
      namespace: "Microsoft.HealthBot",
      registrationState: "Registered",
      registrationPolicy: "RegistrationRequired",
    });
    const bots = registered.resourceTypes?.find((type) => type.resourceType === "healthBots");
    expect(bots?.apiVersions).toContain("2025-11-01");
    expect(bots?.locations).toContain("East US");
    expect((await client.providers.unregister("Microsoft.HealthBot")).registrationState).toBe(
      "Unregistering",
    );
    await expect(client.providers.get("Contoso.Nothing")).rejects.toMatchObject({
      statusCode: 404,
      code: "InvalidResourceNamespace",
    });
    const names = (await all(client.providers.list())).map((provider) => provider.namespace);
    expect(names).toContain("Microsoft.OperationalInsights");
    proven(
      CLIENT,
      "GET /subscriptions/{id}/providers",
      "GET /subscriptions/{id}/providers/{namespace}",
      "POST /subscriptions/{id}/providers/{namespace}/register",
      "POST /subscriptions/{id}/providers/{namespace}/unregister",
    );
  });

  it("creates, reads, changes and lists resource groups", async () => {
    const created = await client.resourceGroups.createOrUpdate("rg-one", {
      location: "westeurope",
      tags: { owner: "psc" },
    });
    expect(created).toMatchObject({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-one`,
      name: "rg-one",
      type: "Microsoft.Resources/resourceGroups",
      location: "westeurope",
      properties: { provisioningState: "Succeeded" },
    });
    await client.resourceGroups.createOrUpdate("rg-two", { location: "eastus" });
    expect((await client.resourceGroups.get("RG-ONE")).name).toBe("rg-one");
    const updated = await client.resourceGroups.update("rg-one", { tags: { owner: "other" } });
    expect(updated.tags).toEqual({ owner: "other" });
    expect((await all(client.resourceGroups.list())).map((group) => group.name)).toEqual(
      expect.arrayContaining(["rg-one", "rg-two"]),
    );
    const filter = "tagName eq 'owner' and tagValue eq 'other'";
    expect((await all(client.resourceGroups.list({ filter }))).map((group) => group.name)).toEqual([
      "rg-one",
    ]);
    const pages: number[] = [];
    for await (const page of client.resourceGroups.list({ top: 1 }).byPage()) pages.push(page.length);
    expect(Math.max(...pages)).toBe(1);
    expect(pages.length).toBeGreaterThan(1);
    proven(
      CLIENT,
      "PUT /subscriptions/{id}/resourceGroups/{name}",
      "GET /subscriptions/{id}/resourceGroups/{name}",
      "PATCH /subscriptions/{id}/resourceGroups/{name}",
      "GET /subscriptions/{id}/resourceGroups",
    );
  });

  it("says what exists, what conflicts and what is missing", async () => {
    await client.resourceGroups.createOrUpdate("rg-here", { location: "eastus" });
    expect((await client.resourceGroups.checkExistence("rg-here")).body).toBe(true);
    expect((await client.resourceGroups.checkExistence("rg-nowhere")).body).toBe(false);
    await expect(client.resourceGroups.get("rg-nowhere")).rejects.toMatchObject({
      statusCode: 404,
      code: "ResourceGroupNotFound",
      message: "Resource group 'rg-nowhere' could not be found.",
    });
    await expect(
      client.resourceGroups.createOrUpdate("rg-here", { location: "westeurope" }),
    ).rejects.toMatchObject({ statusCode: 409, code: "InvalidResourceGroupLocation" });
    await expect(
      new ResourceManagementClient(session.stranger, SUBSCRIPTION).resourceGroups.get("rg-here"),
    ).rejects.toMatchObject({ statusCode: 403, code: "AuthorizationFailed" });
    proven(CLIENT, "HEAD /subscriptions/{id}/resourceGroups/{name}");
  });

  it("reads any resource by its id", async () => {
    await client.providers.register("Microsoft.OperationalInsights");
    await session.advance(100);
    await client.resourceGroups.createOrUpdate("rg-any", { location: "eastus" });
    const id = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-any/providers/Microsoft.OperationalInsights/workspaces/log-any`;
    await session.raw("PUT", `${id}?api-version=2025-07-01`, { location: "eastus" });
    expect(await client.resources.getById(id, "2025-07-01")).toMatchObject({ id, name: "log-any" });
    expect((await all(client.resources.listByResourceGroup("rg-any"))).map((one) => one.name)).toEqual([
      "log-any",
    ]);
    expect((await all(client.resources.list())).map((one) => one.id)).toContain(id);
    proven(
      CLIENT,
      "GET /subscriptions/{id}/resourceGroups/{name}/resources",
      "GET /subscriptions/{id}/resources",
    );
  });

  it("follows the deletion of a group to its end", async () => {
    await client.resourceGroups.createOrUpdate("rg-gone", { location: "eastus" });
    const deletion = client.resourceGroups.delete("rg-gone", { updateIntervalInMs: 1 });
    await deletion.submitted();
    expect((await client.resourceGroups.get("rg-gone")).properties?.provisioningState).toBe("Deleting");
    await deletion.poll();
    expect(deletion.isDone).toBe(false);
    await session.advance(120);
    await deletion.poll();
    expect(deletion.isDone).toBe(true);
    expect((await client.resourceGroups.checkExistence("rg-gone")).body).toBe(false);
    proven(CLIENT, "DELETE /subscriptions/{id}/resourceGroups/{name}");
  });

  it("is told plainly what the sandbox does not simulate", async () => {
    await expect(client.tagsOperations.list().next()).rejects.toMatchObject({
      statusCode: 501,
      code: "NotSimulated",
    });
  });
});
