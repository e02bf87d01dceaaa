import type * as z from "zod";
import type { SourceLocation } from "../errors.ts";
import type { SpecCode } from "./codes.ts";
import {
  formatPath,
  keyLocationAt,
  locationAt,
  nodeAt,
  type SpecNode,
  type SpecPath,
  toPlain,
  without,
} from "./node.ts";
import type { ProblemLog } from "./problems.ts";
import { expectationOf } from "./schema/fields.ts";
import { keysAt, missingFields } from "./schema/walk.ts";
import { adviceFor, closest } from "./suggest.ts";
import { hintForKey, hintForWord } from "./terms/gone.ts";

type Issue = z.core.$ZodIssue;

export interface Shaped<T> {
  readonly document: T;
  /** The tree without what was refused, so that further checks see only sound values. */
  readonly tree: SpecNode;
}

/** More rounds than a refused value can hide other refused values behind. */
const ROUNDS = 4;

/**
 * Checks a tree against a schema and reports every difference where it was written. What is refused is left out of
 * the result; undefined means that nothing sound was left.
 */
export function checkShape<T>(schema: z.ZodType<T>, root: SpecNode, log: ProblemLog): Shaped<T> | undefined {
  let tree = root;
  for (let round = 0; round < ROUNDS; round++) {
    const parsed = schema.safeParse(toPlain(tree));
    if (parsed.success) return { document: parsed.data, tree };
    const refused: SpecPath[] = [];
    for (const issue of parsed.error.issues) {
      if (log.full) return undefined;
      refused.push(...reportIssue(schema, tree, issue, [], log, round === 0));
    }
    if (log.full || refused.some((path) => path.length === 0)) return undefined;
    // Later items of a list first, so that the places of the earlier ones still hold.
    for (const path of refused.sort(laterFirst)) tree = without(tree, path);
  }
  return undefined;
}

function laterFirst(a: SpecPath, b: SpecPath): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const left = a[i];
    const right = b[i];
    if (left === right) continue;
    return typeof left === "number" && typeof right === "number" ? right - left : 0;
  }
  return b.length - a.length;
}

/** Reports required fields that neither the file nor the files it extends give. */
export function checkRequired(schema: z.ZodType, tree: SpecNode, log: ProblemLog): void {
  if (log.full) return;
  for (const { path, description } of missingFields(schema, toPlain(tree))) {
    const node = nodeAt(tree, path);
    if ((node?.kind === "scalar" && node.failed === true) || isMisspelt(schema, tree, path)) continue;
    log.report({
      code: "PSC-E013",
      message: `${formatPath(path)} is missing`,
      remedy: `add it: ${firstSentence(description)}`,
      location: placeOfMissing(tree, path),
    });
  }
}

/** True when an unknown key beside the missing one was reported with the missing one as its remedy. */
function isMisspelt(schema: z.ZodType, tree: SpecNode, path: SpecPath): boolean {
  const parent = path.slice(0, -1);
  const node = nodeAt(tree, parent);
  if (node?.kind !== "map") return false;
  const known = keysAt(schema, parent);
  return [...node.entries.keys()].some((key) => !known.includes(key) && closest(key, known) === path.at(-1));
}

/** An item is marked at its name, so that the frame shows which one is meant. */
function placeOfMissing(tree: SpecNode, path: SpecPath): SourceLocation {
  if (nodeAt(tree, path) !== undefined) return keyLocationAt(tree, path);
  const parent = path.slice(0, -1);
  const node = nodeAt(tree, parent);
  if (node?.kind === "map") {
    const name = node.entries.get("name") ?? node.entries.get("role");
    if (name !== undefined) return name.value.location;
  }
  return locationAt(tree, parent);
}

