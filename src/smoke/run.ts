import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { RunMemory } from "../engine/context.ts";
import { PscError } from "../errors.ts";
import { widget } from "../resources/omnichannel/widget.ts";
import { environment } from "../resources/power-platform/environment.ts";
import type { Dataverse } from "../services/dataverse.ts";
import { numberAt, textAt } from "../services/json-reading.ts";
import type { Services } from "../services/services.ts";
import type { EnvironmentSpec, WorkstreamSpec } from "../spec/model.ts";
import { HANG_UP, type PatientEvent, type PatientOrder } from "./patient-events.ts";
import { type Conversation, OVER } from "./report.ts";

export const CHAT_SDK = "@microsoft/omnichannel-chat-sdk";
const LOOK_EVERY_MS = 1_000;

/**
 * Where the chat SDK is installed: beside the spec, or beside psc.
 * @throws PscError PSC-E128
 */
export function findChatSdk(cwd: string): string {
  for (const from of [join(cwd, "spec.yaml"), import.meta.url]) {
    try {
      return pathToFileURL(createRequire(from).resolve(CHAT_SDK)).href;
    } catch {
      // The next place.
    }
  }
  throw new PscError({
    code: "PSC-E128",
    message: `the smoke test talks to the widget with ${CHAT_SDK}, which is not installed`,
    remedy: `npm install ${CHAT_SDK}@1.11.8, here or where psc is installed; psc needs it for this command only`,
    side: "user",
  });
}

/** Which widget a patient uses, and where the conversation has to arrive. */
export interface SmokeTarget {
  readonly workstream: WorkstreamSpec;
  readonly widget: NonNullable<WorkstreamSpec["widget"]>;
  readonly phrase: string | undefined;
  /** Name of the queue the conversation has to wait in. */
  readonly queue: string;
  /** That queue has rules for when it is closed or full. */
  readonly overflows: boolean;
}

/**
 * The declared widget, or the first that somebody can use who is not signed in.
 * @throws PscError PSC-E129 when there is none of that name, or none at all
 */
export function smokeTarget(spec: EnvironmentSpec, name: string | undefined): SmokeTarget {
  const streams = spec.workstreams.filter((stream) => stream.widget !== undefined);
  const open = streams.filter(
    (stream) => stream.widget?.signIn === undefined || stream.widget.signIn.optional,
  );
  const workstream =
    name === undefined
      ? (open[0] ?? streams[0])
      : streams.find((stream) => stream.widget?.name === name || stream.name === name);
  if (workstream?.widget === undefined)
    throw new PscError({
      code: "PSC-E129",
      message: name === undefined ? "the spec has no chat widget" : `the spec has no chat widget "${name}"`,
      remedy:
        streams.length === 0
          ? "declare a workstream of the channel chat"
          : `its widgets are ${streams.map((stream) => `"${stream.widget?.name}"`).join(", ")}`,
      side: "user",
    });
  const { handoff } = spec.healthBot;
  const context: Readonly<Record<string, string | number>> = workstream.bot
    ? { [handoff.sets]: handoff.value }
    : {};
  const rule = workstream.route.find(({ when }) =>
    Object.entries(when).every(([variable, value]) => context[variable] === value),
  );
  const queue = rule?.to ?? workstream.fallback;
  return {
    workstream,
    widget: workstream.widget,
    phrase: workstream.bot ? handoff.phrase : undefined,
    queue,
    overflows: spec.queues.find(({ name }) => name === queue)?.overflow !== undefined,
  };
}

export interface Deployed {
  readonly client: Dataverse;
  readonly place: PatientOrder["widget"];
}

/**
 * The widget as the look at the tenant found it.
 * @throws PscError PSC-E129 when it has not been deployed
 */
