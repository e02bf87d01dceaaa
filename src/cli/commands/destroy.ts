import { resolve } from "node:path";
import type { ApplyResult } from "../../engine/events.ts";
import type { RemovalPlan } from "../../engine/removal.ts";
import { PscError } from "../../errors.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { errorRecord } from "../error-report.ts";
import { openEventStream } from "../event-stream.ts";
import { EXIT, type ExitCode, exitOfDeploy } from "../exit-codes.ts";
import { includedAddresses } from "../included-addresses.ts";
import { type Leave, listenForLeave } from "../interrupts.ts";
import { blockedLines, failureLines, outcomeLine } from "../render/deploy-text.ts";
import { headerLine, problemLines } from "../render/plan-text.ts";
import { createProgress } from "../render/progress.ts";
import { removalLines, removalSummary, verdictsOf } from "../render/removal-text.ts";
import { symbolOf } from "../render/rows.ts";
import { type OpenedRun, withSession } from "../run-session.ts";
import { loadFile } from "../spec-file.ts";
import { styled, wrapped } from "../styles.ts";
import { sandboxWish, sandboxWords } from "../target.ts";
import { typedConfirmation } from "../typed-confirmation.ts";
import { usageError } from "../usage.ts";

/** Result of `psc destroy --output json`, format `psc.destroy/1`. */
export interface DestroyDocument {
  readonly format: "psc.destroy/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  readonly target: string;
  /** `planned`: with --dry-run; `refused`: something could not be read, so nothing was written. */
  readonly outcome: ApplyResult["outcome"] | "planned" | "nothing-to-do" | "refused";
  readonly resources: readonly {
    readonly address: string;
    readonly fate: string;
    readonly reason: string;
  }[];
  readonly deleted: readonly { readonly address: string; readonly elapsedMs: number }[];
  readonly failures: readonly { readonly address: string; readonly error: object }[];
  readonly blocked: readonly { readonly address: string; readonly by: string }[];
}

function destroyDocument(
  spec: EnvironmentSpec,
  target: string,
  plan: RemovalPlan,
  outcome: DestroyDocument["outcome"],
  result?: ApplyResult,
): DestroyDocument {
  return {
    format: "psc.destroy/1",
    environment: { name: spec.name, stage: spec.stage, tenant: spec.tenant },
    target,
    outcome,
    resources: plan.verdicts.map(({ resource, fate, reason }) => ({
      address: resource.address,
      fate,
      reason,
    })),
    deleted: (result?.finished ?? []).map(({ address, elapsedMs }) => ({
      address,
      elapsedMs: Math.round(elapsedMs),
    })),
    failures:
      result === undefined
        ? plan.problems.map(({ address, error }) => ({ address, error: errorRecord(error) }))
        : result.failures.map(({ resource, error }) => ({
            address: resource.address,
            error: errorRecord(error),
          })),
    blocked: (result?.blocked ?? []).map(({ resource, by }) => ({ address: resource.address, by })),
  };
}

function refuseProtected(spec: EnvironmentSpec, file: string): void {
  if (!spec.protect) return;
  throw new PscError({
    code: "PSC-E142",
    message: `${file}: environment "${spec.name}" (stage ${spec.stage}) is protected; nothing was read or deleted`,
    remedy: "when it really has to go, write `protect: false` into the spec and have that reviewed",
    side: "user",
  });
}

interface Destruction extends OpenedRun {
  readonly invocation: Invocation;
  readonly leave: Leave;
  readonly what: string;
  readonly voice: { say(line: string): void };
}

