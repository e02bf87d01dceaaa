import { type JsonObject, Refusal } from "../exchange.ts";
import { type Route, route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { requireBapAdministrator } from "./administrators.ts";
import { bapBody, bapRefusal, objectMember } from "./power-platform-errors.ts";
import { bapState, type TenantIsolation } from "./power-platform-state.ts";

const PATH = "/providers/PowerPlatform.Governance/v1/tenants/{tenant}/tenantIsolationPolicy";

/** Isolation of a well-kept tenant: on, and nobody let through. A tenant begins with it switched off. */
export function isolated(): TenantIsolation {
  return { isDisabled: false, allowedTenants: [] };
}

function isolationOf(world: World): TenantIsolation {
  const state = bapState(world);
  state.tenantIsolation ??= isolated();
  return state.tenantIsolation;
}

/** Assumption: the policy of another tenant, and one that is not well formed, are refused in BAP's usual way. */
function requireOwnTenant(tenant: string): void {
  if (tenant.toLowerCase() !== TENANT.id)
    throw bapRefusal(403, "Forbidden", `The caller may not see the policy of the tenant '${tenant}'.`);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isAllowedTenant(entry: unknown): entry is JsonObject {
  const { tenantId = "" } = (entry ?? {}) as { tenantId?: unknown };
  return tenantId === "*" || (typeof tenantId === "string" && GUID.test(tenantId));
}

/** As recorded, with details and without the type of its detail URL. */
function invalidTenantId(): Refusal {
  return new Refusal({
    status: 400,
    body: {
      error: {
        code: "BadRequest",
        message: "Invalid tenant ID format",
        details: [{ code: "ValidationError", message: "The tenant ID must be a valid GUID" }],
      },
    },
  });
}

function shown(world: World): JsonObject {
  const { isDisabled, allowedTenants } = isolationOf(world);
  return { properties: { tenantId: TENANT.id, isDisabled, allowedTenants } };
}

/**
 * Which tenants' connections go in and out (`tenant_isolation_policy` of microsoft/terraform-provider-power-platform:
 * read and written whole at one address, in `properties`).
 */
export const TENANT_ISOLATION_ROUTES: readonly Route[] = [
  route("GET", PATH, (request, world) => {
    requireBapAdministrator(request, world);
    requireOwnTenant(request.params["tenant"] ?? "");
    return { status: 200, body: shown(world) };
  }),
  route("PUT", PATH, (request, world) => {
    requireBapAdministrator(request, world);
    requireOwnTenant(request.params["tenant"] ?? "");
    const given = objectMember(bapBody(request), "properties") ?? {};
    const { isDisabled = false, allowedTenants = [] } = given;
    if (typeof isDisabled !== "boolean" || !Array.isArray(allowedTenants))
      throw bapRefusal(400, "BadRequest", "The tenant isolation policy is not valid.");
    if (!allowedTenants.every(isAllowedTenant)) throw invalidTenantId();
    Object.assign(isolationOf(world), { isDisabled, allowedTenants });
    return { status: 200, body: shown(world) };
  }),
];
