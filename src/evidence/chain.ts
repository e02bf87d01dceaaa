import { createHash } from "node:crypto";
import type { EvidenceItem } from "../controls/facts.ts";

/** Hash before the first entry. */
export const NO_HASH = "0".repeat(64);

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** One line of `evidence.jsonl`: a request that was sent, and the hash of the line before. */
interface ChainEntry extends EvidenceItem {
  readonly seq: number;
  readonly prev: string;
}

/** The line of an entry, without its line feed: what is hashed. Members have one order, so that an entry has one text. */
function lineOf(seq: number, item: EvidenceItem, prev: string): string {
  const { id, service, method, url, status, requestId } = item;
  const entry: ChainEntry = { seq, id, service, method, url, status, requestId, prev };
  return JSON.stringify(entry);
}

export interface Chain {
  /** One JSON object a line. */
  readonly text: string;
  /** Hash of the last line; `NO_HASH` when there is none. */
  readonly head: string;
}

/** Chains the requests in the order they were sent: none can be changed, taken out or put in without the next one telling. */
export function chainOf(items: readonly EvidenceItem[]): Chain {
  let head = NO_HASH;
  const lines = items.map((item, index) => {
    const line = lineOf(index + 1, item, head);
    head = sha256(line);
    return `${line}\n`;
  });
  return { text: lines.join(""), head };
}

export interface CheckedChain {
  readonly entries: number;
  readonly head: string;
  /** Lower case, no full stop. */
  readonly problems: readonly string[];
}

function readEntry(line: string): ChainEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null ? (entry as ChainEntry) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Follows a chain from its first line.
 * @param items what the facts say was sent; undefined when the facts cannot be read
 */
export function checkChain(text: string, items: readonly EvidenceItem[] | undefined): CheckedChain {
  const lines = text.split("\n");
  const problems: string[] = [];
  if (lines.at(-1) === "") lines.pop();
  else problems.push(`entry ${lines.length} does not end in a line feed`);
  let head = NO_HASH;
  for (const [index, line] of lines.entries()) {
    const seq = index + 1;
    const entry = readEntry(line);
    const item = items?.[index];
    if (entry === undefined) problems.push(`the chain breaks at entry ${seq}: it is no JSON object`);
    else if (entry.prev !== head)
      problems.push(
        seq === 1
          ? "the chain breaks at entry 1: it does not begin with 64 zeros"
          : `the chain breaks at entry ${seq} (${String(entry.id)}): entry ${seq - 1} is not the one whose hash it holds`,
      );
    else if (lineOf(seq, entry, head) !== line)
      problems.push(`the chain breaks at entry ${seq}: it is not written as psc writes it`);
    else if (item !== undefined && lineOf(seq, item, head) !== line)
      problems.push(`entry ${seq} (${entry.id}) is not what facts.json says of it`);
    head = sha256(line);
  }
  if (items !== undefined && items.length !== lines.length)
    problems.push(`it has ${lines.length} entries, and facts.json names ${items.length} requests`);
  return { entries: lines.length, head, problems };
}
