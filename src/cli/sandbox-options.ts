import { PscError } from "../errors.ts";
import type { OptionDefinition, ParsedOptions } from "./definition.ts";
import type { ServerRecord } from "./sandbox-host.ts";
import { usageError } from "./usage.ts";

export const PORT_OPTION: OptionDefinition = {
  flags: "--port <number>",
  summary: "loopback port (default: a free one)",
};
export const SPEED_OPTION: OptionDefinition = {
  flags: "--sandbox-speed <times>",
  summary: "how many times faster the sandbox's clock runs (3600: an hour a second)",
};

export const TLS_OPTION: OptionDefinition = {
  flags: "--tls",
  summary: "also answer at the real https addresses, for other clients (`psc sandbox env`)",
};

export const FAULTS_OPTION: OptionDefinition = {
  flags: "--faults <file>",
  summary: "trouble on demand: faults in YAML, see docs/sandbox/faults.md",
};

export function readPort(options: ParsedOptions): number | undefined {
  const asked = options.text("port");
  if (asked === undefined) return undefined;
  const port = Number(asked);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw usageError(`--port cannot be "${asked}"`, "give a number from 1 to 65535");
  return port;
}

export function readSpeed(options: ParsedOptions): number | undefined {
  const asked = options.text("sandboxSpeed");
  if (asked === undefined) return undefined;
  const speed = Number(asked);
  if (!(speed > 0 && speed <= 10_000_000))
    throw usageError(
      `--sandbox-speed cannot be "${asked}"`,
      "give a number above 0, such as 3600 for an hour a second",
    );
  return speed;
}

/** The folder's sandbox is served by another process. */
export function sandboxBusy(running: ServerRecord | undefined): PscError {
  const who = running === undefined ? "another process" : `process ${running.pid}`;
  return new PscError({
    code: "PSC-E122",
    message: `this folder's sandbox is served by ${who}${running?.mode === "embedded" ? ", a psc command that has not ended" : ""}`,
    remedy:
      running?.mode === "embedded"
        ? "wait for that command, or end it with Ctrl+C"
        : "use it as it is, or `psc sandbox stop` it first",
  });
}

export function noSandbox(): PscError {
  return new PscError({
    code: "PSC-E124",
    message: "this folder has no sandbox",
    remedy: "any command with --sandbox makes one; `psc sandbox start` keeps one running",
  });
}

/** The control API said no, in its own words. */
export function sandboxRefused(body: unknown): PscError {
  const said = (body as { error?: { message?: unknown } } | undefined)?.error?.message;
  return new PscError({
    code: "PSC-E127",
    message: `the sandbox refused: ${typeof said === "string" ? said : "without a reason"}`,
    remedy: "do what its words say; docs/sandbox/README.md lists what the control API takes",
    side: "user",
  });
}

/** The sandbox's page for people: tenant, request log, faults, clock, gates. */
export function consoleUrl(sandboxUrl: string): string {
  return new URL("/_sandbox/", sandboxUrl).href;
}

/** Other clients reach the sandbox at the real https addresses only. */
export function sandboxWithoutTls(url: string): PscError {
  return new PscError({
    code: "PSC-E126",
    message: `the sandbox at ${url} serves no TLS, so other clients cannot take it for the real cloud`,
    remedy:
      "`psc sandbox stop`, then `psc sandbox start --tls`; psc itself needs no TLS: PSC_SANDBOX_URL is enough",
  });
}
