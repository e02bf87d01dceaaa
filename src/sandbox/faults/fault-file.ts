import { isNode, LineCounter, parseDocument } from "yaml";
import { checkFaultFile, type FaultFile, pathWords } from "./definition.ts";

export interface FaultFileProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Such as `faults[0].action.kind must be one of delay, throttle, …`. */
  readonly message: string;
}

export type ReadFaultFile =
  | { readonly ok: true; readonly value: FaultFile }
  | { readonly ok: false; readonly problems: readonly FaultFileProblem[] };

/** `faults.yaml:7:13: faults[0].times must be at least 1`. */
export function problemLine({ file, line, column, message }: FaultFileProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** Reads a fault file. `file` is its name in the problems. */
export function readFaultFile(text: string, file: string): ReadFaultFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => ({ file, ...place(error.pos[0]), message: error.message })),
    };
  }
  const checked = checkFaultFile(document.toJS());
  if (checked.ok) return checked;
  const offsetOf = (path: readonly (string | number)[]): number => {
    // What is missing is reported at what should hold it.
    for (let length = path.length; length >= 0; length -= 1) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  return {
    ok: false,
    problems: checked.problems.map(({ path, message }) => ({
      file,
      ...place(offsetOf(path)),
      message: `${path.length === 0 ? "the file" : pathWords(path)} ${message}`,
    })),
  };
}
