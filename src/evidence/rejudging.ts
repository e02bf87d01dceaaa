import { specDigest } from "../controls/collect.ts";
import type { Facts } from "../controls/facts.ts";
import type { ControlResult, VerifyResult } from "../controls/result.ts";
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

/** Where the spec speaks of a control is not drawn from the facts. */
function comparable({ location: _, ...control }: ControlResult): string {
  return JSON.stringify(control);
}

function compareControls(given: VerifyResult, again: VerifyResult): readonly string[] {
  const drawn = new Map(again.controls.map((control) => [control.id, control]));
  const differences = given.controls.flatMap((control) => {
    const other = drawn.get(control.id);
    drawn.delete(control.id);
    if (other === undefined)
      // Controls that a user brings along are not psc's to judge again.
      return control.origin === "own" ? [] : [`${control.id} is no control of psc ${given.tool.version}`];
    if (control.verdict !== other.verdict)
      return [`${control.id} is "${control.verdict}", and the facts give "${other.verdict}"`];
    return comparable(control) === comparable(other)
      ? []
      : [`${control.id} says something else than the facts give`];
  });
  return [...differences, ...Array.from(drawn.keys(), (id) => `${id} is left out`)];
}

/** What a result says beside its controls. */
function frameOf({ controls: _, runId: _run, ...frame }: VerifyResult): string {
  return JSON.stringify(frame);
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
    const again = judge(facts, {
      spec: spec.spec,
      manifest: spec.manifest,
      file: result.spec.file,
      locate: () => undefined,
    });
    const differences = compareControls(result, again);
    const messages =
      differences.length > 0 || frameOf(result) === frameOf(again)
        ? differences
        : ["what it says of the run is not what the facts say"];
    if (messages.length === 0)
      return { outcome: { outcome: "same", reason: "the facts give the same verdicts" }, findings: [] };
    return {
      outcome: { outcome: "differs", reason: messages[0] ?? "" },
      findings: messages.map((message) => ({ path: BUNDLE_FILES.result, message })),
    };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return skipped(`no verdicts can be drawn from it: ${error.message}`, BUNDLE_FILES.facts);
  }
}
