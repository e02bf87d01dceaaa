import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  OMNICHANNEL_APPS,
  omnichannelConsentResources,
} from "../../../src/resources/entra/omnichannel-consent.ts";
import { contosoSpec } from "../support/contoso.ts";
import { actionOf, startTenant, type TestTenant } from "../support/tenant.ts";

const ADDRESS = "entra.omnichannel-consent";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = await startTenant();
});
afterEach(() => tenant.close());

const planned = async () =>
  actionOf(await tenant.plan(contosoSpec(), omnichannelConsentResources()), ADDRESS);

describe("consent gate", () => {
  it("is open until a Global Administrator accepts, then seen by itself", async () => {
    const before = await planned();
    expect(before.action).toBe("gate");
    expect(before.observation).toMatchObject({ status: "absent" });
    expect(before.gate?.link).toBe("https://go.microsoft.com/fwlink/p/?linkid=2070932");
    const { action, payload } = before.gate?.simulation ?? { action: "", payload: {} };
    await tenant.sandbox.control("POST", `person/${action}`, payload);
    expect((await planned()).action).toBe("none");
    expect(await tenant.writes()).toEqual([]);
  });

  it("is open again when somebody disables one of the two service principals", async () => {
    await tenant.sandbox.control("POST", "person/omnichannel-consent", {});
    const { graph } = await tenant.services();
    const [, app] = OMNICHANNEL_APPS;
    const principal = await graph.get<{ id: string }>(`/servicePrincipals(appId='${app.appId}')`);
    await graph.update(`/servicePrincipals/${principal?.id}`, { accountEnabled: false });
    const after = await planned();
    expect(after.action).toBe("gate");
    expect(after.observation).toMatchObject({ status: "absent", reason: `${app.name} is disabled` });
  });

  it("takes a person's word", async () => {
    tenant.confirm(ADDRESS);
    expect((await planned()).action).toBe("none");
  });
});
