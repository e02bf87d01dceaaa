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
}

function byPlace(a: PscError, b: PscError): number {
  const left = a.location;
  const right = b.location;
  if (left === undefined || right === undefined) return 0;
  if (left.file !== right.file) return 0;
  return left.line - right.line || left.column - right.column;
}

/** Reporting the same code at the same place twice counts once. */
export function createProblemLog(): ProblemLog {
  const found = new Map<string, PscError>();
  const ofSeverity = (severity: "error" | "warning"): PscError[] =>
    [...found.values()].filter((error) => severityOf(error.code) === severity).sort(byPlace);
  const add = (problem: PscError): void => {
    const { file, line, column } = problem.location ?? { file: "", line: 0, column: 0 };
    const key = `${problem.code} ${file}:${line}:${column}`;
    if (!found.has(key)) found.set(key, problem);
  };
  return {
    report: (problem) => add(new PscError(problem)),
    add,
    get errors() {
      return ofSeverity("error");
    },
    get warnings() {
      return ofSeverity("warning");
    },
  };
}

function severityOf(code: string): "error" | "warning" {
  return code.startsWith("PSC-W") ? "warning" : "error";
}
