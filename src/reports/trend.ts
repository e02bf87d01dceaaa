import type { ControlResult, VerifyResult } from "../controls/result.ts";
import type { Verdict } from "../controls/verdict.ts";

/** The higher, the less is left to do. Not to know stands between what is known to be wrong and what should be better. */
const STANDING: Readonly<Record<Verdict, number>> = {
  fail: 0,
  error: 1,
  warning: 2,
  manual: 3,
  accepted: 3,
  pass: 4,
  inherited: 4,
  "not-applicable": 4,
};

export interface Turn {
  readonly control: ControlResult;
  readonly before: Verdict;
}

/** What a result says against an earlier one; controls are matched by their ids. */
export interface Trend {
  readonly better: readonly Turn[];
  readonly worse: readonly Turn[];
  /** Judged for the first time. */
  readonly added: readonly ControlResult[];
  /** Judged then, and no more; as they were. */
  readonly gone: readonly ControlResult[];
  readonly same: number;
}

export function trendOf(now: VerifyResult, earlier: VerifyResult): Trend {
  const then = new Map(earlier.controls.map((control) => [control.id, control]));
  const ids = new Set(now.controls.map(({ id }) => id));
  const turns = now.controls.flatMap((control): Turn[] => {
    const before = then.get(control.id)?.verdict;
    return before === undefined ? [] : [{ control, before }];
  });
  const step = ({ control, before }: Turn): number => STANDING[control.verdict] - STANDING[before];
  return {
    better: turns.filter((turn) => step(turn) > 0),
    worse: turns.filter((turn) => step(turn) < 0),
    added: now.controls.filter(({ id }) => !then.has(id)),
    gone: earlier.controls.filter(({ id }) => !ids.has(id)),
    same: turns.filter((turn) => step(turn) === 0).length,
  };
}
