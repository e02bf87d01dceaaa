import type { SandboxResponse } from "../exchange.ts";
import {
  findAccountOf,
  type HealthBotAccount,
  openAccount,
  regenerateApiJwtSecret,
  removeAccountOf,
} from "../health-bot/accounts.ts";
import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import type { Operation, TrackedResource } from "./arm-state.ts";
import { operationStatusUrl, startOperation } from "./async-operations.ts";
import { identityOf, keyVaultOf, refuseForeignState, skuOf } from "./bot-body.ts";
import { type ArmCall, armRoute, bodyOf, newEtag, objectIn, systemDataOf, tagsOf } from "./pipeline.ts";
import { trackedResourceRoutes } from "./tracked-resource-routes.ts";
import {
  findResource,
  groupId,
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

/**
 * Until this api-version the service answers as it was recorded in 2021 (Azure/azure-cli-extensions: src/healthbot,
 * test_healthbot_Scenario.yaml of February 2021): status URLs carry no signature, changes and deletions happen at once,
 * the type is spelled like the request's. That it is the version that makes the difference is an assumption.
 */
const isDirect = (call: ArmCall): boolean => call.apiVersion <= "2020-12-08-preview";

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
    type: isDirect(call) ? TYPE : bot.type,
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

function start(
  call: ArmCall,
  kind: "create" | "update" | "delete",
  bot: Pick<TrackedResource, "id" | "location">,
  durationMs: number,
): Operation {
  return startOperation(call.world, {
    kind,
    resourceId: bot.id,
    region: bot.location,
    durationMs,
    signed: !isDirect(call),
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
  const operation = start(call, existing === undefined ? "create" : "update", { id, location }, duration);
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

function patch(call: ArmCall, bot: TrackedResource): SandboxResponse {
  const body = bodyOf(call);
  const properties = objectIn(body["properties"]);
  refuseForeignState(properties, bot);
  if (body["location"] !== undefined) requireLocation(body["location"], TYPE, bot, call.param("group"));
  const sku = body["sku"] === undefined ? bot.sku : skuOf(call, body, bot);
  const keyVault = keyVaultOf(call, properties);
  const identity = body["identity"] === undefined ? bot.identity : identityOf(call, body, bot);
  const created = bot.properties["botManagementPortalLink"] !== undefined;
  bot.sku = sku;
  bot.identity = identity;
  if (body["tags"] !== undefined) {
    const tags = tagsOf(body);
    bot.tags = tags === null || Object.keys(tags).length === 0 ? null : tags;
  }
  bot.properties = { ...bot.properties, ...keyVault };
  bot.systemData = systemDataOf(call, bot.systemData);
  bot.etag = newEtag();
  if (isDirect(call) && created)
    return { status: 200, headers: { etag: bot.etag }, body: present(call, bot) };
  const operation = start(call, "update", bot, updateMs(call, bot));
  bot.properties = { ...bot.properties, provisioningState: "Accepted" };
  bot["operation"] = operation.name;
  return accepted(call, bot, operation, 201);
}

function drop(world: World, id: string): void {
  delete tableOf(world, TYPE)[id.toLowerCase()];
  removeAccountOf(world, id);
}

function remove(call: ArmCall, bot: TrackedResource): SandboxResponse {
  if (isDirect(call)) {
    drop(call.world, bot.id);
    return { status: 200 };
  }
  const operation = start(call, "delete", bot, DELETE_MS);
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
  const bot = tableOf(world, TYPE)[operation.resourceId.toLowerCase()];
  if (bot === undefined || bot["operation"] !== operation.name) return;
  if (operation.kind === "delete") {
    drop(world, operation.resourceId);
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

const ONE = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${TYPE}/{name}`;
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
  ...trackedResourceRoutes({
    type: TYPE,
    present,
    put,
    patch,
    remove,
    headers: (bot) => ({ etag: bot.etag, "x-ms-providerhub-traffic": "True" }),
    listHeaders: (call) => ({
      "x-ms-original-request-ids": call.world.newId(),
      "x-ms-providerhub-traffic": "True",
    }),
  }),
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
