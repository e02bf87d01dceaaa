import type { TextTest } from "./odata-filter.ts";

/**
 * The wildcards of `contains`, `startswith`, `endswith` and of FetchXML's `like`: `%` any text, `_` one character,
 * `[abc]`, `[a-f]`, `[^abc]` one of a set ("Use wildcard characters in conditions for string values", developer guide).
 */

type Mark =
  | { readonly kind: "any" }
  | { readonly kind: "one"; accepts(character: string): boolean }
  /** An opening bracket without its end matches nothing, as in SQL. */
  | { readonly kind: "never" };

function setMark(body: string): Mark {
  const negated = body.startsWith("^");
  const characters = negated ? body.slice(1) : body;
  const ranges: [string, string][] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const from = characters.charAt(at);
    const ranged = characters.charAt(at + 1) === "-" && at + 2 < characters.length;
    ranges.push([from, ranged ? characters.charAt(at + 2) : from]);
    if (ranged) at += 2;
  }
  return {
    kind: "one",
    accepts: (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated,
  };
}

function marksOf(pattern: string): Mark[] {
  const marks: Mark[] = [];
  const text = pattern.toLowerCase();
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "%") marks.push({ kind: "any" });
    else if (character === "_") marks.push({ kind: "one", accepts: () => true });
    else if (character === "[") {
      const end = text.indexOf("]", at + 1);
      if (end < 0) return [{ kind: "never" }];
      marks.push(setMark(text.slice(at + 1, end)));
      at = end;
    } else marks.push({ kind: "one", accepts: (other) => other === character });
  }
  return marks;
}

/** Compares without case; never slower than the product of both lengths. */
function matches(marks: readonly Mark[], value: string): boolean {
  const text = value.toLowerCase();
  let at = 0;
  let mark = 0;
  let retryMark = -1;
  let retryAt = 0;
  for (;;) {
    const current = marks[mark];
    if (current?.kind === "never") return false;
    if (current?.kind === "any") {
      retryMark = mark;
      retryAt = at;
      mark += 1;
      continue;
    }
    if (current === undefined && at === text.length) return true;
    if (current !== undefined && at < text.length && current.accepts(text.charAt(at))) {
      mark += 1;
      at += 1;
      continue;
    }
    if (retryMark < 0 || retryAt >= text.length) return false;
    retryAt += 1;
    at = retryAt;
    mark = retryMark + 1;
  }
}

/** True for text that is like the whole pattern. */
export function isLike(pattern: string): (value: string) => boolean {
  if (!/[%_[]/.test(pattern)) {
    const wanted = pattern.toLowerCase();
    return (value) => value.toLowerCase() === wanted;
  }
  const marks = marksOf(pattern);
  return (value) => matches(marks, value);
}

export function likeTest(test: TextTest, part: string): (value: string) => boolean {
  if (!/[%_[]/.test(part)) {
    const wanted = part.toLowerCase();
    if (test === "contains") return (value) => value.toLowerCase().includes(wanted);
    if (test === "startswith") return (value) => value.toLowerCase().startsWith(wanted);
    return (value) => value.toLowerCase().endsWith(wanted);
  }
  return isLike(`${test === "startswith" ? "" : "%"}${part}${test === "endswith" ? "" : "%"}`);
}