function firstSentence(text: string): string {
  const end = text.search(/[.;](\s|$)/);
  return lowerFirst(end === -1 ? text : text.slice(0, end));
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function asPath(path: readonly PropertyKey[]): SpecPath {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

function shown(node: SpecNode | undefined): string {
  if (node === undefined) return "nothing";
  if (node.kind !== "scalar") return node.kind === "list" ? "a list" : "a mapping";
  if (node.value === null) return "nothing";
  const written = node.written.length > 60 ? `${node.written.slice(0, 57)}...` : node.written;
  return `"${written.replaceAll(/\s+/g, " ")}"`;
}

/** Reports one issue and answers the paths to leave out. */
function reportIssue(
  schema: z.ZodType,
  tree: SpecNode,
  issue: Issue,
  above: SpecPath,
  log: ProblemLog,
  isFirstRound: boolean,
): SpecPath[] {
  const path = [...above, ...asPath(issue.path)];
  const node = nodeAt(tree, path);
  const report = (code: SpecCode, message: string, remedy: string, location: SourceLocation): void =>
    log.report({ code, message, remedy, location });

  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, path);
      for (const key of issue.keys) {
        if (log.full) break;
        const remedy = hintForKey(key) ?? adviceForKey(key, known);
        const place = path.length === 0 ? "" : ` in ${formatPath(path)}`;
        report("PSC-E010", `unknown key "${key}"${place}`, remedy, keyLocationAt(tree, [...path, key]));
      }
      return issue.keys.map((key) => [...path, key]);
    }
    case "invalid_key": {
      const expectation = issue.issues
        .map(paramsOf)
        .map(expectationOf)
        .find((found) => found !== undefined);
      const key = String(path.at(-1));
      report(
        expectation?.code ?? "PSC-E019",
        `"${key}" is not ${expectation?.what ?? "a key that may stand here"}`,
        expectation?.remedy ?? "rename the key",
        keyLocationAt(tree, path),
      );
      return [path];
    }
    case "invalid_union": {
      const branch = issue.errors.find((errors) => errors.every((inner) => !isTypeMismatch(inner)));
      if (branch !== undefined && branch.length > 0)
        return branch.flatMap((inner) => reportIssue(schema, tree, inner, path, log, isFirstRound));
      const worded = issue.errors.flat().find((inner) => inner.code === "invalid_value" && isText(node));
      if (worded !== undefined) return reportIssue(schema, tree, worded, path, log, isFirstRound);
      const types = [...new Set(issue.errors.flat().map(expectedType))];
      report("PSC-E011", wrongType(path, types, node), typeRemedy(types, node), locationAt(tree, path));
      return [path];
    }
    case "invalid_value": {
      const words = issue.values.map(String);
      const word = node?.kind === "scalar" ? node.written : "";
      if (node?.kind !== "scalar") {
        report(
          "PSC-E011",
          wrongType(path, ["a word"], node),
          `use one of: ${words.join(", ")}`,
          locationAt(tree, path),
        );
        return [path];
      }
      const hint = hintForWord(path, word);
      report(
        hint?.code ?? "PSC-E014",
        hint?.message ?? `${shown(node)} is not offered for ${formatPath(path)}`,
        hint?.remedy ?? adviceForWord(word, issue.values),
        node.location,
      );
      return [path];
    }
    case "custom": {
      const expectation = expectationOf(issue.params);
      if (expectation === undefined) {
        report(
          "PSC-E011",
          wrongType(path, ["text"], node),
          typeRemedy(["text"], node),
          locationAt(tree, path),
        );
        return [path];
      }
      const guess =
        expectation.known !== undefined && node?.kind === "scalar" && typeof node.value === "string"
          ? closest(node.written, expectation.known())
          : undefined;
      report(
        expectation.code,
        `${formatPath(path)}: ${shown(node)} is not ${expectation.what}`,
        guess === undefined ? expectation.remedy : `did you mean "${guess}"?`,
        locationAt(tree, path),
      );
      return [path];
    }
    case "invalid_type": {
      // A natural key that is missing: the item cannot be told apart, so it is left out as a whole.
      if (node === undefined || (node.kind === "scalar" && node.value === null)) {
        const owner = path.slice(0, -1);
        // It was refused in an earlier round, so it has been reported.
        if (!isFirstRound) return [owner];
        report(
          "PSC-E013",
          `${formatPath(path)} is missing`,
          `add \`${String(path.at(-1))}\`; psc tells the items of this list apart by it`,
          locationAt(tree, owner),
        );
        return [owner];
      }
      const types = [expectedType(issue)];
      report("PSC-E011", wrongType(path, types, node), typeRemedy(types, node), locationAt(tree, path));
      return [path];
    }
    default:
      report(
        "PSC-E011",
        wrongType(path, ["another value"], node),
        "see docs/spec.md for what may stand here",
        locationAt(tree, path),
      );
      return [path];
  }
}

function paramsOf(issue: Issue): Record<string, unknown> | undefined {
  return issue.code === "custom" ? issue.params : undefined;
}

function isText(node: SpecNode | undefined): boolean {
  return node?.kind === "scalar" && typeof node.value === "string";
}

function isTypeMismatch(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

function expectedType(issue: Issue): string {
  if (issue.code === "invalid_value") return issue.values.map((value) => `"${String(value)}"`).join(" or ");
  return issue.code === "invalid_type" ? (TYPE_WORDS[issue.expected] ?? issue.expected) : "another value";
}

function typeOf(node: SpecNode | undefined): string {
  if (node === undefined) return "nothing";
  if (node.kind !== "scalar") return node.kind === "list" ? "a list" : "a mapping";
  const { value } = node;
  if (value === null) return "nothing";
  if (typeof value === "boolean") return `the truth value ${value}`;
  if (typeof value === "number") return `the number ${node.written}`;
  return `the text ${shown(node)}`;
}

function wrongType(path: SpecPath, types: readonly string[], node: SpecNode | undefined): string {
  const where = path.length === 0 ? "the document" : formatPath(path);
  return `${where} is ${typeOf(node)}, expected ${types.join(" or ")}`;
}

function typeRemedy(types: readonly string[], node: SpecNode | undefined): string {
  if (node?.kind === "scalar" && types.includes("text") && typeof node.value !== "string")
    return `put it in quotes: "${node.written}"`;
  if (types.includes("a list")) return "write a list: [one, two], or one `- item` a line";
  if (types.includes("a mapping")) return "write `key: value` lines, indented below this key";
  if (node?.kind === "scalar" && !node.plain) return "remove the quotes";
  return `write ${types.join(" or ")}`;
}

function adviceForKey(key: string, known: readonly string[]): string {
  if (key === "<<") return "merge keys are not part of YAML 1.2; use `extends` and overlays instead";
  const guess = closest(key, known);
  if (guess !== undefined) return `did you mean "${guess}"?`;
  return known.length === 0 ? "remove it" : `known keys: ${known.join(", ")}`;
}

function adviceForWord(word: string, words: readonly z.core.util.Primitive[]): string {
  const choices = `use one of: ${words.map(String).join(", ")}`;
  // A number near another one is no slip of the pen.
  return words.every((choice) => typeof choice === "string") ? adviceFor(word, words, choices) : choices;
}
