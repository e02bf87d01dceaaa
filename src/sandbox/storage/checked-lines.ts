import { closeSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

/**
 * Lines that prove themselves whole: eight hex digits of CRC-32, a space, JSON, a line feed. A process killed in the
 * middle of a write leaves a line without its end, which is recognised and left out.
 */
export function checkedLine(value: unknown): string {
  const json = JSON.stringify(value);
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
}

export interface CheckedFile {
  /** Length of the part that is whole; what follows was torn by a killed process. */
  readonly wholeBytes: number;
  readonly torn: boolean;
}

/** The file was damaged by something else than a killed process: whole lines follow a broken one. */
export class DamagedFile extends Error {
  constructor(file: string, line: number) {
    super(`${file} is damaged at line ${line}: its checksum does not fit`);
    this.name = "DamagedFile";
  }
}

const CHUNK = 1 << 20;
const LINE_FEED = 10;

function parse(line: Buffer): { readonly value: unknown } | undefined {
  const json = line.subarray(9);
  if (line.length < 10 || Number.parseInt(line.toString("latin1", 0, 8), 16) !== crc32(json))
    return undefined;
  return { value: JSON.parse(json.toString("utf8")) };
}

/**
 * Hands every whole line to `take`, in order, with one chunk of the file in memory at a time.
 * @throws DamagedFile when a broken line is followed by more than nothing.
 */
export function readCheckedLines(file: string, take: (value: unknown) => void): CheckedFile {
  const handle = openSync(file, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    let wholeBytes = 0;
    let lines = 0;
    let broken: number | undefined;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const size = readSync(handle, chunk, 0, CHUNK, null);
      if (size === 0) break;
      if (broken !== undefined) throw new DamagedFile(file, broken);
      const text =
        rest.length === 0 ? chunk.subarray(0, size) : Buffer.concat([rest, chunk.subarray(0, size)]);
      let from = 0;
      for (let end = text.indexOf(LINE_FEED, from); end >= 0; end = text.indexOf(LINE_FEED, from)) {
        lines += 1;
        if (broken !== undefined) throw new DamagedFile(file, broken);
        const parsed = parse(text.subarray(from, end));
        if (parsed === undefined) broken = lines;
        else {
          take(parsed.value);
          wholeBytes += end + 1 - from;
        }
        from = end + 1;
      }
      rest = Buffer.from(text.subarray(from));
    }
    if (broken !== undefined && rest.length > 0) throw new DamagedFile(file, broken);
    return { wholeBytes, torn: broken !== undefined || rest.length > 0 };
  } finally {
    closeSync(handle);
  }
}
