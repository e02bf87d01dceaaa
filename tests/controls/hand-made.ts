import type { FactProblem, Facts, ProbeFact, ResourceFact } from "../../src/controls/facts.ts";
import { CONTROLS } from "../../src/controls/index.ts";
import { judge } from "../../src/controls/judge.ts";
import type { Probe } from "../../src/controls/probe.ts";
import type { ControlResult } from "../../src/controls/result.ts";
import type { FieldValue } from "../../src/engine/observation.ts";
import type { EnvironmentSpec, Manifest } from "../../src/spec/model.ts";
import { CONTOSO_MANIFEST, contosoSpec } from "../resources/support/contoso.ts";

/** Facts that somebody has thought up, for what the sandbox cannot be brought into. */

export const REFUSED: FactProblem = {
  code: "PSC-E240",
  message: "refused",
  remedy: null,
  permission: "Some.Permission",
};

/** As declared, unless told otherwise. */
export function fact(address: string, about: Partial<ResourceFact> = {}): ResourceFact {
  return {
    address,
    kind: address.replace(/\[.*$/, ""),
    label: address,
    step: 0,
    persona: "System Administrator",
    nature: "managed",
    state: "as-declared",
    reason: "as declared",
    id: "id",
    declared: {},
    observed: {},
    differences: [],
    concern: null,
    problem: null,
    confirmation: null,
    requested: true,
    through: [],
    evidence: [],
    ...about,
  };
}

export function missing(address: string): ResourceFact {
  return fact(address, { state: "missing", reason: "it does not exist", id: null });
}

/** One field is not as the spec says. */
export function differing(
  address: string,
  path: string,
  before: FieldValue,
  after: FieldValue,
): ResourceFact {
  return fact(address, {
    state: "differs",
    reason: `${path} differs`,
    observed: { [path]: before },
    differences: [{ path, before, after }],
  });
}

/** A gate that a person has confirmed. */
export function confirmed(address: string, value?: string): ResourceFact {
  return fact(address, {
    nature: "gate",
    state: "on-word",
    reason: "done",
    confirmation: {
      gate: address,
      by: "maria@contoso.onmicrosoft.com",
      at: "2026-03-04T05:06:07Z",
      how: "confirmed",
      ...(value === undefined ? {} : { value }),
    },
  });
}

/** A gate that nobody can see and nobody has spoken of. */
export function unseen(address: string): ResourceFact {
  return fact(address, { nature: "gate", state: "not-visible", reason: "no API shows it" });
}

export function seen<T extends FieldValue>({ id }: Probe<T>, value: T | undefined): ProbeFact {
  return {
    probe: id,
    value: value ?? null,
    absent: value === undefined ? "there is nothing to look at" : null,
    problem: null,
    requested: true,
    evidence: [],
    through: [],
  };
}

export function refused({ id }: Probe): ProbeFact {
  return {
    probe: id,
    value: null,
    absent: null,
    problem: REFUSED,
    requested: true,
    evidence: [],
    through: [],
  };
}

export interface HandMade {
  readonly resources?: readonly ResourceFact[];
  readonly probes?: readonly ProbeFact[];
}

function factsOf(
  spec: EnvironmentSpec,
  { resources = [], probes = [] }: HandMade,
  at = "2026-03-05T00:00:01.000Z",
): Facts {
  return {
    format: "psc.facts/1",
    tool: { name: "psc", version: "0.0.0" },
    environment: {
      name: spec.name,
      stage: spec.stage,
      tenant: spec.tenant,
      cloud: spec.cloud,
      subscription: spec.azure.subscription,
      domain: spec.environment.domain,
    },
    specDigest: "",
    identity: "an auditor",
    collected: { from: at, to: at },
    resources,
    probes,
    evidence: [],
  };
}

/** The catalogue's verdicts on such facts. */
export function judgedAll(spec: EnvironmentSpec, made: HandMade): readonly ControlResult[] {
  return judge({
    facts: factsOf(spec, made),
    spec,
    manifest: CONTOSO_MANIFEST,
    controls: CONTROLS.map((control) => ({ control, origin: "product" as const })),
    locate: () => undefined,
    specFile: "hand-made.yaml",
    runId: "run",
  }).controls;
}

/** One control's. */
export function judged(id: string, spec: EnvironmentSpec, made: HandMade = {}): ControlResult {
  const found = judgedAll(spec, made).find((control) => control.id === id);
  if (found === undefined) throw new Error(`there is no control ${id}`);
  return found;
}

/** When `judgedGiven` judges. */
export const NOW = "2027-03-01T00:00:00.000Z";

/** What one probe has read; a value of `undefined` is "there is nothing to look at". */
export interface Read {
  readonly of: Probe;
  readonly value?: FieldValue | undefined;
  readonly problem?: FactProblem;
}

export interface Given {
  readonly probes?: readonly Read[];
  readonly resources?: readonly (Partial<ResourceFact> & Pick<ResourceFact, "address">)[];
  readonly spec?: Partial<EnvironmentSpec>;
  readonly manifest?: Partial<Manifest>;
}

/** One control's verdict in the Contoso environment with some of it changed. */
export function judgedGiven(
  id: string,
  { probes = [], resources = [], spec: changes, manifest }: Given,
): ControlResult {
  const control = CONTROLS.find((one) => one.id === id);
  if (control === undefined) throw new Error(`there is no control ${id}`);
  const spec = contosoSpec(changes);
  const made: HandMade = {
    resources: resources.map(({ address, ...about }) => fact(address, { id: null, reason: "", ...about })),
    probes: probes.map(({ of, value, problem }) =>
      problem === undefined ? seen(of, value) : { ...refused(of), problem },
    ),
  };
  const [result] = judge({
    facts: factsOf(spec, made, NOW),
    spec,
    manifest: { ...CONTOSO_MANIFEST, ...manifest },
    controls: [{ control, origin: "product" }],
    locate: () => undefined,
    specFile: "hand-made.yaml",
    runId: "run",
  }).controls;
  if (result === undefined) throw new Error("nothing was judged");
  return result;
}

/** Verdict and the messages of its findings. */
export function told({ verdict, findings }: ControlResult): readonly [string, readonly string[]] {
  return [verdict, findings.map(({ message }) => message)];
}
