import { crc32 } from "node:zlib";

/** A file of an archive. */
export interface ArchiveFile {
  /** With `/` between folders, ASCII only. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A stretch of an archive as `writeZip` lays it out. */
export interface ArchivePart {
  readonly offset: number;
  readonly length: number;
  /** Of the file it belongs to; empty for the end record. */
  readonly path: string;
  readonly role: "header" | "contents" | "directory" | "end";
}

/** A field of a record: offset from its start, bytes, and what messages call it. */
type Field = readonly [offset: number, length: number, name: string];

export const SIGNATURES = { header: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 } as const;
export const SIZES = { header: 30, directory: 46, end: 22 } as const;

const FIELDS: Readonly<Record<"header" | "directory" | "end", readonly Field[]>> = {
  header: [
    [0, 4, "signature"],
    [4, 2, "version"],
    [6, 2, "flags"],
    [8, 2, "method"],
    [10, 4, "time"],
    [14, 4, "checksum"],
    [18, 8, "sizes"],
    [26, 4, "lengths"],
  ],
  directory: [
    [0, 4, "signature"],
    [4, 4, "versions"],
    [8, 2, "flags"],
    [10, 2, "method"],
    [12, 4, "time"],
    [16, 4, "checksum"],
    [20, 8, "sizes"],
    [28, 6, "lengths"],
    [34, 8, "attributes"],
    [42, 4, "place of the file"],
  ],
  end: [
    [0, 4, "signature"],
    [4, 8, "number of files"],
    [12, 8, "place of the directory"],
    [20, 2, "length of the comment"],
  ],
};

/** Stored, never compressed: needed to read it. */
const VERSION = 10;
/** Unix, so that unpacked files are readable; the specification's version 2.0. */
const MADE_BY = (3 << 8) | 20;
const REGULAR_FILE = (0o100644 << 16) >>> 0;
/** 1 January 1980, the first day that the format knows. */
const FIRST_DAY = 0x21;

/** As archives are laid out: by path, in the order of the characters' codes. */
export function inOrder<T extends { readonly path: string }>(files: readonly T[]): readonly T[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Writes a ZIP archive in the one form psc knows (PKWARE, "APPNOTE.TXT", 6.3.10: local headers, central directory, end
 * record): sorted by path, stored without compression, one fixed time, no extra fields, no comment. The same files give
 * the same bytes with every version of psc: no compressor has a say, and nothing has to be decompressed to be checked.
 */
export function writeZip(files: readonly ArchiveFile[]): Uint8Array {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  const sorted = inOrder(files);
  for (const { path, bytes } of sorted) {
    const name = Buffer.from(path, "latin1");
    const header = Buffer.alloc(SIZES.header);
    header.writeUInt32LE(SIGNATURES.header, 0);
    header.writeUInt16LE(VERSION, 4);
    header.writeUInt16LE(FIRST_DAY, 12);
    header.writeUInt32LE(crc32(bytes), 14);
    header.writeUInt32LE(bytes.length, 18);
    header.writeUInt32LE(bytes.length, 22);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(SIZES.directory);
    entry.writeUInt32LE(SIGNATURES.directory, 0);
    entry.writeUInt16LE(MADE_BY, 4);
    // From the version needed to the length of the name, both records say the same.
    header.copy(entry, 6, 4, 28);
    entry.writeUInt32LE(REGULAR_FILE, 38);
    entry.writeUInt32LE(offset, 42);
    pieces.push(header, name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    directory.push(entry, name);
    offset += header.length + name.length + bytes.length;
  }
  const end = Buffer.alloc(SIZES.end);
  end.writeUInt32LE(SIGNATURES.end, 0);
  end.writeUInt16LE(sorted.length, 8);
  end.writeUInt16LE(sorted.length, 10);
  end.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}

/** Where `writeZip` puts what. */
export function partsOf(files: readonly ArchiveFile[]): readonly ArchivePart[] {
  const parts: ArchivePart[] = [];
  let offset = 0;
  const add = (role: ArchivePart["role"], path: string, length: number): void => {
    parts.push({ offset, length, path, role });
    offset += length;
  };
  const sorted = inOrder(files);
  for (const { path, bytes } of sorted) {
    add("header", path, SIZES.header + path.length);
    add("contents", path, bytes.length);
  }
  for (const { path } of sorted) add("directory", path, SIZES.directory + path.length);
  add("end", "", SIZES.end);
  return parts;
}

/** What a byte of a part says, such as `checksum`. */
export function fieldAt({ role }: ArchivePart, offset: number): string {
  if (role === "contents") return "contents";
  return FIELDS[role].find(([from, length]) => offset >= from && offset < from + length)?.[2] ?? "name";
}
