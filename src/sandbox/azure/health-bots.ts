import type { JsonObject, SandboxResponse } from "../exchange.ts";
import {
  findAccountOf,
  type HealthBotAccount,
  openAccount,
  regenerateApiJwtSecret,
  removeAccountOf,
} from "../health-bot/accounts.ts";
import type { Route } from "../routes.ts";
import { TENANT } from "../seed.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import type { Operation, TrackedResource } from "./arm-state.ts";
import { operationStatusUrl, startOperation } from "./async-operations.ts";
import { type ArmCall, armRoute, bodyOf, newEtag, objectIn, systemDataOf, tagsOf } from "./pipeline.ts";
import {
  findResource,
  groupId,
  requireGroup,
  requireLocation,
  requireResource,
  requireWritableGroup,
  resourceIdOf,
  tableOf,
} from "./tracked-resources.ts";

const TYPE = "Microsoft.HealthBot/healthBots";

/** Recorded durations, in sandbox milliseconds; a free bot is there sooner. */
const CREATE_MS = { F0: 14_000, other: 87_000 } as const;
const UPDATE_MS = 10_000;
const DELETE_MS = 3_000;

/** SKUs an api-version accepts (Azure/bicep-types-az:generated/healthbot_0/microsoft.healthbot). */
function skusOf(apiVersion: string): readonly string[] {
  if (apiVersion >= "2025-11-01") return ["F0", "C0", "PES", "C1"];
  const skus = ["F0", "S1"];
  if (apiVersion >= "2020-12-08") skus.push("C0");
  if (apiVersion >= "2023-05-01") skus.push("PES");
  if (apiVersion >= "2024-02-01") skus.push("C1");
  return skus;
}

/** A bot that is still being created cannot have been updated before it is there. */
function updateMs(call: ArmCall, bot: TrackedResource): number {
  const created = bot.properties["botManagementPortalLink"] !== undefined;
  return created ? UPDATE_MS : Math.max(UPDATE_MS, bot.readyAt - call.world.now());
}

function present(call: ArmCall, bot: TrackedResource): object {
  const { accessControlMethod, ...properties } = bot.properties;
  return {
    id: bot.id,
    name: bot.name,
    type: bot.type,
    ...(bot.sku === null ? {} : { sku: bot.sku }),
    location: bot.location,
    ...(bot.tags === null ? {} : { tags: bot.tags }),
    ...(bot.identity === null ? {} : { identity: bot.identity }),
    systemData: bot.systemData,
    properties: {
      ...properties,
      ...(accessControlMethod !== undefined && call.apiVersion >= "2025-05-25"
        ? { accessControlMethod }
        : {}),
    },
  };
}

function skuOf(call: ArmCall, body: JsonObject, existing: TrackedResource | undefined): JsonObject {
  const name = objectIn(body["sku"])["name"];
  if (typeof name !== "string")
    return refuseArm(400, "BadRequest", "The sku of the bot is required.", { target: "sku" });
  const allowed = skusOf(call.apiVersion);
  if (!allowed.includes(name))
    return refuseArm(
      400,
      "BadRequest",
      `The sku '${name}' is not one of '${allowed.join(", ")}' of api-version ${call.apiVersion}.`,
      { target: "sku.name" },
    );
  // The service refuses the step down to the free tier without saying why.
  if (name === "F0" && existing !== undefined && existing.sku?.["name"] !== "F0")
    return refuseArm(400, "BadRequest", "The request is not valid.");
  return { name };
}

function identityOf(
  call: ArmCall,
  body: JsonObject,
  existing: TrackedResource | undefined,
): JsonObject | null {
  if (body["identity"] === undefined || body["identity"] === null || call.apiVersion < "2021-06-10")
    return null;
  const wanted = objectIn(body["identity"]);
  const type = String(wanted["type"] ?? "None");
  if (!["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"].includes(type))
    return refuseArm(400, "BadRequest", `The identity type '${type}' is not supported.`, {
      target: "identity.type",
    });
  const identity: JsonObject = { type };
  if (type.includes("SystemAssigned")) {
    identity["principalId"] = existing?.identity?.["principalId"] ?? call.world.newId();
    identity["tenantId"] = TENANT.id;
  }
  if (type.includes("UserAssigned"))
    identity["userAssignedIdentities"] = Object.fromEntries(
      Object.keys(objectIn(wanted["userAssignedIdentities"])).map((id) => [
        id,
        { principalId: call.world.newId(), clientId: call.world.newId() },
      ]),
    );
  return identity;
}

function keyVaultOf(call: ArmCall, properties: JsonObject): JsonObject {
  const wanted = properties["keyVaultProperties"];
  if (wanted === undefined || wanted === null || call.apiVersion < "2021-08-24") return {};
  const key = objectIn(wanted);
  if (typeof key["keyName"] !== "string" || typeof key["keyVaultUri"] !== "string")
    return refuseArm(400, "BadRequest", "keyVaultProperties needs keyName and keyVaultUri.", {
      target: "properties.keyVaultProperties",
    });
  return { keyVaultProperties: key };
}

