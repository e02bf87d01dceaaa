import { resolve } from "node:path";
import { parseDuration } from "../../durations.ts";
import { readDurations } from "../../engine/journal.ts";
import { hasChanges } from "../../engine/plan.ts";
import type { Resource } from "../../engine/resource.ts";
import { handoverFacts } from "../../resources/handover.ts";
import { deployInBackground } from "../background.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { deployDocument } from "../deploy-document.ts";
import { openEventStream } from "../event-stream.ts";
import { EXIT, type ExitCode, exitOfDeploy } from "../exit-codes.ts";
import { createGateAnnouncements } from "../gate-announcements.ts";
import { recordSeenGates } from "../gate-states.ts";
import { askWish, type Leave, listenForLeave } from "../interrupts.ts";
import { kindsLeftOut, PERSONA_OPTION, partOfPlan, personasAsked } from "../personas.ts";
import { mayPrune, PRUNE_OPTIONS, pruningAsked, pruningHint } from "../pruning.ts";
import {
  blockedLines,
  doneByStep,
  failureLines,
  handoverLines,
  nextStep,
  othersLines,
  outcomeLine,
} from "../render/deploy-text.ts";
import { gateBox } from "../render/gate-box.ts";
import {
  actionLines,
  concernLines,
  headerLine,
  problemLines,
  readFacts,
  summaryLine,
  warningLines,
} from "../render/plan-text.ts";
import { createProgress } from "../render/progress.ts";
import { symbolOf } from "../render/rows.ts";
import { type OpenedRun, withSession } from "../run-session.ts";
import { consoleUrl } from "../sandbox-options.ts";
import { createSimulatedPerson } from "../simulated-person.ts";
import { loadFile } from "../spec-file.ts";
import { styled, wrapped } from "../styles.ts";
import { sandboxWish, sandboxWords } from "../target.ts";
import { usageError } from "../usage.ts";

/** On a terminal somebody is there: psc stays beside the person who acts. */
const PATIENCE_ON_TERMINAL_MS = 2 * 3_600_000;

function durationOption(invocation: Invocation, name: string, flag: string): number | undefined {
  const asked = invocation.options.text(name);
  if (asked === undefined) return undefined;
  const ms = parseDuration(asked);
  if (ms === undefined)
    throw usageError(`${flag} cannot be "${asked}"`, "write a duration such as 30m, 2h or 1h30m");
  return ms;
}

/** True unless the person switched the sandbox's own people off. */
function isSimulated(invocation: Invocation): boolean {
  return sandboxWish(invocation).wanted && invocation.options.flag("simulatedPerson");
}

function patienceOf(invocation: Invocation, simulated: boolean): number {
  if (simulated) return Number.POSITIVE_INFINITY;
  const asked = durationOption(invocation, "waitForPerson", "--wait-for-person");
  if (asked !== undefined) return asked;
  const unattended =
    !invocation.terminal.live || invocation.env["CI"] !== undefined || sandboxWish(invocation).wanted;
  return unattended ? 0 : PATIENCE_ON_TERMINAL_MS;
}

interface Deployment extends OpenedRun {
  readonly invocation: Invocation;
  readonly leave: Leave;
  readonly what: string;
  /** Where a line goes that must not disturb the region being redrawn. */
  readonly voice: Voice;
}

interface Voice {
  say(line: string): void;
  /** Keeps the screen still while a question stands on it. */
  still(): void;
  move(): void;
}

