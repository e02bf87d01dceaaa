import { isSecretReference } from "../spec/secret-reference.ts";
import { formatPrincipal } from "../spec/terms/principals.ts";

/** A step of the way to a value: a key, an item of a list by what tells it from the others, or by its number. */
export type Step = string | number | ItemStep;

export interface ItemStep {
  /** Such as `{ name: "Second line" }`. */
  readonly item: Readonly<Record<string, string>>;
}

export type Way = readonly Step[];

/** `queues["Second line"].priority`. */
export function formatWay(way: Way): string {
  let text = "";
  for (const step of way) {
    if (typeof step === "number") text += `[${step}]`;
    else if (typeof step === "object") text += `["${Object.values(step.item).join(" → ")}"]`;
    else if (text === "") text = step;
    else text += /^[A-Za-z][\w-]*$/.test(step) ? `.${step}` : `["${step}"]`;
  }
  return text;
}

/** The way without what tells items apart: `queues[].priority`. */
export function patternOf(way: Way): string {
  return way.map((step, i) => (typeof step === "string" ? `${i === 0 ? "" : "."}${step}` : "[]")).join("");
}

export interface ValueDifference {
  readonly way: Way;
  /** `order`: the same items, in another order where order matters. */
  readonly what: "value" | "order";
  /** Plain data without secrets; undefined where that side has nothing. */
  readonly a: unknown;
  readonly b: unknown;
}

/** What tells the items of a list apart, the best first. */
const KEYS: readonly (readonly string[])[] = [
  ["key"],
  ["role", "to"],
  ["title", "language"],
  ["name"],
  ["uniqueName"],
  ["id"],
  ["title"],
  ["control"],
];

/** Lists whose order is part of what they say; of all others only what is in them counts. */
const ORDERED: ReadonlySet<string> = new Set([
  "ownSolutions",
  "route",
  "rules",
  "survey",
  "questions",
  "steps",
  "actions",
  "tabs",
  "options",
  "fields",
]);

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPrincipal(value: Mapping): boolean {
  const { kind } = value;
  return (
    (kind === "bot" && Object.keys(value).length === 1) ||
    (kind === "group" && "group" in value) ||
    (kind === "user" && "userPrincipalName" in value)
  );
}

/** As a spec writes it: principals by their names, and never what a secret is. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMapping(value)) return value;
  if (isSecretReference(value)) {
    if (value.kind === "keyVault") return `secret ${value.vault}/${value.secret}`;
    return value.kind === "environment" ? `secret of the variable ${value.name}` : "secret";
  }
  if (isPrincipal(value)) return formatPrincipal(value as unknown as Parameters<typeof formatPrincipal>[0]);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, plain(member)]),
  );
}

function keyOf(item: unknown, keys: readonly string[]): string | undefined {
  if (!isMapping(item)) return undefined;
  const parts = keys.map((key) => item[key]);
  return parts.every((part) => typeof part === "string") ? parts.join(" → ") : undefined;
}

function tellsApart(items: readonly unknown[], keys: readonly string[]): boolean {
  const found = items.map((item) => keyOf(item, keys));
  return found.every((key) => key !== undefined) && new Set(found).size === found.length;
}

const text = (value: unknown): string => JSON.stringify(value) ?? "";

/** @param same whether two texts count as the same though they are not. */
export function compareValues(
  before: unknown,
  after: unknown,
  same: (a: string, b: string) => boolean = () => false,
): readonly ValueDifference[] {
  const alike = (a: unknown, b: unknown): boolean =>
    text(a) === text(b) || (a !== undefined && b !== undefined && same(text(a), text(b)));

  const compareLists = (way: Way, a: readonly unknown[], b: readonly unknown[]): ValueDifference[] => {
    const last = way.at(-1);
    const ordered = typeof last === "string" && ORDERED.has(last);
    const keys = KEYS.find((candidate) => tellsApart(a, candidate) && tellsApart(b, candidate));
    if (keys === undefined || a.length + b.length === 0) {
      const sorted = (list: readonly unknown[]): readonly unknown[] =>
        ordered ? list : [...list].sort((x, y) => text(x).localeCompare(text(y)));
      return alike(sorted(a), sorted(b)) ? [] : [{ way, what: "value", a, b }];
    }
    const names = (list: readonly unknown[]): string[] => list.map((item) => keyOf(item, keys) ?? "");
    const [inA, inB] = [names(a), names(b)];
    const partnerOf = (name: string): string | undefined =>
      inB.includes(name) ? name : inB.find((other) => !inA.includes(other) && same(name, other));
    const stepOf = (item: unknown): ItemStep => ({
      item: Object.fromEntries(keys.map((key) => [key, String((item as Mapping)[key])])),
    });
    const matched = inA.map((name) => ({ name, partner: partnerOf(name) }));
    const differences = matched.flatMap(({ partner }, i) =>
      compare([...way, stepOf(a[i])], a[i], partner === undefined ? undefined : b[inB.indexOf(partner)]),
    );
    const unmatched = inB.filter((name) => !matched.some(({ partner }) => partner === name));
    const onlyB = unmatched.flatMap((name) => {
      const item = b[inB.indexOf(name)];
      return compare([...way, stepOf(item)], undefined, item);
    });
    const common = matched.flatMap(({ name, partner }) => (partner === undefined ? [] : [{ name, partner }]));
    const inOrderOfB = [...common].sort((x, y) => inB.indexOf(x.partner) - inB.indexOf(y.partner));
    const reordered = ordered && common.some((one, i) => one !== inOrderOfB[i]);
    const order: ValueDifference[] = reordered ? [{ way, what: "order", a: inA, b: inB }] : [];
    return [...order, ...differences, ...onlyB];
  };

  const compare = (way: Way, a: unknown, b: unknown): ValueDifference[] => {
    if (alike(a, b)) return [];
    if (Array.isArray(a) && Array.isArray(b)) return compareLists(way, a, b);
    if (!isMapping(a) || !isMapping(b)) return [{ way, what: "value", a, b }];
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => compare([...way, key], a[key], b[key]));
  };
  return compare([], plain(before), plain(after));
}
