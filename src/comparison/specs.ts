import type { EnvironmentSpec } from "../spec/model.ts";
import type { MapNode, SpecNode } from "../spec/node.ts";
import type { Comparison, Difference, SideValue } from "./difference.ts";
import { whyMeant } from "./meant.ts";
import { neutralizer, ownWords } from "./own-words.ts";
import { compareValues, formatWay, type ItemStep, patternOf, type Step, type Way } from "./values.ts";

export interface SpecSide {
  /** As the person named it. */
  readonly file: string;
  readonly spec: EnvironmentSpec;
  /** The document with its overlays, each value with its place. */
  readonly tree: SpecNode;
}

/** Fields that have another name in the file. */
const IN_THE_FILE: Readonly<Record<string, string>> = { strings: "localization" };

function itemIn(list: SpecNode, { item }: ItemStep): SpecNode | undefined {
  if (list.kind === "map") return list.entries.get(Object.values(item)[0] ?? "")?.value;
  if (list.kind !== "list") return undefined;
  const says = (node: MapNode, key: string): string | undefined => {
    const value = node.entries.get(key)?.value;
    return value?.kind === "scalar" ? value.written : undefined;
  };
  return list.items.find(
    (node) => node.kind === "map" && Object.entries(item).some(([key, name]) => says(node, key) === name),
  );
}

function childOf(node: SpecNode, step: Step): SpecNode | undefined {
  if (typeof step === "object") return itemIn(node, step);
  if (typeof step === "number") return node.kind === "list" ? node.items[step] : undefined;
  if (node.kind !== "map") return undefined;
  return (node.entries.get(step) ?? node.entries.get(IN_THE_FILE[step] ?? step))?.value;
}

/** Where a value was written, or the nearest thing around it; null when a default gives it. */
function placeOf(tree: SpecNode, way: Way): SideValue["place"] {
  let node = tree;
  for (const step of way) {
    const next = childOf(node, step);
    if (next === undefined) {
      // A mapping that does not have the key leaves it to the default; anything else says it in its own way.
      if (typeof step === "string" && node.kind === "map") return null;
      break;
    }
    node = next;
  }
  if (node === tree) return null;
  const { file, line } = node.location;
  return { file, line };
}

/** What two specs say differently, after overlays and defaults. */
export function compareSpecs(a: SpecSide, b: SpecSide): Comparison {
  const [neutralA, neutralB] = [neutralizer(ownWords(a.spec)), neutralizer(ownWords(b.spec))];
  const differences = compareValues(a.spec, b.spec).map((found): Difference => {
    const { way, what } = found;
    const only = found.a === undefined ? "only-b" : found.b === undefined ? "only-a" : undefined;
    const text = (value: unknown): string => JSON.stringify(value) ?? "";
    const ownNames =
      only === undefined && neutralA(text(found.a)) === neutralB(text(found.b))
        ? "the same but for the environments' own names"
        : undefined;
    const meant =
      whyMeant(patternOf(way), { spec: a.spec, value: found.a }, { spec: b.spec, value: found.b }) ??
      ownNames;
    return {
      section: String(way[0] ?? ""),
      path: formatWay(way),
      what: only ?? what,
      a: { value: found.a ?? null, place: placeOf(a.tree, way) },
      b: { value: found.b ?? null, place: placeOf(b.tree, way) },
      note: null,
      meant: meant ?? null,
    };
  });
  const side = ({ file, spec: { name, stage, tenant } }: SpecSide): Comparison["a"] => ({
    file,
    name,
    stage,
    tenant,
  });
  return { format: "psc.diff/1", of: "spec", a: side(a), b: side(b), differences, notCompared: [] };
}
