import * as z from "zod";
import type { SpecCode } from "../codes.ts";

/** What the JSON Schema, the reference docs and the problem messages say about a field beyond its type. */
export interface FieldNote {
  /** A whole spec must have it; an overlay need not. */
  readonly required?: boolean;
  /** The default itself, when it does not depend on other fields. */
  readonly default?: string | number | boolean | readonly string[];
  /** The default in words, when it does. */
  readonly derivedDefault?: string;
  /** A Key Vault reference may stand here. */
  readonly secret?: boolean;
}

const notes = new WeakMap<z.core.$ZodType, FieldNote>();

export function noteOf(schema: z.core.$ZodType): FieldNote {
  return notes.get(schema) ?? {};
}

/** Adds the description and the note to a schema. Every field of the spec goes through here or through `optional`. */
export function described<T extends z.ZodType>(schema: T, description: string, note: FieldNote = {}): T {
  const result = schema.describe(description);
  notes.set(result, note);
  return result;
}

/** A field that a file may leave out. */
export function optional<T extends z.ZodType>(
  schema: T,
  description: string,
  note: FieldNote = {},
): z.ZodOptional<T> {
  return described(schema.optional(), description, note);
}

/** Carried by the issues of a failed check, so that problems name what was expected. */
export interface Expectation {
  readonly code: SpecCode;
  /** Completes `"x" is not …`. */
  readonly what: string;
  readonly remedy: string;
  /** Words to look for a near miss among. */
  readonly known?: () => readonly string[];
}

function isExpectation(value: unknown): value is Expectation {
  return typeof value === "object" && value !== null && "code" in value && "what" in value;
}

export function expectationOf(params: Record<string, unknown> | undefined): Expectation | undefined {
  const expectation = params?.["expectation"];
  return isExpectation(expectation) ? expectation : undefined;
}

/** Text that passes a test; `pattern` is the test as far as a regular expression can say it, for editors. */
export function text(
  test: (value: string) => boolean,
  expectation: Expectation,
  pattern?: RegExp,
): z.ZodString {
  const checked = z.string().refine(test, { params: { expectation } });
  return pattern === undefined ? checked : checked.meta({ pattern: pattern.source });
}

/** Text of a form a regular expression describes completely. */
export function patternText(pattern: RegExp, expectation: Expectation): z.ZodString {
  return text((value) => pattern.test(value), expectation, pattern);
}

/** Text of 1 to `longest` characters on one line. */
export function shortText(longest: number): z.ZodString {
  return text((value) => value.trim() !== "" && value.length <= longest && !/[\r\n]/.test(value), {
    code: "PSC-E044",
    what: `a text of 1 to ${longest} characters on one line`,
    remedy: "shorten it, or give it a value",
  }).meta({ minLength: 1, maxLength: longest });
}

export function wholeNumber(least: number, most: number): z.ZodNumber {
  return z
    .number()
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, {
      params: {
        expectation: {
          code: "PSC-E048",
          what: `a whole number from ${least} to ${most}`,
          remedy: `write a number between ${least} and ${most}`,
        } satisfies Expectation,
      },
    })
    .meta({ type: "integer", minimum: least, maximum: most });
}

/** One of a fixed set of words; `remedies` has advice for particular wrong ones. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  words: T,
): z.ZodEnum<z.core.util.ToEnum<T[number]>> {
  return z.enum(words);
}

/** Path of a file, relative to the spec file that names it (src/spec/included-files.ts reads it). */
export const filePath = text((value) => /^[^\0\r\n]{1,400}$/.test(value) && !/^[a-z]+:\/\//i.test(value), {
  code: "PSC-E036",
  what: "a path of a file",
  remedy: "write a path relative to this file, such as bot/refill.json",
});
