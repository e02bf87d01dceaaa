import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environmentFolder } from "../engine/journal.ts";
import { readLock } from "../engine/lock.ts";
import type { Invocation } from "./definition.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { packageFile } from "./package-files.ts";
import { symbolOf } from "./render/rows.ts";
import { styled } from "./styles.ts";
import { sandboxWish } from "./target.ts";

const LOOK_EVERY_MS = 100;

/** The same deploy for a process of its own: with what the person chose, and nobody to answer questions. */
export function backgroundLine({ arguments: [file = ""], options }: Invocation): readonly string[] {
  const valued = [
    "sandboxSpeed",
    "sandboxUrl",
    "sandboxFaults",
    "waitForPerson",
    "leaveAfter",
    "include",
    "persona",
    "events",
    "state",
  ];
  const flagOf = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return [
    "deploy",
    file,
    ...(options.flag("sandbox") ? ["--sandbox"] : []),
    ...(options.flag("simulatedPerson") ? [] : ["--no-simulated-person"]),
    ...(options.flag("prune") ? ["--prune"] : []),
    ...(options.flag("yes") ? ["--yes"] : []),
    ...(options.flag("force") ? ["--force"] : []),
    ...valued.flatMap((name) => {
      const value = options.text(name);
      return value === undefined ? [] : [flagOf(name), value];
    }),
    // Nobody looks at it, but it sees by itself when somebody has passed a gate.
    ...(options.text("waitForPerson") === undefined ? ["--wait-for-person", "2h"] : []),
    "--no-color",
  ];
}

/**
 * Starts the deploy in the background and returns when it writes to the environment, or when it ended before it came to
 * that: what it said is passed on then, with its exit code.
 */
export async function deployInBackground(invocation: Invocation, environment: string): Promise<ExitCode> {
  const { terminal, cwd, env } = invocation;
  const [file = ""] = invocation.arguments;
  const folder = environmentFolder(cwd, environment, sandboxWish(invocation).wanted ? "sandbox" : "tenant");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = join(folder, "background.log");
  const log = openSync(logFile, "w", 0o600);
  const child = spawn(process.execPath, [packageFile("bin/psc.js"), ...backgroundLine(invocation)], {
    cwd,
    env: { ...env },
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended: number | undefined;
  child.once("exit", (code) => {
    ended = code ?? EXIT.error;
  });
  child.once("error", () => {
    ended = EXIT.error;
  });
  child.unref();
  while (ended === undefined && readLock(folder)?.pid !== child.pid) await sleep(LOOK_EVERY_MS);
  if (ended !== undefined) {
    terminal.json({ format: "psc.background/1", environment, pid: null, log: logFile, exit: ended });
    terminal.print(readFileSync(logFile, "utf8").trimEnd());
    return ended as ExitCode;
  }
  terminal.json({ format: "psc.background/1", environment, pid: child.pid, log: logFile, exit: null });
  terminal.print(
    `${symbolOf("running")} ${environment} is being deployed in the background (process ${child.pid}).`,
  );
  terminal.say(
    styled("dim", `   its words: ${logFile.replace(`${cwd}/`, "")}; to stop it: kill -INT ${child.pid}`),
  );
  terminal.say(`${styled("bold", "Next:")} psc status ${file} --follow`);
  return EXIT.done;
}
