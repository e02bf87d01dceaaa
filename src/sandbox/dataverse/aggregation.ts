import { dataverseError } from "./errors.ts";
import type { SortValue } from "./table-index.ts";

/** Aggregates of `$apply` and of FetchXML ("Aggregate data" pages, developer guide): rows without a value do not count. */

export type Method = "count" | "countcolumn" | "countdistinct" | "sum" | "average" | "min" | "max";

/** "Limitations" of both pages. */
export const AGGREGATE_LIMIT = 50_000;

export function checkAggregateLimit(count: number): void {
  if (count > AGGREGATE_LIMIT)
    throw dataverseError(
      400,
      "0x8004E023",
      "AggregateQueryRecordLimit exceeded. Cannot perform this operation.",
    );
}

export interface Measured {
  /** For comparing. */
  readonly key: SortValue;
  /** As it is reported. */
  readonly value: unknown;
}

export function aggregate(method: Method, values: readonly Measured[]): unknown {
  const present = values.filter(({ key }) => key !== null);
  const numbers = present.map(({ value }) => Number(value));
  const sum = (): number => numbers.reduce((total, value) => total + value, 0);
  switch (method) {
    case "count":
      return values.length;
    case "countcolumn":
      return present.length;
    case "countdistinct":
      return new Set(present.map(({ key }) => key)).size;
    case "sum":
      return numbers.length === 0 ? null : sum();
    case "average":
      return numbers.length === 0 ? null : sum() / numbers.length;
    default: {
      let best: Measured | undefined;
      for (const candidate of present) {
        if (best?.key === undefined || best.key === null || candidate.key === null) best ??= candidate;
        else if (method === "min" ? candidate.key < best.key : candidate.key > best.key) best = candidate;
      }
      return best?.value ?? null;
    }
  }
}

/** Items with equal keys, in order of first appearance. */
export function groupBy<T>(items: readonly T[], keysOf: (item: T) => readonly SortValue[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify(keysOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
