import { PscError, type SourceLocation } from "../errors.ts";
import type { SpecCode } from "./codes.ts";

export interface Problem {
  readonly code: SpecCode;
  readonly message: string;
  readonly remedy: string;
  readonly location: SourceLocation;
}

/** Gathers every problem of a load, so that a person sees them all at once. */
export interface ProblemLog {
  report(problem: Problem): void;
  /** Takes over a problem of another log. */
  add(problem: PscError): void;
  readonly errors: readonly PscError[];
  readonly warnings: readonly PscError[];
  /** True when further errors are no longer taken. */
  readonly full: boolean;
}

/** Beyond this many errors (or warnings) a person has seen enough, and a hostile file has cost enough. */
const MOST = 200;

/** Reporting the same code at the same place twice counts once. */
export function createProblemLog(): ProblemLog {
  const found = new Map<string, PscError>();
  const fileOrder: string[] = [];
  const counts = { error: 0, warning: 0 };
  const byPlace = (a: PscError, b: PscError): number =>
    fileOrder.indexOf(a.location?.file ?? "") - fileOrder.indexOf(b.location?.file ?? "") ||
    (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
    (a.location?.column ?? 0) - (b.location?.column ?? 0);
  const ofSeverity = (severity: "error" | "warning"): PscError[] =>
    [...found.values()].filter((error) => severityOf(error.code) === severity).sort(byPlace);
  const add = (problem: PscError): void => {
    const { file, line, column } = problem.location ?? { file: "", line: 0, column: 0 };
    const key = `${problem.code} ${file}:${line}:${column}`;
    const severity = severityOf(problem.code);
    if (found.has(key) || counts[severity] >= MOST) return;
    counts[severity] += 1;
    found.set(key, problem);
    if (!fileOrder.includes(file)) fileOrder.push(file);
  };
  return {
    report: (problem) => add(new PscError(problem)),
    add,
    get errors() {
      return ofSeverity("error");
    },
    get full() {
      return counts.error >= MOST;
    },
    get warnings() {
      return ofSeverity("warning");
    },
  };
}

function severityOf(code: string): "error" | "warning" {
  return code.startsWith("PSC-W") ? "warning" : "error";
}
