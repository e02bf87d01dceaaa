import { createHmac, timingSafeEqual } from "node:crypto";
import type { World } from "../world.ts";
import { type Conversation, conversationOfThread, liveChatState, patientOf } from "./conversation-state.ts";

/**
 * Chat tokens: user access tokens of Azure Communication Services, JWTs with the claims that
 * @azure/communication-common and @azure/communication-signaling read (`exp`, `skypeid`, `resourceId`,
 * `resourceLocation`). Azure signs with RS256; the sandbox signs with a key of its own.
 */

/** Sandbox time a chat token is good for. Assumption: the answer's ExpiresIn of a live widget is not published. */
export const CHAT_TOKEN_SECONDS = 24 * 3600;

interface ChatTokenClaims {
  readonly skypeid: string;
  readonly thread: string;
  readonly exp: number;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function signature(world: World, head: string): Buffer {
  return createHmac("sha256", liveChatState(world).signingKey).update(head).digest();
}

export function issueChatToken(world: World, conversation: Conversation): string {
  const issued = Math.floor(world.now() / 1000);
  const claims = {
    skypeid: patientOf(conversation)?.id.replace(/^8:/, "") ?? "",
    scp: 1792,
    csi: String(issued),
    exp: issued + CHAT_TOKEN_SECONDS,
    iat: issued,
    acsScope: "chat",
    resourceId: conversation.organizationId,
    resourceLocation: "unitedstates",
    thread: conversation.threadId,
  };
  const head = `${encode({ alg: "HS256", typ: "JWT", kid: "psc-sandbox-chat" })}.${encode(claims)}`;
  return `${head}.${signature(world, head).toString("base64url")}`;
}

/** The conversation and identity a token stands for; undefined when it is forged, expired or of a forgotten thread. */
export function readChatToken(
  world: World,
  token: string,
): { conversation: Conversation; senderId: string } | undefined {
  const [head, body, given] = token.split(".");
  if (head === undefined || body === undefined || given === undefined) return undefined;
  const expected = signature(world, `${head}.${body}`);
  const actual = Buffer.from(given, "base64url");
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as ChatTokenClaims;
  if (claims.exp * 1000 <= world.now()) return undefined;
  const conversation = conversationOfThread(world, claims.thread);
  return conversation === undefined ? undefined : { conversation, senderId: `8:${claims.skypeid}` };
}
