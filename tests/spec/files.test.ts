import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BASE, folderWith } from "./folder.ts";

function codesOf(result: ReturnType<ReturnType<typeof folderWith>["load"]>): readonly string[] {
  return result.ok ? [] : result.problems.map((problem) => problem.code);
}

describe("a spec file", () => {
  test("that is missing is reported with its neighbour of nearly that name", () => {
    const result = folderWith({ "prod.yaml": BASE }).load("prd.yaml");
    expect(codesOf(result)).toEqual(["PSC-E001"]);
    expect(result.ok ? "" : result.problems[0]?.remedy).toBe('did you mean "prod.yaml"?');
  });

  test("in a missing folder is reported, too", () => {
    expect(codesOf(folderWith({}).load("nowhere/env.yaml"))).toEqual(["PSC-E001"]);
  });

  test("that is a folder is refused", () => {
    const folder = folderWith({});
    mkdirSync(join(folder.path, "env.yaml"));
    expect(codesOf(folder.load("env.yaml"))).toEqual(["PSC-E002"]);
  });

  test("of more than 256 KiB is refused without being parsed", () => {
    const folder = folderWith({ "env.yaml": `${BASE}# ${"x".repeat(256 * 1024)}\n` });
    expect(codesOf(folder.load("env.yaml"))).toEqual(["PSC-E003"]);
  });

  test("in UTF-16 is refused as no UTF-8", () => {
    const folder = folderWith({ "env.yaml": Buffer.from(`\ufeff${BASE}`, "utf16le") });
    expect(codesOf(folder.load("env.yaml"))).toEqual(["PSC-E004"]);
  });

  test("may begin with a byte order mark and end its lines the Windows way", () => {
    const folder = folderWith({ "env.yaml": `\ufeff${BASE.replaceAll("\n", "\r\n")}` });
    expect(codesOf(folder.load("env.yaml"))).toEqual([]);
  });

  test("may not extend through more than eight files", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`f${i}.yaml`, `extends: f${i + 1}.yaml\n`]),
    );
    expect(codesOf(folderWith(chain).load("f0.yaml"))).toEqual(["PSC-E022"]);
  });

  test("that extends a folder is refused at the line that says so", () => {
    const folder = folderWith({ "env.yaml": "extends: sub.yaml\n", "sub.yaml/x": "" });
    const result = folder.load("env.yaml");
    expect(codesOf(result)).toEqual(["PSC-E002"]);
    expect(result.ok ? undefined : result.problems[0]?.location).toMatchObject({ file: "env.yaml", line: 1 });
  });
});

describe("hostile files cost little", () => {
  const many = (count: number, item: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => item(i)).join("");
  test.each([
    ["unknown keys", BASE + many(15_000, (i) => `k${i}: 1\n`)],
    ["repeated keys", many(9_000, (i) => `k${i}: 1\n`) + many(9_000, (i) => `k${i}: 2\n`)],
    ["aliases", `a: &a 1\nb: [${"*a,".repeat(60_000)}]\n`],
    ["open brackets", `a: ${"[".repeat(100_000)}`],
    ["references", `${BASE}name: "${"${".repeat(50_000)}"\n`],
    ["dangling names", `${BASE}roles:\n${many(4_000, (i) => `- { role: r${i}, to: group/g${i} }\n`)}`],
  ])("%s", (_, text) => {
    const folder = folderWith({ "env.yaml": text });
    const start = performance.now();
    const result = folder.load("env.yaml");
    expect(result.ok).toBe(false);
    expect(result.ok ? 0 : result.problems.length).toBeLessThanOrEqual(200);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
