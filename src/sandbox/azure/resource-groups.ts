import { createHmac } from "node:crypto";
import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { removeAccountOf } from "../health-bot/accounts.ts";
import type { Route } from "../routes.ts";
import type { World } from "../world.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type ResourceGroup } from "./arm-state.ts";
import { type ArmCall, armRoute, bodyOf, tagsOf } from "./pipeline.ts";
import { findRegion, REGIONS } from "./regions.ts";
import { isWithin } from "./scopes.ts";
import {
  dropResourcesUnder,
  groupId,
  requireGroup,
  requireWritableGroup,
  resourcesUnder,
} from "./tracked-resources.ts";

/** Emptying and deleting a group; sandbox milliseconds. */
const DELETE_MS = 60_000;

function present(group: ResourceGroup): object {
  return {
    id: group.id,
    name: group.name,
    type: "Microsoft.Resources/resourceGroups",
    location: group.location,
    ...(group.managedBy === null ? {} : { managedBy: group.managedBy }),
    ...(group.tags === null ? {} : { tags: group.tags }),
    properties: { provisioningState: group.deleting === null ? "Succeeded" : "Deleting" },
  };
}

function put(call: ArmCall): SandboxResponse {
  const name = call.param("group");
  const body = bodyOf(call);
  if (!/^[-\w._()]{1,90}$/.test(name) || name.endsWith("."))
    refuseArm(
      400,
      "InvalidResourceGroup",
      `The provided resource group name '${name}' has these invalid characters or an invalid length. The name can only be a letter, digit, '-', '.', '(', ')' or '_', cannot end with '.', and has at most 90 characters.`,
    );
  const location = body["location"];
  if (typeof location !== "string" || location === "")
    return refuseArm(400, "LocationRequired", "The location property is required for this definition.");
  const region = findRegion(location);
  if (region === undefined)
    return refuseArm(
      400,
      "LocationNotAvailableForResourceGroup",
      `The provided location '${location}' is not available for resource group. List of available regions is '${REGIONS.map(({ name }) => name).join(",")}'.`,
    );
  const id = groupId(call.param("subscription"), name);
  const groups = armState(call.world).resourceGroups;
  const existing = groups[id.toLowerCase()];
  if (existing !== undefined) {
    requireWritableGroup(call.world, call.param("subscription"), name);
    if (existing.location !== region.name)
      refuseArm(
        409,
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${region.name}'. The Resource group already exists in location '${existing.location}'.`,
      );
    existing.tags = tagsOf(body);
    return { status: 200, body: present(existing) };
  }
  const group: ResourceGroup = {
    id,
    name,
    location: region.name,
    tags: tagsOf(body),
    managedBy: typeof body["managedBy"] === "string" ? body["managedBy"] : null,
    deleting: null,
  };
  groups[id.toLowerCase()] = group;
  return { status: 201, body: present(group) };
}

function patch(call: ArmCall): SandboxResponse {
  const group = requireWritableGroup(call.world, call.param("subscription"), call.param("group"));
  const body = bodyOf(call);
  if (body["tags"] !== undefined) group.tags = tagsOf(body);
  return { status: 200, body: present(group) };
}

function resultUrl(call: ArmCall, token: string): string {
  return `https://management.azure.com/subscriptions/${call.param("subscription")}/operationresults/${token}?api-version=${call.apiVersion}`;
}

function remove(call: ArmCall): SandboxResponse {
  const group = requireGroup(call.world, call.param("subscription"), call.param("group"));
  const state = armState(call.world);
  if (group.deleting === null) {
    const token = createHmac("sha256", state.signingKey)
      .update(`${group.id}\n${call.world.now()}`)
      .digest("base64url");
    state.operations[token.toLowerCase()] = {
      name: token,
      kind: "delete-group",
      resourceId: group.id,
      region: group.location,
      startsAt: call.world.now(),
      endsAt: call.world.now() + DELETE_MS,
      done: false,
    };
    group.deleting = token;
    call.world.schedule(DELETE_MS, "arm.operation-ended", { operation: token });
  }
  return {
    status: 202,
    headers: { Location: resultUrl(call, group.deleting), "Retry-After": "15" },
  };
}

/** Removes a group with everything in it and everything assigned on it. */
export function dropGroup(world: World, id: string): void {
  const state = armState(world);
  for (const resource of dropResourcesUnder(world, id)) removeAccountOf(world, resource);
  for (const table of [state.roleAssignments, state.roleSchedules])
    for (const [key, row] of Object.entries(table)) if (isWithin(row.scope, id)) delete table[key];
  for (const table of [state.policyAssignments, state.locks])
    for (const key of Object.keys(table)) if (isWithin(key, id)) delete table[key];
  delete state.resourceGroups[id.toLowerCase()];
}

/** `tagName eq 'x' and tagValue eq 'y'`, the only filter of the operation. */
function matchesTags(group: ResourceGroup, filter: string | null): boolean {
  if (filter === null) return true;
  const match = /^tagName eq '([^']*)'(?: and tagValue eq '([^']*)')?$/i.exec(filter.trim());
  if (match === null)
    return refuseArm(
      400,
      "InvalidFilterInQueryString",
      `Invalid $filter '${filter}' specified in the query string.`,
    );
  const value = group.tags?.[match[1] ?? ""];
  return value !== undefined && (match[2] === undefined || match[2] === value);
}

