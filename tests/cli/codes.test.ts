import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ALL_CODES, OTHER_CODES } from "../../src/errors-catalogue.ts";
import { CODES } from "../../src/spec/codes.ts";

const SOURCE = resolve(import.meta.dirname, "../../src");

/** Codes in the source outside the tables themselves: those psc can report. */
function reportedCodes(): ReadonlySet<string> {
  const tables = /(errors-catalogue\.ts|spec\/codes(\.ts|\/\w+\.ts))$/;
  const files = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !tables.test(file));
  return new Set(files.flatMap((file) => readFileSync(file, "utf8").match(/PSC-[EW]\d{3}\b/g) ?? []));
}

describe("the catalogue of codes", () => {
  const reported = reportedCodes();

  it("explains every code psc reports", () => {
    expect([...reported].filter((code) => ALL_CODES[code] === undefined)).toEqual([]);
  });

  it("has no code that nothing reports", () => {
    expect(Object.keys(ALL_CODES).filter((code) => !reported.has(code))).toEqual([]);
  });

  it("lists each code in one table only", () => {
    expect(Object.keys(OTHER_CODES).filter((code) => code in CODES)).toEqual([]);
  });

  it("says something in each entry, as sentences", () => {
    for (const [code, { title, explanation }] of Object.entries(ALL_CODES)) {
      expect(title, code).toMatch(/^\S.*[^.]$/);
      expect(explanation, code).toMatch(/^\S.{20,}\.$/s);
    }
  });
});
