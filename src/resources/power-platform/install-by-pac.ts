import type { Context } from "../../engine/resource.ts";
import type { Pac } from "../../services/pac/pac.ts";
import { nothingStarted } from "../../services/pac/process.ts";
import type { ApplicationPackage } from "../../services/power-platform.ts";

const LOOK_EVERY_MS = 30_000;
/** pac ends before the catalogue shows what it did. */
const LOOKS_AFTER_END = 4;

/**
 * Has pac start the installation, and returns once the catalogue shows that it is under way or done: pac says 0 where it
 * failed, and gives up after an hour where the installation goes on. The catalogue alone is believed.
 * @param look the package as the catalogue has it now.
 * @param isStarted whether that state is one of an installation under way or done.
 * @throws PscError PSC-E457 when pac ended and nothing was started
 */
export async function installByPac(
  pac: Pac,
  { environmentId, uniqueName }: { readonly environmentId: string; readonly uniqueName: string },
  look: () => Promise<ApplicationPackage | undefined>,
  isStarted: (state: string) => boolean,
  context: Context,
): Promise<void> {
  const running = await pac.install(environmentId, uniqueName, context.signal);
  try {
    let looksAfterEnd = 0;
    await context.wait("pac to start the installation", { everyMs: LOOK_EVERY_MS }, async () => {
      const end = running.ended();
      const entry = await look();
      if (entry !== undefined && isStarted(entry.state)) return { done: true, value: undefined };
      if (end === undefined) return { done: false };
      looksAfterEnd += 1;
      if (looksAfterEnd < LOOKS_AFTER_END) return { done: false };
      throw nothingStarted(running.command, end);
    });
  } finally {
    await running.close();
  }
}
