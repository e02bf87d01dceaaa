import { formatDuration, parseDuration } from "../../durations.ts";
import type { PatientEvent } from "../../smoke/patient-events.ts";
import type { SmokeFinding, SmokeReport, SmokeResult } from "../../smoke/report.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { packageFile } from "../package-files.ts";
import { CHECKS_OF_WRITING } from "../personas.ts";
import { headerLine, readFacts } from "../render/plan-text.ts";
import { type OpenedRun, withSession } from "../run-session.ts";
import { askControl, readSandboxClock } from "../sandbox-control.ts";
import { sandboxWithoutTls } from "../sandbox-options.ts";
import { type Style, styled, wrapped } from "../styles.ts";
import { sandboxWords } from "../target.ts";
import { usageError } from "../usage.ts";

const DEFAULT_PATIENCE = "1m";

/** What the patient's process may know: how to reach the service, and no credentials. */
const PASSED_ON =
  /^(https?_proxy|no_proxy|all_proxy|node_extra_ca_certs|node_use_env_proxy|ssl_cert_file|path|home|tmpdir|temp|systemroot|lang)$/i;

const SIGNS: Readonly<Record<SmokeResult, { readonly sign: string; readonly style: Style }>> = {
  pass: { sign: "✓", style: "green" },
  fail: { sign: "✗", style: "red" },
  skipped: { sign: "-", style: "dim" },
  "cannot-tell": { sign: "?", style: "yellow" },
};

function patience(invocation: Invocation): number {
  const given = invocation.options.text("timeout") ?? DEFAULT_PATIENCE;
  const ms = parseDuration(given);
  if (ms === undefined || ms === 0)
    throw usageError(`--timeout cannot be "${given}"`, "give a duration, such as 30s or 2m");
  return ms;
}

/** In the sandbox a patient talks at a patient's pace, to a service that shows its certificate. */
async function inRealTime<T>(
  { sandboxUrl }: OpenedRun["chosen"],
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  if (sandboxUrl === undefined) return work({});
  const { body } = await askControl(sandboxUrl, "GET", "health");
  const caFile = (body as { readonly caFile?: unknown } | undefined)?.caFile;
  if (typeof caFile !== "string") throw sandboxWithoutTls(sandboxUrl);
  const [{ clientVariables }, { speed }] = await Promise.all([
    import("../../sandbox/tls/client-environment.ts"),
    readSandboxClock(sandboxUrl),
  ]);
  await askControl(sandboxUrl, "POST", "clock", { speed: 1 });
  try {
    return await work(clientVariables(sandboxUrl, caFile));
  } finally {
    await askControl(sandboxUrl, "POST", "clock", { speed });
  }
}

function progressOf(event: PatientEvent): string | undefined {
  switch (event.kind) {
    case "started":
      return "a conversation is started; the patient waits for an answer";
    case "said":
      return `the patient says "${event.text}"`;
    case "passed":
      return "the conversation waits for a person; Dataverse is asked where";
    default:
      return undefined;
  }
}

function printStages(invocation: Invocation, stages: readonly SmokeFinding[]): void {
  const { terminal } = invocation;
  for (const { stage, result, detail } of stages) {
    if (terminal.quiet && result === "pass") continue;
    const { sign, style } = SIGNS[result];
    const [first = "", ...more] = wrapped(detail, terminal.columns - 20);
    terminal.print(`   ${styled(style, sign)} ${stage.padEnd(14)} ${first}`);
    for (const line of more) terminal.print(`${" ".repeat(20)}${line}`);
  }
}

