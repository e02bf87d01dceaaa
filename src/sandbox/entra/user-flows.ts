import type { Json, JsonObject, SandboxResponse } from "../exchange.ts";
import type { World } from "../world.ts";
import { directoryOf, liveObjectBy, sameText, textOf } from "./entra-state.ts";
import { bodyOf, GRAPH_ROOT, type GraphCall, type GraphRoute, graphRoute, NO_CONTENT } from "./graph-call.ts";
import { badRequest, duplicateValue, notFound } from "./graph-errors.ts";
import { EVENTS_FLOW_READ, EVENTS_FLOW_WRITE, USER_FLOW_READ, USER_FLOW_WRITE } from "./graph-permissions.ts";
import { answerCollection, answerObject, type CollectionShape } from "./graph-query.ts";

/**
 * Sign-up flows: of an external tenant (`authenticationEventsFlow`) and for guests (`b2xIdentityUserFlow`). Sources:
 * microsoftgraph/microsoft-graph-docs-contrib `api-reference/v1.0/api/identitycontainer-post-authenticationeventsflows`,
 * `authenticationeventsflow-update`, `-delete`, `authenticationconditionsapplications-post-includeapplications`,
 * `identitycontainer-post-b2xuserflows`. That a second flow of the same name is refused is said there; with which words
 * is an assumption.
 */

const FLOW_TYPE = "#microsoft.graph.externalUsersSelfServiceSignUpEventsFlow";
const HANDLERS = [
  "onInteractiveAuthFlowStart",
  "onAuthenticationMethodLoadStart",
  "onAttributeCollection",
  "onAttributeCollectionStart",
  "onAttributeCollectionSubmit",
  "onUserCreateStart",
] as const;
const WRITABLE = new Set(["@odata.type", "displayName", "description", "conditions", ...HANDLERS]);

const EVENTS_FLOW_SHAPE: CollectionShape = {
  type: "externalUsersSelfServiceSignUpEventsFlow",
  context: "identity/authenticationEventsFlows",
  properties: ["id", "displayName", "description", "conditions", ...HANDLERS],
  filterable: ["id", "displayName"],
};

const B2X_SHAPE: CollectionShape = {
  type: "b2xIdentityUserFlow",
  context: "identity/b2xUserFlows",
  properties: ["id", "userFlowType", "userFlowTypeVersion", "apiConnectorConfiguration"],
  filterable: ["id"],
};

function eventsFlows(world: World): JsonObject[] {
  const directory = directoryOf(world);
  directory.eventsFlows ??= [];
  return directory.eventsFlows;
}

function userFlows(world: World): JsonObject[] {
  const directory = directoryOf(world);
  directory.userFlows ??= [];
  return directory.userFlows;
}

const objectIn = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** The applications a flow is for, as they stand in its conditions. */
function includedApplications(flow: JsonObject): JsonObject[] {
  const list = objectIn(objectIn(flow["conditions"])["applications"])["includeApplications"];
  return Array.isArray(list) ? list.map(objectIn) : [];
}

function withApplications(flow: JsonObject, applications: readonly JsonObject[]): void {
  const conditions = objectIn(flow["conditions"]);
  flow["conditions"] = {
    ...conditions,
    applications: { ...objectIn(conditions["applications"]), includeApplications: [...applications] },
  };
}

/** An application is in one flow at most. */
function requireFree(world: World, flow: JsonObject | undefined, appId: string): void {
  if (liveObjectBy(world, "application", "appId", appId) === undefined)
    badRequest(`The application '${appId}' does not exist.`);
  const taken = eventsFlows(world).some(
    (other) =>
      other !== flow && includedApplications(other).some((entry) => sameText(textOf(entry, "appId"), appId)),
  );
  if (taken) badRequest(`The application '${appId}' is already linked to a user flow.`);
}

function requireKnownProperties(body: JsonObject): void {
  const unknown = Object.keys(body).find((name) => !WRITABLE.has(name));
  if (unknown !== undefined) badRequest("One or more properties are invalid.");
  if (textOf(body, "@odata.type") !== FLOW_TYPE)
    badRequest("The '@odata.type' of the flow is missing or not supported.");
}

