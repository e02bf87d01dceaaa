import type { JsonObject, SandboxResponse } from "../exchange.ts";
import { TENANT } from "../seed.ts";
import { refuseArm } from "./arm-errors.ts";
import type { TrackedResource } from "./arm-state.ts";
import { type ArmCall, bodyOf, newEtag, objectIn, systemDataOf, tagsOf } from "./pipeline.ts";
import { trackedResourceRoutes } from "./tracked-resource-routes.ts";
import {
  findResource,
  groupId,
  requireLocation,
  requireWritableGroup,
  tableOf,
} from "./tracked-resources.ts";

const TYPE = "Microsoft.Insights/components";
const RETENTIONS = [30, 60, 90, 120, 180, 270, 365, 550, 730];

function present(component: TrackedResource): object {
  return {
    kind: component.kind,
    etag: component.etag,
    id: component.id,
    name: component.name,
    type: component.type,
    location: component.location,
    tags: component.tags ?? {},
    properties: { ...component.properties, provisioningState: "Succeeded" },
  };
}

/**
 * The workspace a component sends to: the one asked for, else the one it has, else a default workspace of the service's
 * own. A new component that asks for the ingestion mode of old has none.
 */
function workspaceOf(
  call: ArmCall,
  wanted: JsonObject,
  location: string,
  before: JsonObject,
): string | undefined {
  const id = wanted["WorkspaceResourceId"];
  if (typeof id === "string" && id !== "") {
    const known = tableOf(call.world, "Microsoft.OperationalInsights/workspaces")[id.toLowerCase()];
    if (known === undefined)
      return refuseArm(400, "BadRequest", `The workspace '${id}' does not exist.`, {
        target: "properties.WorkspaceResourceId",
      });
    // Handed back in the spelling of the request, not in that of the workspace.
    return id;
  }
  if (typeof before["WorkspaceResourceId"] === "string") return before["WorkspaceResourceId"];
  if (wanted["IngestionMode"] === "ApplicationInsights") return undefined;
  const subscription = call.param("subscription");
  return `${groupId(subscription, `DefaultResourceGroup-${location}`)}/providers/Microsoft.OperationalInsights/workspaces/DefaultWorkspace-${subscription}-${location}`;
}

function propertiesOf(call: ArmCall, wanted: JsonObject, location: string, before: JsonObject): JsonObject {
  const retention = wanted["RetentionInDays"] ?? 90;
  if (!RETENTIONS.includes(Number(retention)))
    refuseArm(400, "BadRequest", `Retention of ${String(retention)} days is not supported.`, {
      target: "properties.RetentionInDays",
    });
  const key = String(before["InstrumentationKey"] ?? call.world.newId());
  const appId = String(before["AppId"] ?? call.world.newId());
  const workspace = workspaceOf(call, wanted, location, before);
  const migrated =
    before["IngestionMode"] === "ApplicationInsights" && workspace !== undefined
      ? call.world.iso().replace("Z", "0000+00:00")
      : before["LaMigrationDate"];
  return {
    ApplicationId: call.param("name"),
    AppId: appId,
    Application_Type: wanted["Application_Type"] ?? "web",
    Flow_Type: wanted["Flow_Type"] ?? null,
    Request_Source: wanted["Request_Source"] ?? null,
    InstrumentationKey: key,
    ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=https://${location}-0.in.applicationinsights.azure.com/;LiveEndpoint=https://${location}.livediagnostics.monitor.azure.com/;ApplicationId=${appId}`,
    Name: call.param("name"),
    CreationDate: String(before["CreationDate"] ?? call.world.iso().replace("Z", "0000+00:00")),
    TenantId: TENANT.id,
    SamplingPercentage: wanted["SamplingPercentage"] ?? null,
    RetentionInDays: Number(retention),
    // Recorded on this api-version, for a retention that the request names.
    ...(call.apiVersion === "2018-05-01-preview" && wanted["RetentionInDays"] !== undefined
      ? { Retention: `P${String(retention)}D` }
      : {}),
    ...(workspace === undefined ? {} : { WorkspaceResourceId: workspace }),
    IngestionMode: workspace === undefined ? "ApplicationInsights" : "LogAnalytics",
    ...(migrated === undefined ? {} : { LaMigrationDate: migrated }),
    publicNetworkAccessForIngestion: wanted["publicNetworkAccessForIngestion"] ?? "Enabled",
    publicNetworkAccessForQuery: wanted["publicNetworkAccessForQuery"] ?? "Enabled",
    ...(wanted["DisableLocalAuth"] === undefined ? {} : { DisableLocalAuth: wanted["DisableLocalAuth"] }),
    Ver: "v2",
  };
}

function put(call: ArmCall): SandboxResponse {
  const name = call.param("name");
  const group = requireWritableGroup(call.world, call.param("subscription"), call.param("group"));
  const body = bodyOf(call);
  const existing = findResource(call, TYPE);
  const location = requireLocation(body["location"], TYPE, existing, group.name);
  if (typeof body["kind"] !== "string")
    refuseArm(400, "BadRequest", "The kind of the component is required.", { target: "kind" });
  const table = tableOf(call.world, TYPE);
  // The service spells its own namespace in lower case, whatever the request said.
  const id = `/subscriptions/${call.param("subscription")}/resourceGroups/${group.name}/providers/microsoft.insights/components/${name}`;
  const component: TrackedResource = {
    id,
    name,
    type: "microsoft.insights/components",
    location,
    tags: tagsOf(body),
    sku: null,
    kind: String(body["kind"]),
    identity: null,
    etag: newEtag(),
    systemData: systemDataOf(call, existing?.systemData),
    properties: propertiesOf(call, objectIn(body["properties"]), location, existing?.properties ?? {}),
    readyAt: call.world.now(),
  };
  table[id.toLowerCase()] = component;
  return { status: 200, body: present(component) };
}

/**
 * Application Insights components, workspace-based (Azure/azure-rest-api-specs:
 * Microsoft.Insights/stable/2020-02-02/components_API.json; the mixed spelling of properties is the service's own, as
 * recorded in Azure/azure-cli-extensions:src/application-insights/…/test_component_with_linked_workspace.yaml).
 */
export const COMPONENT_ROUTES = trackedResourceRoutes({
  type: TYPE,
  present: (_call, component) => present(component),
  put,
  remove(call, component) {
    delete tableOf(call.world, TYPE)[component.id.toLowerCase()];
    return { status: 200 };
  },
});
