import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { OmnichannelChatSDK } from "@microsoft/omnichannel-chat-sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/main.ts";
import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import { prove } from "../harness/fidelity.ts";
import type { ParsedJson } from "../harness/sandbox.ts";
import { startTlsSandbox, type TlsSandbox } from "../harness/tls.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples/contoso");
const DATAVERSE = "https://contosohealth-dev.crm.dynamics.com";
const AGENT = "amara@contoso.onmicrosoft.com";
/** The SDK polls after 1, 1, 2, 3, 5 and 8 seconds. */
const WITHIN = { timeout: 20_000, interval: 100 };

/** The three values a web page hands to the SDK, as they stand in the widget's script tag. */
interface Snippet {
  readonly orgUrl: string;
  readonly orgId: string;
  readonly widgetId: string;
}

interface SdkMessage {
  readonly content: string;
  readonly role: string;
}

let folder: string;
let place: TlsSandbox;
let snippet: Snippet;
let Sdk: typeof OmnichannelChatSDK;
let startedAt: number;

function proveCalls(api: string, ...operations: readonly string[]): void {
  prove(
    ...operations.map((operation) => ({
      api,
      operation,
      proof: "independent client" as const,
      source: "@microsoft/omnichannel-chat-sdk",
    })),
  );
}

async function rows(query: string): Promise<ParsedJson[]> {
  const token = await place.token("admin", DATAVERSE);
  const answer = await place.ask("GET", `${DATAVERSE}/api/data/v9.2/${query}`, { token });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.value as ParsedJson[];
}

async function requests(): Promise<LoggedRequest[]> {
  return (await place.control("GET", `requests?since=${startedAt}`)).body.value as LoggedRequest[];
}

function newSdk(config: object = {}, place: Snippet = snippet): OmnichannelChatSDK {
  const settings = { telemetry: { disable: true }, ...config };
  return new Sdk(place, settings as ConstructorParameters<typeof OmnichannelChatSDK>[1]);
}

