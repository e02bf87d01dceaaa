import { PscError } from "../../errors.ts";
import { hasStoredState } from "../../sandbox/storage.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { askControl } from "../sandbox-control.ts";
import { findRunning, reachSandbox, sandboxFolder } from "../sandbox-host.ts";
import { noSandbox } from "../sandbox-options.ts";

/** How many members each part of a state has: `users: 6`, `environments: 1`. Single values are left to the full view. */
function outline(value: unknown, depth: number): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (typeof member !== "object" || member === null) return [];
    const line = `${"  ".repeat(depth)}${name}: ${Object.keys(member).length}`;
    return [line, ...(depth < 1 ? outline(member, depth + 1) : [])];
  });
}

export const sandboxState: CommandDefinition = {
  description:
    "Shows what this folder's sandbox holds, whether it runs or not. Without a path: an outline. A path leads through services and members; * stands for every member.",
  arguments: [{ name: "path", summary: "such as entra/users or dataverse/*/tables", required: false }],
  examples: [
    { command: "sandbox state", effect: "an outline of the fake tenant" },
    { command: "sandbox state entra", effect: "the directory as JSON" },
  ],
  async run({ terminal, cwd, arguments: [path] }) {
    const folder = sandboxFolder(cwd);
    if ((await findRunning(folder)) === undefined && !hasStoredState(folder)) throw noSandbox();
    const link = await reachSandbox(folder, undefined);
    try {
      const { status, body } = await askControl(
        link.url,
        "GET",
        `state?path=${encodeURIComponent(path ?? "")}`,
      );
      if (status === 404) {
        throw new PscError({
          code: "PSC-E125",
          message: `the sandbox's state has nothing at "${path ?? ""}"`,
          remedy: "`psc sandbox state` without a path shows the outline",
        });
      }
      if (path === undefined && terminal.output === "text")
        for (const line of outline(body, 0)) terminal.print(line);
      else terminal.data(JSON.stringify(body, null, 2));
      return EXIT.done;
    } finally {
      await link.close();
    }
  },
};
