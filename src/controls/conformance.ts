import type { ResourceGraph } from "../engine/graph.ts";
import type { FieldValue, Observation } from "../engine/observation.ts";
import type { Action, Problem } from "../engine/plan.ts";
import type { PlannedRun } from "../engine/planning.ts";
import type { Confirmation, Persona, Resource } from "../engine/resource.ts";
import type { Exchange } from "../services/http/types.ts";

export const VERDICTS = ["pass", "fail", "not-applicable", "cannot-tell"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One difference between spec and tenant. */
export interface Finding {
  readonly address: string;
  readonly kind: string;
  /** Dotted path; empty when the whole resource is missing or does not hold. */
  readonly field: string;
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** In words, lower case, no full stop. */
  readonly message: string;
}

/** What a verdict rests on: the requests psc sent and what was answered, or a person's recorded word. */
export interface Evidence {
  readonly exchanges: readonly Exchange[];
  /** Id of the object in its service, when it was found. */
  readonly id?: string;
  readonly confirmation?: Confirmation;
}

/** One statement an auditor wants proved: this resource is as the spec says. */
export interface Statement {
  readonly address: string;
  readonly kind: string;
  readonly step: number;
  readonly label: string;
  readonly statement: string;
  readonly persona: Persona;
  readonly verdict: Verdict;
  /** Why, in words. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly evidence: Evidence;
}

/** Result of `psc verify`, format `psc.verify/1`. */
export interface VerifyReport {
  readonly format: "psc.verify/1";
  readonly environment: { readonly name: string; readonly stage: string; readonly tenant: string };
  /** Who looked, and when (ISO time of psc's clock). */
  readonly identity: string;
  readonly at: string;
  readonly summary: Readonly<Record<Verdict, number>>;
  readonly findings: readonly Finding[];
  readonly statements: readonly Statement[];
}

export interface ConformanceInput {
  readonly environment: VerifyReport["environment"];
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly graph: ResourceGraph;
  readonly planned: PlannedRun;
  readonly confirmation: (address: string) => Confirmation | undefined;
}

type Judgement = Pick<Statement, "verdict" | "reason" | "findings">;

function whole(resource: Resource, message: string): Finding {
  return {
    address: resource.address,
    kind: resource.info.kind,
    field: "",
    before: null,
    after: null,
    message,
  };
}

function judgeAction({ resource, action, reason, diff, observation }: Action): Judgement {
  const failed = (message: string): Judgement => ({
    verdict: "fail",
    reason: message,
    findings: [whole(resource, message)],
  });
  switch (action) {
    case "none":
      return observation.status === "not-needed"
        ? { verdict: "not-applicable", reason, findings: [] }
        : { verdict: "pass", reason, findings: [] };
    case "adopt":
      // Every declared field holds; only psc's own mark is missing.
      return { verdict: "pass", reason, findings: [] };
    case "create":
    case "delete":
      return failed(reason);
    case "update":
    case "replace":
      return {
        verdict: "fail",
        reason,
        findings: diff.map(({ path, before, after }) => ({
          address: resource.address,
          kind: resource.info.kind,
          field: path,
          before: before ?? null,
          after,
          message: `${path} is not as the spec says`,
        })),
      };
    case "wait":
      return { verdict: "cannot-tell", reason: `still under way: ${reason}`, findings: [] };
    case "gate":
      return observation.status === "unknown"
        ? { verdict: "cannot-tell", reason, findings: [] }
        : failed(reason);
  }
}

function judgeProblem(resource: Resource, { error }: Problem): Judgement {
  // A check that does not hold, or a fixed field with another value, is proved wrong; anything else was not seen.
  const proved = resource.info.nature === "check" || error.code === "PSC-E413";
  return proved && !error.code.startsWith("PSC-E2")
    ? { verdict: "fail", reason: error.message, findings: [whole(resource, error.message)] }
    : { verdict: "cannot-tell", reason: `${error.code}: ${error.message}`, findings: [] };
}

function idOf(observation: Observation | undefined): string | undefined {
  return observation?.status === "present" && observation.id !== "" ? observation.id : undefined;
}

/**
 * Judges every resource of the spec against what was just read. Pure: the requests were sent before, on a pipeline
 * that refuses to write.
 */
export function conformance(input: ConformanceInput): VerifyReport {
  const { graph, planned } = input;
  const actions = new Map(planned.plan.actions.map((action) => [action.resource.address, action]));
  const problems = new Map(planned.plan.problems.map((problem) => [problem.address, problem]));
  const statements = graph.order.map((resource): Statement => {
    const { address, info, label } = resource;
    const action = actions.get(address);
    const problem = problems.get(address);
    const judgement =
      action !== undefined
        ? judgeAction(action)
        : problem !== undefined
          ? judgeProblem(resource, problem)
          : {
              verdict: "cannot-tell" as const,
              reason: "something it depends on could not be read",
              findings: [],
            };
    const observed = planned.observed.results.get(address);
    const id = idOf(observed?.observation);
    const confirmation = info.nature === "gate" ? input.confirmation(address) : undefined;
    return {
      address,
      kind: info.kind,
      step: info.step,
      label,
      statement: info.nature === "check" ? `${label} holds` : `${label} is as the spec says`,
      persona: info.persona,
      ...judgement,
      evidence: {
        exchanges: observed?.exchanges ?? [],
        ...(id === undefined ? {} : { id }),
        ...(confirmation === undefined ? {} : { confirmation }),
      },
    };
  });
  const count = (verdict: Verdict): number => statements.filter((entry) => entry.verdict === verdict).length;
  return {
    format: "psc.verify/1",
    environment: input.environment,
    identity: input.identity,
    at: new Date(input.now).toISOString(),
    summary: {
      pass: count("pass"),
      fail: count("fail"),
      "not-applicable": count("not-applicable"),
      "cannot-tell": count("cannot-tell"),
    },
    findings: statements.flatMap(({ findings }) => findings),
    statements,
  };
}
