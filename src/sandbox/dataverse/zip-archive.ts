import { inflateRawSync } from "node:zlib";

/** Reads files out of a ZIP archive: stored and deflated entries, as solution packages have them. */

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
/** No solution manifest is larger; a bomb is. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

function endOfDirectory(archive: Buffer): number {
  for (let at = archive.length - 22; at >= 0 && at >= archive.length - 22 - 0xffff; at -= 1)
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  return -1;
}

function contentAt(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  return method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: MAX_FILE_BYTES });
}

/** The text of the files at the archive's root that have one of these names; undefined when it is no archive. */
export function filesOfArchive(
  archive: Buffer,
  wanted: readonly string[],
): ReadonlyMap<string, string> | undefined {
  try {
    const end = endOfDirectory(archive);
    if (end < 0) return undefined;
    const files = new Map<string, string>();
    let at = archive.readUInt32LE(end + 16);
    for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
      if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) return undefined;
      const nameLength = archive.readUInt16LE(at + 28);
      const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
      if (wanted.includes(name)) files.set(name, contentAt(archive, at).toString("utf8"));
      at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    }
    return files;
  } catch (error) {
    // Offsets beyond the end and broken compressed data: a torn or made-up archive.
    if (error instanceof RangeError || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}
