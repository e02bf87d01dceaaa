import { type JsonObject, Refusal, type SandboxResponse } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import { isWithheld } from "../withheld.ts";
import type { World } from "../world.ts";
import { badParameter, forbiddenByRbac, refuseVault } from "./vault-errors.ts";
import { type Vault, type VaultRole, vaultOfHost } from "./vault-state.ts";

export interface VaultCall {
  readonly request: RoutedRequest;
  readonly world: World;
  readonly vault: Vault;
}

const PAGE_SIZE = 25;

/**
 * Data actions of the built-in data-plane roles, below Microsoft.KeyVault/vaults/ ("Azure built-in roles for Key Vault
 * data plane operations"); a `*` stands for all that begin so.
 */
const ALLOWED: Readonly<Record<VaultRole, readonly string[]>> = {
  "Key Vault Administrator": ["*"],
  "Key Vault Reader": ["secrets/readMetadata/action", "keys/read"],
  "Key Vault Secrets Officer": ["secrets/*"],
  "Key Vault Secrets User": ["secrets/getSecret/action", "secrets/readMetadata/action"],
  "Key Vault Crypto Officer": ["keys/*"],
  "Key Vault Crypto User": [
    "keys/read",
    "keys/update/action",
    "keys/backup/action",
    "keys/encrypt/action",
    "keys/decrypt/action",
    "keys/wrap/action",
    "keys/unwrap/action",
    "keys/sign/action",
    "keys/verify/action",
  ],
};

function requirePermission(
  { request, world, vault }: VaultCall,
  action: string,
  name: string | undefined,
): void {
  const { caller } = request;
  if (caller === undefined) throw new Refusal({ status: 401 });
  const allowed = vault.roleAssignments
    .filter((assignment) => assignment.principalId === caller.objectId)
    .flatMap((assignment) => ALLOWED[assignment.role]);
  const covers = (given: string): boolean =>
    given.endsWith("*") ? action.startsWith(given.slice(0, -1)) : given === action;
  if (allowed.some(covers) && !isWithheld(world, `Microsoft.KeyVault/vaults/${action}`)) return;
  const collection = action.split("/")[0] ?? "";
  forbiddenByRbac(
    caller,
    vault,
    `Microsoft.KeyVault/vaults/${action}`,
    name === undefined ? "" : `/${collection}/${name}`,
  );
}

/**
 * A route of the vault that a request's host names: checks version, name and permission before the handler runs.
 * @param action such as `secrets/getSecret/action`
 */
export function vaultRoute(
  method: string,
  template: string,
  action: string,
  handler: (call: VaultCall, name: string) => SandboxResponse,
): Route {
  return route(method, template, (request, world) => {
    const vault =
      vaultOfHost(world, request.host) ??
      refuseVault(404, "VaultNotFound", `The sandbox has no vault at ${request.host}.`);
    if (!/^\d/.test(request.query.get("api-version") ?? ""))
      badParameter("The request URI is missing the api-version query parameter.");
    const { name } = request.params;
    if (name !== undefined && !/^[0-9a-zA-Z-]{1,127}$/.test(name))
      badParameter(`The request URI contains an invalid name: ${name}`);
    const call: VaultCall = { request, world, vault };
    requirePermission(call, action, name);
    return handler(call, name ?? "");
  });
}

export function seconds(world: World): number {
  return Math.floor(world.now() / 1000);
}

export function address(vault: Vault, collection: string, name: string, version?: string): string {
  return `https://${vault.name}.vault.azure.net/${collection}/${name}${version === undefined ? "" : `/${version}`}`;
}

/** One page of at most `maxresults` (25) items and the address of the next. */
export function page(call: VaultCall, items: readonly JsonObject[]): SandboxResponse {
  const { query, url } = call.request;
  const size = Number(query.get("maxresults") ?? PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_SIZE)
    badParameter(`maxresults must be between 1 and ${PAGE_SIZE}.`);
  const token = query.get("$skiptoken");
  const start = token === null ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
  if (!Number.isInteger(start)) badParameter("The skiptoken is not valid.");
  const end = start + size;
  const next = new URL(url);
  next.searchParams.set("$skiptoken", Buffer.from(String(end)).toString("base64url"));
  return {
    status: 200,
    body: { value: items.slice(start, end), nextLink: end < items.length ? next.toString() : null },
  };
}
