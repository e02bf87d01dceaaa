import { createInterface } from "node:readline/promises";
import type { Invocation } from "./definition.ts";
import { usageError } from "./usage.ts";

/**
 * Has the person type a name before something is lost for good.
 * @returns false when something else was typed.
 * @throws PscError PSC-E101 when nobody is there to type: the command then needs --yes.
 */
export async function typedConfirmation(
  { terminal, command }: Invocation,
  question: string,
  expected: string,
  signal: AbortSignal,
  look = `psc ${command} --dry-run`,
): Promise<boolean> {
  if (!terminal.live || !process.stdin.isTTY)
    throw usageError(
      `"psc ${command}" asks before it deletes, and nobody is here to answer`,
      `look at \`${look}\` first, then add --yes`,
    );
  terminal.print(question);
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await reader.question("> ", { signal })).trim() === expected;
  } finally {
    reader.close();
  }
}
