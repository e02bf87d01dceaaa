import { SPEC_ERRORS } from "./codes/errors.ts";
import { SPEC_WARNINGS } from "./codes/warnings.ts";

export interface CodeEntry {
  readonly title: string;
  /** Two or three sentences for `psc explain CODE`: why psc minds, and what to do. */
  readonly explanation: string;
}

/** Every problem the spec language reports. */
export const CODES = { ...SPEC_ERRORS, ...SPEC_WARNINGS } as const;

export type SpecCode = keyof typeof CODES;
