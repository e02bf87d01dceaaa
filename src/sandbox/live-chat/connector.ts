import { findRow, textOf } from "../dataverse/rows.ts";
import { type Session, systemSession } from "../dataverse/session.ts";
import { organizationById, type Row } from "../dataverse/state.ts";
import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import { matchRoute, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { availableAgents } from "./agents.ts";
import { CHAT_TOKEN_SECONDS, issueChatToken, readChatToken } from "./chat-token.ts";
import { widgetOf, workstreamOf } from "./conversation-rows.ts";
import {
  type Conversation,
  communicationHost,
  conversationOfRequest,
  conversationsOf,
  liveChatState,
  patientOf,
} from "./conversation-state.ts";
import { begin, endByPatient } from "./conversations.ts";
import { isWithinOperatingHours } from "./opening-hours.ts";
import { routeToQueue } from "./routing.ts";
import { transcriptOf } from "./transcript.ts";
import { maskingInfo, widgetConfiguration } from "./widget-configuration.ts";

/**
 * The live chat connector of an organization, `m-{orgId}.{geo}.omnichannelengagementhub.com`, as its clients use it
 * (npm @microsoft/ocsdk 0.5.21 and microsoft/omnichannel-chat-sdk). It answers without credentials.
 */

/** Error codes travel in the header `errorcode` (microsoft/omnichannel-chat-sdk:src/core/OmnichannelErrorCodes.ts). */
const WIDGET_NOT_FOUND = "701";
const OUTSIDE_OPERATING_HOURS = "705";

const answerNotSimulated = (what: string): SandboxResponse => ({
  status: 501,
  body: { error: { code: "NotSimulated", message: `The sandbox does not simulate ${what}.` } },
});

function refuse(status: number, errorcode?: string): never {
  throw new Refusal({ status, ...(errorcode === undefined ? {} : { headers: { errorcode } }) });
}

interface Visit {
  readonly session: Session;
  readonly widget: Row;
  readonly workstream: Row;
}

/** The organization must be the one of the host, its chat channel installed, the widget there. */
function visit(request: RoutedRequest, world: World): Visit {
  const organizationId = request.params["org"] ?? "";
  const organization = organizationById(world, organizationId.toLowerCase());
  if (organization === undefined || !request.host.startsWith(`m-${organizationId.toLowerCase()}.`))
    return refuse(404);
  const session = systemSession(world, organization);
  if (!session.model.tables.has("msdyn_livechatconfig")) return refuse(400, WIDGET_NOT_FOUND);
  const widget = widgetOf(session, request.params["widget"] ?? "");
  const workstream = workstreamOf(session, widget);
  // The configuration is a join of widget and workstream, so a widget without one is not found either.
  if (widget === undefined || workstream === undefined) return refuse(400, WIDGET_NOT_FOUND);
  return { session, widget, workstream };
}

function requireOpen({ session, widget }: Visit): void {
  if (!isWithinOperatingHours(session, widget)) refuse(400, OUTSIDE_OPERATING_HOURS);
}

/** A widget whose visitors must sign in refuses the anonymous routes. Assumption: with 401 and no body. */
function requireAnonymousAllowed({ widget }: Visit): void {
  if (textOf(widget, "_msdyn_authsettingsid_value") === "") return;
  if (widget["msdyn_authenticatedsigninoptional"] !== true) refuse(401);
}

function openThread(world: World, { session, widget }: Visit, requestId: string): Conversation {
  const { organizationId } = session.organization;
  const id = world.newId();
  const conversation: Conversation = {
    id,
    organizationId,
    requestId,
    widgetAppId: textOf(widget, "msdyn_widgetappid"),
    threadId: `19:${world.newId().replaceAll("-", "")}@thread.v2`,
    sessionHeader: world.newId(),
    state: "New",
    context: {},
    botUserId: null,
    agentUserId: null,
    queueId: null,
    agentAcceptedOn: null,
    sessionId: null,
    participants: [
      {
        id: `8:acs:${organizationId}_${world.newId()}`,
        displayName: "Customer",
        kind: "patient",
        sharedSince: new Date(0).toISOString(),
      },
    ],
    messages: [],
    readReceipts: [],
    trail: [],
  };
  liveChatState(world).conversations[id] = conversation;
  return conversation;
}

function tokenAnswer(world: World, conversation: Conversation): SandboxResponse {
  return {
    status: 200,
    headers: { "oc-sessionid": conversation.sessionHeader, authcodenonce: world.newId().slice(0, 8) },
    body: {
      ChatId: conversation.threadId,
      Token: issueChatToken(world, conversation),
      RegionGtms: "{}",
      ExpiresIn: String(CHAT_TOKEN_SECONDS),
      VisitorId: patientOf(conversation)?.id ?? "",
      VoiceVideoCallToken: null,
      ACSEndpoint: `https://${communicationHost(conversation.organizationId)}`,
      AttachmentConfiguration: { AttachmentServiceEndpoint: "" },
      Region: "us",
    },
  };
}

/** `{name: {value, isDisplayable}}`; plain values are taken as well. */
function contextOf(body: JsonObject): Record<string, unknown> {
  const given = body["customContextData"];
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, entry]) => [
      name,
      typeof entry === "object" && entry !== null && !Array.isArray(entry) ? entry["value"] : entry,
    ]),
  );
}

