import type { Probe } from "../controls/probe.ts";
import { formatDuration } from "../durations.ts";
import type { Session } from "../session.ts";
import type { Invocation } from "./definition.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { sharedState } from "./shared-state.ts";
import { type LoadedFile, loadFile } from "./spec-file.ts";
import { styled } from "./styles.ts";
import { type ChosenTarget, chooseTarget, sandboxWish } from "./target.ts";

/** Everything a tenant command needs, opened in the right order. */
export interface OpenedRun {
  readonly loaded: LoadedFile;
  readonly chosen: ChosenTarget;
  readonly session: Session;
  /** Told about every wait for a service that is worth telling; nothing is printed then. */
  readonly waits: {
    listener?: (wait: ServiceWait) => void;
    /** Where a line goes while a region of the screen is redrawn. */
    log?: (line: string) => void;
  };
}

/** A service that is waited for before it is asked again. */
export interface ServiceWait {
  readonly service: string;
  readonly reason: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly readOnly: boolean;
  readonly withoutKinds?: readonly string[];
  /** Facts that only auditing needs; asked for when the spec is known. */
  readonly probes?: () => Promise<readonly Probe[]>;
  /** See `SessionOptions`. */
  readonly unusedPermission?: string;
  readonly signal?: AbortSignal;
  readonly force?: boolean;
  /** Other clients take part: an embedded sandbox shows certificates. */
  readonly tls?: boolean;
}

/** A retry shorter than this is nobody's business. */
const WORTH_TELLING_MS = 5_000;

/**
 * Loads the spec, opens the target, runs `work` and closes again, also when a signal ends the command: an embedded
 * sandbox must not lose its clock.
 */
export async function withSession(
  invocation: Invocation,
  options: RunOptions,
  work: (run: OpenedRun) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { terminal, env, cwd } = invocation;
  sandboxWish(invocation);
  const loaded = await loadFile(invocation, invocation.arguments.at(-1) ?? "");
  const chosen = await chooseTarget(
    invocation,
    loaded.spec,
    options.tls === undefined ? {} : { tls: options.tls },
  );
  const end =
    (code: ExitCode): (() => void) =>
    () => {
      void chosen.close().finally(() => process.exit(code));
    };
  const onInterrupt = end(EXIT.interrupted);
  const onTerminate = end(EXIT.error);
  // A command that handles Ctrl+C itself gives a signal; the others end at once.
  if (options.signal === undefined) process.once("SIGINT", onInterrupt);
  process.once("SIGTERM", onTerminate);
  try {
    // Late, because the pipeline and its SDKs are what takes time to load.
    const { openSession } = await import("../session.ts");
    const waits: OpenedRun["waits"] = {};
    const state = await sharedState(invocation);
    const session = openSession({
      spec: loaded.spec,
      manifest: loaded.manifest,
      target: chosen.target,
      env,
      workFolder: cwd,
      readOnly: options.readOnly,
      force: options.force ?? false,
      ...(state === undefined ? {} : { state }),
      ...(options.withoutKinds === undefined ? {} : { withoutKinds: options.withoutKinds }),
      ...(options.probes === undefined ? {} : { probes: await options.probes() }),
      ...(options.unusedPermission === undefined ? {} : { unusedPermission: options.unusedPermission }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onAnswer: ({ method, url, status, ms, attempt, requestId }) => {
        const how = [
          `${Math.round(ms)} ms`,
          ...(attempt > 1 ? [`attempt ${attempt}`] : []),
          ...(requestId === undefined ? [] : [requestId]),
        ];
        terminal.trace(`${method} ${url} → ${status} (${how.join(", ")})`);
      },
      onPacLine: (line) => {
        const words = styled("dim", `   pac: ${line}`);
        if (!terminal.verbose) terminal.trace(`pac: ${line}`);
        else if (waits.log !== undefined) waits.log(words);
        else terminal.say(words);
      },
      onRetry: (wait) => {
        const { service, reason, ms } = wait;
        if (!terminal.verbose && ms < WORTH_TELLING_MS) return;
        if (waits.listener !== undefined) waits.listener(wait);
        else if (!terminal.live)
          terminal.say(styled("dim", `   ${service}: ${reason}, again in ${formatDuration(ms)}`));
      },
    });
    // What others did and said is known before anything is decided.
    await session.shared?.record.pull();
    return await work({ loaded, chosen, session, waits });
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onTerminate);
    await chosen.close();
  }
}
