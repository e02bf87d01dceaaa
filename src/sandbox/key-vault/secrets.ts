import { type Json, type JsonObject, jsonBody, Refusal, type SandboxResponse } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import {
  badParameter,
  beingDeleted,
  deletedSecretNotFound,
  forbiddenByRbac,
  nameIsDeleted,
  refuseVault,
  secretDisabled,
  secretNotFound,
} from "./vault-errors.ts";
import {
  type SecretVersion,
  secretOf,
  type Vault,
  type VaultRole,
  type VaultSecret,
  vaultOfHost,
} from "./vault-state.ts";

/** A deletion or recovery is asynchronous; how long it takes here is an assumption. */
const SETTLES_AFTER_MS = 5_000;
const RETENTION_DAYS = 90;
const DAY_S = 86_400;
const PAGE_SIZE = 25;

type Verb =
  | "getSecret"
  | "setSecret"
  | "delete"
  | "readMetadata"
  | "update"
  | "recover"
  | "purge"
  | "backup"
  | "restore";

/** The actions of the built-in data-plane roles for secrets ("Azure role-based access control for Key Vault"). */
const ALLOWED: Readonly<Record<VaultRole, readonly Verb[] | "all">> = {
  "Key Vault Administrator": "all",
  "Key Vault Reader": ["readMetadata"],
  "Key Vault Secrets Officer": "all",
  "Key Vault Secrets User": ["getSecret", "readMetadata"],
};

interface VaultCall {
  readonly request: RoutedRequest;
  readonly world: World;
  readonly vault: Vault;
}

function requirePermission({ request, vault }: VaultCall, verb: Verb, name: string | undefined): void {
  const { caller } = request;
  if (caller === undefined) throw new Refusal({ status: 401 });
  const allowed = vault.roleAssignments
    .filter((assignment) => assignment.principalId === caller.objectId)
    .map((assignment) => ALLOWED[assignment.role]);
  if (allowed.some((verbs) => verbs === "all" || verbs.includes(verb))) return;
  const action = verb === "delete" ? "secrets/delete" : `secrets/${verb}/action`;
  forbiddenByRbac(
    caller,
    vault,
    `Microsoft.KeyVault/vaults/${action}`,
    name === undefined ? "" : `/secrets/${name}`,
  );
}

/** A route of the vault that a request's host names: checks version, name and permission before the handler runs. */
function vaultRoute(
  method: string,
  template: string,
  verb: Verb,
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
    requirePermission(call, verb, name);
    return handler(call, name ?? "");
  });
}

function seconds(world: World): number {
  return Math.floor(world.now() / 1000);
}

function attributes(version: SecretVersion): JsonObject {
  return {
    enabled: version.enabled,
    ...(version.notBefore === undefined ? {} : { nbf: version.notBefore }),
    ...(version.expires === undefined ? {} : { exp: version.expires }),
    created: version.created,
    updated: version.updated,
    recoveryLevel: "Recoverable+Purgeable",
    recoverableDays: RETENTION_DAYS,
  };
}

function described(version: SecretVersion): JsonObject {
  return {
    ...(version.contentType === undefined ? {} : { contentType: version.contentType }),
    ...(version.tags === undefined ? {} : { tags: version.tags }),
  };
}

function address(vault: Vault, collection: string, name: string, version?: string): string {
  return `https://${vault.name}.vault.azure.net/${collection}/${name}${version === undefined ? "" : `/${version}`}`;
}

function bundle({ vault }: VaultCall, secret: VaultSecret, version: SecretVersion): JsonObject {
  return {
    ...described(version),
    id: address(vault, "secrets", secret.name, version.version),
    attributes: attributes(version),
  };
}

function deletedBundle(call: VaultCall, secret: VaultSecret): JsonObject {
  const deletedDate = Math.floor((secret.deletedAt ?? 0) / 1000);
  return {
    recoveryId: address(call.vault, "deletedsecrets", secret.name),
    deletedDate,
    scheduledPurgeDate: deletedDate + RETENTION_DAYS * DAY_S,
    ...bundle(call, secret, latest(secret)),
  };
}

function latest(secret: VaultSecret): SecretVersion {
  return secret.versions.at(-1) ?? secretNotFound(secret.name);
}