export function deployedWidget(
  target: SmokeTarget,
  { memory, services }: { readonly memory: RunMemory; readonly services: Services },
): Deployed {
  const view = { observation: (address: string) => memory.observations.get(address) };
  const power = environment.data(view);
  const chat = widget.data(view, target.widget.name);
  if (power === undefined || chat === undefined || chat.appId === "" || chat.orgUrl === "")
    throw new PscError({
      code: "PSC-E129",
      message: `the chat widget "${target.widget.name}" is not there, or its service has not made it yet`,
      remedy: "deploy the spec first; a new widget takes minutes to get its script",
      side: "user",
    });
  return {
    client: services.dataverse(power.instanceUrl, power.version),
    place: { orgUrl: chat.orgUrl, orgId: chat.orgId, widgetId: chat.appId },
  };
}

/**
 * One conversation's row and the queue it is in. The connector's conversation id is the row's id: assumption 33.
 */
async function lookUp(client: Dataverse, id: string): Promise<Conversation | undefined> {
  const row = await client.get(`msdyn_ocliveworkitems(${id})`, {
    select: ["statuscode", "msdyn_escalationcount", "_msdyn_cdsqueueid_value"],
  });
  if (row === undefined) return undefined;
  const queueId = textAt(row, "_msdyn_cdsqueueid_value");
  const queue = queueId === "" ? undefined : await client.get(`queues(${queueId})`, { select: ["name"] });
  return {
    queue: textAt(queue, "name") || "no queue",
    escalations: numberAt(row, "msdyn_escalationcount") ?? 0,
    status: numberAt(row, "statuscode") ?? 0,
  };
}

export interface Call {
  readonly order: PatientOrder;
  readonly client: Dataverse;
  readonly queue: string;
  /** Command line of the process that plays the patient. */
  readonly patient: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (event: PatientEvent) => void;
  readonly signal: AbortSignal;
}

/** Looks until the row is as it should be, or patience is at an end; the last row then. */
async function settle(
  { client, order, signal }: Call,
  id: string,
  isSettled: (row: Conversation) => boolean,
): Promise<Conversation | undefined> {
  const end = Date.now() + order.patienceMs;
  for (;;) {
    const row = await lookUp(client, id);
    if ((row !== undefined && isSettled(row)) || Date.now() >= end || signal.aborted) return row;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Has a patient call, looks at the conversation while it waits and when it is over. */
export async function callAsPatient(call: Call): Promise<{
  readonly events: readonly PatientEvent[];
  readonly waiting: Conversation | undefined;
  readonly after: Conversation | undefined;
}> {
  const [program = "", ...words] = call.patient;
  const child: ChildProcessWithoutNullStreams = spawn(program, words, { env: { ...call.env } });
  const events: PatientEvent[] = [];
  const passed = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const report = createInterface({ input: child.stdout });
  report.on("line", (line) => {
    const event = readEvent(line);
    if (event === undefined) return;
    events.push(event);
    call.onEvent(event);
    if (event.kind === "passed" || event.kind === "failed") passed.resolve();
  });
  child.stderr.resume();
  child.stdin.on("error", () => undefined);
  const ended = (): void => {
    passed.resolve();
    over.resolve();
  };
  child.once("error", ended);
  report.once("close", ended);
  const leave = (): void => passed.resolve();
  call.signal.addEventListener("abort", leave, { once: true });
  child.stdin.write(`${JSON.stringify(call.order)}\n`);
  await passed.promise;
  const id = events.find((event) => event.kind === "started")?.conversationId;
  try {
    const waiting =
      id === undefined ? undefined : await settle(call, id, ({ queue }) => queue === call.queue);
    child.stdin.write(`${HANG_UP}\n`);
    await over.promise;
    const after =
      id === undefined ? undefined : await settle(call, id, ({ status }) => OVER.includes(status));
    return { events, waiting, after };
  } finally {
    call.signal.removeEventListener("abort", leave);
    // Ends the conversation, when it has not been ended.
    child.stdin.end();
  }
}

function readEvent(line: string): PatientEvent | undefined {
  try {
    return JSON.parse(line) as PatientEvent;
  } catch {
    return undefined;
  }
}
