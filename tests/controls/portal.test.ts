import { describe, expect, it } from "vitest";
import { FAMILIES } from "../../src/controls/index.ts";
import { portalWebsite } from "../../src/controls/probes/portal-website.ts";
import type { PortalSpec, Stage } from "../../src/spec/model.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { fact, judged, missing, seen } from "./hand-made.ts";
import { portalSpec } from "./portal-spec.ts";

const withPortal = (changes: Partial<PortalSpec> = {}, stage: Stage = "dev") =>
  contosoSpec({ portal: portalSpec(changes), stage });
const spec = withPortal();

const setting = (name: string, value: string) =>
  fact(`portal.setting[${JSON.stringify(name)}]`, { observed: { value } });
const access = (observed: Parameters<typeof fact>[1]) => ({ resources: [fact("portal.access", observed)] });

describe("without a portal", () => {
  it("nothing about portals applies", () => {
    const controls = FAMILIES.find(({ key }) => key === "POR")?.controls ?? [];
    for (const { id } of controls) expect(judged(id, contosoSpec()).verdict, id).toBe("not-applicable");
  });
});

describe("an application, which Power Pages shows nothing", () => {
  it("leaves addresses, state and firewall to a person", () => {
    const made = access({ state: "not-needed", reason: "only a person's sign-in can look at it" });
    for (const id of ["PSC-POR-02", "PSC-POR-06", "PSC-POR-07"])
      expect(judged(id, spec, { ...made, probes: [seen(portalWebsite, undefined)] }), id).toMatchObject({
        verdict: "manual",
        reason: expect.stringContaining("only a person's sign-in"),
      });
  });
});

describe("sign-in of patients (PSC-POR-01)", () => {
  const local = (on: string, open: string) => ({
    resources: [
      setting("Authentication/Registration/LocalLoginEnabled", on),
      setting("Authentication/Registration/OpenRegistrationEnabled", open),
      setting("Authentication/OpenIdConnect/ExternalID/Authority", "https://contosopatients.ciamlogin.com"),
    ],
  });

  it("fails when anybody can make a local account, though the spec says so", () => {
    const open = withPortal({ localSignIn: true, openRegistration: true });
    expect(judged("PSC-POR-01", open, local("true", "true")).verdict).toBe("fail");
    expect(judged("PSC-POR-01", spec, local("false", "true")).verdict).toBe("pass");
    expect(judged("PSC-POR-01", spec, local("false", "false")).verdict).toBe("pass");
  });

  it("is for a person to see when the spec names no provider", () => {
    expect(judged("PSC-POR-01", withPortal({ signIn: undefined }), local("false", "false")).verdict).toBe(
      "manual",
    );
  });
});

describe("addresses that reach the portal (PSC-POR-02)", () => {
  it("fails on an empty list, though the spec says so", () => {
    const empty = access({ observed: { allowedAddresses: [] } });
    expect(judged("PSC-POR-02", withPortal({ allowedAddresses: [] }), empty)).toMatchObject({
      verdict: "fail",
      reason: expect.stringContaining("opens the site to everybody"),
    });
  });

  it("is for a person to see when the spec leaves the list as it is", () => {
    const unread = access({ observed: { firewall: true } });
    expect(judged("PSC-POR-02", withPortal({ allowedAddresses: undefined }), unread).verdict).toBe("manual");
  });

  it("fails while there is no site", () => {
    expect(judged("PSC-POR-02", spec, { resources: [missing("portal.access")] }).verdict).toBe("fail");
  });
});

describe("user flows of Azure AD B2C (PSC-POR-03)", () => {
  const b2c = withPortal({
    signIn: {
      provider: "b2c",
      name: "B2C",
      authority: "https://contoso.b2clogin.com/tfp/tenant/B2C_1_in/v2.0",
      clientId: "33333333-3333-4333-8333-333333333333",
      policy: "B2C_1_in",
      passwordResetPolicy: "B2C_1_reset",
    },
  });

  it("are manual at best, and fail when the site does not name them", () => {
    const named = { resources: [setting("Authentication/OpenIdConnect/B2C/DefaultPolicyId", "B2C_1_in")] };
    expect(judged("PSC-POR-03", b2c, named).verdict).toBe("manual");
    const gone = {
      resources: [missing('portal.setting["Authentication/OpenIdConnect/B2C/DefaultPolicyId"]')],
    };
    expect(judged("PSC-POR-03", b2c, gone).verdict).toBe("fail");
    expect(judged("PSC-POR-03", spec, named).verdict).toBe("not-applicable");
  });
});

describe("chat on the portal (PSC-POR-04)", () => {
  it("fails on a snippet that is as declared and no widget's", () => {
    const snippet = (value: string) => ({ resources: [fact("portal.chat", { observed: { value } })] });
    expect(judged("PSC-POR-04", spec, snippet("")).findings).toHaveLength(3);
    expect(
      judged("PSC-POR-04", spec, snippet('<script data-app-id="a" data-org-id="b" data-org-url="c">'))
        .verdict,
    ).toBe("pass");
  });
});

describe("content security policy (PSC-POR-05)", () => {
  const ENFORCED = "HTTP/Content-Security-Policy";
  const REPORTED = `${ENFORCED}-Report-Only`;
  const TIGHT = "default-src 'self'; script-src 'self' https://chat.example.com; style-src https:";
  const policy = (name: string, value: string, stage: Stage = "dev") =>
    judged("PSC-POR-05", withPortal({}, stage), { resources: [setting(name, value)] }).verdict;

  it("may report only while it is tried out, and not in production", () => {
    expect(policy(REPORTED, TIGHT)).toBe("pass");
    expect(policy(REPORTED, TIGHT, "prod")).toBe("warning");
    expect(policy(ENFORCED, TIGHT, "prod")).toBe("pass");
  });

  it("warns when scripts may come from everywhere, or nothing is said of them", () => {
    expect(policy(ENFORCED, "script-src 'self' *; connect-src 'self'")).toBe("warning");
    expect(policy(ENFORCED, "script-src 'self'; connect-src https:")).toBe("warning");
    expect(policy(ENFORCED, "style-src 'self'")).toBe("warning");
  });

  it("is for a person to see when the spec leaves it as it is", () => {
    expect(judged("PSC-POR-05", withPortal({ contentSecurityPolicy: undefined })).verdict).toBe("manual");
  });
});

describe("state of the site (PSC-POR-06)", () => {
  const site = (stage: Stage, type: string, visibility: string) =>
    judged("PSC-POR-06", withPortal({}, stage), {
      ...access({}),
      probes: [seen(portalWebsite, { type, visibility })],
    }).verdict;

  it("minds trials in production and openness elsewhere", () => {
    expect(site("dev", "Trial", "private")).toBe("pass");
    expect(site("test", "Production", "public")).toBe("warning");
    expect(site("prod", "Trial", "private")).toBe("warning");
    expect(site("prod", "Production", "public")).toBe("pass");
  });
});

describe("web application firewall (PSC-POR-07)", () => {
  it("warns when it is off, though the spec says so", () => {
    const off = access({ observed: { firewall: false } });
    expect(judged("PSC-POR-07", withPortal({ firewall: false }), off).verdict).toBe("warning");
  });
});