function listResources(call: ArmCall, ancestor: string): SandboxResponse {
  const filter = call.request.query.get("$filter");
  const type = filter === null ? undefined : /^resourceType eq '([^']*)'$/i.exec(filter.trim())?.[1];
  if (filter !== null && type === undefined)
    refuseArm(
      400,
      "InvalidFilterInQueryString",
      `Invalid $filter '${filter}' specified in the query string.`,
    );
  const value = resourcesUnder(call.world, ancestor)
    .filter((resource) => type === undefined || resource.type.toLowerCase() === type.toLowerCase())
    .map((resource) => {
      const listed: JsonObject = {
        id: resource.id,
        name: resource.name,
        type: resource.type,
        location: resource.location,
      };
      if (resource.sku !== null) listed["sku"] = resource.sku;
      if (resource.kind !== null) listed["kind"] = resource.kind;
      if (resource.tags !== null) listed["tags"] = resource.tags;
      return listed;
    });
  return { status: 200, body: { value } };
}

/** One page of `$top` entries; the address of the next carries an opaque `$skiptoken`. */
function pageOf(call: ArmCall, rows: readonly object[]): SandboxResponse {
  const top = Number(call.request.query.get("$top") ?? rows.length);
  const from = Number(Buffer.from(call.request.query.get("$skiptoken") ?? "MA", "base64url").toString());
  if (!Number.isInteger(top) || top < 0 || !Number.isInteger(from))
    refuseArm(400, "InvalidQueryParameterValue", "The value of '$top' or '$skiptoken' is invalid.");
  const next = from + top;
  if (top === 0 || next >= rows.length) return { status: 200, body: { value: rows.slice(from) } };
  const nextLink = new URL(call.request.url);
  nextLink.protocol = "https:";
  nextLink.host = "management.azure.com";
  nextLink.searchParams.set("$skiptoken", Buffer.from(String(next)).toString("base64url"));
  return { status: 200, body: { value: rows.slice(from, next), nextLink: nextLink.href } };
}

const TYPE = "Microsoft.Resources/resourceGroups";
const GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";
const may = (verb: "read" | "write" | "delete"): string =>
  `Microsoft.Resources/subscriptions/resourceGroups/${verb}`;

/** Resource groups (Azure/azure-rest-api-specs: Microsoft.Resources/stable/2025-04-01/resources.json). */
export const RESOURCE_GROUP_ROUTES: readonly Route[] = [
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/resourceGroups",
    type: TYPE,
    action: may("read"),
    at: (call) => `/subscriptions/${call.param("subscription")}`,
    handle: (call) => {
      const prefix = `/subscriptions/${call.param("subscription")}/`.toLowerCase();
      const filter = call.request.query.get("$filter");
      const value = Object.values(armState(call.world).resourceGroups)
        .filter((group) => group.id.toLowerCase().startsWith(prefix) && matchesTags(group, filter))
        .map(present);
      return pageOf(call, value);
    },
  }),
  armRoute({ method: "PUT", template: GROUP, type: TYPE, action: may("write"), handle: put }),
  armRoute({
    method: "GET",
    template: GROUP,
    type: TYPE,
    action: may("read"),
    handle: (call) => ({
      status: 200,
      body: present(requireGroup(call.world, call.param("subscription"), call.param("group"))),
    }),
  }),
  armRoute({
    method: "HEAD",
    template: GROUP,
    type: TYPE,
    action: may("read"),
    handle: (call) => {
      const id = groupId(call.param("subscription"), call.param("group")).toLowerCase();
      return { status: armState(call.world).resourceGroups[id] === undefined ? 404 : 204 };
    },
  }),
  armRoute({ method: "PATCH", template: GROUP, type: TYPE, action: may("write"), handle: patch }),
  armRoute({ method: "DELETE", template: GROUP, type: TYPE, action: may("delete"), handle: remove }),
  armRoute({
    method: "GET",
    template: `${GROUP}/resources`,
    type: TYPE,
    action: may("read"),
    at: (call) => groupId(call.param("subscription"), call.param("group")),
    handle: (call) =>
      listResources(call, requireGroup(call.world, call.param("subscription"), call.param("group")).id),
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/resources",
    type: TYPE,
    action: "Microsoft.Resources/subscriptions/resources/read",
    at: (call) => `/subscriptions/${call.param("subscription")}`,
    handle: (call) => listResources(call, `/subscriptions/${call.param("subscription")}`),
  }),
  armRoute({
    method: "GET",
    template: "/subscriptions/{subscription}/operationresults/{token}",
    type: TYPE,
    handle: (call) => {
      const operation = armState(call.world).operations[call.param("token").toLowerCase()];
      if (operation === undefined)
        return refuseArm(404, "NotFound", "The operation result was not found.", { gateway: true });
      return operation.endsAt > call.world.now()
        ? { status: 202, headers: { Location: resultUrl(call, operation.name), "Retry-After": "15" } }
        : { status: 200 };
    },
  }),
];
