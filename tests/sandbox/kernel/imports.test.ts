import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "../../../src");
const IMPORT = /(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

/** Every relative import below `src`: file → files, relative to `src`. */
function imports(): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(
    files.map((file) => [
      file,
      [...readFileSync(join(SRC, file), "utf8").matchAll(IMPORT)].map((match) =>
        relative(SRC, resolve(SRC, dirname(file), match[1] ?? "")),
      ),
    ]),
  );
}

const graph = imports();
const isSandbox = (file: string): boolean => file.startsWith("sandbox/");

function offenders(from: (file: string) => boolean, to: (file: string) => boolean): string[] {
  return [...graph].flatMap(([file, imported]) =>
    from(file) ? imported.filter(to).map((target) => `${file} → ${target}`) : [],
  );
}

describe("an error in psc cannot hide in the sandbox, nor the other way round", () => {
  test("the sandbox is made of its own files alone", () => {
    expect([...graph.keys()].filter(isSandbox).length).toBeGreaterThan(100);
    expect(offenders(isSandbox, (file) => !isSandbox(file))).toEqual([]);
  });

  test("only the command line and the library's entry start it", () => {
    const mayStart = (file: string): boolean => file.startsWith("cli/") || !file.includes("/");
    expect(offenders((file) => !isSandbox(file) && !mayStart(file), isSandbox)).toEqual([]);
    expect(offenders((file) => file.startsWith("cli/"), isSandbox)).not.toEqual([]);
  });
});
