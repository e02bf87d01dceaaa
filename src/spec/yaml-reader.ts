import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  Scalar,
  visit,
  type YAMLError,
} from "yaml";
import type { SourceLocation } from "../errors.ts";
import type { SpecCode } from "./codes.ts";
import type { ListNode, MapEntry, MapNode, ScalarNode, SpecNode } from "./node.ts";
import type { ProblemLog } from "./problems.ts";

/** A hand-written spec stays far below these; they stop hostile files before they cost memory or time. */
export const LIMITS = {
  fileBytes: 256 * 1024,
  depth: 32,
  /** Values of one file after aliases were followed. */
  values: 20_000,
} as const;

interface Advice {
  readonly code: SpecCode;
  readonly message: string;
  readonly remedy: string;
}

function adviceForSyntax(error: YAMLError, line: string): Advice {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return {
        code: "PSC-E008",
        message: "a tab indents this line",
        remedy: "indent with spaces; YAML does not allow tabs",
      };
    case "MULTIPLE_DOCS":
      return {
        code: "PSC-E006",
        message: "a second YAML document starts here",
        remedy: "keep one document a file; put what differs by stage into an overlay with `extends`",
      };
    case "TAG_RESOLVE_FAILED":
      return {
        code: "PSC-E015",
        message: "a YAML tag is not allowed in a spec",
        remedy: "remove the tag (the word that starts with !) and write the plain value",
      };
    case "BLOCK_AS_IMPLICIT_KEY":
      return {
        code: "PSC-E007",
        message: "YAML syntax: a second colon makes a mapping inside this value",
        remedy: "put a text with a colon in quotes, or write the inner mapping on lines of its own",
      };
    default:
      return {
        code: "PSC-E007",
        message: `YAML syntax: ${lowerFirst(error.message)}`,
        remedy: line.includes("$" + "{")
          ? `put the reference in quotes: within { } and [ ] YAML does not take \${…} bare`
          : "check indentation, quotes and brackets on this line and the one above",
      };
  }
}

function lineAround(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end === -1 ? text.length : end);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * Reads one YAML 1.2 document into a tree with positions. Problems go to the log; undefined means that nothing
 * usable was left.
 */
export function readYaml(text: string, file: string, log: ProblemLog): MapNode | undefined {
  const lines = new LineCounter();
  const start: SourceLocation = { file, line: 1, column: 1 };
  const tooDeep = (location: SourceLocation): void =>
    log.report({
      code: "PSC-E018",
      message: `values are nested deeper than ${LIMITS.depth} levels`,
      remedy: "a spec needs six levels at most; flatten this part",
      location,
    });

  let document: Document.Parsed;
  let targets: ReadonlyMap<Alias, ParsedNode | undefined>;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      // The library's own check compares every key with every other.
      uniqueKeys: false,
      version: "1.2",
      schema: "core",
      logLevel: "error",
    });
    targets = targetsOfAliases(document);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    tooDeep(start);
    return undefined;
  }

  const locate = (from: number, to: number): SourceLocation => {
    const { line, col } = lines.linePos(from);
    const lineEnd = text.indexOf("\n", from);
    const end = Math.min(to, lineEnd === -1 ? text.length : lineEnd);
    return { file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - from) };
  };

  for (const error of [...document.errors, ...document.warnings]) {
    const opening = openingQuote(document, error);
    log.report({
      ...adviceForSyntax(error, lineAround(text, error.pos[0])),
      location: opening === undefined ? locate(...error.pos) : locate(opening, opening + 1),
    });
  }
  if (document.errors.length > 0) return undefined;

  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    log.report({
      code: "PSC-E005",
      message: "the file holds no spec",
      remedy: "start from `psc init`, or see examples/minimal.yaml",
      location: start,
    });
    return undefined;
  }
  const { convert, stopped } = createConverter(targets, locate, tooDeep, log);
  const root = convert(contents, 0);
  if (root === undefined || stopped()) return undefined;
  if (root.kind !== "map") {
    log.report({
      code: "PSC-E011",
      message: `the file holds ${root.kind === "list" ? "a list" : "a single value"} where a mapping of keys is expected`,
      remedy: "write `key: value` lines, beginning with `apiVersion: psc/v1`",
      location: root.location,
    });
    return undefined;
  }
  return root;
}

/** Where a text begins whose closing quote is missing: the parser notices only at the end of the file. */
function openingQuote(document: Document.Parsed, error: YAMLError): number | undefined {
  if (error.code !== "MISSING_CHAR") return undefined;
  let opening: number | undefined;
  visit(document, {
    Scalar(_, { type, range }) {
      const quoted = type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE;
      if (quoted && range && range[0] < error.pos[0] && range[2] >= error.pos[0]) opening = range[0];
    },
  });
  return opening;
}

