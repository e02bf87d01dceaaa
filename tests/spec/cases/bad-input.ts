import type { SpecCode } from "../../../src/spec/index.ts";

export interface BadInput {
  readonly name: string;
  readonly code: SpecCode;
  /** An overlay over the sound base, with « and » around what must be marked (« alone when the width is free). */
  readonly yaml: string;
  readonly message: RegExp;
  readonly remedy?: RegExp;
  /** The text is a whole file of its own. */
  readonly alone?: true;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The mark is in another file than env.yaml. */
  readonly elsewhere?: { readonly file: string; readonly line: number; readonly column: number };
  /** More than one error follows from the one cause. */
  readonly alsoErrors?: true;
}
