import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { type Chat, type Clinic, openClinic } from "./clinic.ts";

const API = "Azure Communication Services chat";
const REFERENCE = "Chat Thread, REST reference, api-version 2024-03-07";

let clinic: Clinic;
let chat: Chat;

beforeAll(async () => {
  clinic = await openClinic();
});
beforeEach(async () => {
  await clinic.fresh();
  chat = await clinic.start();
});
afterAll(() => clinic.close());

const UNAUTHORIZED = { error: { code: "Unauthorized", message: "Request is not authorized." } };
const FORBIDDEN = {
  error: { code: "Forbidden", message: "User is not allowed to perform specified action." },
};

describe("the chat token", () => {
  it("carries the claims that Microsoft's clients read and lasts as long as the answer says", () => {
    const [, payload = ""] = chat.token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    expect(`8:${claims.skypeid}`).toBe(chat.visitorId);
    expect(claims.exp - claims.iat).toBe(24 * 3600);
    expect(claims).toMatchObject({ acsScope: "chat", resourceId: clinic.orgId });
  });

  it.each([
    ["is missing", (): string | undefined => undefined],
    ["is no token", (): string => "a.b"],
    ["is forged", (): string => `${chat.token.slice(0, -6)}AAAAAA`],
  ])("is refused when it %s: 401", async (_case, make) => {
    const token = make();
    const answer = await clinic.ask(
      "GET",
      `${chat.endpoint}/chat/threads/${chat.threadId}/messages?api-version=2024-03-07`,
      token === undefined ? {} : { token },
    );
    expect([answer.status, answer.body]).toEqual([401, UNAUTHORIZED]);
  });

  it("is refused after it expired, and at another resource: 401", async () => {
    const elsewhere = await clinic.ask(
      "GET",
      `https://oc-${crypto.randomUUID()}.unitedstates.communication.azure.com/chat/threads/${chat.threadId}?api-version=2024-03-07`,
      { token: chat.token },
    );
    expect([elsewhere.status, elsewhere.body]).toEqual([401, UNAUTHORIZED]);
    await clinic.place.sandbox.control("POST", "clock", { advanceMs: 25 * 3_600_000 });
    const late = await clinic.chatting(chat, "GET", "/messages");
    expect([late.status, late.body]).toEqual([401, UNAUTHORIZED]);
    prove({ api: API, operation: "401 Unauthorized", proof: "documentation", source: REFERENCE });
  });

  it("opens its own thread only, and only as long as the patient is in it: 403", async () => {
    const other = await clinic.start();
    const foreign = await clinic.chatting({ ...chat, threadId: other.threadId }, "GET", "/messages");
    expect([foreign.status, foreign.body]).toEqual([403, FORBIDDEN]);
    await clinic.connect("POST", `sessionclose/${clinic.orgId}/${clinic.widgetId}/${chat.requestId}`, {
      body: {},
    });
    const gone = await clinic.say(chat, "Are you still there?");
    expect([gone.status, gone.body]).toEqual([403, FORBIDDEN]);
    prove({ api: API, operation: "403 Forbidden", proof: "documentation", source: REFERENCE });
  });
});

describe("messages", () => {
  it("are sent, answered by the bot and listed newest first", async () => {
    const sent = await clinic.say(chat, "Can I book an appointment?");
    expect(sent.status).toBe(201);
    expect(sent.body.id).toMatch(/^\d{13}$/);
    expect(await clinic.heard(chat)).toEqual([
      expect.stringContaining("virtual assistant of Contoso Health"),
      "Customer: Can I book an appointment?",
      expect.stringContaining("appointment in the patient portal"),
    ]);
    const one = await clinic.chatting(chat, "GET", `/messages/${sent.body.id}`);
    expect(one.body).toMatchObject({
      id: sent.body.id,
      type: "text",
      version: sent.body.id,
      content: { message: "Can I book an appointment?" },
      senderDisplayName: "Customer",
      senderCommunicationIdentifier: { rawId: chat.visitorId, communicationUser: { id: chat.visitorId } },
      metadata: { tags: "ChannelId-lcw,FromCustomer" },
    });
    prove(
      { api: API, operation: "GET and POST messages", proof: "documentation", source: REFERENCE },
      { api: API, operation: "GET messages/{id}", proof: "documentation", source: REFERENCE },
    );
  });

  it("come in pages whose links lead through all of them once", async () => {
    for (const text of ["one", "two", "three"]) await clinic.say(chat, text);
    const all = (await clinic.chatting(chat, "GET", "/messages")).body.value as { id: string }[];
    const seen: string[] = [];
    let answer = await clinic.chatting(chat, "GET", "/messages?maxPageSize=3");
    for (;;) {
      expect(answer.body.value.length).toBeLessThanOrEqual(3);
      seen.push(...answer.body.value.map(({ id }: { id: string }) => id));
      if (answer.body.nextLink === undefined) break;
      answer = await clinic.ask("GET", answer.body.nextLink, { token: chat.token });
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.length).toBeGreaterThan(6);
    const first = (await clinic.chatting(chat, "GET", `/messages/${all[0]?.id}`)).body.createdOn;
    const since = await clinic.chatting(chat, "GET", `/messages?startTime=${first}`);
    expect(since.body.value).toHaveLength(1);
  });

  it("are edited and deleted by who wrote them, by nobody else", async () => {
    const { id } = (await clinic.say(chat, "Helo")).body;
    expect((await clinic.chatting(chat, "PATCH", `/messages/${id}`, { content: "Hello" })).status).toBe(204);
    const edited = (await clinic.chatting(chat, "GET", `/messages/${id}`)).body;
    expect(edited).toMatchObject({ content: { message: "Hello" }, editedOn: expect.any(String) });
    expect(edited.version).not.toBe(id);
    expect((await clinic.chatting(chat, "DELETE", `/messages/${id}`)).status).toBe(204);
    expect((await clinic.chatting(chat, "GET", `/messages/${id}`)).body.deletedOn).toEqual(
      expect.any(String),
    );
    const all = (await clinic.chatting(chat, "GET", "/messages")).body.value;
    const bots = all.find(({ senderDisplayName }: { senderDisplayName: string }) =>
      senderDisplayName.includes("bot"),
    );
    const answer = await clinic.chatting(chat, "DELETE", `/messages/${bots.id}`);
    expect([answer.status, answer.body]).toEqual([403, FORBIDDEN]);
    prove({
      api: API,
      operation: "PATCH and DELETE messages/{id}",
      proof: "documentation",
      source: REFERENCE,
    });
  });

  it.each([
    ["no content", {}, "The content field is required."],
    ["an unknown type", { content: "x", type: "picture" }, "The type of the message is invalid."],
    ["a broken body", "{", "The request body is no valid JSON."],
  ])("with %s are refused: 400", async (_case, body, message) => {
    const answer = await clinic.chatting(chat, "POST", "/messages", body);
    expect([answer.status, answer.body]).toEqual([400, { error: { code: "BadRequest", message } }]);
  });

  it("that do not exist, and other paths, answer 404", async () => {
    const body = { error: { code: "NotFound", message: "The requested resource was not found." } };
    const message = await clinic.chatting(chat, "GET", "/messages/1");
    expect([message.status, message.body]).toEqual([404, body]);
    const path = await clinic.chatting(chat, "GET", "/nothing/at/all");
    expect([path.status, path.body]).toEqual([404, body]);
  });

  it("cannot be listed in pages of no size, or without an api-version: 400", async () => {
    const page = await clinic.chatting(chat, "GET", "/messages?maxPageSize=0");
    expect([page.status, page.body.error.code]).toEqual([400, "BadRequest"]);
    const version = await clinic.ask("GET", `${chat.endpoint}/chat/threads/${chat.threadId}/messages`, {
      token: chat.token,
    });
    expect([version.status, version.body]).toEqual([
      400,
      { error: { code: "BadRequest", message: "The api-version query parameter is required." } },
    ]);
  });

  it("cannot be put: 405 names the methods there are", async () => {
    const answer = await clinic.chatting(chat, "PUT", "/messages", {});
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, POST"]);
  });
});

