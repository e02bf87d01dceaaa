import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** How far a reader can trust one operation of the sandbox, strongest first. */
export const PROOFS = [
  "recording",
  "official description",
  "independent client",
  "documentation",
  "inferred",
] as const;
export type Proof = (typeof PROOFS)[number];

export interface Evidence {
  /** Such as `Microsoft Graph`. */
  readonly api: string;
  /** Such as `PATCH /groups(uniqueName)`. */
  readonly operation: string;
  readonly proof: Proof;
  /** The client, the recording's path or the document. */
  readonly source?: string;
}

const folder = resolve(import.meta.dirname, "../../coverage/fidelity");

/**
 * Records that a passing test proves an operation. Call it as the test's last statement: a test that fails before
 * leaves no claim. `npm run fidelity` turns the records of a run into docs/sandbox/fidelity.md.
 */
export function prove(...evidence: readonly Evidence[]): void {
  // Every time: another run that begins meanwhile empties the folder.
  mkdirSync(folder, { recursive: true });
  const lines = evidence.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  appendFileSync(join(folder, `${process.pid}.jsonl`), lines);
}
