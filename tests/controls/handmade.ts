import type { FactProblem, Facts, ResourceFact } from "../../src/controls/facts.ts";
import { CONTROLS } from "../../src/controls/index.ts";
import { judge } from "../../src/controls/judge.ts";
import type { Probe } from "../../src/controls/probe.ts";
import type { ControlResult } from "../../src/controls/result.ts";
import type { FieldValue } from "../../src/engine/observation.ts";
import type { EnvironmentSpec, Manifest } from "../../src/spec/model.ts";
import { CONTOSO_MANIFEST, contosoSpec } from "../resources/support/contoso.ts";

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

/** Judges one control of the catalogue by facts that no tenant has to have. */
export function judged(
  id: string,
  { probes = [], resources = [], spec: changes, manifest }: Given,
): ControlResult {
  const control = CONTROLS.find((one) => one.id === id);
  if (control === undefined) throw new Error(`there is no control ${id}`);
  const spec = contosoSpec(changes);
  const facts: Facts = {
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
    identity: "auditor@contoso.onmicrosoft.com",
    collected: { from: NOW, to: NOW },
    resources: resources.map((fact) => ({
      kind: fact.address.split("[")[0] ?? "",
      label: fact.address,
      step: 0,
      persona: "System Administrator",
      nature: "managed",
      state: "as-declared",
      reason: "",
      id: null,
      declared: {},
      observed: {},
      differences: [],
      concern: null,
      problem: null,
      confirmation: null,
      through: [],
      evidence: [],
      ...fact,
    })),
    probes: probes.map(({ of, value, problem }) => ({
      probe: of.id,
      value: value ?? null,
      absent: value === undefined && problem === undefined ? "there is nothing to look at" : null,
      problem: problem ?? null,
      through: [],
      evidence: [],
    })),
    through: [],
    evidence: [],
  };
  const [result] = judge({
    facts,
    spec,
    manifest: { ...CONTOSO_MANIFEST, ...manifest },
    controls: [{ control, origin: "product" }],
    locate: () => undefined,
    specFile: "spec.yaml",
    runId: "run",
  }).controls;
  if (result === undefined) throw new Error("nothing was judged");
  return result;
}

/** Verdict and the messages of its findings. */
export function told({ verdict, findings }: ControlResult): readonly [string, readonly string[]] {
  return [verdict, findings.map(({ message }) => message)];
}
