import type { FieldValue } from "../engine/observation.ts";
import { type Finding, holds, type Judgement, judgedBy, manual, notApplicable } from "./control.ts";
import { findingsOf, judgedByState, wordAbout } from "./derived.ts";
import type { ResourceFact } from "./facts.ts";

/**
 * What most controls have in common. A resource has more fields than one control is about: a tag that somebody changed is
 * no finding of a control on retention.
 */

/** True when a difference at `path` is one of `field`, or of something in it. */
const isOf = (path: string, field: string): boolean => path === field || path.startsWith(`${field}.`);

/** A fact as a control sees it that is about some of its fields only. */
export function about(fact: ResourceFact, fields: readonly string[]): ResourceFact {
  if (fact.state !== "differs" || fact.differences.length === 0) return fact;
  const differences = fact.differences.filter(({ path }) => fields.some((field) => isOf(path, field)));
  return differences.length === 0
    ? { ...fact, state: "as-declared", differences, reason: "as declared" }
    : { ...fact, differences };
}

/** Judges some fields of resources by whether they are as the spec says. */
export function judgedByFields(
  facts: readonly ResourceFact[],
  fields: readonly string[],
  whenNone: string,
): Judgement {
  return judgedByState(
    facts.map((fact) => about(fact, fields)),
    whenNone,
  );
}

/** True when there is something to look at: it exists, whether it is as declared or not. */
export function isThere({ state }: ResourceFact): boolean {
  return state === "as-declared" || state === "differs";
}

/** A field of a resource as observed; undefined while the resource is not there. */
export function observed(fact: ResourceFact, field: string): FieldValue | undefined {
  return isThere(fact) ? fact.observed[field] : undefined;
}

/** Judges each of the resources that are there; where none is, it has nothing to say. */
export function judgedEach(
  facts: readonly ResourceFact[],
  of: (fact: ResourceFact) => readonly Finding[],
  whenNone: string,
): Judgement {
  const there = facts.filter(isThere);
  return there.length === 0
    ? notApplicable("there is nothing to look at")
    : judgedBy(there.flatMap(of), whenNone);
}

/** What speaks against the resources that are not there; nothing when all are. */
export function judgedMissing(facts: readonly ResourceFact[]): Judgement {
  return judgedByState(
    facts.filter((fact) => !isThere(fact)),
    "",
  );
}

/** A finding on one field of a resource. */
export function findingOn(
  fact: Pick<ResourceFact, "address" | "label">,
  field: string,
  message: string,
  values: { readonly expected?: string; readonly actual?: string } = {},
): Finding {
  return {
    subject: fact.address,
    field,
    expected: values.expected ?? null,
    actual: values.actual ?? null,
    message: `${fact.label}: ${message}`,
  };
}

/**
 * One judgement from several: whatever is violated counts, then what nobody can see. What one of them does not apply to
 * says nothing about the others.
 * @param whenNone when all of them hold.
 */
export function together(judgements: readonly Judgement[], whenNone: string): Judgement {
  const findings = judgements.flatMap((one) => (one.outcome === "violated" ? one.findings : []));
  if (findings.length > 0) return judgedBy(findings, whenNone);
  const unseen = judgements.find(({ outcome }) => outcome === "manual" || outcome === "inherited");
  if (unseen !== undefined) return unseen;
  return judgements.some(({ outcome }) => outcome === "holds")
    ? holds(whenNone)
    : (judgements[0] ?? notApplicable("there is nothing to look at"));
}

/**
 * What only a person can see. Who has said so, and when, is part of the reason; a word is no proof, so it stays manual.
 * @param wanted the evidence an auditor asks for, such as `a screenshot of the page "Human Handoff"`.
 * @param undeclared the reason when the spec does not speak of it.
 */
export function byWord(facts: readonly ResourceFact[], wanted: string, undeclared: string): Judgement {
  const [fact] = facts;
  if (fact === undefined) return manual(`${undeclared}; evidence wanted: ${wanted}`);
  if (fact.state === "not-needed") return notApplicable(fact.reason);
  const findings = findingsOf(fact);
  if (findings.length > 0) return judgedBy(findings, "");
  const why =
    fact.state === "as-declared"
      ? "no API shows it, and nobody's word is on record"
      : fact.state === "on-word"
        ? wordAbout(fact)
        : `${fact.label}: ${fact.reason}`;
  return manual(`${why}; evidence wanted: ${wanted}`);
}

/**
 * For what could not be looked at because what holds it is missing: that is what is wrong. When the holder is there after
 * all, nobody knows, and nothing is judged.
 */
export function withoutSubject(holders: readonly ResourceFact[], what: string): Judgement {
  const findings = holders.flatMap(findingsOf);
  return findings.length > 0 ? judgedBy(findings, "") : manual(`${what} could not be seen`);
}
