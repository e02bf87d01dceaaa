import { describe, expect, it } from "vitest";
import { conditionalAccess, emergencyAccounts } from "../../src/controls/probes/directory-policies.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { fact, judged, refused, seen } from "./hand-made.ts";

const CONTOSO = contosoSpec();
const SETTING = 'portal.setting["Authentication/Registration/LocalLoginEnabled"]';

describe("the permissions of a verdict", () => {
  it("are those of what it was drawn from, and of what that was read through", () => {
    const resources = [
      fact("portal.access", { through: ["power-platform.environment"] }),
      fact("power-platform.environment"),
      fact(SETTING),
    ];
    const { permissions } = judged("PSC-POR-02", CONTOSO, { resources });
    expect(permissions).toContain("PowerPages.Websites.Read");
    expect(permissions).toContain("Power Platform Administrator");
    expect(permissions).not.toContain("prvReadpowerpagecomponent");
  });

  it("are none of what nothing was sent for", () => {
    const resources = [fact("portal.access", { requested: false })];
    expect(judged("PSC-POR-02", CONTOSO, { resources }).permissions).toEqual([]);
  });

  it("are none of another stage's", () => {
    const { verdict, permissions } = judged("PSC-BOT-11", { ...CONTOSO, stage: "dev" }, {});
    expect([verdict, permissions]).toEqual(["not-applicable", []]);
  });

  it("are all there are when something could not be read", () => {
    const policies = seen(conditionalAccess, { policies: [], securityDefaults: false });
    const { verdict, permissions } = judged("PSC-IAM-13", CONTOSO, {
      probes: [refused(emergencyAccounts), policies],
    });
    expect([verdict, permissions]).toEqual(["error", ["Policy.Read.All", "User.Read.All"]]);
  });
});
