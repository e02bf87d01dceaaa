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

test("a problem without a file, and one in a line too long to show, have no frame", () => {
  const folder = folderWith({ "env.yaml": `${BASE}name: "${"x".repeat(300)}"\n` });
  for (const file of ["nowhere.yaml", "env.yaml"]) {
    const result = folder.load(file);
    const [problem] = result.ok ? [] : result.problems;
    if (problem === undefined) throw new Error("a problem is expected");
    expect(renderProblem(problem, result.files).split("\n")).toHaveLength(2);
  }
});

test("the mark stands right below a line with tabs", () => {
  const folder = folderWith({ "env.yaml": BASE.replace("kind: Environment", "kind:\tEnviroment") });
  const result = folder.load("env.yaml");
  const [problem] = result.ok ? [] : result.problems;
  if (problem === undefined) throw new Error("a problem is expected");
  expect(renderProblem(problem, result.files)).toContain("     │      \t^^^^^^^^^^");
});
