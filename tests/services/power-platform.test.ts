import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Services } from "../../src/services/services.ts";
import { type ContactCentre, startContactCentre } from "../resources/support/dataverse-context.ts";

let centre: ContactCentre;
let services: Services;
let environmentId: string;

beforeAll(async () => {
  centre = await startContactCentre();
  const made = await centre.sandbox.control("POST", "environments", {
    displayName: "Catalogue",
    domainName: "catalogue",
  });
  environmentId = made.body.environmentId as string;
  // Slow: what the tests call running must not end by itself on a busy machine.
  await centre.sandbox.control("POST", "clock", { speed: 1 });
  services = await centre.services();
});
afterAll(() => centre.close());

describe("application packages", () => {
  it("reads every page of an environment's catalogue", async () => {
    const [tenant, environment] = [
      await services.powerPlatform.tenantPackages(),
      await services.powerPlatform.environmentPackages(environmentId),
    ];
    expect(environment.length).toBeGreaterThan(25);
    expect(new Set(environment.map(({ uniqueName }) => uniqueName))).toEqual(
      new Set(tenant.map(({ uniqueName }) => uniqueName)),
    );
  });

  it("says that a package is not offered, with the way out", async () => {
    await expect(services.powerPlatform.install(environmentId, "NoSuchAnchor")).rejects.toMatchObject({
      code: "PSC-E301",
      message: expect.stringContaining("NoSuchAnchor"),
      remedy: expect.stringContaining("patient-contact-center"),
    });
  });

  it("follows an installation by the URL that the service handed back", async () => {
    const { operationUrl } = await services.powerPlatform.install(environmentId, "ProductivityToolsAnchor");
    expect(operationUrl).toBeDefined();
    const seen = await services.powerPlatform.installOperation(operationUrl ?? "");
    expect(seen.state).toBe("running");
    await centre.sandbox.control("POST", "clock", { advanceMs: 6 * 3_600_000 });
    // One early look meets a 409, which means "still running".
    const states = [];
    for (let look = 0; look < 3; look += 1)
      states.push((await services.powerPlatform.installOperation(operationUrl ?? "")).state);
    expect(states.at(-1)).toBe("succeeded");
  });

  it("takes a vanished operation for a question to the catalogue, not for an error", async () => {
    const url = `${services.powerPlatform.root}/environments/${environmentId}/operations/00000000-0000-4000-8000-00000000dead?api-version=1`;
    expect(await services.powerPlatform.installOperation(url)).toMatchObject({ state: "gone" });
  });
});