function requireUniqueName(world: World, flow: JsonObject | undefined, name: string): void {
  if (eventsFlows(world).some((other) => other !== flow && sameText(textOf(other, "displayName"), name)))
    duplicateValue("displayName");
}

function createEventsFlow(call: GraphCall): SandboxResponse {
  const { world } = call;
  const body = bodyOf(call);
  requireKnownProperties(body);
  const displayName = textOf(body, "displayName");
  if (displayName === "") return badRequest("A value is required for property 'displayName'.");
  requireUniqueName(world, undefined, displayName);
  const providers = objectIn(body["onAuthenticationMethodLoadStart"])["identityProviders"];
  if (!Array.isArray(providers) || providers.length === 0)
    return badRequest("At least one identity provider must be linked.");
  for (const entry of includedApplications(body)) requireFree(world, undefined, textOf(entry, "appId"));
  const flow: JsonObject = {
    "@odata.type": FLOW_TYPE,
    id: world.newId(),
    displayName,
    description: null,
    conditions: { applications: { includeApplications: [] } },
    ...Object.fromEntries(HANDLERS.map((name) => [name, null])),
    ...body,
  };
  eventsFlows(world).push(flow);
  return {
    status: 201,
    headers: { Location: `${GRAPH_ROOT}/identity/authenticationEventsFlows/${String(flow["id"])}` },
    body: {
      "@odata.context": `${GRAPH_ROOT}/$metadata#identity/authenticationEventsFlows/$entity`,
      ...shown(flow),
    },
  };
}

/** Identity providers and attributes are navigation: answers leave them out. */
function shown(flow: JsonObject): JsonObject {
  const load = objectIn(flow["onAuthenticationMethodLoadStart"]);
  const collection = objectIn(flow["onAttributeCollection"]);
  const { identityProviders: _, ...loadShown } = load;
  const { attributes: __, ...collectionShown } = collection;
  return {
    ...flow,
    onAuthenticationMethodLoadStart: flow["onAuthenticationMethodLoadStart"] === null ? null : loadShown,
    onAttributeCollection: flow["onAttributeCollection"] === null ? null : collectionShown,
  };
}

function eventsFlowOf(call: GraphCall): JsonObject {
  const id = call.request.params["flow"] ?? "";
  return eventsFlows(call.world).find((flow) => sameText(textOf(flow, "id"), id)) ?? notFound(id);
}

function updateEventsFlow(call: GraphCall): SandboxResponse {
  const flow = eventsFlowOf(call);
  const body = bodyOf(call);
  requireKnownProperties(body);
  if (body["displayName"] !== undefined) requireUniqueName(call.world, flow, textOf(body, "displayName"));
  // "You can only update this property if it was configured during user flow creation."
  if (body["onAttributeCollection"] !== undefined && flow["onAttributeCollection"] === null)
    return badRequest("The property 'onAttributeCollection' was not configured when the flow was created.");
  for (const name of HANDLERS)
    if (body[name] !== undefined) flow[name] = { ...objectIn(flow[name]), ...objectIn(body[name]) };
  for (const name of ["displayName", "description", "conditions"])
    if (body[name] !== undefined) flow[name] = body[name] ?? null;
  return NO_CONTENT;
}

function linkApplication(call: GraphCall): SandboxResponse {
  const flow = eventsFlowOf(call);
  const appId = textOf(bodyOf(call), "appId");
  requireFree(call.world, undefined, appId);
  withApplications(flow, [...includedApplications(flow), { appId }]);
  const context = `identity/authenticationEventsFlows('${String(flow["id"])}')/conditions/applications/includeApplications`;
  return {
    status: 201,
    body: { "@odata.context": `${GRAPH_ROOT}/$metadata#${context}/$entity`, appId },
  };
}

function unlinkApplication(call: GraphCall): SandboxResponse {
  const flow = eventsFlowOf(call);
  const appId = call.request.params["app"] ?? "";
  const linked = includedApplications(flow);
  const left = linked.filter((entry) => !sameText(textOf(entry, "appId"), appId));
  if (left.length === linked.length) return notFound(appId);
  withApplications(flow, left);
  return NO_CONTENT;
}