/** Read-only state sent back unchanged is ignored, anything else is refused (Azure/azure-resource-manager-rpc:v1.0/async-api-reference.md). */
function refuseForeignState(properties: JsonObject, existing: TrackedResource | undefined): void {
  const sent = properties["provisioningState"];
  if (sent !== undefined && sent !== existing?.properties["provisioningState"])
    refuseArm(400, "BadRequest", "The property 'provisioningState' is read-only.", {
      target: "properties.provisioningState",
    });
}

function accepted(
  call: ArmCall,
  bot: TrackedResource,
  operation: Operation,
  status: 200 | 201,
): SandboxResponse {
  return {
    status,
    headers: {
      "azure-asyncoperation": operationStatusUrl(call.world, operation, call.apiVersion, "upper"),
      etag: bot.etag,
      "x-ms-async-operation-timeout": "P6D",
      "x-ms-providerhub-traffic": "True",
    },
    body: present(call, bot),
  };
}

function put(call: ArmCall): SandboxResponse {
  const name = call.param("name");
  const group = requireWritableGroup(call.world, call.param("subscription"), call.param("group"));
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,63}$/.test(name))
    refuseArm(
      400,
      "InvalidResourceName",
      `The bot name '${name}' is invalid: 2 to 64 letters, digits, '_', '.' and '-', beginning with a letter or digit.`,
    );
  const body = bodyOf(call);
  const existing = findResource(call, TYPE);
  const properties = objectIn(body["properties"]);
  refuseForeignState(properties, existing);
  const location = requireLocation(body["location"], TYPE, existing, group.name);
  const sku = skuOf(call, body, existing);
  const keyVault = keyVaultOf(call, properties);
  const identity = identityOf(call, body, existing);
  const id = resourceIdOf(call, TYPE, group, name);
  const duration =
    existing !== undefined ? updateMs(call, existing) : sku["name"] === "F0" ? CREATE_MS.F0 : CREATE_MS.other;
  const operation = startOperation(
    call.world,
    existing === undefined ? "create" : "update",
    id,
    location,
    duration,
  );
  // Now rather than at the end: what a client will be told must already be in the state this request saves.
  if (existing === undefined)
    openAccount(call.world, { resourceId: id, name, region: location }, operation.endsAt);
  const { botManagementPortalLink, accessControlMethod } = existing?.properties ?? {};
  const bot: TrackedResource = {
    id,
    name,
    type: "microsoft.healthbot/healthbots",
    location,
    tags: tagsOf(body),
    sku,
    kind: null,
    identity,
    etag: newEtag(),
    systemData: systemDataOf(call, existing?.systemData),
    properties: {
      ...keyVault,
      ...(botManagementPortalLink === undefined ? {} : { botManagementPortalLink }),
      ...(accessControlMethod === undefined ? {} : { accessControlMethod }),
      provisioningState: "Accepted",
    },
    readyAt: operation.endsAt,
    operation: operation.name,
  };
  tableOf(call.world, TYPE)[id.toLowerCase()] = bot;
  return accepted(call, bot, operation, existing === undefined ? 201 : 200);
}

function patch(call: ArmCall): SandboxResponse {
  const bot = requireResource(call, TYPE);
  const body = bodyOf(call);
  const properties = objectIn(body["properties"]);
  refuseForeignState(properties, bot);
  if (body["location"] !== undefined) requireLocation(body["location"], TYPE, bot, call.param("group"));
  const sku = body["sku"] === undefined ? bot.sku : skuOf(call, body, bot);
  const keyVault = keyVaultOf(call, properties);
  const identity = body["identity"] === undefined ? bot.identity : identityOf(call, body, bot);
  const operation = startOperation(call.world, "update", bot.id, bot.location, updateMs(call, bot));
  bot.sku = sku;
  bot.identity = identity;
  if (body["tags"] !== undefined) {
    const tags = tagsOf(body);
    bot.tags = tags === null || Object.keys(tags).length === 0 ? null : tags;
  }
  bot.properties = { ...bot.properties, ...keyVault, provisioningState: "Accepted" };
  bot.systemData = systemDataOf(call, bot.systemData);
  bot.etag = newEtag();
  bot["operation"] = operation.name;
  return accepted(call, bot, operation, 201);
}

function remove(call: ArmCall): SandboxResponse {
  const bot = findResource(call, TYPE);
  if (bot === undefined) {
    requireGroup(call.world, call.param("subscription"), call.param("group"));
    return { status: 204 };
  }
  const operation = startOperation(call.world, "delete", bot.id, bot.location, DELETE_MS);
  bot.properties = { ...bot.properties, provisioningState: "Deleting" };
  bot["operation"] = operation.name;
  const url = operationStatusUrl(call.world, operation, call.apiVersion, "upper");
  return {
    status: 202,
    headers: {
      "azure-asyncoperation": url,
      Location: url,
      etag: newEtag(),
      "x-ms-providerhub-traffic": "True",
    },
    body: "null",
  };
}

