/** One of two environments that are compared. */
export interface ComparedSide {
  /** As the person named it. */
  readonly file: string;
  readonly name: string;
  readonly stage: string;
  readonly tenant: string;
}

/** What one side has. */
export interface SideValue {
  /** Plain data without secrets; null when this side has nothing. */
  readonly value: unknown;
  /** Where its spec says it; null when no file does. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

export interface Difference {
  /** Section of the spec, or step of the guide. */
  readonly section: string;
  /** Such as `queues["Second line"].priority`, or the address of a resource with a field. */
  readonly path: string;
  /** `only-a`: b has nothing there. `order`: the same items in another order. */
  readonly what: "value" | "order" | "only-a" | "only-b";
  readonly a: SideValue;
  readonly b: SideValue;
  /** In words, where the values do not say it. */
  readonly note: string | null;
  /** Why it is meant to differ; null when it is not. */
  readonly meant: string | null;
}

/** What could not be compared, because one side could not be read. */
export interface NotCompared {
  readonly path: string;
  readonly side: "a" | "b";
  readonly reason: string;
}

/** Result of `psc diff`, format `psc.diff/1`. */
export interface Comparison {
  readonly format: "psc.diff/1";
  /** `spec`: what two files say. `live`: what is there. */
  readonly of: "spec" | "live";
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** In the order of the spec, or of the guide; `meant` tells those apart that are. */
  readonly differences: readonly Difference[];
  readonly notCompared: readonly NotCompared[];
}

/** Differences that ask for an answer. */
export function unmeant({ differences }: Comparison): readonly Difference[] {
  return differences.filter(({ meant }) => meant === null);
}