async function carryOut({
  invocation,
  loaded,
  chosen,
  session,
  waits,
  leave,
  what,
  voice,
}: Deployment): Promise<ExitCode> {
  const { terminal } = invocation;
  const { columns } = terminal;
  const { spec } = loaded;
  const simulated = isSimulated(invocation);
  const patienceMs = patienceOf(invocation, simulated);
  const leaveAfterMs = durationOption(invocation, "leaveAfter", "--leave-after");
  const eventsFile = invocation.options.text("events");
  const stream =
    eventsFile === undefined
      ? undefined
      : openEventStream(resolve(invocation.cwd, eventsFile), () => session.clock.now());

  const { deploySession, planSession } = await import("../../session.ts");
  const prune = await pruningAsked(invocation, session);
  const personas = personasAsked(invocation);
  if (personas !== undefined && prune !== undefined)
    throw usageError("--prune and --persona contradict each other", "prune without --persona");
  const whole = (await planSession(session, prune === undefined ? {} : { prune })).plan;
  const plan = partOfPlan(whole, personas);
  const document = { spec, target: chosen.name, plan };
  const header = { name: spec.name, stage: spec.stage, tenant: spec.tenant, target: chosen.name };
  terminal.say(headerLine(header, readFacts(plan), columns));
  stream?.write("plan", { environment: spec.name, summary: plan.summary, problems: plan.problems.length });

  if (plan.problems.length > 0) {
    terminal.json(deployDocument({ ...document, outcome: "refused", handover: [] }));
    terminal.say();
    for (const line of problemLines(plan, columns)) terminal.print(line);
    terminal.print("Nothing was written.");
    terminal.say(`${styled("bold", "Next:")} mend what is above, then psc deploy ${what}`);
    stream?.close();
    return EXIT.error;
  }

  recordSeenGates(session, plan, (await session.signIn()).name);
  for (const line of warningLines(loaded.warnings, columns)) terminal.say(line);
  if (!hasChanges(plan)) {
    const handover = handoverFacts(session);
    terminal.json(deployDocument({ ...document, outcome: "no-changes", handover }));
    terminal.print(`${symbolOf("done")} no changes: the tenant is what the spec says.`);
    terminal.say();
    for (const line of handoverLines(handover, columns)) terminal.say(line);
    const hint = prune === undefined ? await pruningHint(session, what) : undefined;
    if (hint !== undefined) terminal.say(hint);
    terminal.say(`${styled("bold", "Next:")} psc verify ${what}`);
    stream?.close();
    return EXIT.done;
  }

  if (plan.summary.delete > 0) {
    terminal.print();
    const doomed = plan.actions.filter(({ action }) => action === "delete");
    for (const line of actionLines({ ...plan, actions: doomed }, columns, false)) terminal.print(line);
    const lifted = new Set(plan.pruning?.lifted?.map(({ address }) => address));
    const concerns = plan.concerns.filter(({ address }) => lifted.has(address));
    for (const line of concernLines({ concerns }, columns)) terminal.print(line);
    terminal.print();
  }
  terminal.say(summaryLine(plan));
  terminal.say();
  if (!(await mayPrune(invocation, session, plan, leave.signal))) {
    terminal.print("That is another name. Nothing was written.");
    stream?.close();
    return EXIT.usage;
  }
  const progress = createProgress({
    terminal,
    clock: session.clock,
    what,
    simulated,
    waitsForPerson: patienceMs > 0,
    durations: readDurations(session.recordFolder),
  });
  voice.say = progress.log;
  waits.listener = progress.held;
  waits.log = progress.log;
  voice.still = progress.still;
  voice.move = progress.move;
  let personFailure: unknown;
  const person =
    simulated && chosen.sandboxUrl !== undefined
      ? createSimulatedPerson({
          session,
          sandboxUrl: chosen.sandboxUrl,
          signal: leave.signal,
          announce: (persona, { did }) => {
            const [first = "", ...rest] = wrapped(`simulated person (${persona}) ${did}`, columns - 6);
            progress.log(`   ${symbolOf("gate")} ${first}`);
            for (const line of rest) progress.log(`     ${line}`);
          },
          onFailure: (error) => {
            personFailure = error;
            leave.leave("gate-failure");
          },
        })
      : undefined;
  const announcements =
    chosen.sandboxUrl === undefined
      ? undefined
      : createGateAnnouncements({
          session,
          sandboxUrl: chosen.sandboxUrl,
          environment: spec.name,
          simulated,
        });
  if (announcements !== undefined && !simulated && patienceMs > 0)
    terminal.say(`At a gate, act here: ${consoleUrl(chosen.sandboxUrl ?? "")}#gates`);
  if (leaveAfterMs !== undefined)
    session.clock.sleep(leaveAfterMs, leave.signal).then(
      () => leave.leave("time"),
      () => {},
    );

  const started = { cloud: session.clock.now(), wall: performance.now() };
  const result = await deploySession(
    session,
    { ...whole, problems: plan.problems },
    {
      patienceMs,
      ...(personas === undefined ? {} : { personas }),
      onEvent: (event) => {
        stream?.event(event);
        progress.onEvent(event);
        person?.(event);
        announcements?.onEvent(event);
      },
    },
  ).finally(async () => {
    await announcements?.close();
    voice.say = terminal.alert;
    delete waits.listener;
    delete waits.log;
    voice.still = voice.move = () => {};
    progress.close();
  });
  const elapsed = {
    cloudMs: session.clock.now() - started.cloud,
    wallMs: performance.now() - started.wall,
    scaled: chosen.sandboxUrl !== undefined,
  };
  if (personFailure !== undefined) throw personFailure;

  const leftByTime = leave.reason === "time" || leave.reason === "background";
  const handover = result.outcome === "done" ? handoverFacts(session) : [];
  const outcome = result.outcome === "interrupted" && leftByTime ? "left" : result.outcome;
  stream?.write("end", { outcome, finished: result.finished.length, failures: result.failures.length });
  stream?.close();
  terminal.json(deployDocument({ ...document, outcome, result, handover }));

  const resources = new Map(plan.actions.map(({ resource }) => [resource.address, resource]));
  const resourceOf = (address: string): Resource | undefined => resources.get(address);
  const done = doneByStep(result.finished, resourceOf, columns);
  if (done.length > 0) {
    terminal.say();
    terminal.say(styled("bold", "What was done"));
    for (const line of done) terminal.say(line);
  }
  if (result.failures.length > 0 || result.gates.length > 0 || handover.length > 0) terminal.say();
  for (const line of failureLines(result, columns)) terminal.print(line);
  for (const line of gateBox(result.gates, what, columns)) terminal.print(line);
  for (const line of handoverLines(handover, columns)) terminal.print(line);
  terminal.say();
  const total = plan.actions.filter(({ action }) => action !== "none").length;
  for (const line of wrapped(outcomeLine(result, total, elapsed, leftByTime), columns)) terminal.print(line);
  for (const line of blockedLines(result)) terminal.say(line);
  for (const line of othersLines(result, columns)) terminal.say(line);
  terminal.say(`${styled("bold", "Next:")} ${nextStep(result, what, personas)}`);
  return exitOfDeploy(result, leave.reason);
}