function bodyOf(request: SandboxRequest): JsonObject {
  return jsonBody(request) ?? refuse(400);
}

/** Starting again with the same request id gives the same conversation, so a repeated start makes no second one. */
function createConversation(request: RoutedRequest, world: World): SandboxResponse {
  const place = visit(request, world);
  requireAnonymousAllowed(place);
  requireOpen(place);
  const body = bodyOf(request);
  if (typeof body["reconnectId"] === "string") return answerNotSimulated("reconnecting to a chat");
  const requestId =
    request.headers["request-id"] ?? request.headers["x-ms-client-request-id"] ?? world.newId();
  const known = conversationOfRequest(world, place.session.organization.organizationId, requestId);
  if (known !== undefined && known.state !== "Closed") return tokenAnswer(world, known);
  const conversation = openThread(world, place, requestId);
  if (!begin(world, conversation, contextOf(body))) return refuse(400, WIDGET_NOT_FOUND);
  return tokenAnswer(world, conversation);
}

function getChatToken(request: RoutedRequest, world: World): SandboxResponse {
  const place = visit(request, world);
  requireAnonymousAllowed(place);
  requireOpen(place);
  const requestId = request.params["request"] ?? "";
  const known = conversationOfRequest(world, place.session.organization.organizationId, requestId);
  return tokenAnswer(world, known ?? openThread(world, place, requestId));
}

function conversationOf(request: RoutedRequest, world: World): Conversation {
  const place = visit(request, world);
  const found = conversationOfRequest(
    world,
    place.session.organization.organizationId,
    request.params["request"] ?? "",
  );
  return found ?? refuse(404);
}

function initSession(request: RoutedRequest, world: World): SandboxResponse {
  const place = visit(request, world);
  requireAnonymousAllowed(place);
  requireOpen(place);
  const conversation = conversationOf(request, world);
  if (conversation.state === "New" && !begin(world, conversation, contextOf(bodyOf(request))))
    return refuse(400, WIDGET_NOT_FOUND);
  return { status: 200, headers: { "oc-sessionid": conversation.sessionHeader } };
}

function workItemDetails(request: RoutedRequest, world: World): SandboxResponse {
  const conversation = conversationOf(request, world);
  if (conversation.state === "New") return refuse(404);
  return {
    status: 200,
    body: {
      State: conversation.state,
      ConversationId: conversation.id,
      AgentAcceptedOn: conversation.agentAcceptedOn,
      CanRenderPostChat: "False",
      ...(conversation.botUserId === null ? {} : { ParticipantType: "Bot" }),
      ...(conversation.agentUserId === null ? {} : { ParticipantType: "User" }),
    },
  };
}

function closeSession(request: RoutedRequest, world: World): SandboxResponse {
  endByPatient(world, conversationOf(request, world));
  return { status: 200 };
}

function getTranscript(request: RoutedRequest, world: World): SandboxResponse {
  const holder = readChatToken(world, request.headers["authorization"] ?? "");
  if (holder === undefined || holder.conversation.threadId !== request.params["chat"]) return refuse(401);
  return { status: 200, body: { chatMessagesJson: JSON.stringify(transcriptOf(holder.conversation)) } };
}

/** Whether an agent could take a new chat of this visitor now; the SDK offers it to signed-in visitors only. */
function agentAvailability(request: RoutedRequest, world: World): SandboxResponse {
  const { session, widget, workstream } = visit(request, world);
  if (request.headers["authenticatedusertoken"] === undefined) return refuse(401);
  const context = Object.fromEntries(
    Object.entries(contextOf(bodyOf(request))).filter(
      (entry): entry is [string, string | number] =>
        typeof entry[1] === "string" || Number.isInteger(entry[1]),
    ),
  );
  const { queue } = routeToQueue(session, workstream, {}, context);
  const queueId = textOf(queue, "queueid");
  const waiting = conversationsOf(world).filter(
    (conversation) => conversation.queueId === queueId && conversation.state === "Open",
  ).length;
  return {
    status: 200,
    body: {
      IsQueueAvailable: queue !== undefined && isWithinOperatingHours(session, queue),
      AverageWaitTime: null,
      QueuePosition: waiting + 1,
      QueueName: textOf(queue, "name"),
      QueueId: queueId,
      AgentAvailability: availableAgents(session, queueId, textOf(widget, "msdyn_widgetappid")).length > 0,
    },
  };
}

