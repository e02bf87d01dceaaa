import type { PatientEvent } from "./patient-events.ts";

export const SMOKE_STAGES = [
  "configuration",
  "start",
  "bot",
  "escalation",
  "queue",
  "transcript",
  "end",
] as const;
export type SmokeStage = (typeof SMOKE_STAGES)[number];

/** `skipped`: there is nothing to try; `cannot-tell`: it could not be tried, and why. */
export type SmokeResult = "pass" | "fail" | "skipped" | "cannot-tell";

export interface SmokeFinding {
  readonly stage: SmokeStage;
  readonly result: SmokeResult;
  /** What happened, in words. */
  readonly detail: string;
}

/** Result of `psc smoke`, format `psc.smoke/1`. */
export interface SmokeReport {
  readonly format: "psc.smoke/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  /** Name of the chat widget the patient used. */
  readonly widget: string;
  readonly at: string;
  /** Of the conversation in Dataverse; null when none was started. */
  readonly conversation: string | null;
  readonly result: "pass" | "fail" | "cannot-tell";
  readonly stages: readonly SmokeFinding[];
}

/** What Dataverse says of the conversation; undefined: nothing was found. */
export interface Conversation {
  readonly queue: string;
  readonly escalations: number;
  readonly status: number;
}

/** `msdyn_ocliveworkitem`: Open and Active are not over, Wrap-up and Closed are. */
export const OVER: readonly number[] = [4, 5];

export interface Observed {
  readonly events: readonly PatientEvent[];
  /** While the patient waited. */
  readonly waiting: Conversation | undefined;
  /** After the patient hung up. */
  readonly after: Conversation | undefined;
  readonly expected: {
    readonly queue: string;
    readonly bot: boolean;
    /** The queue has rules for when it is closed or full. */
    readonly overflows: boolean;
  };
}

const of = <K extends PatientEvent["kind"]>(
  events: readonly PatientEvent[],
  kind: K,
): Extract<PatientEvent, { readonly kind: K }> | undefined =>
  events.find((event): event is Extract<PatientEvent, { readonly kind: K }> => event.kind === kind);

/** The SDK's own words for what is nobody's fault. */
const CLOSED = "WidgetUseOutsideOperatingHour";

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

function queueFinding(waiting: Conversation | undefined, expected: Observed["expected"]): SmokeFinding {
  const stage = "queue";
  if (waiting === undefined) return { stage, result: "fail", detail: "Dataverse has no such conversation" };
  const over = OVER.includes(waiting.status);
  if (waiting.queue === expected.queue && !over)
    return { stage, result: "pass", detail: `in "${waiting.queue}"` };
  const where = over
    ? `closed in "${waiting.queue}" before a person had it`
    : `in "${waiting.queue}", the spec says "${expected.queue}"`;
  return expected.overflows
    ? {
        stage,
        result: "cannot-tell",
        detail: `${where}: the queue's overflow may have taken it; try again while the queue is open`,
      }
    : { stage, result: "fail", detail: where };
}

/** Judges what a patient met, and what Dataverse has of it. */
export function judge({ events, waiting, after, expected }: Observed): readonly SmokeFinding[] {
  const failed = of(events, "failed");
  const configured = of(events, "configured");
  const started = of(events, "started");
  const greeted = of(events, "greeted");
  const passed = of(events, "passed");
  const kept = of(events, "kept");
  const reason = (stage: string): string | undefined => (failed?.at === stage ? failed.message : undefined);
  const finding = (stage: SmokeStage, result: SmokeResult, detail: string): SmokeFinding => ({
    stage,
    result,
    detail,
  });
  const untried = (stage: SmokeStage): SmokeFinding =>
    finding(stage, "cannot-tell", "it did not come to that");

  const first: SmokeFinding[] = [
    configured === undefined
      ? finding("configuration", "fail", reason("configuration") ?? failed?.message ?? "no answer")
      : configured.version === 2
        ? finding("configuration", "pass", "the widget is known and chats by Azure Communication Services")
        : finding("configuration", "fail", `the widget is of chat version ${configured.version}, not 2`),
  ];
  if (started === undefined) {
    const start =
      configured === undefined
        ? untried("start")
        : configured.signIn === "required"
          ? finding(
              "start",
              "cannot-tell",
              "the widget takes signed-in patients only; a person has to try it",
            )
          : failed?.code === CLOSED
            ? finding("start", "cannot-tell", "the widget is outside its operating hours")
            : finding("start", "fail", reason("start") ?? "no conversation was started");
    return [...first, start, ...SMOKE_STAGES.slice(2).map(untried)];
  }
  const atBot = reason("bot");
  const atEscalation = reason("escalation");
  return [
    ...first,
    finding("start", "pass", `conversation ${started.conversationId}`),
    !expected.bot
      ? finding("bot", "skipped", "the workstream has no bot")
      : greeted === undefined
        ? finding("bot", "fail", atBot ?? "the bot says nothing")
        : finding("bot", "pass", `"${greeted.text}" after ${seconds(greeted.ms)}`),
    !expected.bot
      ? finding("escalation", "skipped", "the workstream has no bot")
      : greeted === undefined
        ? untried("escalation")
        : passed === undefined
          ? waiting !== undefined && waiting.escalations > 0
            ? finding("escalation", "pass", "the bot let go of the conversation")
            : finding("escalation", "fail", atEscalation ?? "the bot keeps the conversation")
          : waiting !== undefined && waiting.escalations === 0
            ? finding("escalation", "fail", "the conversation was passed on, but not by the bot's escalation")
            : finding("escalation", "pass", `passed on after ${seconds(passed.ms)}`),
    queueFinding(waiting, expected),
    kept === undefined
      ? finding("transcript", "fail", reason("transcript") ?? "no transcript was handed out")
      : kept.lines === 0 || (expected.bot && (kept.bot === 0 || kept.patient === 0))
        ? finding(
            "transcript",
            "fail",
            `${kept.lines} lines, ${kept.bot} of the bot, ${kept.patient} of the patient`,
          )
        : finding("transcript", "pass", `${kept.lines} lines are kept`),
    of(events, "ended") === undefined
      ? finding("end", "fail", reason("end") ?? "the conversation could not be ended")
      : after !== undefined && OVER.includes(after.status)
        ? finding("end", "pass", "the conversation is closed")
        : finding("end", "fail", "Dataverse still has the conversation open"),
  ];
}

export function resultOf(stages: readonly SmokeFinding[]): SmokeReport["result"] {
  if (stages.some(({ result }) => result === "fail")) return "fail";
  return stages.some(({ result }) => result === "cannot-tell") ? "cannot-tell" : "pass";
}
