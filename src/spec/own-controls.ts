import type { SourceLocation } from "../errors.ts";
import {
  type ExpressionProblem,
  type ExpressionUse,
  embeddedIn,
  mentionsIn,
  problemOfExpression,
} from "../expressions.ts";
import type { SpecFile } from "./files.ts";
import type { IncludedFiles } from "./included-files.ts";
import type { OwnControlSpec } from "./model.ts";
import { locationAt, nodeAt, type SpecNode, type SpecPath } from "./node.ts";
import { createProblemLog, type Problem, type ProblemLog } from "./problems.ts";
import { type OwnControlsDocument, ownControlsSchema } from "./schema/own-controls.ts";
import { keysAt } from "./schema/walk.ts";
import { type SpecDocument, specSchema } from "./schema.ts";
import { checkRequired, checkShape } from "./shape.ts";
import { adviceFor, closest } from "./suggest.ts";
import { KIND_NAMES, PERSONA_NAMES, PROBE_IDS } from "./terms/catalogue.ts";
import { readYaml } from "./yaml-reader.ts";

type OwnControlDocument = NonNullable<OwnControlsDocument["controls"]>[number];

interface Reading {
  readonly file: SpecFile;
  readonly tree: SpecNode;
  readonly log: ProblemLog;
}

/** Where a stretch of a text stands in its file; the text's own place when YAML has folded or escaped it. */
function placeIn({ file, tree }: Reading, path: SpecPath, from: number, to: number): SourceLocation {
  const node = nodeAt(tree, path);
  const whole = locationAt(tree, path);
  if (node?.kind !== "scalar" || typeof node.value !== "string") return whole;
  const lines = file.text.split("\n");
  const first = lines[whole.line - 1] ?? "";
  const mark = first.charAt(whole.column - 1);
  const before = node.value.slice(0, from).split("\n");
  const exact = (line: number, column: number): SourceLocation => {
    const text = lines[line - 1] ?? "";
    const stretch = node.value === null ? "" : String(node.value).slice(from, to).split("\n")[0];
    // What YAML changed on the way does not stand there as it is.
    return text.slice(column - 1).startsWith(stretch ?? "")
      ? { file: whole.file, line, column, length: Math.max(1, Math.min(to - from, text.length - column + 1)) }
      : whole;
  };
  if (mark === "|") {
    const start = lines.findIndex((line, i) => i >= whole.line && line.trim() !== "");
    const indent = /^ */.exec(lines[start] ?? "")?.[0].length ?? 0;
    return exact(whole.line + before.length, indent + (before.at(-1)?.length ?? 0) + 1);
  }
  if (mark === ">" || before.length > 1) return whole;
  return exact(whole.line, whole.column + (mark === '"' || mark === "'" ? 1 : 0) + from);
}

function report(reading: Reading, path: SpecPath, problem: Omit<Problem, "location">): void {
  reading.log.report({ ...problem, location: locationAt(reading.tree, path) });
}

