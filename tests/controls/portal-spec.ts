import type { PortalSpec } from "../../src/spec/model.ts";

export function portalSpec(overrides: Partial<PortalSpec> = {}): PortalSpec {
  return {
    name: "Contoso patients",
    subdomain: "contoso-patients",
    template: "CustomerSelfService",
    websiteRecord: undefined,
    widget: "Patient chat",
    visibility: "private",
    allowedAddresses: ["203.0.113.0/24"],
    firewall: true,
    contentSecurityPolicy: { mode: "report", policy: undefined },
    signIn: {
      provider: "external-id",
      name: "ExternalID",
      authority: "https://contosopatients.ciamlogin.com/tenant/v2.0",
      clientId: "33333333-3333-4333-8333-333333333333",
      policy: undefined,
      passwordResetPolicy: undefined,
    },
    localSignIn: false,
    telemetry: false,
    openRegistration: false,
    settings: {},
    ...overrides,
  };
}
