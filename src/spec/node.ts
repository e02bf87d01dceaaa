import type { SourceLocation } from "../errors.ts";
import type { SecretReference } from "./model.ts";

/** A spec file as a tree whose every value knows where it was written, also after overlays were merged. */
export type SpecNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: "scalar";
  readonly location: SourceLocation;
  readonly value: string | number | boolean | null | SecretReference;
  /** As written, before references were replaced: the only form of it that messages show. */
  readonly written: string;
  /** Written without quotes, so YAML decides its type. */
  readonly plain: boolean;
  /** A reference in it led nowhere. The value counts as absent, and nobody complains about it again. */
  readonly failed?: boolean;
}

export interface ListNode {
  readonly kind: "list";
  readonly location: SourceLocation;
  readonly items: readonly SpecNode[];
}

export interface MapEntry {
  readonly keyLocation: SourceLocation;
  readonly value: SpecNode;
}

export interface MapNode {
  readonly kind: "map";
  readonly location: SourceLocation;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

/** Keys and list indexes from the root of the document, such as `["queues", 1, "priority"]`. */
export type SpecPath = readonly (string | number)[];

/** `queues[1].priority`, as messages and docs write it. */
export function formatPath(path: SpecPath): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : text === "" ? step : `.${step}`;
  return text;
}

function childOf(node: SpecNode, step: string | number): SpecNode | undefined {
  if (node.kind === "map") return node.entries.get(String(step))?.value;
  if (node.kind === "list" && typeof step === "number") return node.items[step];
  return undefined;
}

export function nodeAt(root: SpecNode, path: SpecPath): SpecNode | undefined {
  let node: SpecNode | undefined = root;
  for (const step of path) node = node === undefined ? undefined : childOf(node, step);
  return node;
}

/** Where the value at a path was written; for a value that was defaulted, where its nearest parent was. */
export function locationAt(root: SpecNode, path: SpecPath): SourceLocation {
  let node = root;
  let location = root.location;
  for (const step of path) {
    const entry = node.kind === "map" ? node.entries.get(String(step)) : undefined;
    const child = childOf(node, step);
    if (child === undefined) return location;
    location = entry !== undefined && child.kind !== "scalar" ? entry.keyLocation : child.location;
    node = child;
  }
  return location;
}

/** Where the last key of a path was written, or its nearest parent. */
export function keyLocationAt(root: SpecNode, path: SpecPath): SourceLocation {
  const parent = nodeAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.kind === "map" && key !== undefined) {
    const entry = parent.entries.get(String(key));
    if (entry !== undefined) return entry.keyLocation;
  }
  return locationAt(root, path);
}

/** The tree as plain data for the schema. A null counts as absent, so that an overlay can take a value back. */
export function toPlain(node: SpecNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlain);
    case "map": {
      const plain: Record<string, unknown> = {};
      for (const [key, { value }] of node.entries) {
        if (value.kind === "scalar" && value.value === null) continue;
        Object.defineProperty(plain, key, {
          value: toPlain(value),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return plain;
    }
  }
}

/** The tree without the value at the path. */
export function without(root: SpecNode, path: SpecPath): SpecNode {
  const [step, ...rest] = path;
  if (step === undefined) return root;
  if (root.kind === "map") {
    const entries = new Map(root.entries);
    const entry = entries.get(String(step));
    if (entry === undefined) return root;
    if (rest.length === 0) entries.delete(String(step));
    else entries.set(String(step), { ...entry, value: without(entry.value, rest) });
    return { ...root, entries };
  }
  if (root.kind === "list" && typeof step === "number") {
    const item = root.items[step];
    if (item === undefined) return root;
    return {
      ...root,
      items: rest.length === 0 ? root.items.toSpliced(step, 1) : root.items.with(step, without(item, rest)),
    };
  }
  return root;
}
