import { askControl, isHealthy } from "./sandbox-control.ts";
import { findRunning, type ServerRecord } from "./sandbox-host.ts";
import { sandboxBusy } from "./sandbox-options.ts";

const STOPS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 25;

/**
 * Stops the folder's background sandbox and waits until it is gone; undefined when none runs.
 * @throws PscError PSC-E122 when a psc command is using it embedded.
 */
export async function stopSandbox(folder: string): Promise<ServerRecord | undefined> {
  const running = await findRunning(folder);
  if (running === undefined) return undefined;
  if (running.mode === "embedded") throw sandboxBusy(running);
  await askControl(running.url, "POST", "stop");
  const until = Date.now() + STOPS_WITHIN_MS;
  while (Date.now() < until && (await isHealthy(running.url)))
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  return running;
}
