import type { KindInfo } from "../engine/resource.ts";
import { type Control, type Finding, type Judgement, judgedBy, manual, notApplicable } from "./control.ts";
import type { ResourceFact } from "./facts.ts";

/** Id of the control that stands for a kind of resource: `PSC-RES-OMNICHANNEL.QUEUE`. */
export function derivedId(kind: string): string {
  return `PSC-RES-${kind.toUpperCase()}`;
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What one resource has against being as declared; empty when it is, or when nobody can see it. */
export function findingsOf(fact: ResourceFact): readonly Finding[] {
  const whole = (message: string): Finding => ({
    subject: fact.address,
    field: "",
    expected: null,
    actual: null,
    message: `${fact.label}: ${message}`,
  });
  switch (fact.state) {
    case "as-declared":
    case "not-needed":
    case "not-visible":
    case "on-word":
    case "unreadable":
      return [];
    case "differs":
      return fact.differences.length === 0
        ? [whole(fact.reason)]
        : fact.differences.map(({ path, before, after }) => ({
            subject: fact.address,
            field: path,
            expected: shown(after),
            actual: shown(before),
            message: `${fact.label}: ${path} is not as the spec says`,
          }));
    case "missing":
    case "under-way":
    case "gate-open":
    case "does-not-hold":
      return [whole(fact.reason)];
  }
}

/** What is known of something that no API shows. */
export function wordAbout({ state, reason, confirmation }: ResourceFact): string {
  if (state !== "on-word" || confirmation === null) return reason;
  const { by, at } = confirmation;
  return `no API shows it; ${by} said on ${at.slice(0, 10)} that it is done`;
}

/** Judges resources by their states alone. */
export function judgedByState(facts: readonly ResourceFact[], whenNone: string): Judgement {
  if (facts.length === 0) return notApplicable("the spec declares none");
  if (facts.every(({ state }) => state === "not-needed"))
    return notApplicable(facts[0]?.reason ?? "not needed here");
  const findings = facts.flatMap(findingsOf);
  if (findings.length > 0) return judgedBy(findings, whenNone);
  const unseen = facts.find(({ state }) => state === "not-visible" || state === "on-word");
  return unseen === undefined ? judgedBy([], whenNone) : manual(`${unseen.label}: ${wordAbout(unseen)}`);
}

/** One control for every kind of resource: each of it is as the spec says. */
export function derivedControls(kinds: readonly KindInfo[]): readonly Control[] {
  return kinds.map(
    ({ kind, summary, persona, nature }): Control => ({
      id: derivedId(kind),
      title: kind,
      statement:
        nature === "check"
          ? `It holds that: ${summary}.`
          : nature === "gate"
            ? `It is done: ${summary}.`
            : `As the spec says: ${summary}.`,
      rationale:
        "What differs from the spec was changed by somebody else, or never made: neither was reviewed with the spec.",
      level: "SHALL",
      mappings: { nist: ["CM-2", "CM-6"] },
      remedy: {
        steps:
          nature === "managed"
            ? ["Run psc plan to see the difference, and psc deploy to mend it, or change the spec"]
            : [`Run psc explain ${kind}: it says who does what, and where`],
      },
      persona,
      restsOn: { kinds: [kind] },
      judge: ({ facts }) => {
        const found = facts.resources(kind);
        return judgedByState(found, `${found.length} of ${found.length} as declared`);
      },
    }),
  );
}