describe("the thread", () => {
  it("shows its properties and who is in it", async () => {
    const thread = await clinic.chatting(chat, "GET", "");
    expect(thread.body).toMatchObject({ id: chat.threadId, createdOn: expect.any(String) });
    const { value } = (await clinic.chatting(chat, "GET", "/participants")).body;
    expect(value.map(({ displayName }: { displayName: string }) => displayName)).toEqual([
      "Customer",
      "# psc contoso-dev bot",
    ]);
    expect(value[0].communicationIdentifier.communicationUser.id).toBe(chat.visitorId);
    prove(
      { api: API, operation: "GET thread", proof: "documentation", source: REFERENCE },
      { api: API, operation: "GET participants", proof: "documentation", source: REFERENCE },
    );
  });

  it("keeps the patient's read receipt and takes typing notices", async () => {
    const { id } = (await clinic.say(chat, "Hello")).body;
    expect((await clinic.chatting(chat, "POST", "/readReceipts", { chatMessageId: id })).status).toBe(200);
    const receipts = (await clinic.chatting(chat, "GET", "/readReceipts")).body.value;
    expect(receipts).toEqual([
      {
        senderCommunicationIdentifier: expect.objectContaining({ rawId: chat.visitorId }),
        chatMessageId: id,
        readOn: expect.any(String),
      },
    ]);
    const empty = await clinic.chatting(chat, "POST", "/readReceipts", {});
    expect([empty.status, empty.body.error.message]).toEqual([400, "The chatMessageId field is required."]);
    expect((await clinic.chatting(chat, "POST", "/typing")).status).toBe(200);
    prove(
      { api: API, operation: "GET and POST readReceipts", proof: "documentation", source: REFERENCE },
      { api: API, operation: "POST typing", proof: "documentation", source: REFERENCE },
    );
  });

  it("names where notifications would come from, and does not send any", async () => {
    const url = `${chat.endpoint}/chat/config/realTimeNotifications?api-version=2024-09-01`;
    const configuration = await clinic.ask("GET", url, { token: chat.token });
    expect(Object.keys(configuration.body)).toEqual([
      "trouterServiceUrl",
      "registrarServiceUrl",
      "cloudType",
    ]);
    const answer = await clinic.ask("POST", `${configuration.body.trouterServiceUrl}/v4/a`);
    expect([answer.status, answer.body.error.code]).toEqual([501, "NotSimulated"]);
    expect((await clinic.ask("GET", url)).status).toBe(401);
    prove({
      api: API,
      operation: "GET /chat/config/realTimeNotifications",
      proof: "documentation",
      source: "npm @azure/communication-signaling 1.0.0-beta.29",
    });
  });

  it.each([
    ["POST", "/chat/threads"],
    ["GET", "/chat/threads"],
    ["DELETE", "/chat/threads/x"],
    ["PATCH", "/chat/threads/x"],
    ["POST", "/chat/threads/x/participants/:add"],
    ["POST", "/chat/threads/x/participants/:remove"],
  ])("is made and changed by nobody: %s %s answers 501", async (method, path) => {
    const answer = await clinic.ask(method, `${chat.endpoint}${path}?api-version=2024-03-07`, {
      token: chat.token,
    });
    expect([answer.status, answer.body.error.code]).toEqual([501, "NotSimulated"]);
  });
});
