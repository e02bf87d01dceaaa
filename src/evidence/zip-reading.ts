import { PscError } from "../errors.ts";
import { type ArchiveFile, type ArchivePart, fieldAt, partsOf, SIGNATURES, SIZES, writeZip } from "./zip.ts";

/** Something in an archive that `writeZip` does not write. */
export interface ArchiveFinding {
  /** Path of the file it belongs to; empty when it is none's. */
  readonly path: string;
  /** Of the archive; null where no single byte can be named. */
  readonly offset: number | null;
  /** Lower case, no full stop. */
  readonly message: string;
}

export interface ReadArchive {
  readonly files: readonly ArchiveFile[];
  /** Empty for an archive that is byte for byte what psc would write for these files. */
  readonly findings: readonly ArchiveFinding[];
}

/** An archive with a thousand reports of a real tenant stays far below these. */
export const ARCHIVE_LIMITS = { bytes: 256 << 20, files: 4_000, pathLength: 200 } as const;

/** What paths of a bundle are made of. No drive, no backslash, no control character, nothing that needs an encoding. */
const PATH = /^[A-Za-z0-9._%+=@,() -]+(\/[A-Za-z0-9._%+=@,() -]+)*$/;
const MOST_FINDINGS = 12;

/** @throws PscError PSC-E161 */
function refuse(message: string): never {
  throw new PscError({
    code: "PSC-E161",
    message: `the archive is not opened: ${message}`,
    remedy:
      "take the bundle as `psc verify --bundle` wrote it; packed anew by another program it is another file",
  });
}

function shown(name: string): string {
  return JSON.stringify(name);
}

/** @throws PscError PSC-E161 for a path that leads anywhere but below the folder it is unpacked in. */
function checkPath(path: string): void {
  if (path.length > ARCHIVE_LIMITS.pathLength)
    refuse(`a path in it has ${path.length} characters, more than ${ARCHIVE_LIMITS.pathLength}`);
  if (!PATH.test(path) || path.split("/").some((step) => /^\.+$/.test(step)))
    refuse(`it holds a file with the path ${shown(path)}`);
}

interface Record32 {
  readonly flags: number;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
}

/** @throws PscError PSC-E161 for what psc never writes and no reader should follow. */
function checkRecord(path: string, { flags, method, packed, size }: Record32): void {
  checkPath(path);
  if ((flags & 1) === 1) refuse(`${path} is encrypted`);
  if (method !== 0) refuse(`${path} is compressed, which hides how large it is`);
  if (packed !== size) refuse(`${path} has two sizes, ${packed} and ${size} bytes`);
  if (size > ARCHIVE_LIMITS.bytes) refuse(`${path} has ${size} bytes, more than ${ARCHIVE_LIMITS.bytes}`);
}

/** @throws PscError PSC-E161 for files that cannot lie beside each other. */
function checkTogether(files: readonly ArchiveFile[], zip: Buffer): readonly ArchiveFile[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > zip.length) refuse("its files overlap, so that together they are larger than it is");
  if (files.length > ARCHIVE_LIMITS.files) refuse(`it holds more than ${ARCHIVE_LIMITS.files} files`);
  const seen = new Set<string>();
  for (const { path } of files) {
    // Not every file system tells case apart.
    const name = path.toLowerCase();
    if (seen.has(name)) refuse(`it holds ${path} twice`);
    seen.add(name);
  }
  return files;
}

/** Reads from header to header, as far as they follow each other. */
function byHeaders(zip: Buffer): readonly ArchiveFile[] {
  const files: ArchiveFile[] = [];
  let offset = 0;
  while (offset + SIZES.header <= zip.length && zip.readUInt32LE(offset) === SIGNATURES.header) {
    const start = offset + SIZES.header;
    const nameEnd = start + zip.readUInt16LE(offset + 26);
    const path = zip.toString("latin1", start, nameEnd);
    const size = zip.readUInt32LE(offset + 22);
    checkRecord(path, {
      flags: zip.readUInt16LE(offset + 6),
      method: zip.readUInt16LE(offset + 8),
      packed: zip.readUInt32LE(offset + 18),
      size,
    });
    const from = nameEnd + zip.readUInt16LE(offset + 28);
    files.push({ path, bytes: zip.subarray(from, from + size) });
    offset = from + size;
    if (files.length > ARCHIVE_LIMITS.files) break;
  }
  return checkTogether(files, zip);
}

/** Reads by the directory at the end, and bears with bytes that were put in or taken out before it. */
function byDirectory(zip: Buffer): readonly ArchiveFile[] {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(SIGNATURES.end);
  const end = zip.lastIndexOf(mark);
  if (end === -1 || end + SIZES.end > zip.length) return [];
  const start = end - zip.readUInt32LE(end + 12);
  if (start < 0) return [];
  const shift = start - zip.readUInt32LE(end + 16);
  const files: ArchiveFile[] = [];
  let offset = start;
  while (offset + SIZES.directory <= end && zip.readUInt32LE(offset) === SIGNATURES.directory) {
    const nameEnd = offset + SIZES.directory + zip.readUInt16LE(offset + 28);
    const path = zip.toString("latin1", offset + SIZES.directory, nameEnd);
    const size = zip.readUInt32LE(offset + 24);
    checkRecord(path, {
      flags: zip.readUInt16LE(offset + 8),
      method: zip.readUInt16LE(offset + 10),
      packed: zip.readUInt32LE(offset + 20),
      size,
    });
    const told = zip.readUInt32LE(offset + 42);
    const isHeader = (at: number): boolean =>
      at >= 0 && at + SIZES.header <= zip.length && zip.readUInt32LE(at) === SIGNATURES.header;
    const header = isHeader(told) ? told : told + shift;
    if (header < 0) return [];
    const from = header + SIZES.header + path.length;
    files.push({ path, bytes: zip.subarray(from, from + size) });
    offset = nameEnd + zip.readUInt16LE(offset + 30) + zip.readUInt16LE(offset + 32);
    if (files.length > ARCHIVE_LIMITS.files) break;
  }
  return checkTogether(files, zip);
}

