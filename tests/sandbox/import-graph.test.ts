import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const source = resolve(import.meta.dirname, "../../src");

/** Every module that the text names: imports, exports, dynamic imports and types. Comments do not count. */
function imported(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  const names: string[] = [];
  for (const match of code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g))
    if (match[1]) names.push(match[1]);
  return names;
}

/** All files that can be reached from a file, itself included, with the way there. */
function reachable(files: readonly string[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>(files.map((file) => [file, [file]]));
  const queue = [...files];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (!file.endsWith(".ts")) continue;
    for (const name of imported(readFileSync(file, "utf8"))) {
      if (!name.startsWith(".")) continue;
      const target = resolve(dirname(file), name);
      if (found.has(target)) continue;
      found.set(target, [...(found.get(file) ?? []), target]);
      queue.push(target);
    }
  }
  return found;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(source, folder, name));
}

function shown(graph: Map<string, readonly string[]>, isWrong: (file: string) => boolean): string[] {
  return [...graph]
    .map(([file, way]) => ({ file: relative(source, file), way }))
    .filter(({ file }) => isWrong(file))
    .map(({ way }) => way.map((step) => relative(source, step)).join(" → "));
}

const sandbox = reachable(filesBelow("sandbox"));
const clients = reachable([...filesBelow("services"), ...filesBelow("resources")]);

describe("the sandbox and psc's own clients", () => {
  it("are found by following imports", () => {
    expect(
      imported('import type { A } from "./a.ts"; export * from "./b.ts"; await import("./c.ts");'),
    ).toEqual(["./a.ts", "./b.ts", "./c.ts"]);
    expect(imported('// import "./no.ts"\n/* from "./no.ts" */ import "./side.ts";')).toEqual(["./side.ts"]);
    const names = [...sandbox.keys()].map((file) => relative(source, file));
    expect(names).toContain("sandbox/entra/token-endpoint.ts");
    expect([...clients.keys()].map((file) => relative(source, file))).toContain("services/http/http.ts");
  });

  it("the sandbox imports nothing of psc: neither clients nor anything else outside its folder", () => {
    expect(shown(sandbox, (file) => !file.startsWith("sandbox/"))).toEqual([]);
  });

  it("services and resources import nothing of the sandbox, by no way", () => {
    expect(shown(clients, (file) => file.startsWith("sandbox/"))).toEqual([]);
  });

  it("no module is shared between them", () => {
    expect([...sandbox.keys()].filter((file) => clients.has(file))).toEqual([]);
  });
});
