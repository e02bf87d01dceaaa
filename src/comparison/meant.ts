import type { EnvironmentSpec } from "../spec/model.ts";

/** A field of the spec that is meant to differ between environments, and why. */
interface MeantField {
  /** `identity.groups[].name`; what is below it is meant too. */
  readonly field: string;
  readonly why: string;
  /** Meant only where each side has the value that follows from its own spec. */
  readonly follows?: (spec: EnvironmentSpec) => unknown;
}

const isProd = ({ stage }: EnvironmentSpec): boolean => stage === "prod";

/** What may differ between two environments without one of them being wrong. Everything else is told. */
export const MEANT_TO_DIFFER: readonly MeantField[] = [
  { field: "name", why: "the environment's own name" },
  { field: "stage", why: "the stage it serves" },
  { field: "tenant", why: "environments may be in tenants of their own" },
  { field: "environment.displayName", why: "the environment's own name" },
  { field: "environment.domain", why: "each environment has its own domain" },
  { field: "environment.dataPolicy.name", why: "a policy of its own" },
  { field: "azure.subscription", why: "stages are kept apart by subscriptions" },
  { field: "azure.resourceGroup", why: "each environment has its own resource group" },
  { field: "azure.monitoring.workspace", why: "telemetry of patients must not mix with that of tests" },
  {
    field: "azure.monitoring.applicationInsights",
    why: "telemetry of patients must not mix with that of tests",
  },
  { field: "identity.groups[].name", why: "a group has its own name in each environment" },
  { field: "identity.application.name", why: "each environment has its own application" },
  { field: "identity.application.federated[].subject", why: "each environment has its own pipeline" },
  { field: "identity.application.certificates[].file", why: "a certificate of its own" },
  { field: "identity.application.certificates[].der", why: "a certificate of its own" },
  { field: "identity.application.certificates[].thumbprint", why: "a certificate of its own" },
  { field: "identity.application.certificates[].expiresAt", why: "a certificate of its own" },
  { field: "identity.application.secret.vault", why: "where its secret is kept" },
  { field: "identity.application.secret.name", why: "where its secret is kept" },
  { field: "healthBot.name", why: "each environment has its own bot" },
  { field: "healthBot.customerManagedKey.vault", why: "a key of its own" },
  { field: "healthBot.customerManagedKey.key", why: "a key of its own" },
  { field: "healthBot.customerManagedKey.version", why: "a key of its own" },
  { field: "healthBot.customerManagedKey.identity", why: "a key of its own" },
  { field: "ownSolutions[].variables", why: "environment variables of a solution are there to differ" },
  { field: "ownSolutions[].connections[].connection", why: "each environment has its own connections" },
  { field: "verify.controls[].definedAt", why: "where the file lies" },
  { field: "ownSolutions[].path", why: "where the file lies on this machine" },
  { field: "portal.name", why: "each environment has its own site" },
  { field: "portal.subdomain", why: "each environment has its own site" },
  { field: "portal.websiteRecord", why: "each environment has its own site" },
  { field: "portal.signIn.authority", why: "patients of tests sign in elsewhere" },
  { field: "portal.signIn.clientId", why: "patients of tests sign in elsewhere" },
  { field: "workstreams[].widget.signIn.publicKeyUrl", why: "the address of its own site" },
  { field: "protect", why: "it follows from the stage", follows: isProd },
  { field: "azure.lock", why: "it follows from the stage", follows: isProd },
  { field: "portal.firewall", why: "it follows from the stage", follows: isProd },
  {
    field: "environment.type",
    why: "it follows from the stage",
    follows: (spec) => (isProd(spec) ? "Production" : "Sandbox"),
  },
];

/** Why a field of the spec is meant to differ; undefined when it is not. */
export function whyMeant(
  pattern: string,
  a: { readonly spec: EnvironmentSpec; readonly value: unknown },
  b: { readonly spec: EnvironmentSpec; readonly value: unknown },
): string | undefined {
  const found = MEANT_TO_DIFFER.find(
    ({ field }) => pattern === field || pattern.startsWith(`${field}.`) || pattern.startsWith(`${field}[]`),
  );
  if (found === undefined) return undefined;
  const { follows, why } = found;
  const fits = follows === undefined || [a, b].every(({ spec, value }) => follows(spec) === value);
  return fits ? why : undefined;
}

/** A field of what is there that is meant to differ, and why. */
interface MeantFact {
  readonly kind: string;
  /** Address of one resource; all of the kind when absent. */
  readonly name?: RegExp;
  /** Pattern as of the spec; all fields when absent. */
  readonly field?: string;
  readonly why: string;
}

const FACTS_MEANT_TO_DIFFER: readonly MeantFact[] = [
  { kind: "entra.group", field: "displayName", why: "a group has its own name in each environment" },
  {
    kind: "power-platform.security-group",
    field: "group",
    why: "a group has its own name in each environment",
  },
  { kind: "entra.federated-credential", field: "subject", why: "each environment has its own pipeline" },
  { kind: "entra.certificate", field: "thumbprint", why: "a certificate of its own" },
  { kind: "entra.client-secret", why: "a secret of its own, renewed at its own time" },
  { kind: "dataverse.application-user", field: "botId", why: "each environment has its own bot" },
  {
    kind: "dataverse.solution",
    field: "variables",
    why: "environment variables of a solution are there to differ",
  },
  { kind: "omnichannel.sign-in", field: "publicKeyUrl", why: "the address of its own site" },
  { kind: "portal.chat", field: "value", why: "the script names the organisation" },
  { kind: "portal.restart", why: "a digest of the site's own settings" },
  {
    kind: "portal.setting",
    name: /\/(Authority|ClientId|RedirectUri|ExternalLogoutEnabled)"\]$/,
    field: "value",
    why: "patients of tests sign in elsewhere",
  },
  {
    kind: "portal.setting",
    name: /Content-Security-Policy/,
    field: "value",
    why: "the policy names the organisation's own addresses",
  },
];

/** Why a field of a resource is meant to differ; undefined when it is not. */
export function whyFactMeant(kind: string, address: string, pattern: string): string | undefined {
  return FACTS_MEANT_TO_DIFFER.find(
    (fact) =>
      fact.kind === kind &&
      (fact.name === undefined || fact.name.test(address)) &&
      (fact.field === undefined || pattern === fact.field || pattern.startsWith(`${fact.field}.`)),
  )?.why;
}
