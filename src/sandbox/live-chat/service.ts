import type { SandboxRequest, SandboxResponse } from "../exchange.ts";
import { newSigningKey } from "../tokens.ts";
import type { FakeService } from "../world.ts";
import { serveCommunicationChat } from "./communication-chat.ts";
import { serveConnector } from "./connector.ts";
import { LIVE_CHAT, type LiveChatState } from "./conversation-state.ts";

const CONNECTOR_HOST =
  /^m-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]+\.omnichannelengagementhub\.com$/;
const COMMUNICATION_HOST = /^oc-[0-9a-f-]{36}\.[a-z]+\.communication\.azure\.com$/;
function attachmentsNotSimulated({ method, host, path }: SandboxRequest): SandboxResponse {
  const message = `The sandbox does not simulate attachments (${method} ${host}${path}).`;
  return { status: 501, body: { error: { code: "NotSimulated", message } } };
}

/** Where the chat SDK uploads attachments (npm @microsoft/omnichannel-amsclient 0.1 `API.js`). */
const ATTACHMENT_HOST = /^(?:[a-z0-9-]+-)?api\.asm\.skype\.com$/;

/**
 * Live chat: an organization's connector and the Azure Communication Services resource its chats run in. Neither takes
 * Entra tokens; chat tokens are checked by the routes.
 */
export const liveChatService: FakeService = {
  name: LIVE_CHAT,
  ownsHost: (host) =>
    CONNECTOR_HOST.test(host) || COMMUNICATION_HOST.test(host) || ATTACHMENT_HOST.test(host),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({ signingKey: newSigningKey(), conversations: {} }) satisfies LiveChatState,
  handle(request, world) {
    if (ATTACHMENT_HOST.test(request.host)) return attachmentsNotSimulated(request);
    return COMMUNICATION_HOST.test(request.host)
      ? serveCommunicationChat(request, world)
      : serveConnector(request, world);
  },
  // Asking for a chat token opens a thread.
  isWrite: ({ method, path }) =>
    path.includes("/getchattoken/") ||
    (method !== "GET" && method !== "HEAD" && !path.includes("/getagentavailability/")),
};
