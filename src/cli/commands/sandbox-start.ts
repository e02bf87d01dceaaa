import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PscError } from "../../errors.ts";
import type { CommandDefinition, Invocation } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { packageFile } from "../package-files.ts";
import { symbolOf } from "../render/rows.ts";
import { askControl } from "../sandbox-control.ts";
import { armFaults, readFaults } from "../sandbox-faults.ts";
import { findRunning, sandboxFolder } from "../sandbox-host.ts";
import {
  consoleUrl,
  FAULTS_OPTION,
  PORT_OPTION,
  readPort,
  readSpeed,
  SPEED_OPTION,
  sandboxBusy,
  TLS_OPTION,
} from "../sandbox-options.ts";
import { styled } from "../styles.ts";

const STARTS_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;

function notStarted(logFile: string): PscError {
  const said = existsSync(logFile) ? readFileSync(logFile, "utf8").trim().split("\n").at(-1) : undefined;
  return new PscError({
    code: "PSC-E121",
    message: `the sandbox did not start${said === undefined || said === "" ? "" : `: ${said}`}`,
    remedy: `see ${logFile}; another --port may help`,
    side: "psc",
  });
}

/** Starts `psc sandbox serve` as a process of its own and waits until it answers. */
async function startInBackground({ cwd, options }: Invocation): Promise<string> {
  const folder = sandboxFolder(cwd);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = join(folder, "server.log");
  const log = openSync(logFile, "w", 0o600);
  const port = readPort(options);
  const speed = readSpeed(options);
  const child = spawn(
    process.execPath,
    [
      packageFile("bin/psc.js"),
      "sandbox",
      "serve",
      ...(port === undefined ? [] : ["--port", String(port)]),
      ...(speed === undefined ? [] : ["--sandbox-speed", String(speed)]),
      ...(options.flag("tls") ? ["--tls"] : []),
    ],
    { cwd, detached: true, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  let exited = false;
  child.once("exit", () => {
    exited = true;
  });
  child.unref();
  const until = Date.now() + STARTS_WITHIN_MS;
  while (!exited && Date.now() < until) {
    const running = await findRunning(folder);
    if (running !== undefined && running.pid === child.pid) return running.url;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw notStarted(logFile);
}

export const sandboxStart: CommandDefinition = {
  description:
    "Starts this folder's sandbox in the background. Commands with --sandbox use it; so can any other client, with PSC_SANDBOX_URL. Its tenant is kept in .psc/sandbox.",
  options: [PORT_OPTION, SPEED_OPTION, FAULTS_OPTION, TLS_OPTION],
  examples: [
    { command: "sandbox start", effect: "keep the fake cloud running between commands" },
    { command: "sandbox start --port 4280 --sandbox-speed 60", effect: "on a fixed port, an hour a minute" },
    { command: "sandbox start --tls", effect: "let other clients believe it is the real cloud" },
  ],
  async run(invocation) {
    const { terminal, cwd, options } = invocation;
    const faultFile = options.text("faults");
    const faults = faultFile === undefined ? undefined : readFaults(cwd, faultFile);
    const running = await findRunning(sandboxFolder(cwd));
    if (running?.mode === "embedded") throw sandboxBusy(running);
    if (running !== undefined && readPort(options) !== undefined) throw sandboxBusy(running);
    if (running !== undefined && running.tls === undefined && options.flag("tls")) throw sandboxBusy(running);
    const speed = readSpeed(options);
    if (running !== undefined && speed !== undefined)
      await askControl(running.url, "POST", "clock", { speed });
    const url = running?.url ?? (await startInBackground(invocation));
    if (faults !== undefined) await armFaults(url, faults);
    terminal.json({
      format: "psc.sandbox/1",
      url,
      console: consoleUrl(url),
      alreadyRunning: running !== undefined,
    });
    terminal.print(
      `${symbolOf("done")} the sandbox ${running === undefined ? "runs" : "runs already"} at ${styled("bold", url)}`,
    );
    terminal.print(`  console ${consoleUrl(url)}`);
    const next = options.flag("tls")
      ? 'eval "$(psc sandbox env)" leads other clients to it; psc sandbox stop ends it'
      : "psc deploy <file> --sandbox; psc sandbox stop ends it";
    terminal.say(`${styled("bold", "Next:")} ${next}`);
    return EXIT.done;
  },
};
