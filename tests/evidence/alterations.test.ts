import { beforeAll, describe, expect, it } from "vitest";
import { fieldAt, partsOf } from "../../src/evidence/zip.ts";
import { check, filesIn, PUBLIC_KEY, signedBundle, unsignedBundle } from "./support.ts";

/** Contents whose every byte is too many to try: one in how many is. */
const ONE_IN = 61;

let signed: Buffer;
let unsigned: Buffer;
beforeAll(async () => {
  [signed, unsigned] = await Promise.all([signedBundle(), unsignedBundle()]);
});

/** One in so many bytes of headers, directory and end record, and a sample of the contents. */
function places(bundle: Buffer, ofHeaders: number): { offset: number; path: string; field: string }[] {
  const parts = partsOf(filesIn(bundle));
  return parts.flatMap((part, index) =>
    Array.from({ length: part.length }, (_, i) => ({
      offset: part.offset + i,
      path: part.path,
      field: fieldAt(part, i),
    })).filter((_, i) => {
      const step = part.role === "contents" ? ONE_IN : ofHeaders;
      return i % step === index % step;
    }),
  );
}

function unnoticed(bundle: Buffer, ofHeaders: number, key?: typeof PUBLIC_KEY): string[] {
  return places(bundle, ofHeaders).flatMap(({ offset, path, field }) => {
    const altered = Buffer.from(bundle);
    // Another bit each time, so that letters become letters and digits digits as well.
    altered[offset] = (altered[offset] ?? 0) ^ (1 << (offset % 8));
    const { verdict, findings } = check(altered, key === undefined ? {} : { key });
    const named = findings.filter((finding) => finding.path === path);
    // It is named, and nothing else is accused.
    return verdict === "altered" && named.length > 0 && named.length === findings.length
      ? []
      : [
          `byte ${offset} of ${bundle.length} (${path || "end"}, ${field}): ${verdict}, ${findings.map((f) => `${f.path}: ${f.message}`).join("; ")}`,
        ];
  });
}

describe("one byte changed", () => {
  it("is sound before", () => {
    expect(check(signed, { key: PUBLIC_KEY })).toMatchObject({
      verdict: "sound",
      findings: [],
      signature: { state: "fits", vouched: true },
      judgedAgain: { outcome: "same" },
    });
    expect(check(unsigned)).toMatchObject({ verdict: "sound", signature: { state: "unsigned" } });
    expect(places(unsigned, 1).length).toBeGreaterThan(1200);
  });

  it("is found and named anywhere in a signed bundle", () => {
    expect(unnoticed(signed, 5, PUBLIC_KEY)).toEqual([]);
  });

  it("is found and named anywhere in an unsigned bundle", () => {
    expect(unnoticed(unsigned, 1)).toEqual([]);
  });
});

describe("bytes put in or taken out", () => {
  const starts = (bundle: Buffer) =>
    partsOf(filesIn(bundle)).map(({ offset, path, role }) => ({ offset, path, role }));

  it("are found between any two parts, and named with the place", () => {
    for (const { offset, path, role } of starts(signed)) {
      const longer = Buffer.concat([signed.subarray(0, offset), Buffer.from("x"), signed.subarray(offset)]);
      const { verdict, findings } = check(longer);
      expect(verdict).toBe("altered");
      const archive = findings.filter(({ code }) => code === "archive");
      // A byte before contents counts to them: they have one less then.
      expect(archive.map(({ path: at }) => at)).toContain(path);
      if (role !== "contents") expect(archive[0]?.offset).toBeGreaterThanOrEqual(offset);
    }
  });

  it("are found in the middle of contents, and at the end", () => {
    const facts = partsOf(filesIn(signed)).find(
      ({ path, role }) => path === "facts.json" && role === "contents",
    );
    const middle = (facts?.offset ?? 0) + 100;
    const shorter = Buffer.concat([signed.subarray(0, middle), signed.subarray(middle + 1)]);
    expect(check(shorter).findings.map(({ path }) => path)).toContain("facts.json");
    const more = check(Buffer.concat([signed, Buffer.from("comment")]));
    expect(more.findings).toEqual([
      {
        code: "archive",
        path: "",
        offset: signed.length,
        message: `the archive has 7 bytes too many; from byte ${signed.length}, after the end record`,
      },
    ]);
    expect(check(signed.subarray(0, -1)).verdict).toBe("altered");
  });
});
