import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { findRunning, sandboxFolder } from "../sandbox-host.ts";
import { noSandbox } from "../sandbox-options.ts";

export const sandboxUrl: CommandDefinition = {
  description:
    "Prints the address of this folder's running sandbox, for other clients and for PSC_SANDBOX_URL.",
  examples: [{ command: "sandbox url", effect: "such as http://127.0.0.1:41234" }],
  async run({ terminal, cwd }) {
    const running = await findRunning(sandboxFolder(cwd));
    if (running === undefined) throw noSandbox();
    terminal.json({ format: "psc.sandbox/1", ...running });
    terminal.print(running.url);
    return EXIT.done;
  },
};
