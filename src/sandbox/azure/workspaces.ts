import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import { armState, type TrackedResource } from "./arm-state.ts";
import { type ArmCall, bodyOf, newEtag, objectIn, systemDataOf, tagsOf } from "./pipeline.ts";
import { trackedResourceRoutes } from "./tracked-resource-routes.ts";
import {
  findResource,
  requireLocation,
  requireWritableGroup,
  resourceIdOf,
  tableOf,
} from "./tracked-resources.ts";

const TYPE = "Microsoft.OperationalInsights/workspaces";
/** Creating takes seconds; in sandbox milliseconds. */
const CREATING_MS = 10_000;
/** "Delete and recover Log Analytics workspace" (learn.microsoft.com): 14 days. */
const SOFT_DELETED_MS = 14 * 86_400_000;

function present(call: ArmCall, workspace: TrackedResource): object {
  const { readyAt, properties } = workspace;
  const ready = readyAt <= call.world.now();
  return {
    properties: {
      ...properties,
      provisioningState: ready ? "Succeeded" : "Creating",
    },
    location: workspace.location,
    ...(workspace.tags === null ? {} : { tags: workspace.tags }),
    id: workspace.id,
    name: workspace.name,
    type: workspace.type,
    etag: workspace.etag,
  };
}

function retentionOf(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 30 || value > 730)
    return refuseArm(
      400,
      "InvalidParameter",
      `'RetentionInDays' property doesn't match the SKU limits. Allowed values are between 30 and 730 days.`,
      { target: "properties.retentionInDays" },
    );
  return value;
}

/** Writes what the body says over what was there; read-only members stay the service's own. */
function write(call: ArmCall, workspace: TrackedResource, replace: boolean): void {
  const body = bodyOf(call);
  const wanted = objectIn(body["properties"]);
  const before = replace ? {} : workspace.properties;
  const at = call.world.iso();
  const sku = { ...objectIn(before["sku"]), ...objectIn(wanted["sku"]) };
  workspace.properties = {
    customerId: workspace.properties["customerId"] ?? call.world.newId(),
    sku: { name: sku["name"] ?? "PerGB2018", lastSkuUpdate: at },
    retentionInDays: retentionOf(wanted["retentionInDays"], Number(before["retentionInDays"] ?? 30)),
    features: {
      legacy: 0,
      searchVersion: 1,
      enableLogAccessUsingOnlyResourcePermissions: true,
      ...objectIn(before["features"]),
      ...objectIn(wanted["features"]),
    },
    workspaceCapping: {
      dailyQuotaGb: -1,
      quotaNextResetTime: at,
      dataIngestionStatus: "RespectQuota",
      ...objectIn(before["workspaceCapping"]),
      ...objectIn(wanted["workspaceCapping"]),
    },
    publicNetworkAccessForIngestion:
      wanted["publicNetworkAccessForIngestion"] ?? before["publicNetworkAccessForIngestion"] ?? "Enabled",
    publicNetworkAccessForQuery:
      wanted["publicNetworkAccessForQuery"] ?? before["publicNetworkAccessForQuery"] ?? "Enabled",
    createdDate: workspace.properties["createdDate"] ?? at,
    modifiedDate: at,
  };
  if (replace || body["tags"] !== undefined) workspace.tags = tagsOf(body);
  workspace.etag = newEtag();
  workspace.systemData = systemDataOf(call, workspace.systemData);
}

function put(call: ArmCall): SandboxResponse {
  const name = call.param("name");
  const group = requireWritableGroup(call.world, call.param("subscription"), call.param("group"));
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/.test(name))
    refuseArm(
      400,
      "InvalidResourceName",
      `The workspace name '${name}' is invalid: 4 to 63 letters, digits and hyphens, with a letter or digit at both ends.`,
    );
  const existing = findResource(call, TYPE);
  const location = requireLocation(bodyOf(call)["location"], TYPE, existing, group.name);
  if (existing !== undefined) {
    write(call, existing, true);
    return { status: 200, body: present(call, existing) };
  }
  const id = resourceIdOf(call, TYPE, group, name);
  const deleted = armState(call.world).deletedWorkspaces[id.toLowerCase()];
  const recovered: JsonObject =
    deleted !== undefined && deleted.deletedAt + SOFT_DELETED_MS > call.world.now()
      ? { customerId: deleted.customerId }
      : {};
  const workspace: TrackedResource = {
    id,
    name,
    type: TYPE,
    location,
    tags: null,
    sku: null,
    kind: null,
    identity: null,
    etag: newEtag(),
    systemData: systemDataOf(call),
    properties: recovered,
    readyAt: call.world.now() + CREATING_MS,
  };
  write(call, workspace, true);
  tableOf(call.world, TYPE)[id.toLowerCase()] = workspace;
  delete armState(call.world).deletedWorkspaces[id.toLowerCase()];
  return {
    status: 201,
    headers: { Location: `https://management.azure.com${id}?api-version=${call.apiVersion}` },
    body: present(call, workspace),
  };
}

function remove(call: ArmCall, workspace: TrackedResource): SandboxResponse {
  const key = workspace.id.toLowerCase();
  if (call.request.query.get("force")?.toLowerCase() !== "true")
    armState(call.world).deletedWorkspaces[key] = {
      customerId: String(workspace.properties["customerId"]),
      deletedAt: call.world.now(),
    };
  delete tableOf(call.world, TYPE)[key];
  return { status: 200 };
}

/**
 * Log Analytics workspaces (Azure/azure-rest-api-specs: Microsoft.OperationalInsights/stable/2023-09-01/Workspaces.json;
 * answers as recorded in Azure/azure-cli-extensions:src/application-insights/…/test_component_with_linked_workspace.yaml).
 */
export const WORKSPACE_ROUTES = trackedResourceRoutes({
  type: TYPE,
  present,
  put,
  patch(call, workspace) {
    write(call, workspace, false);
    return { status: 200, body: present(call, workspace) };
  },
  remove,
});
