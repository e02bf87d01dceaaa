import { type KindInfo, STEPS } from "../../src/engine/resource.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { KINDS_INTRODUCTION } from "../texts/kind-docs.ts";

/** What `psc destroy` does about it, where that is not plain deletion. */
function fateLine({
  partOf,
  staysBecause,
  sharedBecause,
}: Pick<KindInfo, "partOf" | "staysBecause" | "sharedBecause">): string[] {
  if (partOf !== undefined) return [`- destroyed with: \`${partOf}\``];
  if (staysBecause !== undefined) return [`- never destroyed: ${staysBecause}`];
  return sharedBecause === undefined ? [] : [`- destroyed only when named: ${sharedBecause}`];
}

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
      ...kinds.flatMap(({ kind, summary, nature, api, persona, permissions, sources, ...fate }) => [
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
        ...fateLine(fate),
        ...(sources.length === 0 ? [] : [`- sources: ${sources.join("; ")}`]),
      ]),
    ]);
  return { "docs/kinds.md": `${[KINDS_INTRODUCTION, ...sections].join("\n")}\n` };
}