export const smoke: CommandDefinition = {
  description:
    "Talks to the deployed chat widget as a patient would, with Microsoft's chat SDK: starts a chat, hears the bot, asks for a person with the declared phrase, looks in Dataverse whether the conversation waits in the declared queue, fetches the transcript and hangs up. It leaves one closed conversation behind, and no agent accepts it. A production environment asks for --yes. Needs `npm install @microsoft/omnichannel-chat-sdk`. Exit code: 0 everything works, 2 something does not or could not be tried, 1 it could not run.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    { flags: "--widget <name>", summary: "the chat widget, where the spec has several" },
    {
      flags: "--timeout <duration>",
      summary: "how long the bot, and being passed on, may take",
      default: DEFAULT_PATIENCE,
    },
    { flags: "--yes", summary: "also in production, where agents see the conversation for a moment" },
    ...TENANT_OPTIONS,
  ],
  examples: [
    { command: "smoke dev.yaml", effect: "one conversation from the bot to the queue of people" },
    { command: "smoke prod.yaml --yes --output json", effect: "in production; the document psc.smoke/1" },
  ],
  run(invocation) {
    const patienceMs = patience(invocation);
    const stop = new AbortController();
    const onInterrupt = (): void => stop.abort();
    process.once("SIGINT", onInterrupt);
    return withSession(
      invocation,
      { readOnly: true, withoutKinds: CHECKS_OF_WRITING, tls: true, signal: stop.signal },
      async ({ loaded, chosen, session }) => {
        const { terminal, options, env, cwd } = invocation;
        const { spec, file } = loaded;
        if (spec.stage === "prod" && !options.flag("yes"))
          throw usageError(
            `"${spec.name}" is production, and the smoke test starts a conversation that agents may see`,
            "add --yes when that is all right now",
          );
        const [{ planSession }, smokes, { judge, resultOf }] = await Promise.all([
          import("../../session.ts"),
          import("../../smoke/run.ts"),
          import("../../smoke/report.ts"),
        ]);
        const sdk = smokes.findChatSdk(cwd);
        const target = smokes.smokeTarget(spec, options.text("widget"));
        const { plan } = await planSession(session);
        const { client, place } = smokes.deployedWidget(target, session);
        const { name, stage, tenant } = spec;
        if (!terminal.quiet) {
          terminal.print(
            headerLine({ name, stage, tenant, target: chosen.name }, readFacts(plan), terminal.columns),
          );
          terminal.say(styled("dim", `   chat widget "${target.widget.name}"`));
        }
        const at = new Date(session.clock.now()).toISOString();
        const observed = await inRealTime(chosen, (variables) =>
          smokes.callAsPatient({
            order: {
              sdk,
              widget: place,
              ...(target.phrase === undefined ? {} : { phrase: target.phrase }),
              patienceMs,
            },
            client,
            queue: target.queue,
            patient: [process.execPath, packageFile("bin/psc.js"), "smoke-patient"],
            env: {
              ...Object.fromEntries(Object.entries(env).filter(([variable]) => PASSED_ON.test(variable))),
              ...variables,
            },
            signal: stop.signal,
            onEvent(event) {
              const words = progressOf(event);
              if (words !== undefined) terminal.say(styled("dim", `   … ${words}`));
              terminal.trace(JSON.stringify(event));
            },
          }),
        );
        const stages = judge({
          ...observed,
          expected: { queue: target.queue, bot: target.phrase !== undefined, overflows: target.overflows },
        });
        const result = resultOf(stages);
        const report: SmokeReport = {
          format: "psc.smoke/1",
          environment: { name, stage, tenant },
          widget: target.widget.name,
          at,
          conversation: observed.events.find((event) => event.kind === "started")?.conversationId ?? null,
          result,
          stages,
        };
        terminal.json(report);
        if (!terminal.quiet) terminal.print();
        printStages(invocation, stages);
        const verdict = {
          pass: "a patient reaches a person",
          fail: "a patient does not get through",
          "cannot-tell": `it could not be tried to the end within ${formatDuration(patienceMs)} a step`,
        }[result];
        if (!terminal.quiet) terminal.print();
        terminal.print(`${styled("bold", "Verdict:")} ${verdict}.`);
        if (result !== "pass")
          terminal.say(`${styled("bold", "Next:")} psc plan ${file}${sandboxWords(invocation)}`);
        if (stop.signal.aborted) return EXIT.interrupted;
        return result === "pass" ? EXIT.done : EXIT.changes;
      },
    ).finally(() => process.off("SIGINT", onInterrupt));
  },
};
