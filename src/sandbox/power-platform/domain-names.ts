import { type JsonObject, Refusal } from "../exchange.ts";
import type { World } from "../world.ts";
import { bapRefusal, objectMember, textMember } from "./power-platform-errors.ts";
import { bapState } from "./power-platform-state.ts";

/** Assumption: the service's own rule is not published; a domain has to be a DNS label in lower case. */
const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

function isTaken(world: World, domain: string, except?: string): boolean {
  const state = bapState(world);
  return (
    state.domainsOfOtherTenants.includes(domain) ||
    Object.values(state.environments).some(
      (environment) => environment.id !== except && environment.database?.domainName === domain,
    ) ||
    Object.values(state.operations).some(
      (operation) =>
        operation.state === "Running" &&
        operation.environmentId !== except &&
        textMember(objectMember(operation.change, "database") ?? {}, "domainName") === domain,
    )
  );
}

/**
 * 400 `InvalidDomainName`: said of malformed names and of taken ones alike (services/environment/tests of
 * microsoft/terraform-provider-power-platform, POST validateEnvironmentDetails).
 */
function invalidDomainName(domain: string): Refusal {
  return new Refusal({
    status: 400,
    body: {
      error: {
        code: "InvalidDomainName",
        message: `The specified domain name with a value of '${domain}' is invalid.`,
      },
    },
  });
}

/** The domain in the service's lower case, undefined when it is malformed or taken. */
export function availableDomain(world: World, wanted: string, except?: string): string | undefined {
  const domain = wanted.toLowerCase();
  return DOMAIN.test(domain) && !isTaken(world, domain, except) ? domain : undefined;
}

/** The name the service gives an organization that asks for none: `org` and eight hexadecimal digits. */
export function generatedDomain(world: World): string {
  return `org${world.newId().slice(0, 8)}`;
}

/** Body of `validateEnvironmentDetails`: a new domain, or with `environmentName` the new domain of that environment. */
export function validateDomain(world: World, body: JsonObject): void {
  const wanted = textMember(body, "domainName") ?? "";
  const domain = availableDomain(world, wanted, textMember(body, "environmentName"));
  if (domain === undefined) throw invalidDomainName(wanted);
}

/**
 * The domain a creation gets. A taken one is refused with 409 `DomainNameAlreadyInUse`
 * (microsoft/terraform-provider-power-platform issue 505) or, with the switch `takenDomain` on `substitute`, replaced
 * by a generated one as older service versions did (issue 206). Assumption: the message of the 409 is not published.
 */
export function domainForCreation(world: World, wanted: string | undefined): string {
  if (wanted === undefined) return generatedDomain(world);
  const domain = wanted.toLowerCase();
  if (!DOMAIN.test(domain)) throw invalidDomainName(wanted);
  if (!isTaken(world, domain)) return domain;
  if (bapState(world).takenDomain.behaviour === "substitute") return generatedDomain(world);
  throw bapRefusal(409, "DomainNameAlreadyInUse", `The domain name '${domain}' is already in use.`);
}
