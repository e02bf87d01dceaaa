import { findRow } from "../dataverse/rows.ts";
import { type Session, systemSession } from "../dataverse/session.ts";
import { organizationByHost } from "../dataverse/state.ts";
import { type JsonObject, jsonBody, Refusal, type SandboxResponse } from "../exchange.ts";
import { type Route, type RoutedRequest, route } from "../routes.ts";
import type { World } from "../world.ts";
import { acceptByAgent, endByHolder, requireUser, sayByAgent, setPresence } from "./agents.ts";
import { queueNameOf } from "./connector.ts";
import { sessionFor } from "./conversation-rows.ts";
import { type Conversation, conversationsOf, findConversation } from "./conversation-state.ts";
import { nameOf } from "./people.ts";

/** The agent's side of live chats and a view of every conversation, under `/_sandbox/live-chat`. */

function refuse(status: number, message: string): never {
  throw new Refusal({ status, body: { error: { code: "SandboxControl", message } } });
}

function userName(session: Session, userId: string | null): string | null {
  return userId === null ? null : nameOf(findRow(session.organization, "systemuser", userId));
}

function view(world: World, conversation: Conversation): JsonObject {
  const session = sessionFor(world, conversation);
  return {
    id: conversation.id,
    organization: session.organization.url,
    state: conversation.state,
    queue: queueNameOf(session, conversation),
    bot: userName(session, conversation.botUserId),
    agent: userName(session, conversation.agentUserId),
    context: conversation.context,
    messages: conversation.messages
      .filter(({ type }) => type === "text" || type === "html")
      .map(({ senderDisplayName, content }) => ({ from: senderDisplayName, text: content })),
    trail: conversation.trail,
  };
}

function required(request: RoutedRequest, world: World): Conversation {
  const id = request.params["conversation"] ?? "";
  return findConversation(world, id) ?? refuse(404, `there is no conversation ${id}`);
}

function member(body: JsonObject | undefined, name: string): string {
  const value = body?.[name];
  return typeof value === "string" && value !== "" ? value : refuse(400, `the body needs "${name}", a text`);
}

function organizationSession(world: World, url: string): Session {
  const organization = organizationByHost(world, URL.canParse(url) ? new URL(url).host : url);
  return organization === undefined
    ? refuse(404, `there is no organization at ${url}`)
    : systemSession(world, organization);
}

/** `save` makes what an agent did durable before it is acknowledged. */
export function liveChatControlRoutes(save: () => void): readonly Route[] {
  const act =
    (work: (world: World, conversation: Conversation, body: JsonObject | undefined) => void) =>
    (request: RoutedRequest, world: World): SandboxResponse => {
      const conversation = required(request, world);
      work(world, conversation, jsonBody(request));
      save();
      return { status: 200, body: view(world, conversation) };
    };
  return [
    route("GET", "/_sandbox/live-chat", (_request, world) => ({
      status: 200,
      body: { value: conversationsOf(world).map((conversation) => view(world, conversation)) },
    })),
    route("POST", "/_sandbox/live-chat/presence", (request, world) => {
      const body = jsonBody(request);
      const session = organizationSession(world, member(body, "organization"));
      setPresence(session, requireUser(session, member(body, "agent")), member(body, "presence"));
      save();
      return { status: 204 };
    }),
    route("GET", "/_sandbox/live-chat/{conversation}", (request, world) => ({
      status: 200,
      body: view(world, required(request, world)),
    })),
    route(
      "POST",
      "/_sandbox/live-chat/{conversation}/accept",
      act((world, conversation, body) => acceptByAgent(world, conversation, member(body, "agent"))),
    ),
    route(
      "POST",
      "/_sandbox/live-chat/{conversation}/say",
      act((world, conversation, body) =>
        sayByAgent(world, conversation, member(body, "agent"), member(body, "text")),
      ),
    ),
    route(
      "POST",
      "/_sandbox/live-chat/{conversation}/end",
      act((world, conversation, body) => endByHolder(world, conversation, member(body, "agent"))),
    ),
  ];
}
