import type { FieldValue } from "../engine/observation.ts";
import type { FactProblem, Facts, ProbeFact, ResourceFact } from "./facts.ts";
import type { Probe } from "./probe.ts";

/** Ends a judging: a fact it needs could not be read. */
export class Unreadable extends Error {
  readonly subject: string;
  readonly problem: FactProblem;

  constructor(subject: string, problem: FactProblem) {
    super(problem.message);
    this.subject = subject;
    this.problem = problem;
  }
}

/** Ends a judging: the facts are there, but no verdict can be drawn from them. */
export class NotJudged extends Error {}

/** The facts as one control may see them. What it looks at becomes its evidence. */
export interface FactBook {
  /** Every resource of a kind. @throws Unreadable when one of them could not be read. */
  resources(kind: string): readonly ResourceFact[];
  /** One resource; undefined when the spec has none of that address. @throws Unreadable */
  resource(address: string): ResourceFact | undefined;
  /** Undefined when there is nothing of the kind to look at. @throws Unreadable */
  probe<T extends FieldValue>(probe: Probe<T>): T | undefined;
}

export interface OpenedBook {
  readonly book: FactBook;
  /** Ids of the evidence behind what was looked at so far, in the order it was sent. */
  evidence(): readonly string[];
  /** What was looked at so far. */
  looked(): readonly (ResourceFact | ProbeFact)[];
}

const number = (id: string): number => Number(id.slice(1));

/** @param may what the control has said it rests on. */
export function openBook(
  facts: Facts,
  may: { readonly kinds?: readonly string[]; readonly probes?: readonly Probe[] },
): OpenedBook {
  const kinds = new Set(may.kinds ?? []);
  const probes = new Set((may.probes ?? []).map(({ id }) => id));
  const used = new Set<string>();
  const looked = new Set<ResourceFact | ProbeFact>();
  const seen = (fact: ResourceFact | ProbeFact, subject: string): void => {
    looked.add(fact);
    for (const id of fact.evidence) used.add(id);
    if (fact.problem !== null && !("state" in fact && fact.state === "does-not-hold"))
      throw new Unreadable(subject, fact.problem);
  };
  const allowed = (kind: string): void => {
    if (!kinds.has(kind)) throw new Error(`the control has not said that it rests on ${kind}`);
  };
  const book: FactBook = {
    resources(kind) {
      allowed(kind);
      const found = facts.resources.filter((fact) => fact.kind === kind);
      for (const fact of found) seen(fact, fact.address);
      return found;
    },
    resource(address) {
      const found = facts.resources.find((fact) => fact.address === address);
      if (found === undefined) return undefined;
      allowed(found.kind);
      seen(found, address);
      return found;
    },
    probe<T extends FieldValue>({ id }: Probe<T>) {
      if (!probes.has(id)) throw new Error(`the control has not said that it rests on the probe ${id}`);
      const found = facts.probes.find((fact) => fact.probe === id);
      if (found === undefined) return undefined;
      seen(found, id);
      // What a probe read is of the probe's own type.
      return found.absent === null ? (found.value as T) : undefined;
    },
  };
  return {
    book,
    evidence: () => [...used].sort((a, b) => number(a) - number(b)),
    looked: () => [...looked],
  };
}
