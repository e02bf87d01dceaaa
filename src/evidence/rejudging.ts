import { specDigest } from "../controls/collect.ts";
import type { Facts } from "../controls/facts.ts";
import type { ControlResult, VerifyResult } from "../controls/result.ts";
import { VERDICTS, type Verdict } from "../controls/verdict.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import { BUNDLE_FILES } from "./manifest.ts";
import type { SpecRecord } from "./spec-record.ts";

export interface Rejudged {
  /** `skipped`: another version of psc judged, or a file cannot be read. */
  readonly outcome: "same" | "differs" | "skipped";
  /** In words, lower case, no full stop. */
  readonly reason: string;
}

/** Draws the verdicts from facts with the controls of this psc. */
export type JudgeAgain = (
  facts: Facts,
  spec: {
    readonly spec: EnvironmentSpec;
    readonly manifest: Manifest;
    readonly file: string;
    readonly locate: () => undefined;
  },
) => VerifyResult;

export interface CheckedVerdicts {
  readonly outcome: Rejudged;
  readonly findings: readonly { readonly path: string; readonly message: string }[];
}

const skipped = (reason: string, path?: string): CheckedVerdicts => ({
  outcome: { outcome: "skipped", reason },
  findings: path === undefined ? [] : [{ path, message: reason }],
});

/** What a control says, but for where the spec speaks of it and for what is not psc's to know: the user's own controls. */
function comparable({ location: _, related, ...control }: ControlResult, own: ReadonlySet<string>): string {
  return JSON.stringify({ ...control, related: related.filter((id) => !own.has(id)) });
}

/** Ids of controls that a user brought along and this psc has not: they are not drawn again. */
function ownControls(given: VerifyResult, again: VerifyResult): ReadonlySet<string> {
  const drawn = new Set(again.controls.map(({ id }) => id));
  return new Set(
    given.controls.filter(({ id, origin }) => origin === "own" && !drawn.has(id)).map(({ id }) => id),
  );
}

function compareControls(
  given: VerifyResult,
  again: VerifyResult,
  own: ReadonlySet<string>,
): readonly string[] {
  const drawn = new Map(again.controls.map((control) => [control.id, control]));
  const differences = given.controls.flatMap((control) => {
    const other = drawn.get(control.id);
    drawn.delete(control.id);
    if (own.has(control.id)) return [];
    if (other === undefined) return [`${control.id} is no control of psc ${given.tool.version}`];
    if (control.verdict !== other.verdict)
      return [`${control.id} is "${control.verdict}", and the facts give "${other.verdict}"`];
    return comparable(control, own) === comparable(other, own)
      ? []
      : [`${control.id} says something else than the facts give`];
  });
  return [...differences, ...Array.from(drawn.keys(), (id) => `${id} is left out`)];
}

/** What a result says beside its controls. */
function frameOf({ controls: _, runId: _run, ...frame }: VerifyResult): string {
  return JSON.stringify(frame);
}

/** What it should say there of the controls it has. */
function frameFor(given: VerifyResult, again: VerifyResult, facts: Facts): string {
  const used = new Set(given.controls.flatMap(({ evidence }) => evidence));
  const count = (verdict: Verdict): number =>
    given.controls.filter((control) => control.verdict === verdict).length;
  return frameOf({
    ...again,
    summary: Object.fromEntries(
      VERDICTS.map((verdict) => [verdict, count(verdict)]),
    ) as VerifyResult["summary"],
    evidence: facts.evidence.filter(({ id }) => used.has(id)),
  });
}

/**
 * Judges the facts of a bundle again and compares. A result that was altered together with every hash is found here.
 * What a hostile bundle puts in place of facts ends as a finding, never as a failure of psc.
 */
export function checkVerdicts(input: {
  /** `changed`: it is known not to be what the verdicts were drawn from. */
  readonly facts: Facts | "changed" | undefined;
  readonly spec: SpecRecord | "changed" | undefined;
  readonly result: VerifyResult | undefined;
  readonly version: string;
  readonly judge: JudgeAgain;
}): CheckedVerdicts {
  const { facts, result, spec, version, judge } = input;
  if (facts === "changed" || spec === "changed")
    return skipped(`${facts === "changed" ? BUNDLE_FILES.facts : BUNDLE_FILES.spec} was changed`);
  if (result === undefined) return skipped("it cannot be read as a result of psc", BUNDLE_FILES.result);
  if (facts === undefined) return skipped("it cannot be read as facts of psc", BUNDLE_FILES.facts);
  if (spec === undefined) return skipped("it cannot be read as a spec of psc", BUNDLE_FILES.spec);
  const drawn = drawAgain({ facts, result, spec, version, judge });
  if ("outcome" in drawn) return drawn;
  try {
    return compared(result, drawn, facts);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return skipped(`it cannot be compared with the facts: ${error.message}`, BUNDLE_FILES.result);
  }
}

/** The verdicts that the facts give, or why they cannot be drawn. */
function drawAgain({
  facts,
  result,
  spec,
  version,
  judge,
}: {
  readonly facts: Facts;
  readonly result: VerifyResult;
  readonly spec: SpecRecord;
  readonly version: string;
  readonly judge: JudgeAgain;
}): VerifyResult | CheckedVerdicts {
  try {
    if (specDigest(spec.spec) !== facts.specDigest) {
      const message = "it is not the spec that the facts were collected for";
      return { ...skipped(message), findings: [{ path: BUNDLE_FILES.spec, message }] };
    }
    const made = result.tool.version;
    if (made !== version)
      return skipped(
        `psc ${made} drew the verdicts, and this is psc ${version}: use that version to draw them again`,
      );
    return judge(facts, {
      spec: spec.spec,
      manifest: spec.manifest,
      file: result.spec.file,
      locate: () => undefined,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return skipped(`no verdicts can be drawn from it: ${error.message}`, BUNDLE_FILES.facts);
  }
}

function compared(result: VerifyResult, again: VerifyResult, facts: Facts): CheckedVerdicts {
  const own = ownControls(result, again);
  const differences = compareControls(result, again, own);
  const messages =
    differences.length > 0 || frameOf(result) === frameFor(result, again, facts)
      ? differences
      : ["what it says of the run is not what the facts say"];
  if (messages.length === 0) {
    const but =
      own.size === 0 ? "" : `, but for controls of the user's own, which are not drawn again: ${own.size}`;
    return { outcome: { outcome: "same", reason: `the facts give the same verdicts${but}` }, findings: [] };
  }
  return {
    outcome: { outcome: "differs", reason: messages[0] ?? "" },
    findings: messages.map((message) => ({ path: BUNDLE_FILES.result, message })),
  };
}