async function carryOut(destruction: Destruction): Promise<ExitCode> {
  const { invocation, loaded, chosen, session, waits, leave, what, voice } = destruction;
  const { terminal, options } = invocation;
  const { columns } = terminal;
  const { spec } = loaded;
  const { destructibleGraph, planDestruction, destroySession } = await import("../../destruction.ts");
  const include = includedAddresses(options.text("include"), destructibleGraph(session));
  const plan = await planDestruction(session, include);
  const document = (outcome: DestroyDocument["outcome"], result?: ApplyResult): DestroyDocument =>
    destroyDocument(spec, chosen.name, plan, outcome, result);

  const header = { name: spec.name, stage: spec.stage, tenant: spec.tenant, target: chosen.name };
  terminal.say(headerLine(header, "", columns));
  terminal.say();
  if (plan.problems.length > 0) {
    terminal.json(document("refused"));
    for (const line of problemLines(plan, columns)) terminal.print(line);
    terminal.print("Nothing was deleted.");
    return EXIT.error;
  }
  for (const line of removalLines(plan, columns)) terminal.print(line);
  terminal.print();
  if (verdictsOf(plan, "delete").length === 0) {
    terminal.json(document("nothing-to-do"));
    terminal.print(`${symbolOf("done")} nothing to delete.`);
    return EXIT.done;
  }
  terminal.print(removalSummary(plan));
  if (options.flag("dryRun")) {
    terminal.json(document("planned"));
    terminal.say(`${styled("bold", "Next:")} psc destroy ${what}`);
    return EXIT.changes;
  }
  if (!options.flag("yes")) {
    const question = `This cannot be undone. Type ${styled("bold", spec.name)} to delete it:`;
    if (!(await typedConfirmation(invocation, question, spec.name, leave.signal))) {
      terminal.print("That is another name. Nothing was deleted.");
      return EXIT.usage;
    }
  }
  terminal.say();

  const eventsFile = options.text("events");
  const stream =
    eventsFile === undefined
      ? undefined
      : openEventStream(resolve(invocation.cwd, eventsFile), () => session.clock.now());
  const progress = createProgress({
    terminal,
    clock: session.clock,
    what,
    simulated: false,
    waitsForPerson: false,
  });
  voice.say = progress.log;
  waits.listener = progress.held;
  const started = { cloud: session.clock.now(), wall: performance.now() };
  const result = await destroySession(session, plan, {
    onEvent: (event) => {
      stream?.event(event);
      progress.onEvent(event);
    },
  }).finally(() => {
    voice.say = terminal.alert;
    delete waits.listener;
    progress.close();
  });
  const elapsed = {
    cloudMs: session.clock.now() - started.cloud,
    wallMs: performance.now() - started.wall,
    scaled: chosen.sandboxUrl !== undefined,
  };
  const { outcome, finished, failures } = result;
  stream?.write("end", { outcome, finished: finished.length, failures: failures.length });
  stream?.close();
  terminal.json(document(outcome, result));
  terminal.say();
  for (const line of failureLines(result, columns)) terminal.print(line);
  const total = verdictsOf(plan, "delete").length;
  for (const line of wrapped(outcomeLine(result, total, elapsed, false), columns)) terminal.print(line);
  for (const line of blockedLines(result)) terminal.say(line);
  if (outcome !== "done")
    terminal.say(`${styled("bold", "Next:")} psc destroy ${what} goes on from here: what is gone stays gone`);
  return exitOfDeploy(result, leave.reason);
}

export const destroy: CommandDefinition = {
  description:
    "Deletes what psc made for an environment, in reverse order: what bears psc's mark in the cloud, or what this folder's journal says psc made. Everything else stays and is listed with the reason: groups (other environments may use them), resource groups with foreign things in them, whatever was there before. Asks for the environment's name on a terminal; elsewhere it needs --yes. A protected environment (stage `prod`, or `protect: true`) is refused. Exit code: 0 deleted or nothing to delete, 1 something failed, 2 with --dry-run when something would be deleted, 130 Ctrl+C.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    ...TENANT_OPTIONS,
    { flags: "--dry-run", summary: "only show what would be deleted and what would stay" },
    { flags: "--yes", summary: "do not ask" },
    {
      flags: "--include <addresses>",
      summary: "delete these too, although nothing shows that psc made them, or others may use them",
    },
    { flags: "--events <path>", summary: "write what happens as JSON lines into a file" },
  ],
  examples: [
    { command: "destroy dev.yaml --dry-run", effect: "what would be deleted, what would stay and why" },
    { command: "destroy dev.yaml --sandbox --yes", effect: "the sandbox's environment, without a question" },
    {
      command: "destroy dev.yaml --include 'entra.group[\"agents\"]'",
      effect: "with a group that only this environment uses",
    },
  ],
  async run(invocation) {
    const { terminal, options } = invocation;
    if (options.flag("yes") && options.flag("dryRun"))
      throw usageError("--yes and --dry-run contradict each other", "leave one of them out");
    sandboxWish(invocation);
    const { spec } = await loadFile(invocation, invocation.arguments[0] ?? "");
    refuseProtected(spec, invocation.arguments[0] ?? "");
    const what = `${invocation.arguments[0] ?? ""}${sandboxWords(invocation)}`;
    const voice = { say: (line: string): void => terminal.alert(line) };
    const leave = listenForLeave({
      onStop: () =>
        voice.say("Stopping; what is under way in the cloud goes on there. Ctrl+C again: leave at once."),
    });
    try {
      return await withSession(invocation, { readOnly: false, signal: leave.signal }, (run) =>
        carryOut({ ...run, invocation, leave, what, voice }),
      );
    } finally {
      leave.release();
    }
  },
};
