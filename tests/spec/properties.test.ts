import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { editDistance } from "../../src/spec/suggest.ts";
import { BASE, folderWith, sound } from "./folder.ts";

const KEYS = [
  ...[
    "apiVersion",
    "kind",
    "name",
    "stage",
    "tenant",
    "solution",
    "environment",
    "azure",
    "identity",
    "roles",
  ],
  ...[
    "queues",
    "workstreams",
    "route",
    "when",
    "to",
    "fallback",
    "groups",
    "members",
    "open",
    "$remove",
    "extends",
  ],
  ...[
    "healthBot",
    "variables",
    "handoff",
    "access",
    "widget",
    "monitoring",
    "operatingHours",
    "timeZone",
    "__proto__",
  ],
];
const WORDS = [
  ...["psc/v1", "Environment", "bot", "group/agents", "chat", "08:00-18:00", "mon-fri", "number", "none"],
  ...[
    "Patient bot",
    "Escalate to Human",
    "EscalateToAgent",
    `\${env:X}`,
    `\${env:X:-1}`,
    `\${keyvault:kv-a/b}`,
    `$\${`,
  ],
];

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(...WORDS),
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie("any"), { maxKeys: 6 }),
  ),
})).any;

function load(files: Record<string, string>) {
  return folderWith(files).load("env.yaml");
}

describe("whatever a file holds", () => {
  test("any YAML comes back as a spec or as problems with places and remedies", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 8 }), (document) => {
        for (const prefix of ["", "extends: base.yaml\n"]) {
          const rest =
            prefix === ""
              ? document
              : Object.fromEntries(Object.entries(document).filter(([key]) => key !== "extends"));
          const result = load({ "base.yaml": BASE, "env.yaml": prefix + stringify(rest) });
          for (const problem of result.ok ? result.warnings : result.problems) {
            expect(problem.remedy).toMatch(/\S/);
            expect(problem.location?.line).toBeGreaterThan(0);
          }
          expect(result.ok || result.problems.length > 0).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("any text does, too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.nat(BASE.length), (text, at) => {
        for (const content of [text, BASE.slice(0, at) + text + BASE.slice(at)]) {
          const result = load({ "env.yaml": content });
          expect(result.ok || result.problems.length > 0).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("merging", () => {
  const overlay = BASE.slice(BASE.indexOf("environment:"));

  test("a file laid over itself changes nothing", () => {
    const alone = sound(load({ "env.yaml": BASE })).spec;
    expect(sound(load({ "base.yaml": BASE, "env.yaml": `extends: base.yaml\n${overlay}` })).spec).toEqual(
      alone,
    );
  });

  test("any part of a file laid over it changes nothing", () => {
    const alone = sound(load({ "env.yaml": BASE })).spec;
    const sections = BASE.split(/^(?=\w)/m);
    fc.assert(
      fc.property(fc.shuffledSubarray(sections, { minLength: 0 }), (some) => {
        const files = { "base.yaml": BASE, "env.yaml": `extends: base.yaml\n${some.join("")}` };
        expect(sound(load(files)).spec).toEqual(alone);
      }),
      { numRuns: 40 },
    );
  });

  test("a value laid over twice is the last one, whatever the order of keys", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (first, second) => {
        const files = {
          "base.yaml": BASE,
          "mid.yaml": `extends: base.yaml\nqueues: [{ name: Patient bot, priority: ${first} }]\n`,
          "env.yaml": `extends: mid.yaml\nqueues: [{ priority: ${second}, name: Patient bot }]\n`,
        };
        expect(sound(load(files)).spec.queues[0]?.priority).toBe(second);
      }),
      { numRuns: 20 },
    );
  });
});

describe("the edit distance", () => {
  const word = fc.string({ maxLength: 12 });
  test("is zero for equal words only, symmetric, and at most the longer length", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