function isLive({ world }: VaultCall, secret: VaultSecret): boolean {
  return secret.deletedAt === undefined && secret.readableAt <= world.now();
}

function isDeleted({ world }: VaultCall, secret: VaultSecret): boolean {
  return secret.deletedAt !== undefined && secret.deletedAt + SETTLES_AFTER_MS <= world.now();
}

function liveSecret(call: VaultCall, name: string, shown = name): VaultSecret {
  const secret = secretOf(call.vault, name);
  return secret !== undefined && isLive(call, secret) ? secret : secretNotFound(shown);
}

function deletedSecret(call: VaultCall, name: string): VaultSecret {
  const secret = secretOf(call.vault, name);
  return secret !== undefined && isDeleted(call, secret) ? secret : deletedSecretNotFound(name);
}

/** For writes: a name of a deleted secret is taken. */
function requireUsableName(call: VaultCall, secret: VaultSecret | undefined): void {
  if (secret?.deletedAt === undefined) return;
  if (isDeleted(call, secret)) nameIsDeleted(secret.name);
  beingDeleted(secret.name);
}

interface SecretChanges {
  readonly value: Json | undefined;
  readonly changes: Partial<Omit<SecretVersion, "version" | "value" | "created" | "updated">>;
}

function changesOf(call: VaultCall): SecretChanges {
  const body = jsonBody(call.request);
  if (body === undefined) return badParameter("The request body is not valid JSON.");
  const { value, contentType, tags, attributes: given } = body;
  const times = typeof given === "object" && given !== null && !Array.isArray(given) ? given : {};
  const isTime = (time: Json | undefined): time is number => typeof time === "number";
  return {
    value,
    changes: {
      ...(typeof contentType === "string" ? { contentType } : {}),
      ...(typeof tags === "object" && tags !== null && !Array.isArray(tags)
        ? { tags: tags as Record<string, string> }
        : {}),
      ...(typeof times["enabled"] === "boolean" ? { enabled: times["enabled"] } : {}),
      ...(isTime(times["nbf"]) ? { notBefore: times["nbf"] } : {}),
      ...(isTime(times["exp"]) ? { expires: times["exp"] } : {}),
    },
  };
}

/** PUT adds a version and makes the secret if there is none ("Set Secret"). */
function setSecret(call: VaultCall, name: string): SandboxResponse {
  const { value, changes } = changesOf(call);
  if (typeof value !== "string") return badParameter("Required parameter value is invalid or missing.");
  const present = secretOf(call.vault, name);
  requireUsableName(call, present);
  const now = seconds(call.world);
  const version: SecretVersion = {
    version: call.world.newId().replaceAll("-", ""),
    value,
    enabled: true,
    created: now,
    updated: now,
    ...changes,
  };
  const secret = present ?? { name, versions: [], readableAt: call.world.now() };
  secret.versions.push(version);
  if (present === undefined) call.vault.secrets.push(secret);
  return { status: 200, body: { value, ...bundle(call, secret, version) } };
}

function versionOf(call: VaultCall, name: string): { secret: VaultSecret; version: SecretVersion } {
  const wanted = call.request.params["version"];
  const shown = wanted === undefined ? name : `${name}/${wanted}`;
  const secret = liveSecret(call, name, shown);
  const version =
    wanted === undefined
      ? latest(secret)
      : (secret.versions.find((candidate) => candidate.version === wanted) ?? secretNotFound(shown));
  return { secret, version };
}

/** The latest version, or the one asked for. Times before `nbf` and after `exp` do not matter to a read ("About Azure Key Vault secrets"). */
function getSecret(call: VaultCall, name: string): SandboxResponse {
  const { secret, version } = versionOf(call, name);
  if (!version.enabled) secretDisabled();
  return { status: 200, body: { value: version.value, ...bundle(call, secret, version) } };
}

/** PATCH changes attributes, never the value ("Update Secret"). */
function updateSecret(call: VaultCall, name: string): SandboxResponse {
  const present = secretOf(call.vault, name);
  requireUsableName(call, present);
  const { secret, version } = versionOf(call, name);
  Object.assign(version, changesOf(call).changes, { updated: seconds(call.world) });
  return { status: 200, body: bundle(call, secret, version) };
}

