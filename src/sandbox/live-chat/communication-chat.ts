import {
  type JsonObject,
  jsonBody,
  Refusal,
  type SandboxRequest,
  type SandboxResponse,
} from "../exchange.ts";
import { matchRoute, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { readChatToken } from "./chat-token.ts";
import {
  addMessage,
  type Conversation,
  communicationHost,
  type Message,
  type Participant,
} from "./conversation-state.ts";
import { afterPatientSpoke } from "./conversations.ts";

/**
 * The chat service of Azure Communication Services for the one participant who calls it: the patient. Operations,
 * statuses and error bodies: "Chat Thread" REST reference, api-version 2024-03-07, and npm
 * @azure/communication-chat 1.5.4.
 */

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 200;

function failure(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error: { code, message } } });
}

const unauthorized = (): Refusal => failure(401, "Unauthorized", "Request is not authorized.");
const forbidden = (): Refusal =>
  failure(403, "Forbidden", "User is not allowed to perform specified action.");
/** Assumption: code and text of these two are not in the reference. */
const badRequest = (message: string): Refusal => failure(400, "BadRequest", message);
const notFound = (): Refusal => failure(404, "NotFound", "The requested resource was not found.");

interface Visitor {
  readonly conversation: Conversation;
  readonly senderId: string;
}

function signedIn(request: SandboxRequest, world: World): Visitor {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
  const holder = readChatToken(world, token);
  if (holder === undefined || request.host !== communicationHost(holder.conversation.organizationId))
    throw unauthorized();
  if (request.query.get("api-version") === null)
    throw badRequest("The api-version query parameter is required.");
  return holder;
}

/** A member of the thread: nobody else sees it, and who has left no longer does. */
function inThread(request: RoutedRequest, world: World): Visitor {
  const visitor = signedIn(request, world);
  const { conversation, senderId } = visitor;
  if (conversation.threadId !== request.params["thread"]) throw forbidden();
  if (!conversation.participants.some(({ id }) => id === senderId)) throw forbidden();
  return visitor;
}

const identifier = (id: string): object => ({
  kind: "communicationUser",
  rawId: id,
  communicationUser: { id },
});

const presentParticipant = ({ id, displayName, sharedSince }: Participant): object => ({
  communicationIdentifier: identifier(id),
  displayName,
  shareHistoryTime: sharedSince,
});

function contentOf(message: Message): object {
  if (message.type !== "participantAdded" && message.type !== "participantRemoved")
    return { message: message.content };
  return {
    participants: [
      { communicationIdentifier: identifier(message.content), displayName: message.senderDisplayName },
    ],
    initiatorCommunicationIdentifier: identifier(message.senderId),
  };
}

function presentMessage(message: Message): object {
  return {
    id: message.id,
    type: message.type,
    sequenceId: message.sequenceId,
    version: message.editedOn === undefined ? message.id : String(Date.parse(message.editedOn)),
    content: contentOf(message),
    senderDisplayName: message.senderDisplayName,
    createdOn: message.createdOn,
    senderCommunicationIdentifier: identifier(message.senderId),
    ...(message.deletedOn === undefined ? {} : { deletedOn: message.deletedOn }),
    ...(message.editedOn === undefined ? {} : { editedOn: message.editedOn }),
    ...(Object.keys(message.metadata).length === 0 ? {} : { metadata: message.metadata }),
  };
}

/** One page of a list, with the link to the next. */
function page(request: SandboxRequest, all: readonly object[]): SandboxResponse {
  const size = Number(request.query.get("maxPageSize") ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size < 1) throw badRequest("The value of maxPageSize is invalid.");
  const from = Number(request.query.get("skip") ?? 0);
  const value = all.slice(from, from + Math.min(size, LARGEST_PAGE));
  const rest = from + value.length;
  if (rest >= all.length) return { status: 200, body: { value } };
  const next = new URL(request.url);
  next.searchParams.set("skip", String(rest));
  return { status: 200, body: { value, nextLink: next.toString() } };
}

function listMessages(request: RoutedRequest, world: World): SandboxResponse {
  const { conversation } = inThread(request, world);
  const since = Date.parse(request.query.get("startTime") ?? "");
  const messages = [...conversation.messages]
    .reverse()
    .filter(({ createdOn }) => Number.isNaN(since) || Date.parse(createdOn) >= since);
  return page(request, messages.map(presentMessage));
}

function bodyOf(request: SandboxRequest): JsonObject {
  const body = jsonBody(request);
  if (body === undefined) throw badRequest("The request body is no valid JSON.");
  return body;
}

function textMap(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, String(entry)]));
}

function sendMessage(request: RoutedRequest, world: World): SandboxResponse {
  const { conversation, senderId } = inThread(request, world);
  const body = bodyOf(request);
  const { content, type = "text" } = body;
  if (typeof content !== "string" || content === "") throw badRequest("The content field is required.");
  if (type !== "text" && type !== "html") throw badRequest("The type of the message is invalid.");
  const message = addMessage(world, conversation, {
    type,
    senderId,
    senderDisplayName: typeof body["senderDisplayName"] === "string" ? body["senderDisplayName"] : "",
    content,
    metadata: textMap(body["metadata"]),
  });
  afterPatientSpoke(world, conversation, content);
  return { status: 201, body: { id: message.id } };
}

