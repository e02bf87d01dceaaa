import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { URL_OPTION, withOwnSandbox } from "../own-sandbox.ts";
import { symbolOf } from "../render/rows.ts";
import { styled } from "../styles.ts";

export const sandboxSnapshot: CommandDefinition = {
  description:
    "Keeps the sandbox's tenant as it is now under a name, or lists the names there are. A snapshot of the same name is replaced.",
  arguments: [{ name: "name", summary: "letters, digits, dots, hyphens, underscores", required: false }],
  options: [URL_OPTION],
  examples: [
    { command: "sandbox snapshot deployed", effect: "keep the tenant as it is now" },
    { command: "sandbox snapshot", effect: "which snapshots there are" },
  ],
  async run(invocation) {
    const { terminal } = invocation;
    const [name] = invocation.arguments;
    const names = (await withOwnSandbox(invocation, "stored", async (ask) => {
      if (name !== undefined) await ask("POST", "snapshots", { name });
      return ((await ask("GET", "snapshots")) as { value: unknown }).value;
    })) as readonly string[];
    terminal.json({ format: "psc.sandbox/1", snapshots: names });
    if (name === undefined) {
      for (const each of names) terminal.print(each);
      if (names.length === 0) terminal.print("No snapshots.");
      return EXIT.done;
    }
    terminal.print(`${symbolOf("done")} the tenant is kept as ${styled("bold", name)}`);
    terminal.say(`${styled("bold", "Next:")} psc sandbox restore ${name} brings it back`);
    return EXIT.done;
  },
};
