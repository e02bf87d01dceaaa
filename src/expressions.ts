import { createRequire } from "node:module";
import type { ASTNode, Environment, ParseResult } from "@marcbachmann/cel-js";

/**
 * Expressions of controls of one's own, in the Common Expression Language (CEL, github.com/google/cel-spec): it has no
 * statements, no loops but over given lists, and cannot reach anything it was not handed.
 */

type Library = typeof import("@marcbachmann/cel-js");

/** Stops what a person would not write before it costs time; the default limits are for machines. */
const LIMITS = { maxAstNodes: 2_000, maxDepth: 32 };

const environments = new Map<boolean, Environment>();
let library: Library | undefined;

/** Most specs have no controls of their own: the library is loaded with the first expression, and reading a spec does not wait. */
function cel(): Library {
  library ??= createRequire(import.meta.url)("@marcbachmann/cel-js") as Library;
  return library;
}

function environment(withItem: boolean): Environment {
  const known = environments.get(withItem);
  if (known !== undefined) return known;
  const { Environment: Language } = cel();
  const made = new Language({ limits: LIMITS })
    .registerVariable("resources", "map<string, list<dyn>>")
    .registerVariable("probes", "map<string, dyn>")
    .registerVariable("spec", "map<string, dyn>")
    .registerVariable("now", "google.protobuf.Timestamp");
  if (withItem) made.registerVariable("it", "dyn");
  environments.set(withItem, made);
  return made;
}

/** What is wrong with an expression. */
export interface ExpressionProblem {
  /** Lower case, no full stop. */
  readonly message: string;
  /** Characters of the text, from 0. */
  readonly from: number;
  readonly to: number;
}

/** A place where an expression asks for a kind or a probe by name. */
export interface Mention {
  readonly of: "resources" | "probes";
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The library's own words without the drawing of the place below them. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return lowerFirst((text.split("\n")[0] ?? "").replace(/\.$/, ""));
}

function problemOf(error: unknown, text: string): ExpressionProblem {
  const { range } = error as { readonly range?: { readonly start: number; readonly end: number } };
  const from = Math.min(range?.start ?? 0, text.length);
  return { message: wordsOf(error), from, to: Math.max(from + 1, range?.end ?? text.length) };
}

export interface ExpressionUse {
  /** `it` is known: the expression is asked for each of several things. */
  readonly withItem: boolean;
  /** It must be true or false, as far as can be told beforehand. */
  readonly asks: "truth" | "list" | "anything";
}

/** Undefined when the expression is one; nothing is evaluated. */
export function problemOfExpression(
  text: string,
  { withItem, asks }: ExpressionUse,
): ExpressionProblem | undefined {
  const checked = environment(withItem).check(text);
  if (!checked.valid) return problemOf(checked.error, text);
  const type = String(checked.type ?? "dyn");
  const fits =
    asks === "anything" ||
    type === "dyn" ||
    (asks === "truth" ? type === "bool" : type === "list" || type.startsWith("list<"));
  if (fits) return undefined;
  const wanted = asks === "truth" ? "true or false" : "a list";
  return { message: `it gives ${type}, not ${wanted}`, from: 0, to: text.length };
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

function mentionOf(node: ASTNode): Mention | undefined {
  if (!Array.isArray(node.args)) return undefined;
  const [of, name] = node.args as readonly unknown[];
  if (!isNode(of) || of.op !== "id" || (of.args !== "resources" && of.args !== "probes")) return undefined;
  if (node.op === "." && typeof name === "string")
    return { of: of.args, name, from: node.start, to: node.end };
  if (node.op === "[]" && isNode(name) && name.op === "value" && typeof name.args === "string")
    return { of: of.args, name: name.args, from: name.start, to: name.end };
  return undefined;
}

/** Kinds and probes that an expression names; empty when the expression is none. */
export function mentionsIn(text: string, { withItem }: Pick<ExpressionUse, "withItem">): readonly Mention[] {
  const found: Mention[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    const mention = mentionOf(value);
    if (mention !== undefined) found.push(mention);
    visit(value.args);
  };
  try {
    visit(environment(withItem).parse(text).ast);
  } catch {
    return [];
  }
  return found;
}

/** An expression within `{{ }}` of a text. */
export interface Embedded {
  readonly expression: string;
  /** Where the expression begins in the text. */
  readonly at: number;
}

const EMBEDDED = /\{\{([\s\S]*?)\}\}/g;

export function embeddedIn(text: string): readonly Embedded[] {
  return [...text.matchAll(EMBEDDED)].map((match) => ({ expression: match[1] ?? "", at: match.index + 2 }));
}

/** What expressions are about, as plain data. */
export interface Subject {
  /** By kind. */
  readonly resources: Readonly<Record<string, readonly object[]>>;
  /** By id; those without a value are left out. */
  readonly probes: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** CEL tells whole numbers from others; JSON does not. */
function celValue(value: unknown): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, celValue(member)]),
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "(none)";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.length === 0 ? "(none)" : value.map(shown).join(", ");
  if (typeof value === "object")
    return JSON.stringify(value, (_, member) => (typeof member === "bigint" ? Number(member) : member));
  return String(value);
}

/** Evaluates expressions over one subject. */
export interface Evaluator {
  /** @throws Error in words when it cannot be evaluated. */
  value(expression: string, item?: unknown): unknown;
  /** A text with the values of its `{{ }}` in it; `(none)` stands for those that have none. */
  text(text: string, item?: unknown): string;
}

export function evaluatorOf(subject: Subject): Evaluator {
  const context = {
    resources: celValue(subject.resources),
    probes: celValue(subject.probes),
    spec: celValue(subject.spec),
    now: new Date(subject.now),
  };
  const parsed = new Map<string, ParseResult>();
  const value: Evaluator["value"] = (expression, item) => {
    const withItem = item !== undefined;
    const key = `${withItem} ${expression}`;
    const known = parsed.get(key) ?? environment(withItem).parse(expression);
    parsed.set(key, known);
    try {
      return known(withItem ? { ...context, it: item } : context);
    } catch (error) {
      throw new Error(wordsOf(error), { cause: error });
    }
  };
  return {
    value,
    text: (text, item) =>
      text.replace(EMBEDDED, (_, expression: string) => {
        try {
          return shown(value(expression, item));
        } catch {
          return "(none)";
        }
      }),
  };
}