function deleteSecret(call: VaultCall, name: string): SandboxResponse {
  const present = secretOf(call.vault, name);
  if (present?.deletedAt !== undefined && !isDeleted(call, present)) beingDeleted(present.name);
  const secret = liveSecret(call, name);
  secret.deletedAt = call.world.now();
  return { status: 200, body: deletedBundle(call, secret) };
}

function recoverSecret(call: VaultCall, name: string): SandboxResponse {
  const secret = deletedSecret(call, name);
  delete secret.deletedAt;
  secret.readableAt = call.world.now() + SETTLES_AFTER_MS;
  return { status: 200, body: bundle(call, secret, latest(secret)) };
}

function purgeSecret(call: VaultCall, name: string): SandboxResponse {
  call.vault.secrets.splice(call.vault.secrets.indexOf(deletedSecret(call, name)), 1);
  return { status: 204 };
}

/** One page of at most `maxresults` (25) items and the address of the next. */
function page(call: VaultCall, items: readonly JsonObject[]): SandboxResponse {
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

function byName(left: VaultSecret, right: VaultSecret): number {
  return left.name.localeCompare(right.name);
}

function listSecrets(call: VaultCall): SandboxResponse {
  const live = call.vault.secrets.filter((secret) => isLive(call, secret)).sort(byName);
  return page(
    call,
    live.map((secret) => ({
      ...described(latest(secret)),
      id: address(call.vault, "secrets", secret.name),
      attributes: attributes(latest(secret)),
    })),
  );
}

/** Versions come in an order of their own: by version id. */
function listVersions(call: VaultCall, name: string): SandboxResponse {
  const secret = secretOf(call.vault, name);
  const versions = secret !== undefined && isLive(call, secret) ? secret.versions : [];
  return page(
    call,
    versions
      .toSorted((left, right) => left.version.localeCompare(right.version))
      .map((version) => (secret === undefined ? {} : bundle(call, secret, version))),
  );
}

function listDeleted(call: VaultCall): SandboxResponse {
  const deleted = call.vault.secrets.filter((secret) => isDeleted(call, secret)).sort(byName);
  return page(
    call,
    deleted.map((secret) => {
      const { id: _, ...rest } = deletedBundle(call, secret);
      return { ...rest, id: address(call.vault, "secrets", secret.name) };
    }),
  );
}

function notSimulated(what: string): (call: VaultCall) => SandboxResponse {
  return () => refuseVault(501, "NotSimulated", `The sandbox does not simulate ${what} of Key Vault.`);
}

/** Secrets of a vault ("Azure Key Vault secrets REST API"). */
export const SECRET_ROUTES: readonly Route[] = [
  vaultRoute("GET", "/secrets", "readMetadata", listSecrets),
  vaultRoute("POST", "/secrets/restore", "restore", notSimulated("restoring secrets")),
  vaultRoute("PUT", "/secrets/{name}", "setSecret", setSecret),
  vaultRoute("GET", "/secrets/{name}", "getSecret", getSecret),
  vaultRoute("PATCH", "/secrets/{name}", "update", updateSecret),
  vaultRoute("DELETE", "/secrets/{name}", "delete", deleteSecret),
  vaultRoute("GET", "/secrets/{name}/versions", "readMetadata", listVersions),
  vaultRoute("POST", "/secrets/{name}/backup", "backup", notSimulated("the backup of secrets")),
  vaultRoute("GET", "/secrets/{name}/{version}", "getSecret", getSecret),
  vaultRoute("PATCH", "/secrets/{name}/{version}", "update", updateSecret),
  vaultRoute("GET", "/deletedsecrets", "readMetadata", listDeleted),
  vaultRoute("GET", "/deletedsecrets/{name}", "readMetadata", (call, name) => ({
    status: 200,
    body: deletedBundle(call, deletedSecret(call, name)),
  })),
  vaultRoute("DELETE", "/deletedsecrets/{name}", "purge", purgeSecret),
  vaultRoute("POST", "/deletedsecrets/{name}/recover", "recover", recoverSecret),
];
