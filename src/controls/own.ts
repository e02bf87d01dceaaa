import { PERSONAS } from "../engine/resource.ts";
import { type Evaluator, evaluatorOf, type Subject } from "../expressions.ts";
import type { OwnControlSpec } from "../spec/model.ts";
import { type Case, type Control, type Finding, type Judgement, judgedBy, notApplicable } from "./control.ts";
import { NotJudged } from "./fact-book.ts";
import type { ResourceFact } from "./facts.ts";
import { PROBES } from "./index.ts";
import type { Probe } from "./probe.ts";

interface Looked {
  readonly subject: Subject;
  /** Kinds and probes of which there is nothing. */
  readonly empty: readonly string[];
}

/** What expressions see of a resource: nothing that only psc's own work needs. */
function shownFact(fact: ResourceFact): object {
  const { address, kind, label, step, persona, state, reason, id, concern } = fact;
  const { declared, observed, differences } = fact;
  return {
    address,
    kind,
    label,
    step,
    persona,
    state,
    reason,
    id,
    concern,
    declared,
    observed,
    differences: differences.map(({ path, before = null, after = null }) => ({ path, before, after })),
  };
}

/** Looks at everything the control rests on, so that what could not be read ends the judging here. */
function look({ spec, facts, now }: Case, kinds: readonly string[], probes: readonly Probe[]): Looked {
  const resources = Object.fromEntries(kinds.map((kind) => [kind, facts.resources(kind).map(shownFact)]));
  const values = probes.flatMap((probe) => {
    const value = facts.probe(probe);
    return value === undefined ? [] : [[probe.id, value] as const];
  });
  const { name, stage, tenant, cloud, solution, environment, azure } = spec;
  return {
    subject: {
      resources,
      probes: Object.fromEntries(values),
      spec: {
        name,
        stage,
        tenant,
        cloud,
        solution,
        domain: environment.domain,
        region: environment.region,
        subscription: azure.subscription,
      },
      now,
    },
    empty: [
      ...kinds.filter((kind) => resources[kind]?.length === 0),
      ...probes.map(({ id }) => id).filter((id) => !values.some(([known]) => known === id)),
    ],
  };
}

function evaluate(evaluator: Evaluator, field: string, expression: string, item?: unknown): unknown {
  try {
    return evaluator.value(expression, item);
  } catch (error) {
    throw new NotJudged(`${field} cannot be evaluated: ${error instanceof Error ? error.message : ""}`);
  }
}

function truth(evaluator: Evaluator, field: string, expression: string, item?: unknown): boolean {
  const value = evaluate(evaluator, field, expression, item);
  if (typeof value === "boolean") return value;
  const kind = value === null ? "nothing" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  throw new NotJudged(`${field} gives ${kind === "a bigint" ? "a number" : kind}, not true or false`);
}

function textOf(item: unknown, member: string): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const value = (item as Readonly<Record<string, unknown>>)[member];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What a finding is about: the resource, or what the control rests on. */
function subjectOf(item: unknown, { subject }: Looked, restsOn: readonly string[]): string {
  const named = textOf(item, "address");
  if (named !== undefined) return named;
  const [only, ...others] = Object.values(subject.resources).flat();
  return (others.length === 0 && textOf(only, "address")) || (restsOn[0] ?? "");
}

function judgeOwn(spec: OwnControlSpec, looked: Looked): Judgement {
  const { restsOn, when, each, holds, otherwise } = spec;
  // Nothing to look at is never a pass.
  if (looked.empty.length === restsOn.length)
    return notApplicable(`there is nothing of ${restsOn.join(" and ")} to look at`);
  const evaluator = evaluatorOf(looked.subject);
  if (when !== undefined && !truth(evaluator, "when", when)) return notApplicable(`here ${when} is false`);
  const finding = (item?: unknown): Finding => ({
    subject: subjectOf(item, looked, restsOn),
    field: "",
    expected: null,
    actual: null,
    message: evaluator.text(otherwise, item),
  });
  const without = looked.empty.length === 0 ? "" : `; there is nothing of ${looked.empty.join(" and ")}`;
  if (each === undefined)
    return judgedBy(truth(evaluator, "holds", holds) ? [] : [finding()], `it holds${without}`);
  const items = evaluate(evaluator, "each", each);
  if (!Array.isArray(items)) throw new NotJudged("each gives no list");
  if (items.length === 0) return notApplicable("there is nothing that it is about");
  const findings = items.flatMap((item: unknown) =>
    truth(evaluator, "holds", holds, item) ? [] : [finding(item)],
  );
  return judgedBy(findings, `it holds for each of ${items.length}${without}`);
}

function listed({ mappings }: OwnControlSpec): Control["mappings"] {
  return Object.fromEntries(
    Object.entries(mappings).filter(([, references]) => references !== undefined && references.length > 0),
  );
}

/** A control from a file of the user's. */
export function ownControl(spec: OwnControlSpec): Control {
  const { id, definedAt, title, statement, rationale, level, restsOn, steps } = spec;
  const probes = PROBES.filter((probe) => restsOn.includes(probe.id));
  const kinds = restsOn.filter((name) => !probes.some((probe) => probe.id === name));
  return {
    id,
    definedAt,
    title,
    statement,
    rationale,
    level,
    mappings: listed(spec),
    remedy: { ...(spec.spec === undefined ? {} : { spec: spec.spec }), steps },
    persona: PERSONAS.find((persona) => persona === spec.persona) ?? "System Administrator",
    restsOn: { kinds, probes },
    judge: (given) => judgeOwn(spec, look(given, kinds, probes)),
  };
}