function dataMasking(request: RoutedRequest, world: World): SandboxResponse {
  const organization = organizationById(world, (request.params["org"] ?? "").toLowerCase());
  if (organization === undefined || !request.host.startsWith(`m-${organization.organizationId}.`))
    return refuse(404);
  return { status: 200, body: maskingInfo(systemSession(world, organization)) };
}

function typing(request: RoutedRequest, world: World): SandboxResponse {
  const organizationId = /^m-([0-9a-f-]{36})\./.exec(request.host)?.[1] ?? "";
  if (conversationOfRequest(world, organizationId, request.params["request"] ?? "") === undefined)
    return refuse(404);
  return { status: 200 };
}

const notSimulated = (what: string) => (): SandboxResponse => answerNotSimulated(what);

const ROUTES = [
  route("GET", "/livechatconnector/config/{org}/{widget}", (request, world) => {
    const { session, widget } = visit(request, world);
    return { status: 200, body: widgetConfiguration(session, widget) };
  }),
  route("POST", "/livechatconnector/organization/{org}/widgetApp/{widget}/conversation", createConversation, {
    ignoreCase: true,
  }),
  route("GET", "/livechatconnector/v2/getchattoken/{org}/{widget}/{request}", getChatToken),
  route("POST", "/livechatconnector/sessioninit/{org}/{widget}/{request}", initSession),
  route("GET", "/livechatconnector/getliveworkitemdetails/{org}/{widget}/{request}", workItemDetails),
  route("POST", "/livechatconnector/sessionclose/{org}/{widget}/{request}", closeSession),
  route("GET", "/livechatconnector/v2/getchattranscripts/{chat}/{request}", getTranscript),
  route("POST", "/livechatconnector/auth/getagentavailability/{org}/{widget}/{request}", agentAvailability),
  route("GET", "/livechatconnector/fetchdatamaskinginfo/{org}", dataMasking),
  route("POST", "/inbound/typingindicator/livechat/sendtypingindicator/{request}", typing),
  route("POST", "/livechatconnector/createemailrequest/{request}", notSimulated("transcripts by mail")),
  route("GET", "/livechatconnector/v2/lcwfcsdetails/{org}", notSimulated("the widget's script loader")),
  route(
    "GET",
    "/livechatconnector/getchattoken/{rest*}",
    notSimulated("chats of version 1 (Skype infrastructure)"),
  ),
  route("GET", "/livechatconnector/v3/getchattoken/{rest*}", notSimulated("chat tokens of version 3")),
  route("GET", "/livechatconnector/v4/getchattoken/{rest*}", notSimulated("several bots on one widget")),
  ...["GET", "POST"].flatMap((method) => [
    route(method, "/livechatconnector/auth/{rest*}", notSimulated("chats of signed-in visitors")),
    route(method, "/livechatconnector/v2/auth/{rest*}", notSimulated("chats of signed-in visitors")),
    route(method, "/livechatconnector/v3/auth/{rest*}", notSimulated("chats of signed-in visitors")),
    route(method, "/livechatconnector/v4/auth/{rest*}", notSimulated("chats of signed-in visitors")),
    route(method, "/livechatconnector/reconnect/{rest*}", notSimulated("reconnecting to a chat")),
    route(method, "/livechatconnector/getsurveyinvite/{rest*}", notSimulated("surveys")),
    route(method, "/livechatconnector/secondarychannelevent/{rest*}", notSimulated("voice and video calls")),
    route(method, "/survey/{rest*}", notSimulated("surveys")),
    route(method, "/api/v1.0/consumer/{rest*}", notSimulated("the messaging API of custom channels")),
  ]),
  ...["getchattoken", "sessioninit", "getliveworkitemdetails"].flatMap((name) =>
    ["GET", "POST"].map((method) =>
      route(
        method,
        `/livechatconnector/${name === "getchattoken" ? "v2/" : ""}${name}/{org}/{widget}/{request}/{reconnect}`,
        notSimulated("reconnecting to a chat"),
      ),
    ),
  ),
];

export function serveConnector(
  request: SandboxRequest,
  world: World,
): SandboxResponse | Promise<SandboxResponse> {
  const match = matchRoute(ROUTES, request);
  if (match.kind === "not-found") return { status: 404 };
  if (match.kind === "method-not-allowed") return { status: 405, headers: { Allow: match.allow.join(", ") } };
  return match.handler(match.request, world);
}

export function queueNameOf(session: Session, conversation: Conversation): string | null {
  const queue = findRow(session.organization, "queue", conversation.queueId ?? "");
  return queue === undefined ? null : textOf(queue, "name");
}
