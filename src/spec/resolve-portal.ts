import type { PortalProvider, PortalSpec, Stage, WorkstreamSpec } from "./model.ts";
import type { SpecDocument } from "./schema.ts";

const PROVIDER_NAMES: Readonly<Record<PortalProvider, string>> = {
  entra: "EntraID",
  "external-id": "ExternalID",
  b2c: "AzureADB2C",
};

export function resolvePortal(
  given: NonNullable<SpecDocument["portal"]>,
  displayName: string,
  stage: Stage,
  workstreams: readonly WorkstreamSpec[],
): PortalSpec {
  const first = workstreams.find(({ widget }) => widget !== undefined)?.widget?.name;
  const { signIn, contentSecurityPolicy: policy } = given;
  return {
    name: given.name ?? `${displayName} portal`,
    subdomain: given.subdomain ?? "",
    template: given.template ?? "CustomerSelfServicePortal",
    websiteRecord: given.websiteRecord,
    widget: given.widget === "none" ? undefined : (given.widget ?? first),
    visibility: given.visibility ?? "private",
    allowedAddresses: given.allowedAddresses,
    firewall: given.firewall ?? stage === "prod",
    contentSecurityPolicy: policy && { mode: policy.mode ?? "enforce", policy: policy.policy },
    signIn: signIn && {
      provider: signIn.provider ?? "entra",
      name: signIn.name ?? PROVIDER_NAMES[signIn.provider ?? "entra"],
      authority: signIn.authority ?? "",
      clientId: signIn.clientId ?? "",
      policy: signIn.policy,
      passwordResetPolicy: signIn.passwordResetPolicy,
    },
    localSignIn: given.localSignIn ?? false,
    telemetry: given.telemetry ?? false,
    openRegistration: given.openRegistration ?? false,
    settings: given.settings ?? {},
  };
}
