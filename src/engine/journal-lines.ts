import { crc32 } from "node:zlib";

/**
 * Lines of the files psc keeps: JSON objects, each closed by a checksum of itself, so that a line that a crash tore or a
 * disk or an editor damaged is known for what it is and left out.
 */

const CHECKSUM = /,"crc":"([0-9a-f]{8})"\}$/;

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}

/** One line, with its line feed. */
export function journalLine(entry: object): string {
  const text = JSON.stringify(entry);
  return `${text.slice(0, -1)},"crc":"${checksum(text)}"}\n`;
}

export interface JournalText<T> {
  readonly entries: readonly T[];
  /** Numbers (from 1) of lines that cannot be trusted. */
  readonly damaged: readonly number[];
  /** The last line was not written to its end: the run died while it wrote. */
  readonly torn: boolean;
}

function parsed(line: string): object | undefined {
  const found = CHECKSUM.exec(line);
  if (found === null) return undefined;
  const text = `${line.slice(0, found.index)}}`;
  return checksum(text) === found[1] ? (JSON.parse(text) as object) : undefined;
}

/** Reads what `journalLine` wrote. Never throws: what cannot be trusted is only counted. */
export function readJournalText<T extends object>(text: string): JournalText<T> {
  const entries: T[] = [];
  const damaged: number[] = [];
  const lines = text.split("\n");
  const unfinished = lines.pop() ?? "";
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const entry = parsed(line);
    if (entry === undefined) damaged.push(index + 1);
    else entries.push(entry as T);
  }
  // Whole but for its line feed: everything that was said is there.
  const last = unfinished === "" ? undefined : parsed(unfinished);
  if (last !== undefined) entries.push(last as T);
  return { entries, damaged, torn: unfinished !== "" && last === undefined };
}
