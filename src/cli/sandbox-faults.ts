import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PscError } from "../errors.ts";
import type { FaultFile } from "../sandbox/faults/definition.ts";
import { readFaultFile } from "../sandbox/faults/fault-file.ts";
import { askControl } from "./sandbox-control.ts";
import { sandboxRefused } from "./sandbox-options.ts";
import { usageError } from "./usage.ts";

/**
 * Reads a fault file.
 * @throws PscError PSC-E101 for each problem in it, with its place; also when it cannot be read.
 */
export function readFaults(cwd: string, file: string): FaultFile {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    throw usageError(
      `the fault file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
      "give the path of a YAML file, seen from here",
    );
  }
  const read = readFaultFile(text, file);
  if (read.ok) return read.value;
  throw new AggregateError(
    read.problems.map(
      ({ line, column, message }) =>
        new PscError({
          code: "PSC-E101",
          message: `${file}:${line}:${column} ${message}`,
          remedy: "docs/sandbox/faults.md describes the file",
          side: "user",
          location: { file, line, column },
        }),
    ),
    "the fault file is not valid",
  );
}

/** Arms the faults of a file; what is returned disarms them again. */
export async function armFaults(sandboxUrl: string, faults: FaultFile): Promise<() => Promise<void>> {
  const { status, body } = await askControl(sandboxUrl, "POST", "faults", faults);
  if (status !== 201) throw sandboxRefused(body);
  const armed = (body as { value: readonly { readonly id: number }[] }).value;
  return async () => {
    try {
      for (const { id } of armed) await askControl(sandboxUrl, "DELETE", `faults/${id}`);
    } catch {
      // The sandbox is gone, and its faults with it.
    }
  };
}

export type { FaultFile };
