import { PscError } from "../errors.ts";
import type { Invocation, OptionDefinition } from "./definition.ts";
import { askControl, type ControlAnswer } from "./sandbox-control.ts";
import { findRunning, reachSandbox, sandboxFolder } from "./sandbox-host.ts";
import { noSandbox, sandboxRefused } from "./sandbox-options.ts";

export const URL_OPTION: OptionDefinition = {
  flags: "--sandbox-url <url>",
  summary: "use a sandbox that runs elsewhere (also PSC_SANDBOX_URL)",
};

/** Asks the control API; what it refuses becomes an error. */
export type Ask = (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => Promise<unknown>;

function askAt(url: string): Ask {
  return async (method, path, body) => {
    const answer: ControlAnswer = await askControl(url, method, path, body);
    if (answer.status >= 400) throw sandboxRefused(answer.body);
    return answer.body;
  };
}

/**
 * Works on the sandbox at --sandbox-url, or on this folder's.
 * @param need `stored`: a tenant that is kept here will do, it is served for the moment; `running`: what is asked would
 *   be forgotten when the sandbox ends
 * @throws PscError PSC-E124 when there is none, PSC-E127 when it refuses.
 */
export async function withOwnSandbox<T>(
  { options, env, cwd }: Pick<Invocation, "options" | "env" | "cwd">,
  need: "stored" | "running",
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const given = options.text("sandboxUrl") ?? env["PSC_SANDBOX_URL"];
  if (given !== undefined && given !== "") return work(askAt(given));
  const folder = sandboxFolder(cwd);
  const { hasStoredState } = await import("../sandbox/storage.ts");
  const isRunning = (await findRunning(folder)) !== undefined;
  if (!isRunning && !hasStoredState(folder)) throw noSandbox();
  if (!isRunning && need === "running") {
    throw new PscError({
      code: "PSC-E124",
      message: "no sandbox runs for this folder: its clock stands still",
      remedy: "psc sandbox start keeps one running; psc sandbox clock jump moves one that does not run",
      side: "user",
    });
  }
  const link = await reachSandbox(folder, undefined);
  try {
    return await work(askAt(link.url));
  } finally {
    await link.close();
  }
}
