import { expect } from "vitest";
import { openWorkplace, type Workplace } from "../../acceptance/support.ts";
import type { Answer, AskOptions, ParsedJson } from "../../harness/sandbox.ts";

export const DATAVERSE = "https://contosohealth-dev.crm.dynamics.com";
export const AMARA = "amara@contoso.onmicrosoft.com";
export const BEN = "ben@contoso.onmicrosoft.com";
export const SOFIA = "sofia@contoso.onmicrosoft.com";

export interface Chat {
  readonly requestId: string;
  readonly threadId: string;
  readonly token: string;
  readonly endpoint: string;
  readonly visitorId: string;
}

/** The deployed Contoso example, brought back to its fresh state between tests. */
export interface Clinic {
  readonly place: Workplace;
  readonly orgId: string;
  readonly widgetId: string;
  readonly connector: string;
  ask(method: string, url: string, options?: AskOptions): Promise<Answer>;
  /** Asks the connector; `path` comes after `livechatconnector/`. */
  connect(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Asks the chat service as the patient; `path` comes after the thread. */
  chatting(chat: Chat, method: string, path: string, body?: unknown): Promise<Answer>;
  start(context?: Record<string, unknown>): Promise<Chat>;
  say(chat: Chat, text: string): Promise<Answer>;
  /** What stands in the thread, oldest first, as `sender: text`. */
  heard(chat: Chat): Promise<string[]>;
  /** The conversation as the control API shows it. */
  look(chat: Chat): Promise<ParsedJson>;
  act(chat: Chat, verb: string, body: unknown): Promise<Answer>;
  /** Changes rows behind everybody's back. */
  edit(table: string, where: Record<string, unknown>, set: Record<string, unknown>): Promise<void>;
  /** Removes rows behind everybody's back. */
  drop(table: string, where: Record<string, unknown>): Promise<void>;
  table(name: string): Promise<ParsedJson[]>;
  rows(query: string): Promise<ParsedJson[]>;
  fresh(): Promise<void>;
  close(): Promise<void>;
}

const TABLES = "dataverse/organizations/contosohealth-dev/tables";

export async function openClinic(): Promise<Clinic> {
  const place = await openWorkplace();
  const { sandbox } = place;
  const deployed = await place.psc("deploy dev.yaml");
  if (deployed.code !== 0) throw new Error(deployed.stderr + deployed.stdout);
  expect((await sandbox.control("POST", "clock", { speed: 1 })).status).toBe(200);
  await sandbox.control("POST", "snapshots", { name: "deployed" });
  const table = async (name: string): Promise<ParsedJson[]> =>
    Object.values((await sandbox.control("GET", `state?path=${TABLES}/${name}`)).body ?? {});
  const [widget] = await table("msdyn_livechatconfig");
  const snippet = widget.msdyn_widgetsnippet as string;
  const attribute = (name: string): string => new RegExp(`${name}="([^"]+)"`).exec(snippet)?.[1] ?? "";
  const orgId = attribute("data-org-id");
  const connector = attribute("data-org-url");
  const widgetId = attribute("data-app-id");
  const ask = sandbox.ask;
  const connect: Clinic["connect"] = (method, path, options) =>
    ask(method, `${connector}/livechatconnector/${path}`, options);
  const chatting: Clinic["chatting"] = (chat, method, path, body) => {
    const url = `${chat.endpoint}/chat/threads/${chat.threadId}${path}`;
    return ask(method, `${url}${url.includes("?") ? "&" : "?"}api-version=2024-03-07`, {
      token: chat.token,
      ...(body === undefined ? {} : { body }),
    });
  };
  const look: Clinic["look"] = async (chat) => {
    const details = await connect(
      "GET",
      `getliveworkitemdetails/${orgId}/${widgetId}/${chat.requestId}?channelId=lcw`,
    );
    return (await sandbox.control("GET", `live-chat/${details.body.ConversationId}`)).body;
  };
  return {
    place,
    orgId,
    widgetId,
    connector,
    ask,
    connect,
    chatting,
    look,
    table,
    async start(customContextData) {
      const requestId = crypto.randomUUID();
      const answer = await connect("POST", `organization/${orgId}/widgetApp/${widgetId}/conversation`, {
        headers: { "request-id": requestId },
        body: { channelId: "lcw", locale: "en-us", ...(customContextData && { customContextData }) },
      });
      expect(answer.status).toBe(200);
      const { ChatId, Token, ACSEndpoint, VisitorId } = answer.body;
      return {
        requestId,
        threadId: ChatId,
        token: Token,
        endpoint: ACSEndpoint,
        visitorId: VisitorId,
      };
    },
    say: (chat, text) =>
      chatting(chat, "POST", "/messages", {
        content: text,
        senderDisplayName: "Customer",
        type: "text",
        metadata: { deliveryMode: "bridged", tags: "ChannelId-lcw,FromCustomer" },
      }),
    async heard(chat) {
      const answer = await chatting(chat, "GET", "/messages");
      expect(answer.status).toBe(200);
      return (answer.body.value as ParsedJson[])
        .filter(({ type }) => type === "text")
        .map(({ senderDisplayName, content }) => `${senderDisplayName}: ${content.message}`)
        .reverse();
    },
    async act(chat, verb, body) {
      const { id } = await look(chat);
      return sandbox.control("POST", `live-chat/${id}/${verb}`, body);
    },
    async edit(name, where, set) {
      const answer = await sandbox.control("POST", "state", { path: `${TABLES}/${name}`, where, set });
      expect(answer.status, answer.text).toBe(200);
    },
    async drop(name, where) {
      const answer = await sandbox.control("POST", "state", {
        path: `${TABLES}/${name}`,
        where,
        delete: true,
      });
      expect(answer.status, answer.text).toBe(200);
    },
    async rows(query) {
      const token = await sandbox.token("admin", DATAVERSE);
      const answer = await ask("GET", `${DATAVERSE}/api/data/v9.2/${query}`, { token });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.value as ParsedJson[];
    },
    async fresh() {
      const answer = await sandbox.control("POST", "snapshots/deployed/restore");
      expect(answer.status, answer.text).toBe(200);
    },
    close: () => place.close(),
  };
}