export const deploy: CommandDefinition = {
  description:
    "Makes the tenant what the spec says, in the order of Microsoft's guide. Reads first: when a check does not hold, nothing is written. Only what differs is changed, so the command can be repeated at any time. Exit code: 0 done or no changes, 1 something failed, 3 a person must act, 4 left by --leave-after or to the background, 130 Ctrl+C.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    ...TENANT_OPTIONS,
    ...PRUNE_OPTIONS,
    PERSONA_OPTION,
    { flags: "--yes", summary: "with --prune: do not ask before deleting" },
    { flags: "--no-simulated-person", summary: "in the sandbox: leave the gates to you" },
    {
      flags: "--wait-for-person <duration>",
      summary: "how long to stay at an open gate (default: 2h on a terminal, 0 elsewhere)",
    },
    {
      flags: "--leave-after <duration>",
      summary: "leave work running in the cloud after this time, with exit code 4",
    },
    {
      flags: "--detach",
      summary: "go on in the background: returns as soon as it writes; see status --follow",
    },
    { flags: "--force", summary: "overwrite scenarios that were edited in the bot's portal" },
    { flags: "--events <path>", summary: "write what happens as JSON lines into a file" },
  ],
  examples: [
    { command: "deploy dev.yaml --sandbox", effect: "the whole way, in the sandbox of this folder" },
    { command: "deploy dev.yaml", effect: "in the tenant that dev.yaml names" },
    { command: "deploy dev.yaml --prune --yes", effect: "and delete what dev.yaml no longer declares" },
    { command: "deploy prod.yaml --detach", effect: "in the background; watch it with status --follow" },
    {
      command: "deploy dev.yaml --output json --events run.jsonl",
      effect: "for a pipeline: result on stdout, events in a file; exit 3 lists the open gates",
    },
  ],
  async run(invocation) {
    const { terminal } = invocation;
    const [file = ""] = invocation.arguments;
    if (invocation.options.flag("detach"))
      return deployInBackground(invocation, (await loadFile(invocation, file)).spec.name);
    const what = `${invocation.arguments[0] ?? ""}${sandboxWords(invocation)}`;
    const voice: Voice = { say: (line) => terminal.alert(line), still: () => {}, move: () => {} };
    const leave = listenForLeave({
      onStop: () =>
        voice.say("Stopping; what is under way in the cloud goes on there. Ctrl+C again: leave at once."),
      ...(terminal.live && process.stdin.isTTY
        ? {
            ask: async () => {
              voice.still();
              return askWish().finally(() => voice.move());
            },
          }
        : {}),
    });
    try {
      const code = await withSession(
        invocation,
        {
          readOnly: false,
          signal: leave.signal,
          force: invocation.options.flag("force"),
          ...kindsLeftOut(personasAsked(invocation)),
        },
        (run) => carryOut({ ...run, invocation, leave, what, voice }),
      );
      if (leave.reason !== "background" || code !== EXIT.stillInProgress) return code;
      const { spec } = await loadFile(invocation, file);
      const begun = await deployInBackground(invocation, spec.name);
      return begun === EXIT.done ? EXIT.stillInProgress : begun;
    } finally {
      leave.release();
    }
  },
};