/** The value each alias repeats: the one last marked with its name before it. One pass, however many there are. */
function targetsOfAliases(document: Document.Parsed): Map<Alias, ParsedNode | undefined> {
  const marked = new Map<string, ParsedNode>();
  const targets = new Map<Alias, ParsedNode | undefined>();
  visit(document, {
    Alias: (_, alias) => void targets.set(alias, marked.get(alias.source)),
    Value: (_, value) =>
      void (value.anchor === undefined ? 0 : marked.set(value.anchor, value as ParsedNode)),
  });
  return targets;
}

type Convert = (node: ParsedNode | null, depth: number) => SpecNode | undefined;

function createConverter(
  targets: ReadonlyMap<Alias, ParsedNode | undefined>,
  locate: (from: number, to: number) => SourceLocation,
  tooDeep: (location: SourceLocation) => void,
  log: ProblemLog,
): { readonly convert: Convert; readonly stopped: () => boolean } {
  let values = 0;
  let exhausted = false;
  /** The alias of the text that is being followed; what it unfolds to is reported where it stands. */
  let followed: SourceLocation | undefined;

  function scalar(node: Scalar.Parsed, location: SourceLocation): ScalarNode {
    const plain = node.type === Scalar.PLAIN || node.type === undefined;
    const value = node.value;
    const usable =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null;
    return {
      kind: "scalar",
      location,
      value: usable ? value : String(value),
      written: typeof value === "string" ? value : (node.source ?? String(value)),
      plain,
    };
  }

  function alias(node: Alias, location: SourceLocation, depth: number): SpecNode | undefined {
    const target = targets.get(node);
    if (target === undefined) {
      log.report({
        code: "PSC-E016",
        message: `the alias *${node.source} has no anchor`,
        remedy: `write &${node.source} at the value it should repeat, or remove the alias`,
        location,
      });
      return undefined;
    }
    const isOutermost = followed === undefined;
    if (isOutermost) followed = location;
    const converted = convert(target, depth + 1);
    if (isOutermost) followed = undefined;
    return converted;
  }

  function convert(node: ParsedNode | null, depth: number): SpecNode | undefined {
    if (exhausted) return undefined;
    const [from, to] = node?.range ?? [0, 0];
    const location = locate(from, to);
    if (depth > LIMITS.depth) {
      exhausted = true;
      tooDeep(followed ?? location);
      return undefined;
    }
    values += 1;
    if (values > LIMITS.values) {
      exhausted = true;
      log.report({
        code: "PSC-E017",
        message: `the file unfolds to more than ${LIMITS.values} values`,
        remedy: "remove aliases (*name) that repeat lists of aliases",
        location: followed ?? location,
      });
      return undefined;
    }
    if (node === null) return { kind: "scalar", location, value: null, written: "", plain: true };
    if (isAlias(node)) return alias(node, location, depth);
    if (isScalar(node)) return scalar(node, location);
    if (isSeq(node)) {
      const items: SpecNode[] = [];
      for (const item of node.items) {
        const converted = convert(item as ParsedNode, depth + 1);
        if (converted !== undefined) items.push(converted);
      }
      return { kind: "list", location, items } satisfies ListNode;
    }
    if (!isMap(node)) return undefined;
    const entries = new Map<string, MapEntry>();
    for (const pair of node.items) {
      const key = pair.key as ParsedNode | null;
      const keyLocation = locate(key?.range?.[0] ?? from, key?.range?.[1] ?? from);
      if (!isScalar(key)) {
        log.report({
          code: "PSC-E019",
          message: "a key must be a single word or text",
          remedy: "write `key: value`; a list, mapping or alias cannot be a key",
          location: keyLocation,
        });
        continue;
      }
      if (entries.has(String(key.value))) {
        log.report({
          code: "PSC-E009",
          message: `the key "${String(key.value).slice(0, 60)}" stands twice in the same mapping`,
          remedy: "keep one of the two and move its values together",
          location: keyLocation,
        });
        continue;
      }
      const value = pair.value as ParsedNode | null;
      const converted =
        value === null
          ? ({ kind: "scalar", location: keyLocation, value: null, written: "", plain: true } as const)
          : convert(value, depth + 1);
      if (converted !== undefined) entries.set(String(key.value), { keyLocation, value: converted });
    }
    return { kind: "map", location, entries } satisfies MapNode;
  }

  return { convert, stopped: () => exhausted };
}
