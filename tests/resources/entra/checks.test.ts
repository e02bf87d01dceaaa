import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PscError } from "../../../src/errors.ts";
import { locationResources } from "../../../src/resources/azure/location.ts";
import { deployerResources } from "../../../src/resources/entra/deployer.ts";
import { licencesResources } from "../../../src/resources/entra/licences.ts";
import { tenantResources } from "../../../src/resources/entra/tenant.ts";
import {
  PLAIN_USER,
  SUBSCRIPTION_OF_ANOTHER_TENANT,
  SUBSCRIPTIONS,
  TENANT,
} from "../../../src/sandbox/seed.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import { contosoSpec } from "../support/contoso.ts";
import { type Person, startTenant, type TestTenant } from "../support/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

function inSubscription(spec: EnvironmentSpec, subscription: string): EnvironmentSpec {
  return { ...spec, azure: { ...spec.azure, subscription } };
}

async function problemOf(
  make: (spec: EnvironmentSpec) => ReturnType<typeof tenantResources>,
  spec: EnvironmentSpec,
  as: Person = "admin",
): Promise<PscError | undefined> {
  return (await tenant.plan(spec, make(spec), as)).problems[0]?.error;
}

describe("tenant check", () => {
  it.each([TENANT.domain, TENANT.id.toUpperCase()])("holds for %s", async (name) => {
    expect(await problemOf(tenantResources, contosoSpec({ tenant: name }))).toBeUndefined();
  });

  it("names the tenant signed in to when it is another than the spec's", async () => {
    const error = await problemOf(tenantResources, contosoSpec({ tenant: "fabrikam.onmicrosoft.com" }));
    expect(error).toMatchObject({ code: "PSC-E320" });
    expect(error?.message).toContain("fabrikam.onmicrosoft.com");
    expect(error?.remedy).toContain(TENANT.domain);
  });

  it("refuses a subscription of another tenant", async () => {
    const error = await problemOf(
      tenantResources,
      inSubscription(contosoSpec(), SUBSCRIPTION_OF_ANOTHER_TENANT),
    );
    expect(error).toMatchObject({ code: "PSC-E321" });
    expect(error?.message).toMatch(/does not belong to tenant/);
  });

  it("does not blame the subscription for a token that Azure refuses", async () => {
    await tenant.sandbox.control("POST", "faults", {
      service: "arm",
      times: 100,
      action: {
        kind: "respond",
        status: 401,
        body: { error: { code: "ExpiredAuthenticationToken", message: "The access token has expired." } },
      },
    });
    expect(await problemOf(tenantResources, contosoSpec())).toMatchObject({ code: "PSC-E202" });
  });

  it("says so when the subscription does not exist", async () => {
    const error = await problemOf(
      tenantResources,
      inSubscription(contosoSpec(), "12121212-1212-4212-8212-121212121212"),
    );
    expect(error?.message).toMatch(/does not exist or .* may not see it/);
  });
});

describe("licence check", () => {
  it("holds with Customer Service Enterprise and Digital Messaging", async () => {
    expect(await problemOf(licencesResources, contosoSpec())).toBeUndefined();
  });

  it("names what is missing and what was found", async () => {
    await tenant.sandbox.control("POST", "state", {
      path: "graph/subscribedSkus",
      where: { skuPartNumber: "DYN365_CS_MESSAGING" },
      set: { capabilityStatus: "Suspended" },
    });
    const error = await problemOf(licencesResources, contosoSpec());
    expect(error).toMatchObject({ code: "PSC-E322" });
    expect(error?.message).toContain("Digital Messaging");
    expect(error?.message).not.toContain("Customer Service Enterprise");
    expect(error?.remedy).toContain("DYN365_CS_MESSAGING (Suspended)");
  });
});

describe("check of the signed-in identity", () => {
  it("holds for the owner", async () => {
    expect(await problemOf(deployerResources, contosoSpec())).toBeUndefined();
  });

  it("names identity, missing permissions and who grants them, and writes nothing", async () => {
    const spec = contosoSpec();
    const error = await problemOf(deployerResources, spec, "reader");
    expect(error).toMatchObject({ code: "PSC-E232" });
    expect(error?.message).toContain(PLAIN_USER.userPrincipalName);
    expect(error?.permission).toContain("Microsoft.HealthBot/healthBots/write");
    expect(error?.permission).toContain("Microsoft.Authorization/roleAssignments/write");
    expect(error?.persona).toContain(SUBSCRIPTIONS[0].id);
    expect(await tenant.writes()).toEqual([]);
  });

  it("holds for a pipeline's application and names what a bare one lacks", async () => {
    expect(await problemOf(deployerResources, contosoSpec(), "pipeline")).toBeUndefined();
    const error = await problemOf(deployerResources, contosoSpec(), "bare");
    expect(error?.permission).toContain("Group.ReadWrite.All");
    expect(error?.permission).toContain("Application.ReadWrite.All");
    expect(error?.remedy).toContain("Privileged Role Administrator");
  });

  it("asks for role settings only when access has to be activated", async () => {
    const { healthBot, ...rest } = contosoSpec();
    const activated = {
      ...rest,
      healthBot: {
        ...healthBot,
        access: { ...healthBot.access, activation: { maxHours: 8, require: ["mfa"] as const } },
      },
    };
    const plain = await problemOf(deployerResources, contosoSpec(), "reader");
    const eligible = await problemOf(deployerResources, activated, "reader");
    expect(plain?.permission).not.toContain("roleManagementPolicies");
    expect(eligible?.permission).toContain("Microsoft.Authorization/roleManagementPolicies/write");
  });
});

describe("region check", () => {
  it("lists the regions that offer the bot when the spec's does not", async () => {
    const spec = contosoSpec();
    const at = (location: string): EnvironmentSpec => ({ ...spec, azure: { ...spec.azure, location } });
    expect(await problemOf(locationResources, at("East US"))).toBeUndefined();
    const error = await problemOf(locationResources, at("antarcticacentral"));
    expect(error).toMatchObject({ code: "PSC-E323" });
    expect(error?.remedy).toMatch(/East US/i);
  });
});
