import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { VerifyResult } from "../controls/result.ts";
import { PscError } from "../errors.ts";
import { REPORT_FORMATS, type ReportContext, type ReportFormat, WRITERS } from "../reports/formats.ts";
import { closest } from "../spec/suggest.ts";
import { usageError } from "./usage.ts";

export interface ReportWish {
  readonly format: ReportFormat;
  /** As the person wrote it. */
  readonly file: string;
}

function isFormat(word: string): word is ReportFormat {
  return (REPORT_FORMATS as readonly string[]).includes(word);
}

/** @throws PscError PSC-E101 for a wish that is none, or two for one file. */
export function reportWishes(given: readonly string[]): readonly ReportWish[] {
  const wishes = given.map((wish): ReportWish => {
    const at = wish.indexOf("=");
    const format = at === -1 ? wish : wish.slice(0, at);
    const file = at === -1 ? "" : wish.slice(at + 1);
    if (!isFormat(format)) {
      const guess = closest(format, REPORT_FORMATS);
      throw usageError(
        `--report cannot be "${wish}"`,
        guess === undefined
          ? `write FORMAT=FILE with one of ${REPORT_FORMATS.join(", ")}`
          : `did you mean "${guess}=${file === "" ? "FILE" : file}"?`,
      );
    }
    if (file === "") throw usageError(`--report ${wish} names no file`, `write --report ${format}=FILE`);
    return { format, file };
  });
  const twice = wishes.find(({ file }, i) => wishes.findIndex((other) => other.file === file) !== i);
  if (twice !== undefined)
    throw usageError(`two reports would be written to ${twice.file}`, "give each a file of its own");
  return wishes;
}

/**
 * Writes a file a person asked for, with its folder.
 * @throws PscError PSC-E112 when it cannot be written.
 */
export function writeAsked(cwd: string, file: string, content: string | Uint8Array): void {
  const path = resolve(cwd, file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new PscError({
      code: "PSC-E112",
      message: `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "name a file in a folder you may write to",
      cause: error,
    });
  }
}

/** Makes every report first, so that a wish that fails leaves no others half done. Returns what was written. */
export async function writeReports(
  wishes: readonly ReportWish[],
  result: VerifyResult,
  context: ReportContext,
  cwd: string,
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const made = await Promise.all(
    wishes.map(async ({ format, file }) => ({ file, text: (await WRITERS[format]())(result, context) })),
  );
  for (const { file, text } of made) writeAsked(cwd, file, text);
  return made;
}