interface Candidate {
  readonly files: readonly ArchiveFile[];
  readonly canonical: Buffer;
  /** Bytes in which the archive is not what psc would write for these files. */
  readonly differences: number;
}

function candidateOf(zip: Buffer, files: readonly ArchiveFile[]): Candidate {
  const canonical = Buffer.from(writeZip(files));
  let differences = Math.abs(canonical.length - zip.length);
  if (!canonical.equals(zip))
    for (let i = Math.min(canonical.length, zip.length) - 1; i >= 0; i -= 1)
      if (canonical[i] !== zip[i]) differences += 1;
  return { files, canonical, differences };
}

/** In words where an offset is. */
function placeOf(part: ArchivePart, offset: number): string {
  const field = fieldAt(part, offset - part.offset);
  switch (part.role) {
    case "header":
      return `the header of ${part.path} (${field})`;
    case "contents":
      return `the contents of ${part.path}`;
    case "directory":
      return `the entry of ${part.path} in the directory (${field})`;
    case "end":
      return `the end record (${field})`;
  }
}

function partAt(parts: readonly ArchivePart[], offset: number): ArchivePart | undefined {
  return parts.find((part) => offset >= part.offset && offset < part.offset + part.length);
}

/** The two copies of a checksum both differ: not they were changed but what they are of. */
function changedContents(zip: Buffer, canonical: Buffer, parts: readonly ArchivePart[]): readonly string[] {
  const differs = ({ offset }: ArchivePart, at: number): boolean =>
    !zip.subarray(offset + at, offset + at + 4).equals(canonical.subarray(offset + at, offset + at + 4));
  return parts
    .filter((part) => part.role === "header" && differs(part, 14))
    .filter(({ path }) =>
      parts.some((part) => part.role === "directory" && part.path === path && differs(part, 16)),
    )
    .map(({ path }) => path);
}

function compare(zip: Buffer, { files, canonical }: Candidate): readonly ArchiveFinding[] {
  const parts = partsOf(files);
  const longer = zip.length - canonical.length;
  const findings: ArchiveFinding[] = [];
  if (longer !== 0) {
    let first = 0;
    while (first < Math.min(zip.length, canonical.length) && zip[first] === canonical[first]) first += 1;
    const part = partAt(parts, first);
    const where = part === undefined ? "after the end record" : `where ${placeOf(part, first)} should be`;
    const many = `${Math.abs(longer)} ${Math.abs(longer) === 1 ? "byte" : "bytes"}`;
    const what = longer > 0 ? `${many} too many` : `${many} missing`;
    // What follows is moved, so that every later byte would count as another.
    return [
      {
        path: part?.path ?? "",
        offset: first,
        message: `the archive has ${what}; from byte ${first}, ${where}`,
      },
    ];
  }
  const changed = changedContents(zip, canonical, parts);
  for (const path of changed)
    findings.push({
      path,
      offset: null,
      message: "the contents do not have the checksum that the archive keeps of them",
    });
  for (const part of parts) {
    if (findings.length >= MOST_FINDINGS) break;
    for (let offset = part.offset; offset < part.offset + part.length; offset += 1) {
      if (zip[offset] === canonical[offset]) continue;
      if (changed.includes(part.path) && fieldAt(part, offset - part.offset) === "checksum") continue;
      findings.push({
        path: part.path,
        offset,
        message: `byte ${offset} is not as psc writes it: ${placeOf(part, offset)}`,
      });
      break;
    }
  }
  return findings;
}

/**
 * Reads an archive and says in what it is not the one that psc writes for the files in it. An archive says twice what
 * it holds; where the two disagree, the one that explains more of the bytes is believed.
 * @param strangers how many of the paths nobody has announced, to choose between two that explain equally much
 * @throws PscError PSC-E161 for what no reader should open: paths that lead elsewhere, encrypted, compressed or doubled
 * files, sizes beyond the limits; PSC-E160 for what is no archive.
 */
export function readZip(
  bytes: Uint8Array,
  strangers: (files: readonly ArchiveFile[]) => number,
): ReadArchive {
  if (bytes.length > ARCHIVE_LIMITS.bytes)
    refuse(`it has ${bytes.length} bytes, more than ${ARCHIVE_LIMITS.bytes}`);
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const refusals: PscError[] = [];
  const candidates: Candidate[] = [];
  for (const read of [byDirectory, byHeaders])
    try {
      const files = read(zip);
      if (files.length > 0) candidates.push(candidateOf(zip, files));
    } catch (error) {
      if (!(error instanceof PscError)) throw error;
      refusals.push(error);
    }
  const [best] = candidates.sort(
    (a, b) => a.differences - b.differences || strangers(a.files) - strangers(b.files),
  );
  if (best !== undefined)
    return { files: best.files, findings: best.differences === 0 ? [] : compare(zip, best) };
  throw (
    refusals[0] ??
    new PscError({
      code: "PSC-E160",
      message: "the file is no ZIP archive",
      remedy: "name the file that `psc verify --bundle` wrote",
    })
  );
}
