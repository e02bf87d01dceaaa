import type { VerifyResult } from "../controls/result.ts";
import type { ApplyResult } from "../engine/events.ts";
import { hasChanges, type Plan } from "../engine/plan.ts";
import { PscError } from "../errors.ts";

/** Why a run was cut short by the person or the clock, not by a failure. */
export type LeaveReason = "interrupt" | "time" | "gate-failure" | "background";

/** What psc tells the shell. A contract: scripts and pipelines branch on it, so numbers never change their meaning. */
export const EXIT = {
  done: 0,
  error: 1,
  changes: 2,
  waitingForPerson: 3,
  stillInProgress: 4,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For `psc explain exit-codes` and the docs. */
export const EXIT_MEANINGS: readonly { readonly code: ExitCode; readonly meaning: string }[] = [
  { code: EXIT.done, meaning: "done, or nothing to do" },
  {
    code: EXIT.error,
    meaning: "an error: something failed, or a check does not hold and nothing was written",
  },
  {
    code: EXIT.changes,
    meaning:
      "`plan`: changes are pending; `verify`: a control fails or could not be read (with `--baseline`: one that did not before); `diff`: the two differ; `verify-bundle`: the bundle was altered; `smoke`: a patient does not get through, or it could not be tried",
  },
  {
    code: EXIT.waitingForPerson,
    meaning: "`deploy`: everything else is done, a person must act (see `psc gate list`)",
  },
  {
    code: EXIT.stillInProgress,
    meaning:
      "`deploy`: time is up (`--leave-after`) or somebody left it to the background, and work goes on; run the same command again, or `psc status --follow`",
  },
  {
    code: EXIT.usage,
    meaning: "wrong usage of the command line, or the spec is not valid; no request was sent",
  },
  { code: EXIT.interrupted, meaning: "stopped by Ctrl+C; run the same command again to go on" },
];

export function exitOfPlan(plan: Plan): ExitCode {
  if (plan.problems.length > 0) return EXIT.error;
  return hasChanges(plan) ? EXIT.changes : EXIT.done;
}

/** @param left why the run was cut short, when it was. */
export function exitOfDeploy(
  { outcome, failures }: Pick<ApplyResult, "outcome" | "failures">,
  left: LeaveReason | undefined,
): ExitCode {
  switch (outcome) {
    case "done":
      return EXIT.done;
    case "failed":
      return EXIT.error;
    case "waiting-for-person":
      return EXIT.waitingForPerson;
    case "interrupted":
      if (failures.length > 0) return EXIT.error;
      return left === "time" || left === "background" ? EXIT.stillInProgress : EXIT.interrupted;
  }
}

/**
 * What could not be read is not proved, so it counts like a failure.
 * @param strict warnings, and what a person has to look at, count as well.
 */
export function exitOfVerify({ summary }: Pick<VerifyResult, "summary">, strict: boolean): ExitCode {
  const soft = strict ? summary.warning + summary.manual : 0;
  return summary.fail + summary.error + soft > 0 ? EXIT.changes : EXIT.done;
}

/** `verify --baseline` and `diff`: whether there is anything to report. */
export function exitOfFindings(count: number): ExitCode {
  return count > 0 ? EXIT.changes : EXIT.done;
}

/** PSC-E0xx are problems of a spec, PSC-E10x of the command line. */
const USAGE_CODE = /^PSC-E(0\d\d|10\d)$/;

/** For what a command throws; several errors thrown together count as usage only when all of them are. */
export function exitOfErrors(error: unknown): ExitCode {
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((inner) => exitOfErrors(inner) === EXIT.usage)
      ? EXIT.usage
      : EXIT.error;
  if (error instanceof PscError && USAGE_CODE.test(error.code)) return EXIT.usage;
  if (error instanceof Error && error.name === "AbortError") return EXIT.interrupted;
  return EXIT.error;
}
