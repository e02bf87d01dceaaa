import { type ChildProcess, spawn } from "node:child_process";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PscError } from "../../errors.ts";
import { withoutSecrets } from "../../secret-value.ts";

export interface PacEnd {
  /** Undefined when it was ended from outside, or never began. */
  readonly exitCode: number | undefined;
  /** The last line it said, without the secrets psc knows. */
  readonly lastWords: string;
}

export interface PacProcess {
  /** Never rejects. */
  readonly end: Promise<PacEnd>;
  readonly ended: () => PacEnd | undefined;
  readonly stop: () => void;
}

export interface PacStart {
  readonly cli: string;
  /** URL of Microsoft's wrapper, where it is installed. */
  readonly wrapper: string | undefined;
  readonly home: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Real milliseconds. */
  readonly atMostMs: number;
  readonly onLine: (line: string) => void;
}

/** What somebody prints without end is nobody's to read. */
const LONGEST_LINE = 1_000;
const MOST_LINES = 5_000;
/** A process that does not end when asked is ended; and its children may hold its output open. */
const ENDS_WITHIN_MS = 5_000;
const OUTPUT_WITHIN_MS = 1_000;

/**
 * Starts pac without a shell: by itself, or by Microsoft's wrapper in a process of its own, so that neither sees psc's
 * memory or credentials. Time is the world's: a program knows no other.
 */
export function startPac(args: readonly string[], start: PacStart): PacProcess {
  const [program, ...words] =
    start.wrapper === undefined
      ? [start.cli, ...args]
      : [process.execPath, wrapperProgram(), start.wrapper, start.cli, start.home, ...args];
  const child = spawn(program, words, {
    cwd: start.home,
    env: start.env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  let lastWords = "";
  let heard = 0;
  const hear = (line: string): void => {
    heard += 1;
    const words = withoutSecrets(line).trim().slice(0, LONGEST_LINE);
    if (words === "" || heard > MOST_LINES) return;
    lastWords = words;
    start.onLine(words);
  };
  const streams = [child.stdout, child.stderr].map((stream) => {
    const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on("line", hear);
    return new Promise<void>((resolve) => lines.once("close", resolve));
  });
  let known: PacEnd | undefined;
  const stop = stopper(child);
  const patience = setTimeout(stop, start.atMostMs);
  const end = new Promise<number | undefined>((resolve) => {
    child.once("error", (error) => {
      hear(error.message);
      resolve(undefined);
    });
    child.once("exit", (code) => resolve(code ?? undefined));
  }).then(async (exitCode) => {
    clearTimeout(patience);
    const drained = new AbortController();
    await Promise.race([
      Promise.all(streams),
      sleep(OUTPUT_WITHIN_MS, undefined, { signal: drained.signal }).catch(() => {}),
    ]);
    drained.abort();
    child.stdout.destroy();
    child.stderr.destroy();
    known = { exitCode, lastWords };
    return known;
  });
  return { end, ended: () => known, stop };
}

function wrapperProgram(): string {
  // A checkout runs from source, the package from what was compiled.
  return fileURLToPath(new URL(`./wrapper-process${extname(import.meta.filename)}`, import.meta.url));
}

/** Ends the process, at the latest together with psc. */
function stopper(child: ChildProcess): () => void {
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  child.once("error", () => process.off("exit", kill));
  return () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    child.kill("SIGTERM");
    const harder = setTimeout(kill, ENDS_WITHIN_MS);
    child.once("exit", () => clearTimeout(harder));
  };
}

/** What went wrong where pac ended and nothing was installed. */
export function nothingStarted(command: string, { exitCode, lastWords }: PacEnd): PscError {
  const how =
    exitCode === undefined
      ? "did not end by itself"
      : exitCode === 0
        ? "says it succeeded (exit code 0)"
        : `ended with exit code ${exitCode}`;
  return new PscError({
    code: "PSC-E457",
    message: `\`${command}\` ${how}, but the Power Platform knows of no installation${lastWords === "" ? "" : `; pac's last words: ${lastWords}`}`,
    remedy:
      "mend what pac's words name (--verbose shows all of them), then run the same command again; or leave `environment.packagesBy` out: psc then installs by the API",
    side: "service",
  });
}
