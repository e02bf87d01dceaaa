import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../../src/cli/main.ts";
import type { ParsedJson } from "../harness/sandbox.ts";

const BIN = resolve(import.meta.dirname, "../../bin/psc.js");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: ParsedJson;
}

function ran(code: number | null, stdout: string, stderr: string): Ran {
  return {
    code,
    stdout,
    stderr,
    get json(): ParsedJson {
      return JSON.parse(stdout);
    },
  };
}

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "psc-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** One command line in this process. */
export async function runLine(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; isTTY?: boolean } = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const stream = (target: string[]): { write(text: string): void; isTTY: boolean; columns: number } => ({
    write: (text) => target.push(text),
    isTTY: options.isTTY === true,
    columns: 100,
  });
  const code = await run(argv, {
    stdout: stream(out),
    stderr: stream(err),
    env: options.env ?? {},
    cwd: options.cwd ?? tmpdir(),
  });
  return ran(code, out.join(""), err.join(""));
}

export interface RunningBin {
  readonly done: Promise<Ran>;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Resolves when stdout holds the text. */
  sees(text: string): Promise<void>;
}

/** The installed command as a process of its own. */
export function startBin(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): RunningBin {
  const { PSC_SANDBOX_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: options.cwd,
    env: { ...env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting: { readonly text: string; readonly go: () => void }[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    for (const { text, go } of waiting) if (stdout.includes(text)) go();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  return {
    pid: child.pid ?? 0,
    done: new Promise((done) => child.once("close", (code) => done(ran(code, stdout, stderr)))),
    signal: (name) => child.kill(name),
    sees: (text) =>
      new Promise((go) => {
        if (stdout.includes(text)) go();
        else waiting.push({ text, go });
      }),
  };
}

export function runBin(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Ran> {
  return startBin(argv, options).done;
}
