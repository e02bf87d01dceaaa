import type { ControlResult, VerifyResult } from "./result.ts";
import type { Verdict } from "./verdict.ts";

export const DIRECTIONS = ["worse", "better", "other", "new", "gone"] as const;
/** `other`: another verdict that is neither better nor worse, such as a pass that is not applicable any more. */
export type Direction = (typeof DIRECTIONS)[number];

/** What became of one control since an earlier result. */
export interface VerdictChange {
  readonly direction: Direction;
  readonly id: string;
  readonly title: string;
  readonly origin: ControlResult["origin"];
  /** Null when the earlier result does not have the control. */
  readonly before: Verdict | null;
  /** Null when this result does not have it. */
  readonly after: Verdict | null;
  /** Today's reason, or the earlier one of a control that is gone. */
  readonly reason: string;
  /** What does not hold today and did then: `subject field`, or the subject alone. */
  readonly appeared: readonly string[];
  /** What did not hold then and does today. */
  readonly disappeared: readonly string[];
}

/** How a result differs from an earlier one of the same environment. */
export interface Trend {
  /** The earlier result. */
  readonly since: { readonly runId: string; readonly collected: VerifyResult["collected"] };
  readonly summary: Readonly<Record<Direction, number>>;
  /** Worse first. */
  readonly changes: readonly VerdictChange[];
}

/** Verdicts nobody has to act on, the best first group; among themselves none is better. */
const SETTLED: readonly Verdict[] = ["pass", "inherited", "not-applicable"];

/** How much attention a verdict asks for. `error` and `fail` ask for as much, and neither is the better one. */
const WEIGHT: Readonly<Record<Verdict, number>> = {
  pass: 0,
  inherited: 0,
  "not-applicable": 0,
  manual: 1,
  accepted: 2,
  warning: 3,
  error: 4,
  fail: 4,
};

function pointsOf({ findings }: ControlResult): ReadonlySet<string> {
  return new Set(findings.map(({ subject, field }) => (field === "" ? subject : `${subject} ${field}`)));
}

/** A control whose verdict stays, but which fails in more places, got worse: a nightly job must see the second queue too. */
function directionOf(
  before: ControlResult,
  after: ControlResult,
  appeared: readonly string[],
  disappeared: readonly string[],
): Direction | undefined {
  const [was, is] = [before.verdict, after.verdict];
  if (was === is) return appeared.length > 0 ? "worse" : disappeared.length > 0 ? "better" : undefined;
  if (SETTLED.includes(was) && SETTLED.includes(is)) return "other";
  // A failure that cannot be looked at any more, and one that shows now: both are news.
  return WEIGHT[is] >= WEIGHT[was] ? "worse" : "better";
}

function changeOf(before: ControlResult | undefined, after: ControlResult): VerdictChange | undefined {
  const { id, title, origin, verdict, reason } = after;
  if (before === undefined)
    return {
      direction: "new",
      id,
      title,
      origin,
      before: null,
      after: verdict,
      reason,
      appeared: [...pointsOf(after)],
      disappeared: [],
    };
  const [then, today] = [pointsOf(before), pointsOf(after)];
  const appeared = [...today].filter((point) => !then.has(point));
  const disappeared = [...then].filter((point) => !today.has(point));
  const direction = directionOf(before, after, appeared, disappeared);
  return direction === undefined
    ? undefined
    : { direction, id, title, origin, before: before.verdict, after: verdict, reason, appeared, disappeared };
}

/** Compares by control; both results must be of one environment (`--baseline` sees to it). */
export function trendOf(result: VerifyResult, baseline: VerifyResult): Trend {
  const then = new Map(baseline.controls.map((control) => [control.id, control]));
  const today = new Set(result.controls.map(({ id }) => id));
  const changes = [
    ...result.controls.flatMap((control) => changeOf(then.get(control.id), control) ?? []),
    ...baseline.controls
      .filter(({ id }) => !today.has(id))
      .map(
        ({ id, title, origin, verdict, reason }): VerdictChange => ({
          direction: "gone",
          id,
          title,
          origin,
          before: verdict,
          after: null,
          reason,
          appeared: [],
          disappeared: [],
        }),
      ),
  ].sort((a, b) => DIRECTIONS.indexOf(a.direction) - DIRECTIONS.indexOf(b.direction));
  const summary = Object.fromEntries(
    DIRECTIONS.map((name) => [name, changes.filter(({ direction }) => direction === name).length]),
  ) as Record<Direction, number>;
  return { since: { runId: baseline.runId, collected: baseline.collected }, summary, changes };
}

/**
 * Changes that a nightly job must report: a control that fails or cannot be read and did not before, one that fails in
 * more places, and a new one that fails from the start, which no earlier result has taken note of.
 * @param strict warnings, and what a person has to look at, count as well.
 */
export function alarming({ changes }: Trend, strict: boolean): readonly VerdictChange[] {
  const bad: readonly Verdict[] = strict ? ["fail", "error", "warning", "manual"] : ["fail", "error"];
  return changes.filter(
    ({ direction, after }) =>
      (direction === "worse" || direction === "new") && after !== null && bad.includes(after),
  );
}