/** Brings about what an operation was started for, unless a later one took the bot over. */
export function endBotOperation(world: World, operation: Operation): void {
  const table = tableOf(world, TYPE);
  const key = operation.resourceId.toLowerCase();
  const bot = table[key];
  if (bot === undefined || bot["operation"] !== operation.name) return;
  if (operation.kind === "delete") {
    delete table[key];
    removeAccountOf(world, operation.resourceId);
    return;
  }
  const account = findAccountOf(world, bot.id);
  if (account === undefined) return;
  bot.properties = {
    ...bot.properties,
    provisioningState: "Succeeded",
    botManagementPortalLink: `https://${account.host}/account/${account.tenantName}`,
    accessControlMethod: bot.properties["accessControlMethod"] ?? "AzureRBAC",
  };
}

function requireAccountOf(call: ArmCall): HealthBotAccount {
  const bot = requireResource(call, TYPE);
  const account = findAccountOf(call.world, bot.id);
  if (account === undefined)
    return refuseArm(409, "Conflict", `The bot '${bot.name}' is still being provisioned.`);
  return account;
}

const list = (call: ArmCall, ancestor: string): SandboxResponse => ({
  status: 200,
  headers: { "x-ms-original-request-ids": call.world.newId(), "x-ms-providerhub-traffic": "True" },
  body: {
    value: Object.values(tableOf(call.world, TYPE))
      .filter((bot) => bot.id.toLowerCase().startsWith(`${ancestor.toLowerCase()}/`))
      .map((bot) => present(call, bot)),
  },
});

const OPERATIONS = (["read", "write", "delete"] as const).map((verb) => ({
  name: `Microsoft.Healthbot/healthbots/${verb}`,
  display: {
    provider: "Azure Health Bot",
    resource: "Azure Health Bot",
    operation: `${verb[0]?.toUpperCase()}${verb.slice(1)} Azure Health Bot`,
    description: `${verb[0]?.toUpperCase()}${verb.slice(1)}s Azure Health Bot`,
  },
  origin: "user,system",
}));

const COLLECTION =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.HealthBot/healthBots";
const ONE = `${COLLECTION}/{name}`;
const botScope = (call: ArmCall): string =>
  `${groupId(call.param("subscription"), call.param("group"))}/providers/${TYPE}/${call.param("name")}`;

/**
 * Microsoft.HealthBot (Azure/azure-rest-api-specs: Microsoft.HealthBot/HealthBot/stable/2025-11-01/healthbot.json) with
 * the life cycle recorded in Azure/azure-cli-extensions:src/healthbot/azext_healthbot/tests/latest/recordings/.
 */
export const HEALTH_BOT_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: "/providers/Microsoft.HealthBot/operations",
    type: TYPE,
    handle: () => ({ status: 200, body: { value: OPERATIONS } }),
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/providers/Microsoft.HealthBot/healthBots",
    type: TYPE,
    action: `${TYPE}/read`,
    at: (call) => `/subscriptions/${call.param("subscription")}`,
    handle: (call) => list(call, `/subscriptions/${call.param("subscription")}`),
  }),
  armRoute({
    method: "GET",
    template: COLLECTION,
    type: TYPE,
    action: `${TYPE}/read`,
    at: (call) => groupId(call.param("subscription"), call.param("group")),
    handle: (call) =>
      list(call, requireGroup(call.world, call.param("subscription"), call.param("group")).id),
  }),
  armRoute({
    method: "PUT",
    template: ONE,
    type: TYPE,
    action: `${TYPE}/write`,
    gate: "Microsoft.HealthBot",
    handle: put,
  }),
  armRoute({
    method: "GET",
    template: ONE,
    type: TYPE,
    action: `${TYPE}/read`,
    handle: (call) => {
      const bot = requireResource(call, TYPE);
      return {
        status: 200,
        headers: { etag: bot.etag, "x-ms-providerhub-traffic": "True" },
        body: present(call, bot),
      };
    },
  }),
  armRoute({
    method: "PATCH",
    template: ONE,
    type: TYPE,
    action: `${TYPE}/write`,
    gate: "Microsoft.HealthBot",
    handle: patch,
  }),
  armRoute({ method: "DELETE", template: ONE, type: TYPE, action: `${TYPE}/delete`, handle: remove }),
  armRoute({
    method: "POST",
    template: `${ONE}/listSecrets`,
    type: "Microsoft.HealthBot/healthBots/listSecrets",
    action: `${TYPE}/listSecrets/action`,
    at: botScope,
    handle: (call) => ({ status: 200, body: { secrets: requireAccountOf(call).secrets } }),
  }),
  armRoute({
    method: "POST",
    template: `${ONE}/regenerateApiJwtSecret`,
    type: "Microsoft.HealthBot/healthBots/listSecrets",
    action: `${TYPE}/regenerateApiJwtSecret/action`,
    at: botScope,
    handle: (call) => ({ status: 200, body: regenerateApiJwtSecret(requireAccountOf(call)) }),
  }),
];
