import { removeStorage } from "../../sandbox/storage.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { symbolOf } from "../render/rows.ts";
import { sandboxFolder } from "../sandbox-host.ts";
import { stopSandbox } from "../sandbox-stopping.ts";
import { styled } from "../styles.ts";

export const sandboxReset: CommandDefinition = {
  description:
    "Stops this folder's sandbox and forgets its tenant, its log, and what psc recorded about its runs there.",
  examples: [{ command: "sandbox reset", effect: "the next --sandbox starts with an empty tenant" }],
  async run({ terminal, cwd }) {
    const folder = sandboxFolder(cwd);
    const stopped = await stopSandbox(folder);
    removeStorage(folder);
    terminal.json({ format: "psc.sandbox/1", stopped: stopped !== undefined, reset: true });
    terminal.print(`${symbolOf("done")} the sandbox's tenant is forgotten`);
    terminal.say(
      `${styled("bold", "Next:")} ${stopped === undefined ? "any command with --sandbox starts afresh" : "psc sandbox start"}`,
    );
    return EXIT.done;
  },
};
