import type { Json, JsonObject, SandboxResponse } from "../exchange.ts";
import { refuseArm } from "./arm-errors.ts";
import type { TrackedResource } from "./arm-state.ts";
import { type ArmCall, bodyOf, objectIn, systemDataOf, tagsOf } from "./pipeline.ts";
import { type TrackedResourceService, trackedResourceRoutes } from "./tracked-resource-routes.ts";
import { findResource, requireWritableGroup, type TrackedType, tableOf } from "./tracked-resources.ts";

const ALERTS = "Microsoft.Insights/activityLogAlerts";
const GROUPS = "Microsoft.Insights/actionGroups";
/** The regions in which action groups process on their own, besides Global (2023-01-01, description of location). */
const GROUP_LOCATIONS = /^(global|swedencentral|germanywestcentral|northcentralus|southcentralus)$/i;

function refuse(message: string): never {
  return refuseArm(400, "BadRequest", message);
}

function listIn(value: unknown, name: string): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : refuse(`The property '${name}' must be a list.`);
}

function present(resource: TrackedResource): object {
  const { id, name, type, location, tags, properties } = resource;
  return { id, type, name, location, tags: tags ?? {}, properties };
}

/** A resource of Azure Monitor that lives nowhere in particular. */
function put(call: ArmCall, type: TrackedType, properties: JsonObject): SandboxResponse {
  const name = call.param("name");
  const group = requireWritableGroup(call.world, call.param("subscription"), call.param("group"));
  const body = bodyOf(call);
  const existing = findResource(call, type);
  const kind = type.slice(type.indexOf("/") + 1);
  const resource: TrackedResource = {
    // The service spells its namespace in lower case in ids, and the type with capitals.
    id: `/subscriptions/${call.param("subscription")}/resourceGroups/${group.name}/providers/microsoft.insights/${kind}/${name}`,
    name,
    type: `Microsoft.Insights/${kind[0]?.toUpperCase()}${kind.slice(1)}`,
    location: String(body["location"]),
    tags: tagsOf(body),
    sku: null,
    kind: null,
    identity: null,
    etag: "",
    systemData: systemDataOf(call, existing?.systemData),
    properties,
    readyAt: call.world.now(),
  };
  tableOf(call.world, type)[resource.id.toLowerCase()] = resource;
  return { status: existing === undefined ? 201 : 200, body: present(resource) };
}

function isCondition(value: unknown): boolean {
  const { field, equals, containsAny, anyOf } = objectIn(value);
  if (Array.isArray(anyOf)) return field === undefined && anyOf.every(isCondition);
  return typeof field === "string" && (typeof equals === "string") !== Array.isArray(containsAny);
}

function putAlert(call: ArmCall): SandboxResponse {
  const body = bodyOf(call);
  const wanted = objectIn(body["properties"]);
  if (String(body["location"]).toLowerCase() !== "global")
    refuse("The location of an activity log alert must be 'Global'.");
  const scopes = listIn(wanted["scopes"], "scopes");
  if (scopes.length === 0) refuse("The property 'scopes' must name at least one scope.");
  const conditions = listIn(objectIn(wanted["condition"])["allOf"], "condition.allOf");
  if (!conditions.every(isCondition) || conditions.length === 0)
    refuse("Each condition must have a field with 'equals' or 'containsAny', or only 'anyOf'.");
  // The service asks for one condition at least on one of these.
  const category = conditions.some((one) => String(objectIn(one)["field"]).toLowerCase() === "category");
  if (!category) refuse("One of the conditions must be on the field 'category'.");
  return put(call, ALERTS, {
    scopes,
    condition: { allOf: conditions },
    actions: { actionGroups: listIn(objectIn(wanted["actions"])["actionGroups"], "actions.actionGroups") },
    enabled: wanted["enabled"] ?? true,
    ...(wanted["description"] === undefined ? {} : { description: wanted["description"] }),
  });
}

function putGroup(call: ArmCall): SandboxResponse {
  const body = bodyOf(call);
  const wanted = objectIn(body["properties"]);
  if (!GROUP_LOCATIONS.test(String(body["location"])))
    refuse(`An action group cannot be in location '${String(body["location"])}'.`);
  const short = wanted["groupShortName"];
  if (typeof short !== "string" || short === "" || short.length > 12)
    refuse("The property 'groupShortName' must have 1 to 12 characters.");
  const receivers = listIn(wanted["emailReceivers"], "emailReceivers").map(objectIn);
  if (receivers.some(({ name, emailAddress }) => typeof name !== "string" || !/@/.test(String(emailAddress))))
    refuse("An email receiver needs a name and an email address.");
  if (new Set(receivers.map(({ name }) => name)).size !== receivers.length)
    refuse("Receiver names must be unique within an action group.");
  const others = Object.fromEntries(
    Object.entries(wanted).filter(([name]) => /Receivers$/.test(name) && name !== "emailReceivers"),
  );
  return put(call, GROUPS, {
    groupShortName: short,
    enabled: wanted["enabled"] ?? true,
    emailReceivers: receivers.map((receiver) => ({
      useCommonAlertSchema: false,
      ...receiver,
      status: "Enabled",
    })),
    ...others,
  });
}

const removed: TrackedResourceService["remove"] = (call, resource) => {
  for (const type of [ALERTS, GROUPS] as const) delete tableOf(call.world, type)[resource.id.toLowerCase()];
  return { status: 200 };
};

/**
 * Activity log alerts and action groups (Azure/azure-rest-api-specs: Microsoft.Insights/stable/2020-10-01
 * activityLogAlerts_API.json, stable/2023-01-01 actionGroups_API.json). They are kept; nothing ever fires. Which
 * mistakes the service refuses with which words is not published.
 */
export const ALERT_ROUTES = [
  ...trackedResourceRoutes({
    type: ALERTS,
    present: (_call, alert) => present(alert),
    put: putAlert,
    remove: removed,
  }),
  ...trackedResourceRoutes({
    type: GROUPS,
    present: (_call, group) => present(group),
    put: putGroup,
    remove: removed,
  }),
];
