import { expect, test } from "vitest";
import { renderProblem } from "../../src/spec/index.ts";
import { BASE, folderWith } from "./folder.ts";

test("a problem is shown with its place, the line before it, a mark, and the remedy", () => {
  const folder = folderWith({
    "base.yaml": BASE,
    "env.yaml": `extends: base.yaml
workstreams:
  - name: Patient chat
    route:
      - { name: Human Agent, to: Escalate to Humann }
`,
  });
  const result = folder.load("env.yaml");
  const [problem] = result.ok ? [] : result.problems;
  if (problem === undefined) throw new Error("a problem is expected");
  expect(renderProblem(problem, result.files)).toBe(
    `env.yaml:5:34 error PSC-E012  queue "Escalate to Humann" is not declared
   4 │     route:
   5 │       - { name: Human Agent, to: Escalate to Humann }
     │                                  ^^^^^^^^^^^^^^^^^^
   did you mean "Escalate to Human" (declared at base.yaml:18)?`,
  );
});

function firstRendered(text: string, file = "env.yaml"): string {
  const result = folderWith({ "env.yaml": text }).load(file);
  const [problem] = result.ok ? [] : result.problems;
  if (problem === undefined) throw new Error("a problem is expected");
  return renderProblem(problem, result.files);
}

test("a problem without a file has no frame", () => {
  expect(firstRendered(BASE, "nowhere.yaml").split("\n")).toHaveLength(2);
});

test("of a line too long to show the part around the mark is shown", () => {
  const long = `name: ${"ab".repeat(200)}`;
  const [, before, shown, mark] = firstRendered(`${BASE}${long}\n`).split("\n");
  expect(before).toContain("widget: {}");
  expect(shown).toBe(`  29 │ ${long.slice(0, 159)}…`);
  expect(mark).toBe(`     │       ${"^".repeat(154)}`);
  const tail = `azure: { location: eastus, tags: { note: ${"x".repeat(200)} }, subscriptio: 1 }`;
  const [, , end, below] = firstRendered(BASE.replace(/azure:\n.*\n/, `${tail}\n`)).split("\n");
  expect(end).toMatch(/│ …x{30,}.*subscriptio: 1 }$/);
  expect(end?.slice(below?.indexOf("^"), (below?.lastIndexOf("^") ?? 0) + 1)).toBe("subscriptio");
});

test("what is missing at the end of the file is marked behind its last words", () => {
  const lines = firstRendered("name: contoso\nqueues: [1, 2\n\n").split("\n");
  expect(lines.slice(1, 4)).toEqual([
    "   1 │ name: contoso",
    "   2 │ queues: [1, 2",
    "     │              ^",
  ]);
});

test("the mark stands right below a line with tabs", () => {
  const folder = folderWith({ "env.yaml": BASE.replace("kind: Environment", "kind:\tEnviroment") });
  const result = folder.load("env.yaml");
  const [problem] = result.ok ? [] : result.problems;
  if (problem === undefined) throw new Error("a problem is expected");
  expect(renderProblem(problem, result.files)).toContain("     │      \t^^^^^^^^^^");
});
