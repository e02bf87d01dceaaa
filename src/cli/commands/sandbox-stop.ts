import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { symbolOf } from "../render/rows.ts";
import { sandboxFolder } from "../sandbox-host.ts";
import { stopSandbox } from "../sandbox-stopping.ts";

export const sandboxStop: CommandDefinition = {
  description:
    "Stops the sandbox that runs in the background. Its tenant is kept: the next --sandbox goes on from there.",
  examples: [{ command: "sandbox stop", effect: "stop, keep everything" }],
  async run({ terminal, cwd }) {
    const stopped = await stopSandbox(sandboxFolder(cwd));
    terminal.json({ format: "psc.sandbox/1", stopped: stopped !== undefined });
    terminal.print(
      stopped === undefined
        ? "No sandbox runs in the background for this folder."
        : `${symbolOf("done")} the sandbox is stopped; its tenant is kept in .psc/sandbox`,
    );
    return EXIT.done;
  },
};
