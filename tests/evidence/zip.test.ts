import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { partsOf, writeZip } from "../../src/evidence/zip.ts";
import { ARCHIVE_LIMITS, readZip } from "../../src/evidence/zip-reading.ts";

const file = (path: string, text = path) => ({ path, bytes: Buffer.from(text) });
const read = (bytes: Uint8Array) => readZip(bytes, () => 0);

/** Changes a field in the header and in the directory alike, as an archive that means it would. */
function withField(bytes: Uint8Array, inHeader: number, value: number): Buffer {
  const zip = Buffer.from(bytes);
  const parts = partsOf([file("a.txt")]);
  const at = (role: string): number => parts.find((part) => part.role === role)?.offset ?? 0;
  zip.writeUInt16LE(value, at("header") + inHeader);
  zip.writeUInt16LE(value, at("directory") + inHeader + 2);
  return zip;
}

describe("an archive", () => {
  it("is read as it was written, by path", () => {
    const { files, findings } = read(writeZip([file("b/c.txt"), file("a.txt", "")]));
    expect(findings).toEqual([]);
    expect(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()])).toEqual([
      ["a.txt", ""],
      ["b/c.txt", "b/c.txt"],
    ]);
  });

  it("of another program is read, and is not as psc writes it", () => {
    const { files, findings } = read(zipSync({ "a.txt": Buffer.from("a") }, { level: 0 }));
    expect(files.map(({ path }) => path)).toEqual(["a.txt"]);
    expect(findings.length).toBeGreaterThan(0);
  });

  it.each([
    ["encrypted", 6, 1, "a.txt is encrypted"],
    ["compressed", 8, 8, "a.txt is compressed"],
  ])("with an %s file is refused", (_what, field, value, message) => {
    expect(() => read(withField(writeZip([file("a.txt")]), field, value))).toThrow(message);
  });

  it.each([
    "../a.txt",
    "/etc/passwd",
    "a/../../b",
    "a\\b",
    "C:/a",
    "a//b",
    "./a",
    "a\u0000b",
    "a\nb",
    "ä",
    "x".repeat(ARCHIVE_LIMITS.pathLength + 1),
  ])("with the path %j is refused", (path) => {
    expect(() => read(writeZip([file(path)]))).toThrow(expect.objectContaining({ code: "PSC-E161" }));
  });

  it.each([
    ["the same path", "a.txt"],
    ["a path that differs in case", "A.TXT"],
  ])("with %s twice is refused", (_what, path) => {
    expect(() => read(writeZip([file("a.txt"), file(path, "other")]))).toThrow(/holds (a.txt|A.TXT) twice/);
  });

  it("whose files overlap is refused before it fills the memory", () => {
    const zip = Buffer.from(writeZip([file("a.txt", "a".repeat(4000)), file("b.txt", "b".repeat(4000))]));
    const [first, second] = partsOf([
      file("a.txt", "a".repeat(4000)),
      file("b.txt", "b".repeat(4000)),
    ]).filter(({ role }) => role === "directory");
    // Both entries lead to the first header, whose file is as long as the archive.
    for (const part of [first, second]) {
      zip.writeUInt32LE(8000, (part?.offset ?? 0) + 20);
      zip.writeUInt32LE(8000, (part?.offset ?? 0) + 24);
      zip.writeUInt32LE(0, (part?.offset ?? 0) + 42);
    }
    zip.writeUInt32LE(0, 0);
    zip.writeUInt32LE(0x04034b50, 0);
    zip.writeUInt16LE(1, 6);
    expect(() => read(zip)).toThrow(/overlap/);
  });

  it("that is none is told from one that is broken", () => {
    expect(() => read(Buffer.from("hello"))).toThrow(expect.objectContaining({ code: "PSC-E160" }));
    expect(() => read(Buffer.alloc(0))).toThrow(expect.objectContaining({ code: "PSC-E160" }));
    const cut = writeZip([file("a.txt", "a".repeat(100))]).subarray(0, 60);
    expect(read(cut).findings).toMatchObject([{ path: "a.txt", offset: expect.any(Number) }]);
  });
});
