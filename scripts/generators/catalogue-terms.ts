import { CONTROLS, PROBES } from "../../src/controls/index.ts";
import { PERSONAS } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";

/** A list as the formatter leaves it. */
function list(name: string, words: readonly string[]): string {
  const head = `export const ${name}: readonly string[] = [`;
  const quoted = words.map((word) => JSON.stringify(word));
  const line = `${head}${quoted.join(", ")}];`;
  return line.length <= 110 ? line : `${head}\n${quoted.map((word) => `  ${word},`).join("\n")}\n];`;
}

/** The words of the catalogue that a spec may use: reading a spec must not load every control and every kind. */
export function files(): Record<string, string> {
  const parts = [
    "/** Made by `npm run generate` from src/controls/ and src/resources/; do not edit. */",
    `/** Ids of psc's own controls. */\n${list(
      "CONTROL_IDS",
      CONTROLS.map(({ id }) => id),
    )}`,
    `/** What controls look at beside resources. */\n${list("PROBE_IDS", PROBES.map(({ id }) => id).sort())}`,
    `/** Kinds of resources. */\n${list("KIND_NAMES", KINDS.map(({ kind }) => kind).sort())}`,
    `/** Who does what. */\n${list("PERSONA_NAMES", PERSONAS)}`,
  ];
  return { "src/spec/terms/catalogue.ts": `${parts.join("\n\n")}\n` };
}
