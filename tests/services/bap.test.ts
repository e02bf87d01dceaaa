import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isServiceError } from "../../src/errors.ts";
import type { Services } from "../../src/services/services.ts";
import { type ContactCentre, startContactCentre } from "../resources/support/dataverse-context.ts";

let centre: ContactCentre;
let services: Services;

beforeAll(async () => {
  centre = await startContactCentre(60);
  services = await centre.services();
});
afterAll(() => centre.close());

const DATABASE = { domainName: "bap-test", language: 1033, currency: "EUR" };

describe("environments", () => {
  it("creates one and follows the operation on the region's own host", async () => {
    const started = await services.bap.createEnvironment({
      displayName: "In Europe",
      region: "europe",
      type: "Sandbox",
      database: DATABASE,
    });
    expect(new URL(started.operationUrl ?? "").host).toBe("europe.api.bap.microsoft.com");
    expect(await services.bap.operation(started.operationUrl ?? "")).toMatchObject({
      state: "running",
      kind: "Create",
    });
    await centre.sandbox.control("POST", "clock", { advanceMs: 3_600_000 });
    const ended = await services.bap.operation(started.operationUrl ?? "");
    expect(ended.state).toBe("succeeded");
    const environment = await services.bap.environment(ended.environmentId ?? "");
    expect(environment).toMatchObject({
      displayName: "In Europe",
      region: "europe",
      type: "Sandbox",
      managed: false,
      dataverse: { domainName: "bap-test", language: 1033, securityGroupId: undefined },
    });
  });

  it("does not know an environment that is gone", async () => {
    expect(await services.bap.environment("00000000-0000-4000-8000-00000000dead")).toBeUndefined();
  });

  it("never asks for an environment without an id, which would be answered with the list", async () => {
    await expect(services.bap.environment("")).rejects.toMatchObject({ code: "PSC-E420" });
  });

  it("hands on the service's words about a domain that is taken", async () => {
    const refused = await services.bap.validateDomain("bap-test", "europe").catch((error: unknown) => error);
    expect(isServiceError(refused, 400) && refused.refusal.serviceCode).toBe("InvalidDomainName");
  });

  it("tells a vanished operation from a failed one", async () => {
    const url = `${services.bap.root}/lifecycleOperations/00000000-0000-4000-8000-00000000dead?api-version=2023-06-01`;
    expect(await services.bap.operation(url)).toMatchObject({ state: "gone" });
  });

  it("does not send a create again when its answer was lost", async () => {
    await centre.requests();
    await centre.sandbox.control("POST", "faults", {
      service: "bap",
      method: "POST",
      match: "BusinessAppPlatform/environments(\\?|$)",
      times: 1,
      action: { kind: "drop-after" },
    });
    await expect(
      services.bap.createEnvironment({
        displayName: "Lost",
        region: "unitedstates",
        type: "Sandbox",
        database: { ...DATABASE, domainName: "bap-lost" },
      }),
    ).rejects.toMatchObject({ code: "PSC-E214" });
    const creates = (await centre.requests()).filter((request) => /^POST .*environments$/.test(request));
    expect(creates).toHaveLength(1);
  });
});
