import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { URL_OPTION, withOwnSandbox } from "../own-sandbox.ts";
import { symbolOf } from "../render/rows.ts";
import { styled } from "../styles.ts";

export const sandboxRestore: CommandDefinition = {
  description:
    "Puts the sandbox's tenant and its clock back to a snapshot. What happened since is forgotten; the request log and the snapshots stay.",
  arguments: [{ name: "name", summary: "a snapshot of this sandbox", required: true }],
  options: [URL_OPTION],
  examples: [{ command: "sandbox restore deployed", effect: "the tenant is as it was" }],
  async run(invocation) {
    const { terminal } = invocation;
    const [name = ""] = invocation.arguments;
    await withOwnSandbox(invocation, "stored", (ask) =>
      ask("POST", `snapshots/${encodeURIComponent(name)}/restore`),
    );
    terminal.json({ format: "psc.sandbox/1", restored: name });
    terminal.print(`${symbolOf("done")} the tenant is as it was at ${styled("bold", name)}`);
    return EXIT.done;
  },
};