function messageOf(request: RoutedRequest, { conversation }: Visitor): Message {
  const found = conversation.messages.find(({ id }) => id === request.params["message"]);
  if (found === undefined) throw notFound();
  return found;
}

function ownMessage(request: RoutedRequest, visitor: Visitor): Message {
  const message = messageOf(request, visitor);
  if (message.senderId !== visitor.senderId) throw forbidden();
  return message;
}

function updateMessage(request: RoutedRequest, world: World): SandboxResponse {
  const message = ownMessage(request, inThread(request, world));
  const { content } = bodyOf(request);
  if (typeof content === "string") message.content = content;
  // An edit is a later version even within the millisecond of the message.
  message.editedOn = new Date(Math.max(world.now(), Number(message.id) + 1)).toISOString();
  return { status: 204 };
}

function deleteMessage(request: RoutedRequest, world: World): SandboxResponse {
  const message = ownMessage(request, inThread(request, world));
  message.content = "";
  message.deletedOn = world.iso();
  return { status: 204 };
}

function sendReceipt(request: RoutedRequest, world: World): SandboxResponse {
  const { conversation, senderId } = inThread(request, world);
  const chatMessageId = bodyOf(request)["chatMessageId"];
  if (typeof chatMessageId !== "string") throw badRequest("The chatMessageId field is required.");
  conversation.readReceipts = conversation.readReceipts.filter((receipt) => receipt.senderId !== senderId);
  conversation.readReceipts.push({ senderId, chatMessageId, readOn: world.iso() });
  return { status: 200 };
}

function listReceipts(request: RoutedRequest, world: World): SandboxResponse {
  const { conversation } = inThread(request, world);
  return page(
    request,
    conversation.readReceipts.map(({ senderId, chatMessageId, readOn }) => ({
      senderCommunicationIdentifier: identifier(senderId),
      chatMessageId,
      readOn,
    })),
  );
}

function threadProperties(request: RoutedRequest, world: World): SandboxResponse {
  const { conversation } = inThread(request, world);
  return {
    status: 200,
    body: {
      id: conversation.threadId,
      topic: "",
      createdOn: conversation.messages[0]?.createdOn ?? world.iso(),
      createdByCommunicationIdentifier: identifier(
        `8:acs:${conversation.organizationId}_${conversation.organizationId}`,
      ),
    },
  };
}

/**
 * Where real-time notifications would come from. The SDK refuses to join a chat without this answer and polls when
 * the connection itself fails, so the configuration is served and what it points at is not.
 */
function realTimeConfiguration(request: RoutedRequest, world: World): SandboxResponse {
  signedIn(request, world);
  const origin = `https://${request.host}/realtime`;
  return {
    status: 200,
    body: { trouterServiceUrl: origin, registrarServiceUrl: `${origin}/registrar`, cloudType: "Public" },
  };
}

const notSimulated = (what: string) => (request: RoutedRequest, world: World) => {
  if (!request.path.startsWith("/realtime")) signedIn(request, world);
  return {
    status: 501,
    body: { error: { code: "NotSimulated", message: `The sandbox does not simulate ${what}.` } },
  };
};

const THREAD = "/chat/threads/{thread}";
const REALTIME = "real-time notifications: clients have to poll";

const ROUTES = [
  route("GET", "/chat/config/realTimeNotifications", realTimeConfiguration),
  route("GET", `${THREAD}/messages`, listMessages),
  route("POST", `${THREAD}/messages`, sendMessage),
  route("GET", `${THREAD}/messages/{message}`, (request, world) => ({
    status: 200,
    body: presentMessage(messageOf(request, inThread(request, world))),
  })),
  route("PATCH", `${THREAD}/messages/{message}`, updateMessage),
  route("DELETE", `${THREAD}/messages/{message}`, deleteMessage),
  route("GET", `${THREAD}/participants`, (request, world) =>
    page(request, inThread(request, world).conversation.participants.map(presentParticipant)),
  ),
  route("GET", `${THREAD}/readReceipts`, listReceipts),
  route("POST", `${THREAD}/readReceipts`, sendReceipt),
  route("POST", `${THREAD}/typing`, (request, world) => {
    inThread(request, world);
    return { status: 200 };
  }),
  route("GET", THREAD, threadProperties),
  route("POST", "/chat/threads", notSimulated("chat threads of a client's own")),
  route("GET", "/chat/threads", notSimulated("lists of chat threads")),
  route("DELETE", THREAD, notSimulated("deleting a chat thread")),
  route("PATCH", THREAD, notSimulated("changing a chat thread")),
  route("POST", `${THREAD}/participants/:add`, notSimulated("adding participants")),
  route("POST", `${THREAD}/participants/:remove`, notSimulated("removing participants")),
  ...["GET", "POST", "PUT"].map((method) => route(method, "/realtime/{rest*}", notSimulated(REALTIME))),
];

export function serveCommunicationChat(
  request: SandboxRequest,
  world: World,
): SandboxResponse | Promise<SandboxResponse> {
  const match = matchRoute(ROUTES, request);
  if (match.kind === "not-found") throw notFound();
  if (match.kind === "method-not-allowed") return { status: 405, headers: { Allow: match.allow.join(", ") } };
  return match.handler(match.request, world);
}
