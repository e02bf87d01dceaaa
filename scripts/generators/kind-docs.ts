import { STEPS } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { KINDS_INTRODUCTION } from "../texts/kind-docs.ts";

/** docs/kinds.md from the kinds' own descriptions. */
export function files(): Record<string, string> {
  const steps = STEPS.map((title, step) => ({
    title,
    step,
    kinds: KINDS.filter((kind) => kind.step === step),
  }));
  const sections = steps
    .filter(({ kinds }) => kinds.length > 0)
    .flatMap(({ title, step, kinds }) => [
      `\n## ${step} ${title}`,
      ...kinds.flatMap(({ kind, summary, nature, api, persona, permissions, sources }) => [
        `\n### ${kind}\n`,
        `${summary}.${nature === "gate" ? " **A person's move.**" : nature === "check" ? " **A check**: must hold before anything is written." : ""}`,
        "",
        `- API: ${api}`,
        `- persona: ${persona}`,
        ...(permissions.read.length === 0
          ? []
          : [`- to read: ${permissions.read.map((name) => `\`${name}\``).join(", ")}`]),
        ...(permissions.write.length === 0
          ? []
          : [`- to write: ${permissions.write.map((name) => `\`${name}\``).join(", ")}`]),
        ...(sources.length === 0 ? [] : [`- sources: ${sources.join("; ")}`]),
      ]),
    ]);
  return { "docs/kinds.md": `${[KINDS_INTRODUCTION, ...sections].join("\n")}\n` };
}