function createUserFlow(call: GraphCall): SandboxResponse {
  const body = bodyOf(call);
  const name = textOf(body, "id");
  if (!/^\w+$/.test(name)) return badRequest("A value is required for property 'id'.");
  if (body["userFlowType"] !== "signUpOrSignIn" || body["userFlowTypeVersion"] !== 1)
    return badRequest("Invalid value specified for property 'userFlowType' or 'userFlowTypeVersion'.");
  const id = `B2X_1_${name}`;
  if (userFlows(call.world).some((flow) => sameText(textOf(flow, "id"), id))) duplicateValue("id");
  const flow: JsonObject = {
    id,
    userFlowType: "signUpOrSignIn",
    userFlowTypeVersion: 1,
    apiConnectorConfiguration: {},
  };
  userFlows(call.world).push(flow);
  return {
    status: 201,
    headers: { Location: `${GRAPH_ROOT}/identity/b2xUserFlows/${id}` },
    body: { "@odata.context": `${GRAPH_ROOT}/$metadata#identity/b2xUserFlows/$entity`, ...flow },
  };
}

function userFlowOf(call: GraphCall): JsonObject {
  const id = call.request.params["flow"] ?? "";
  return userFlows(call.world).find((flow) => sameText(textOf(flow, "id"), id)) ?? notFound(id);
}

function remove(list: JsonObject[], entry: JsonObject): SandboxResponse {
  list.splice(list.indexOf(entry), 1);
  return NO_CONTENT;
}

const FLOWS = "/identity/authenticationEventsFlows";
const APPLICATIONS = `${FLOWS}/{flow}/conditions/applications/includeApplications`;

export const USER_FLOW_ROUTES: readonly GraphRoute[] = [
  graphRoute("GET", FLOWS, EVENTS_FLOW_READ, (call) =>
    answerCollection(call, eventsFlows(call.world).map(shown), EVENTS_FLOW_SHAPE),
  ),
  graphRoute("POST", FLOWS, EVENTS_FLOW_WRITE, createEventsFlow),
  graphRoute("GET", `${FLOWS}/{flow}`, EVENTS_FLOW_READ, (call) =>
    answerObject(call, shown(eventsFlowOf(call)), EVENTS_FLOW_SHAPE),
  ),
  graphRoute("PATCH", `${FLOWS}/{flow}`, EVENTS_FLOW_WRITE, updateEventsFlow),
  graphRoute("DELETE", `${FLOWS}/{flow}`, EVENTS_FLOW_WRITE, (call) =>
    remove(eventsFlows(call.world), eventsFlowOf(call)),
  ),
  graphRoute("GET", APPLICATIONS, EVENTS_FLOW_READ, (call) => ({
    status: 200,
    body: {
      "@odata.context": `${GRAPH_ROOT}/$metadata#identity/authenticationEventsFlows('')/conditions/applications/includeApplications`,
      value: includedApplications(eventsFlowOf(call)),
    },
  })),
  graphRoute("POST", APPLICATIONS, EVENTS_FLOW_WRITE, linkApplication),
  graphRoute("DELETE", `${APPLICATIONS}/{app}`, EVENTS_FLOW_WRITE, unlinkApplication),
  graphRoute("GET", "/identity/b2xUserFlows", USER_FLOW_READ, (call) =>
    answerCollection(call, userFlows(call.world), B2X_SHAPE),
  ),
  graphRoute("POST", "/identity/b2xUserFlows", USER_FLOW_WRITE, createUserFlow),
  graphRoute("GET", "/identity/b2xUserFlows/{flow}", USER_FLOW_READ, (call) =>
    answerObject(call, userFlowOf(call), B2X_SHAPE),
  ),
  graphRoute("DELETE", "/identity/b2xUserFlows/{flow}", USER_FLOW_WRITE, (call) =>
    remove(userFlows(call.world), userFlowOf(call)),
  ),
];
