import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { HANG_UP, type PatientEvent, type PatientOrder, type PatientStage } from "./patient-events.ts";

/** The part of `@microsoft/omnichannel-chat-sdk` (1.11) that a patient needs. */
interface ChatSdk {
  initialize(): Promise<unknown>;
  startChat(): Promise<void>;
  sendMessage(message: { readonly content: string }): Promise<void>;
  getMessages(): Promise<unknown>;
  getConversationDetails(): Promise<unknown>;
  getLiveChatTranscript(): Promise<unknown>;
  endChat(): Promise<void>;
  /** Private in the SDK's types. */
  authSettings?: unknown;
}

type ChatSdkConstructor = new (widget: PatientOrder["widget"], settings: object) => ChatSdk;

const LOOK_EVERY_MS = 500;
/** States of a conversation nobody can answer any more. */
const ENDED: readonly string[] = ["WrapUp", "Closed"];

function textOf(value: unknown, ...path: readonly string[]): string {
  let at = value;
  for (const name of path) at = (at as Record<string, unknown> | undefined)?.[name];
  return typeof at === "string" ? at : "";
}

function roleCounts(messages: unknown): { readonly bot: readonly string[]; readonly patient: number } {
  const list = Array.isArray(messages) ? (messages as readonly unknown[]) : [];
  const of = (role: string): readonly string[] =>
    list.filter((message) => textOf(message, "role") === role).map((message) => textOf(message, "content"));
  return { bot: of("bot"), patient: of("user").length };
}

/** The SDK's chat client starts in browsers and React Native only; the latter has no document. */
function passForReactNative(): void {
  Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" }, configurable: true });
  Object.defineProperty(globalThis, "self", { value: globalThis, configurable: true });
}

async function loadSdk(module: string): Promise<ChatSdkConstructor> {
  passForReactNative();
  const loaded = (await import(module)) as {
    readonly OmnichannelChatSDK?: ChatSdkConstructor;
    readonly default?: { readonly OmnichannelChatSDK?: ChatSdkConstructor };
  };
  const sdk = loaded.OmnichannelChatSDK ?? loaded.default?.OmnichannelChatSDK;
  if (sdk === undefined) throw new Error("the module exports no OmnichannelChatSDK");
  return sdk;
}

function configurationOf(body: unknown): PatientEvent {
  const settings = (body as Record<string, unknown> | undefined)?.["LiveChatConfigAuthSettings"];
  const optional = textOf(body, "LiveWSAndLiveChatEngJoin", "msdyn_authenticatedsigninoptional");
  return {
    kind: "configured",
    version: Number((body as Record<string, unknown> | undefined)?.["LiveChatVersion"] ?? 0),
    signIn:
      settings === null || settings === undefined
        ? "none"
        : optional.toLowerCase() === "true"
          ? "optional"
          : "required",
  };
}

/** Looks until `look` finds something; undefined when patience is at an end. */
async function until<T>(patienceMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || Date.now() >= end) return found;
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * One conversation as a patient has it: start, the bot's greeting, the words that lead to a person, the transcript, the
 * end. Whatever goes wrong, a conversation that was started is ended.
 * @param hangUp resolves when the conversation may end
 */
export async function converse(
  order: PatientOrder,
  tell: (event: PatientEvent) => void,
  hangUp: Promise<void>,
): Promise<void> {
  let at: PatientStage = "sdk";
  let sdk: ChatSdk | undefined;
  let started = false;
  let heard: ReturnType<typeof roleCounts> = { bot: [], patient: 0 };
  const fail = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    // The SDK puts its own word for what happened into the message.
    tell({ kind: "failed", at, code: /^\w+$/.test(message) ? message : "", message });
  };
  try {
    const Sdk = await loadSdk(order.sdk);
    at = "configuration";
    const chat = new Sdk(order.widget, { telemetry: { disable: true } });
    sdk = chat;
    const configured = configurationOf(await chat.initialize());
    tell(configured);
    if (configured.kind === "configured" && configured.signIn === "required") return;
    // Wherever there are settings the SDK asks the page for a token, also where signing in is optional: 34 in the
    // assumptions. Without them it takes the routes of those who are not signed in.
    chat.authSettings = null;
    at = "start";
    await chat.startChat();
    started = true;
    const { conversationId } = (await chat.getConversationDetails()) as { conversationId: string };
    tell({ kind: "started", conversationId });
    if (order.phrase !== undefined) {
      at = "bot";
      const since = Date.now();
      const greeting = await until(order.patienceMs, async () => roleCounts(await chat.getMessages()).bot[0]);
      if (greeting === undefined) throw new Error("the bot says nothing");
      heard = { bot: [greeting], patient: 0 };
      tell({ kind: "greeted", text: greeting, ms: Date.now() - since });
      at = "escalation";
      await chat.sendMessage({ content: order.phrase });
      heard = { bot: [greeting], patient: 1 };
      tell({ kind: "said", text: order.phrase });
    }
    const asked = Date.now();
    const passed = await until(order.patienceMs, async () => {
      const details = await chat.getConversationDetails();
      const state = textOf(details, "state");
      const withBot = state === "Active" && textOf(details, "participantType") === "Bot";
      return state === "" || withBot ? undefined : state;
    });
    if (passed === undefined) throw new Error("the bot keeps the conversation");
    if (ENDED.includes(passed)) throw new Error("the conversation was ended before a person had it");
    tell({ kind: "passed", state: passed, ms: Date.now() - asked });
  } catch (error) {
    fail(error);
  }
  if (sdk === undefined || !started) return;
  await hangUp;
  try {
    at = "transcript";
    const messages = await sdk.getMessages();
    // Who is no longer in the thread gets no messages, but remembers.
    const { bot, patient } = Array.isArray(messages) ? roleCounts(messages) : heard;
    const transcript = textOf(await sdk.getLiveChatTranscript(), "chatMessagesJson");
    const lines = JSON.parse(transcript === "" ? "[]" : transcript) as readonly unknown[];
    tell({ kind: "kept", lines: lines.length, bot: bot.length, patient });
  } catch (error) {
    fail(error);
  }
  try {
    at = "end";
    await sdk.endChat();
    tell({ kind: "ended" });
  } catch (error) {
    fail(error);
  }
}

/**
 * The process behind `psc smoke`: its order is the first line of stdin, what it meets goes to stdout as JSON lines. A
 * process of its own, because the SDK takes the whole process for a browser and prints what it likes.
 */
export async function runPatient(): Promise<void> {
  const out = process.stdout.write.bind(process.stdout);
  for (const method of ["log", "info", "warn", "error", "debug"] as const) console[method] = () => undefined;
  const lines = createInterface({ input: process.stdin });
  let order: PatientOrder | undefined;
  const told = Promise.withResolvers<PatientOrder | undefined>();
  const hangUp = Promise.withResolvers<void>();
  lines.on("line", (line) => {
    if (order === undefined) {
      order = JSON.parse(line) as PatientOrder;
      told.resolve(order);
    } else if (line === HANG_UP) hangUp.resolve();
  });
  // Whoever gave the order is gone: nobody is left waiting in a queue.
  lines.once("close", () => {
    told.resolve(undefined);
    hangUp.resolve();
  });
  // Ctrl+C reaches the whole group; the command that started this one says when it is over.
  process.on("SIGINT", () => hangUp.resolve());
  process.on("SIGTERM", () => hangUp.resolve());
  const given = await told.promise;
  if (given !== undefined)
    await converse(given, (event) => void out(`${JSON.stringify(event)}\n`), hangUp.promise);
  lines.close();
  // The SDK leaves timers and connections behind.
  process.exit(0);
}
