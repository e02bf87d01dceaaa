import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { run } from "../../src/cli/main.ts";
import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import type { SandboxOptions } from "../../src/sandbox/server.ts";
import { type ParsedJson, startTestSandbox, type TestSandbox } from "../harness/sandbox.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples/contoso");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON, for commands run with `--output json`. */
  readonly json: ParsedJson;
}

/** A user's working folder with the Contoso example in it, and one sandbox tenant. */
export interface Workplace {
  readonly folder: string;
  readonly sandbox: TestSandbox;
  /** Runs a psc command line in the folder against the sandbox. */
  psc(line: string, options?: { env?: Record<string, string>; plain?: boolean }): Promise<Ran>;
  /** Replaces text in a file; fails when it is not there. */
  edit(file: string, from: string | RegExp, to: string): void;
  write(file: string, text: string): void;
  /** Requests since the mark, oldest first. */
  requests(since?: number): Promise<LoggedRequest[]>;
  writes(since?: number): Promise<LoggedRequest[]>;
  mark(): Promise<number>;
  close(): Promise<void>;
}

export async function openWorkplace(speed = 14_400, options: SandboxOptions = {}): Promise<Workplace> {
  const folder = mkdtempSync(join(tmpdir(), "psc-"));
  cpSync(EXAMPLES, folder, { recursive: true });
  const sandbox = await startTestSandbox({ speed, ...options });
  const requests = async (since = 0): Promise<LoggedRequest[]> =>
    (await sandbox.control("GET", `requests?since=${since}`)).body.value as LoggedRequest[];
  return {
    folder,
    sandbox,
    async psc(line, options = {}) {
      const out: string[] = [];
      const err: string[] = [];
      const words = line.split(" ").filter((word) => word !== "");
      const argv = options.plain === true ? words : [...words, "--sandbox-url", sandbox.sandbox.url];
      const code = await run(argv, {
        stdout: { write: (text: string) => out.push(text) },
        stderr: { write: (text: string) => err.push(text) },
        env: { ...options.env },
        cwd: folder,
      });
      const stdout = out.join("");
      return {
        code,
        stdout,
        stderr: err.join(""),
        get json(): ParsedJson {
          return JSON.parse(stdout);
        },
      };
    },
    edit(file, from, to) {
      const path = join(folder, file);
      const before = readFileSync(path, "utf8");
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${file} does not contain ${String(from)}`);
      writeFileSync(path, after);
    },
    write: (file, text) => writeFileSync(join(folder, file), text),
    requests,
    writes: async (since) => (await requests(since)).filter(({ write }) => write),
    mark: async () => (await requests()).at(-1)?.seq ?? 0,
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a plan of the file would do: `create ADDRESS`, `update ADDRESS one+other` with the fields in their order. */
export async function changesIn(
  place: Workplace,
  file: string,
  options: { env?: Record<string, string> } = {},
): Promise<string[]> {
  const { json } = await place.psc(`plan ${file} --output json`, options);
  expect(json.problems).toEqual([]);
  return (json.actions as { action: string; address: string; diff: { path: string }[] }[])
    .filter(({ action }) => action !== "none")
    .map(({ action, address, diff }) =>
      `${action} ${address} ${diff
        .map(({ path }) => path)
        .sort()
        .join("+")}`.trim(),
    );
}

/** Does something behind psc's back, sees that a plan of the file finds exactly it, and has it mended. */
export async function driftIn(
  place: Workplace,
  file: string,
  what: () => Promise<unknown>,
  found: readonly string[],
): Promise<void> {
  await what();
  expect(await changesIn(place, file)).toEqual(found);
  const ran = await place.psc(`deploy ${file}`);
  expect(ran.code, ran.stdout).toBe(0);
  expect(await changesIn(place, file)).toEqual([]);
}

/** What a user does with `npm install @microsoft/omnichannel-chat-sdk`. */
export function installChatSdk({ folder }: Workplace): void {
  symlinkSync(resolve(import.meta.dirname, "../clients/node_modules"), join(folder, "node_modules"));
}

/** The sandbox's next Tuesday at noon, when the example's people work. */
export async function tuesdayNoonInNewYork({ sandbox }: Workplace): Promise<void> {
  const { now } = (await sandbox.control("GET", "clock")).body as { now: number };
  const noon = new Date(now);
  noon.setUTCDate(noon.getUTCDate() + ((9 - noon.getUTCDay()) % 7 || 7));
  noon.setUTCHours(17, 0, 0, 0);
  await sandbox.control("POST", "clock", { advanceMs: noon.getTime() - now });
}