async function agentDoes(conversationId: string, verb: string, body: object = {}): Promise<ParsedJson> {
  const answer = await place.control("POST", `live-chat/${conversationId}/${verb}`, {
    agent: AGENT,
    ...body,
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "psc-chat-"));
  cpSync(EXAMPLES, folder, { recursive: true });
  place = await startTlsSandbox({ speed: 36_000 });
  const errors: string[] = [];
  const code = await run(["deploy", "dev.yaml", "--sandbox-url", place.sandbox.url], {
    stdout: { write: () => undefined },
    stderr: { write: (text: string) => errors.push(text) },
    env: {},
    cwd: folder,
  });
  expect(errors.join("")).toBe("");
  expect(code).toBe(0);
  // A patient chats in real time.
  await place.control("POST", "clock", { speed: 1 });
  const [widget] = await rows("msdyn_livechatconfigs?$select=msdyn_widgetsnippet");
  const attribute = (name: string): string =>
    new RegExp(`${name}="([^"]+)"`).exec(widget?.msdyn_widgetsnippet as string)?.[1] ?? "";
  snippet = {
    orgUrl: attribute("data-org-url"),
    orgId: attribute("data-org-id"),
    widgetId: attribute("data-app-id"),
  };
  startedAt = ((await place.control("GET", "requests")).body.value as LoggedRequest[]).at(-1)?.seq ?? 0;
  place.actAsInternet();
  // Of the environments the SDK is made for, React Native is the one without a browser's document; under Node its
  // chat client refuses to start real-time notifications and with them the chat.
  vi.stubGlobal("navigator", { product: "ReactNative" });
  vi.stubGlobal("self", globalThis);
  ({ OmnichannelChatSDK: Sdk } = await import("@microsoft/omnichannel-chat-sdk"));
  // It prints every message.
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await place.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a patient's conversation, with the SDK that web pages use", () => {
  it("goes from the bot's greeting over the escalation to an agent, and ends", async () => {
    const sdk = newSdk();
    const configuration = (await sdk.initialize()) as ParsedJson;
    expect(configuration.LiveWSAndLiveChatEngJoin.msdyn_widgettitle).toBe("Contoso Health");
    await sdk.startChat();
    const heard: SdkMessage[] = [];
    await sdk.onNewMessage((message: SdkMessage) => heard.push(message));
    const hears = (text: string, role: string): Promise<void> =>
      vi.waitFor(
        () =>
          expect(heard).toContainEqual(
            expect.objectContaining({ content: expect.stringContaining(text), role }),
          ),
        WITHIN,
      );

    await hears("virtual assistant of Contoso Health", "bot");
    expect(await sdk.getConversationDetails()).toMatchObject({ state: "Active", participantType: "Bot" });
    await sdk.sendMessage({ content: "When are you open?" });
    await hears("weekdays", "bot");

    await sdk.sendTypingEvent();
    await sdk.sendMessage({ content: "I would like to talk to a person." });
    const { conversationId } = (await sdk.getConversationDetails()) as ParsedJson;
    const waiting = (await place.control("GET", `live-chat/${conversationId}`)).body;
    expect(waiting).toMatchObject({
      state: "Open",
      queue: "Escalate to Human",
      context: { EscalateToAgent: 1 },
    });

    await agentDoes(conversationId, "accept");
    await agentDoes(conversationId, "say", { text: "Good morning, this is Amara." });
    await hears("this is Amara", "agent");
    const details = (await sdk.getConversationDetails()) as ParsedJson;
    expect(details).toMatchObject({ state: "Active", agentAcceptedOn: expect.any(String) });

    const all = (await sdk.getMessages()) as unknown as SdkMessage[];
    expect(all.map(({ role }) => role)).toEqual(
      ["bot", "user", "bot", "user", "bot", "system", "system", "agent"].reverse(),
    );
    const transcript = (await sdk.getLiveChatTranscript()) as unknown as { chatMessagesJson: string };
    const lines = JSON.parse(transcript.chatMessagesJson) as { content: string }[];
    expect(lines).toHaveLength(all.length);
    expect(lines[0]?.content).toBe("Good morning, this is Amara.");

    await sdk.endChat();
    const query = `msdyn_ocliveworkitems?$filter=activityid eq ${conversationId}&$select=statuscode,msdyn_escalationcount&$expand=msdyn_cdsqueueid_msdyn_ocliveworkitem($select=name)`;
    expect((await rows(query))[0]).toMatchObject({
      statuscode: 5,
      msdyn_escalationcount: 1,
      msdyn_cdsqueueid_msdyn_ocliveworkitem: { name: "Escalate to Human" },
    });
    expect((await agentDoes(conversationId, "end")).state).toBe("Closed");

    const log = await requests();
    expect(log.filter(({ service }) => service === "unknown")).toEqual([]);
    const failed = log.filter(({ service, status }) => service === "liveChat" && status >= 400);
    // Real-time notifications are not simulated: the SDK polls instead.
    expect(failed.filter(({ url }) => !url.includes("/realtime/"))).toEqual([]);
    proveCalls(
      "Live chat connector",
      "GET config/{orgId}/{widgetId}",
      "POST organization/{orgId}/widgetApp/{widgetId}/conversation",
      "GET getliveworkitemdetails",
      "GET v2/getchattranscripts",
      "POST sessionclose",
      "POST sendtypingindicator",
    );
    proveCalls(
      "Azure Communication Services chat",
      "GET and POST messages",
      "POST typing",
      "GET /chat/config/realTimeNotifications",
    );
  });

  it("can be started in two steps and ended by the agent", async () => {
    const sdk = newSdk({ useCreateConversation: { disable: true } });
    await sdk.initialize();
    await sdk.startChat({ customContext: { EscalateToAgent: { value: 1, isDisplayable: true } } });
    const { conversationId } = (await sdk.getConversationDetails()) as ParsedJson;
    const { context } = (await place.control("GET", `live-chat/${conversationId}`)).body;
    expect(context).toEqual({ EscalateToAgent: 1 });
    await sdk.sendMessage({ content: "talk to a person" });
    await agentDoes(conversationId, "accept");
    await agentDoes(conversationId, "end");
    expect(await sdk.getConversationDetails()).toMatchObject({ state: "WrapUp" });
    const live = await sdk.getCurrentLiveChatContext();
    expect(live).toMatchObject({ chatToken: { chatId: expect.stringContaining("@thread.v2") } });
    await expect(sdk.sendMessage({ content: "Hello?" })).rejects.toThrow("ChatSDKSendMessageFailed");
    await sdk.endChat();
    proveCalls("Live chat connector", "GET v2/getchattoken", "POST sessioninit");
  });

  it("meets the error codes it knows: widget not found, outside operating hours", async () => {
    for (const method of ["warn", "error"] as const)
      vi.spyOn(console, method).mockImplementation(() => undefined);
    const stranger = newSdk({}, { ...snippet, widgetId: crypto.randomUUID() });
    await expect(stranger.initialize()).rejects.toMatchObject({ message: "ChatConfigRetrievalFailure" });

    const sdk = newSdk();
    await sdk.initialize();
    const path = "dataverse/organizations/contosohealth-dev/tables";
    const hours = (await place.control("GET", `state?path=${path}/msdyn_operatinghour`)).body as ParsedJson;
    await place.control("POST", "state", {
      path: `${path}/msdyn_livechatconfig`,
      where: {},
      set: { _msdyn_operatinghourid_value: Object.keys(hours)[0] },
    });
    const { now } = (await place.control("GET", "clock")).body as { now: number };
    const sunday = new Date(now);
    sunday.setUTCDate(sunday.getUTCDate() + 7 - sunday.getUTCDay());
    sunday.setUTCHours(17, 0, 0, 0);
    await place.control("POST", "clock", { advanceMs: sunday.getTime() - now });
    await expect(sdk.startChat()).rejects.toMatchObject({ message: "WidgetUseOutsideOperatingHour" });
    proveCalls(
      "Live chat connector",
      "errorcode 701 (widget not found)",
      "errorcode 705 (outside operating hours)",
    );
  });
});
