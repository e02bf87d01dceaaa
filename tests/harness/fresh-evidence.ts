import { rmSync } from "node:fs";
import { resolve } from "node:path";

/** Vitest global set-up: what earlier runs proved says nothing about this one. */
export function setup(): void {
  rmSync(resolve(import.meta.dirname, "../../coverage/fidelity"), { recursive: true, force: true });
}
