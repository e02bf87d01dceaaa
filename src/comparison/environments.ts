import type { Facts, ResourceFact, ResourceState } from "../controls/facts.ts";
import { STEPS } from "../engine/resource.ts";
import type { EnvironmentSpec } from "../spec/model.ts";
import type { Comparison, Difference, NotCompared } from "./difference.ts";
import { whyFactMeant, whyMeant } from "./meant.ts";
import { inOrder, neutralizer, ownWords } from "./own-words.ts";
import { compareValues, formatWay, patternOf } from "./values.ts";

export interface LiveSide {
  /** As the person named it. */
  readonly file: string;
  readonly spec: EnvironmentSpec;
  readonly facts: Facts;
}

/** What can be said about whether something is there; differences to its own spec are not asked about here. */
const PRESENCE: Readonly<Record<ResourceState, string>> = {
  "as-declared": "there",
  differs: "there",
  missing: "missing",
  "under-way": "under way",
  "not-needed": "not needed",
  "gate-open": "not done by a person yet",
  "not-visible": "not visible",
  "on-word": "done, as a person says",
  "does-not-hold": "does not hold",
  unreadable: "unreadable",
};

/** The text of a value with what is meant to differ taken out: own names, and ids that the cloud has given. */
function neutral({ spec, facts }: LiveSide): (text: string) => string {
  const names = neutralizer(ownWords(spec));
  const ids = facts.resources.flatMap(({ id, address }) =>
    id !== null && /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id)
      ? [{ word: id, stand: `{id of ${names(address)}}` }]
      : [],
  );
  const known = neutralizer(inOrder(ids));
  return (text) => names(known(text));
}

const EMPTY = { value: null, place: null };

/** `11 Queues and routing`. */
function stepOf({ step }: ResourceFact): string {
  return `${step} ${STEPS[step] ?? ""}`;
}

function presenceDifference(
  a: ResourceFact,
  b: ResourceFact,
  names: { readonly a: string; readonly b: string },
): Difference | undefined {
  if (PRESENCE[a.state] === PRESENCE[b.state]) return undefined;
  const missing = a.state === "missing" ? "a" : b.state === "missing" ? "b" : undefined;
  return {
    section: stepOf(a),
    path: a.address,
    what: missing === undefined ? "value" : missing === "a" ? "only-b" : "only-a",
    a: { value: PRESENCE[a.state], place: null },
    b: { value: PRESENCE[b.state], place: null },
    note: missing === undefined ? null : `missing in ${names[missing]}, though its spec has it`,
    meant: null,
  };
}

/** Kinds that an environment has by its stage, with the field of the spec that says so. */
const KINDS_BY_STAGE: Readonly<
  Record<string, { readonly field: string; readonly value: (spec: EnvironmentSpec) => unknown }>
> = { "azure.resource-lock": { field: "azure.lock", value: ({ azure }) => azure.lock } };

/** A field whose value follows from the spec, such as the type of an environment from its stage. */
const SPEC_FIELDS: Readonly<Record<string, string>> = {
  "power-platform.environment.type": "environment.type",
};

/** What is there in one environment and otherwise in the other. Resources are matched by kind and name. */
export function compareEnvironments(a: LiveSide, b: LiveSide): Comparison {
  const [neutralA, neutralB] = [neutral(a), neutral(b)];
  const byAddress = new Map(b.facts.resources.map((fact) => [fact.address, fact]));
  const byNeutral = new Map(b.facts.resources.map((fact) => [neutralB(fact.address), fact]));
  const taken = new Set<string>();
  const differences: Difference[] = [];
  const notCompared: NotCompared[] = [];
  const names = { a: a.spec.name, b: b.spec.name };
  const onlyIn = (fact: ResourceFact, side: "a" | "b"): Difference => {
    const has = { value: PRESENCE[fact.state], place: null };
    const byStage = KINDS_BY_STAGE[fact.kind];
    return {
      section: stepOf(fact),
      path: fact.address,
      what: side === "a" ? "only-a" : "only-b",
      a: side === "a" ? has : EMPTY,
      b: side === "b" ? has : EMPTY,
      note: `only in ${names[side]}: the spec of ${names[side === "a" ? "b" : "a"]} does not have it`,
      meant:
        (byStage &&
          whyMeant(
            byStage.field,
            { spec: a.spec, value: byStage.value(a.spec) },
            { spec: b.spec, value: byStage.value(b.spec) },
          )) ??
        null,
    };
  };
  for (const fact of a.facts.resources) {
    const other = byAddress.get(fact.address) ?? byNeutral.get(neutralA(fact.address));
    if (other === undefined) {
      differences.push(onlyIn(fact, "a"));
      continue;
    }
    taken.add(other.address);
    const unread = [
      { fact, side: "a" as const },
      { fact: other, side: "b" as const },
    ].filter(({ fact: { state } }) => state === "unreadable");
    for (const { fact: one, side } of unread)
      notCompared.push({ path: fact.address, side, reason: one.problem?.message ?? one.reason });
    if (unread.length > 0) continue;
    const presence = presenceDifference(fact, other, names);
    if (presence !== undefined) {
      differences.push(presence);
      continue;
    }
    const sameText = (x: string, y: string): boolean => neutralA(x) === neutralB(y);
    for (const { way, what, a: mine, b: theirs } of compareValues(fact.observed, other.observed, sameText)) {
      const pattern = patternOf(way);
      const field = SPEC_FIELDS[`${fact.kind}.${pattern}`];
      const follows =
        field === undefined
          ? undefined
          : whyMeant(field, { spec: a.spec, value: mine }, { spec: b.spec, value: theirs });
      differences.push({
        section: stepOf(fact),
        path: `${fact.address} ${formatWay(way)}`,
        what: mine === undefined ? "only-b" : theirs === undefined ? "only-a" : what,
        a: { value: mine ?? null, place: null },
        b: { value: theirs ?? null, place: null },
        note: null,
        meant: whyFactMeant(fact.kind, fact.address, pattern) ?? follows ?? null,
      });
    }
  }
  for (const fact of b.facts.resources) if (!taken.has(fact.address)) differences.push(onlyIn(fact, "b"));
  const side = ({ file, spec: { name, stage, tenant } }: LiveSide): Comparison["a"] => ({
    file,
    name,
    stage,
    tenant,
  });
  const byStep = differences.toSorted(
    (x, y) => Number.parseInt(x.section, 10) - Number.parseInt(y.section, 10),
  );
  return { format: "psc.diff/1", of: "live", a: side(a), b: side(b), differences: byStep, notCompared };
}
