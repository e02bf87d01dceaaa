import type { SourceLocation } from "../errors.ts";
import { KINDS } from "../resources/kinds.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import type { Control, Judgement } from "./control.ts";
import { NotJudged, openBook, Unreadable } from "./fact-book.ts";
import type { Facts, ProbeFact, ResourceFact } from "./facts.ts";
import { classify } from "./permission.ts";
import type { ControlResult, ExceptionRecord, VerifyResult } from "./result.ts";
import { type Level, VERDICTS, type Verdict } from "./verdict.ts";

export interface JudgeInput {
  readonly facts: Facts;
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly controls: readonly { readonly control: Control; readonly origin: ControlResult["origin"] }[];
  /** Where a field of the spec was written; undefined when no file says it. */
  readonly locate: (specPath: string) => SourceLocation | undefined;
  /** As the person named it. */
  readonly specFile: string;
  readonly runId: string;
}

type Verdicts = Pick<ControlResult, "verdict" | "reason" | "findings" | "missingPermission">;

function levelOf({ level, levels }: Control, { stage }: EnvironmentSpec): Level {
  return levels?.[stage] ?? level;
}

function verdictOf(judgement: Judgement, level: Level): Verdicts {
  const { outcome, reason } = judgement;
  const plain = (verdict: Verdict): Verdicts => ({ verdict, reason, findings: [], missingPermission: null });
  switch (outcome) {
    case "holds":
      return plain("pass");
    case "violated":
      return {
        verdict: level === "SHALL" ? "fail" : level === "SHOULD" ? "warning" : "pass",
        reason,
        findings: judgement.findings,
        missingPermission: null,
      };
    case "manual":
    case "inherited":
    case "not-applicable":
      return plain(outcome);
  }
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function exceptionFor(id: string, spec: EnvironmentSpec, now: number): ExceptionRecord | null {
  const found = spec.verify.exceptions.find(({ control }) => control === id);
  if (found === undefined) return null;
  const { reason, owner, until } = found;
  return { reason, owner, until, expired: until < day(now) };
}

/** An accepted violation stays visible; an exception that ran out makes even a warning a failure. */
function withException(verdicts: Verdicts, exception: ExceptionRecord | null): Verdicts {
  if (exception === null || (verdicts.verdict !== "fail" && verdicts.verdict !== "warning")) return verdicts;
  const { owner, until, reason, expired } = exception;
  return expired
    ? {
        ...verdicts,
        verdict: "fail",
        reason: `${verdicts.reason}; ${owner} accepted this until ${until}, which is past`,
      }
    : {
        ...verdicts,
        verdict: "accepted",
        reason: `${verdicts.reason}; accepted by ${owner} until ${until}: ${reason}`,
      };
}

const KIND_INFOS = new Map(KINDS.map((info) => [info.kind, info]));

/** What a control rests on takes these to be read, in whatever environment: for documents. */
export function permissionsNamedBy({ restsOn }: Control): readonly string[] {
  const kinds = (restsOn.kinds ?? []).flatMap((kind) => KIND_INFOS.get(kind)?.permissions.read ?? []);
  const probes = (restsOn.probes ?? []).flatMap(({ permissions }) => permissions);
  return [...new Set([...kinds, ...probes])].sort();
}

type Fact = ResourceFact | ProbeFact;

/** Every fact the control rests on. */
function factsBehind({ restsOn }: Control, { resources, probes }: Facts): readonly Fact[] {
  const kinds = new Set(restsOn.kinds ?? []);
  const wanted = new Set((restsOn.probes ?? []).map(({ id }) => id));
  return [
    ...resources.filter(({ kind }) => kinds.has(kind)),
    ...probes.filter(({ probe }) => wanted.has(probe)),
  ];
}

/**
 * What it took to see the facts that the verdict was drawn from, in this environment: the permissions of their kinds and
 * probes, and of the resources that they were read through. What nothing was sent for takes none.
 */
function permissionsOf(seen: readonly Fact[], { restsOn }: Control, { resources }: Facts): readonly string[] {
  const wanted = new Map((restsOn.probes ?? []).map((probe) => [probe.id, probe]));
  const byAddress = new Map(resources.map((fact) => [fact.address, fact]));
  const wasRead = ({ requested, problem }: Fact): boolean => requested || problem !== null;
  const through = seen.flatMap((fact) => fact.through.flatMap((address) => byAddress.get(address) ?? []));
  const texts = [...seen, ...through]
    .filter(wasRead)
    .flatMap((fact) =>
      "probe" in fact
        ? (wanted.get(fact.probe)?.permissions ?? [])
        : (KIND_INFOS.get(fact.kind)?.permissions.read ?? []),
    );
  return [...new Set(texts.map((text) => classify(text)?.name ?? text))].sort();
}

/** Controls whose facts overlap: when one turns, these may turn too. */
function relatedTo(control: Control, all: JudgeInput["controls"]): readonly string[] {
  const kinds = new Set(control.restsOn.kinds ?? []);
  const probes = new Set((control.restsOn.probes ?? []).map(({ id }) => id));
  return all
    .filter(
      ({ control: other }) =>
        other.id !== control.id &&
        ((other.restsOn.kinds ?? []).some((kind) => kinds.has(kind)) ||
          (other.restsOn.probes ?? []).some(({ id }) => probes.has(id))),
    )
    .map(({ control: { id } }) => id);
}

interface Judged extends Verdicts {
  readonly evidence: readonly string[];
  /** What the verdict was drawn from; everything the control rests on when there is none. */
  readonly seen: readonly Fact[];
}

function judgeOne(control: Control, input: JudgeInput): Judged {
  const { facts, spec, manifest } = input;
  const { book, evidence, looked } = openBook(facts, control.restsOn);
  const now = Date.parse(facts.collected.to);
  if (control.stages !== undefined && !control.stages.includes(spec.stage)) {
    const reason = `it is about ${control.stages.join(" and ")}, and this is ${spec.stage}`;
    return {
      verdict: "not-applicable",
      reason,
      findings: [],
      missingPermission: null,
      evidence: [],
      seen: [],
    };
  }
  try {
    const verdicts = verdictOf(control.judge({ spec, manifest, facts: book, now }), levelOf(control, spec));
    return {
      ...withException(verdicts, exceptionFor(control.id, spec, now)),
      evidence: evidence(),
      seen: looked(),
    };
  } catch (error) {
    if (error instanceof NotJudged)
      return {
        verdict: "error",
        reason: error.message,
        findings: [],
        missingPermission: null,
        evidence: evidence(),
        seen: looked(),
      };
    if (!(error instanceof Unreadable)) throw error;
    const { subject, problem } = error;
    return {
      verdict: "error",
      reason: `${subject} could not be read: ${problem.message}`,
      findings: [],
      missingPermission: problem.permission,
      evidence: evidence(),
      seen: factsBehind(control, facts),
    };
  }
}

/** Draws every verdict from the facts. Pure: the same facts and spec give the same verdicts, on any machine. */
export function judge(input: JudgeInput): VerifyResult {
  const { facts, spec, controls } = input;
  const results = controls.map(({ control, origin }): ControlResult => {
    const { verdict, reason, findings, missingPermission, evidence, seen } = judgeOne(control, input);
    const specPath = control.remedy.spec ?? null;
    return {
      id: control.id,
      origin,
      title: control.title,
      statement: control.statement,
      rationale: control.rationale,
      level: levelOf(control, spec),
      verdict,
      reason,
      findings,
      evidence,
      mappings: control.mappings,
      persona: control.persona,
      remedy: { spec: specPath, steps: control.remedy.steps },
      permissions: permissionsOf(seen, control, facts),
      missingPermission,
      location: (specPath === null ? undefined : input.locate(specPath)) ?? control.definedAt ?? null,
      exception: exceptionFor(control.id, spec, Date.parse(facts.collected.to)),
      related: relatedTo(control, controls),
    };
  });
  const used = new Set(results.flatMap(({ evidence }) => evidence));
  const summary = Object.fromEntries(
    VERDICTS.map((name) => [name, results.filter(({ verdict }) => verdict === name).length]),
  ) as Record<Verdict, number>;
  return {
    format: "psc.verify/2",
    tool: facts.tool,
    runId: input.runId,
    environment: facts.environment,
    identity: facts.identity,
    collected: facts.collected,
    spec: { file: input.specFile, digest: facts.specDigest },
    summary,
    controls: results,
    evidence: facts.evidence.filter(({ id }) => used.has(id)),
  };
}