/** Kinds, probes and expressions of a control; its id is looked at beside those of others. */
function checkControl(reading: Reading, control: OwnControlDocument, path: SpecPath): void {
  const { log } = reading;
  const known = [...KIND_NAMES, ...PROBE_IDS];
  for (const [i, name] of (control.restsOn ?? []).entries()) {
    if (known.includes(name)) continue;
    const guess = closest(name, known);
    report(reading, [...path, "restsOn", i], {
      code: "PSC-E089",
      message: `"${name}" is neither a kind of resource nor a probe`,
      remedy:
        guess === undefined
          ? "docs/kinds.md and docs/controls.md list them, and so does `psc explain`"
          : `did you mean "${guess}"?`,
    });
  }
  if (control.restsOn?.length === 0)
    report(reading, [...path, "restsOn"], {
      code: "PSC-E089",
      message: `${control.id} rests on nothing`,
      remedy: "name the kinds of resources or the probes it looks at",
    });
  if (control.persona !== undefined && !PERSONA_NAMES.includes(control.persona)) {
    const guess = closest(control.persona, PERSONA_NAMES);
    report(reading, [...path, "persona"], {
      code: "PSC-E089",
      message: `"${control.persona}" is no persona`,
      remedy: guess === undefined ? `use one of: ${PERSONA_NAMES.join(", ")}` : `did you mean "${guess}"?`,
    });
  }
  const section = /^[^.[]*/.exec(control.spec ?? "")?.[0] ?? "";
  const sections = keysAt(specSchema, []);
  if (section !== "" && !sections.includes(section))
    report(reading, [...path, "spec"], {
      code: "PSC-E089",
      message: `"${control.spec}" is no field of a spec`,
      remedy: adviceFor(section, sections, "docs/spec.md lists them"),
    });
  const withItem = control.each !== undefined;
  const check = (field: string, text: string | undefined, use: ExpressionUse, at = 0): void => {
    if (text === undefined) return;
    const tell = ({ message, from, to }: ExpressionProblem, remedy: string): void =>
      log.report({
        code: "PSC-E097",
        message: `${field} of ${control.id}: ${message}`,
        remedy,
        location: placeIn(reading, [...path, field], at + from, at + to),
      });
    const problem = problemOfExpression(text, use);
    if (problem !== undefined) {
      const advice =
        problem.message === "unknown variable: it"
          ? "`it` is known where the control has `each`, in `holds` and `otherwise`"
          : "docs/controls.md says what an expression may look at";
      tell(problem, advice);
      return;
    }
    for (const { name, from, to } of mentionsIn(text, use))
      if (!(control.restsOn ?? []).includes(name)) {
        const guess = closest(name, control.restsOn ?? []);
        tell(
          { message: `it looks at "${name}", which restsOn does not name`, from, to },
          guess === undefined ? `add ${name} to restsOn` : `did you mean "${guess}"?`,
        );
      }
  };
  check("when", control.when, { withItem: false, asks: "truth" });
  check("each", control.each, { withItem: false, asks: "list" });
  check("holds", control.holds, { withItem, asks: "truth" });
  for (const { expression, at } of embeddedIn(control.otherwise ?? ""))
    check("otherwise", expression, { withItem, asks: "anything" }, at);
}

function specOf(control: OwnControlDocument, definedAt: SourceLocation): OwnControlSpec {
  return {
    id: control.id,
    definedAt,
    title: control.title ?? "",
    statement: control.statement ?? "",
    rationale: control.rationale ?? "",
    level: control.level ?? "SHALL",
    persona: control.persona ?? "System Administrator",
    restsOn: control.restsOn ?? [],
    when: control.when,
    each: control.each,
    holds: control.holds ?? "",
    otherwise: control.otherwise ?? "",
    spec: control.spec,
    steps: control.steps ?? [],
    mappings: control.mappings ?? {},
  };
}

/** Reads every file that `verify.controls` names. Problems go to the log, each where it stands in its own file. */
export function readOwnControls(
  { verify }: SpecDocument,
  included: IncludedFiles,
  log: ProblemLog,
): readonly OwnControlSpec[] {
  const seen = new Map<string, SourceLocation>();
  return (verify?.controls ?? []).flatMap((_, i) => {
    const file = included.fileAt(["verify", "controls", i]);
    if (file === undefined) return [];
    // A file of its own: what is wrong with it must not hide what is wrong with the spec.
    const own = createProblemLog();
    const root = readYaml(file.text, file.file, own);
    const shaped = root && checkShape(ownControlsSchema, root, own);
    if (root !== undefined) checkRequired(ownControlsSchema, root, own);
    if (shaped !== undefined)
      for (const [at, control] of (shaped.document.controls ?? []).entries()) {
        const reading: Reading = { file, tree: shaped.tree, log: own };
        const path = ["controls", at];
        const earlier = seen.get(control.id);
        if (control.id.startsWith("PSC-"))
          report(reading, [...path, "id"], {
            code: "PSC-E089",
            message: `the id ${control.id} begins like those of psc's own controls`,
            remedy: "begin with a word of your own, such as CONTOSO-CHAT-01",
          });
        else if (earlier !== undefined)
          report(reading, [...path, "id"], {
            code: "PSC-E089",
            message: `there are two controls ${control.id}: the other is at ${earlier.file}:${earlier.line}`,
            remedy: "give each an id of its own: exceptions and reports know them by it",
          });
        else seen.set(control.id, locationAt(shaped.tree, [...path, "id"]));
        checkControl(reading, control, path);
      }
    for (const problem of [...own.errors, ...own.warnings]) log.add(problem);
    if (shaped === undefined) return [];
    return (shaped.document.controls ?? []).map((control, at) =>
      specOf(control, locationAt(shaped.tree, ["controls", at, "id"])),
    );
  });
}
