import { describe, expect, test } from "vitest";
import { renderProblem } from "../../src/spec/index.ts";
import { AGENT_EXPERIENCE_CASES } from "./cases/agent-experience.ts";
import { APPLICATION_CASES } from "./cases/application.ts";
import type { BadInput } from "./cases/bad-input.ts";
import { KEY_PORTAL_AND_SOLUTION_CASES } from "./cases/keys-portal-and-solutions.ts";
import { OMNICHANNEL_CASES } from "./cases/omnichannel.ts";
import { RULE_CASES } from "./cases/rules.ts";
import { SHAPE_CASES } from "./cases/shape.ts";
import { VERIFY_CASES } from "./cases/verify.ts";
import { YAML_CASES } from "./cases/yaml.ts";
import { BASE, folderWith } from "./folder.ts";

/** Where the marks stand, and the text without them. */
function unmarked(text: string): { text: string; line: number; column: number; length: number } {
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  const before = text.slice(0, start).split("\n");
  return {
    text: text.replace("«", "").replace("»", ""),
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    length: end - start,
  };
}

const CASES: readonly BadInput[] = [
  ...YAML_CASES,
  ...SHAPE_CASES,
  ...RULE_CASES,
  ...OMNICHANNEL_CASES,
  ...APPLICATION_CASES,
  ...KEY_PORTAL_AND_SOLUTION_CASES,
  ...AGENT_EXPERIENCE_CASES,
  ...VERIFY_CASES,
];

describe("every kind of bad input is reported where it stands, with a remedy", () => {
  test.each(CASES.map((input) => [input.code, input.name, input] as const))("%s %s", (code, _, input) => {
    const { text, line, column, length } = unmarked(input.yaml);
    const isAlone = input.alone === true;
    const folder = folderWith({
      "base.yaml": BASE,
      ...input.files,
      "env.yaml": isAlone ? text : `extends: base.yaml\n${text}`,
    });
    const result = folder.load("env.yaml", { env: input.env ?? {} });
    const reported = [...(result.ok ? [] : result.problems), ...result.warnings];
    const found = reported.find((problem) => problem.code === code);
    expect(
      found,
      `reported: ${reported.map((problem) => `${problem.code} ${problem.message}`).join("; ")}`,
    ).toBeDefined();
    expect(result.ok).toBe(code.startsWith("PSC-W"));
    expect(found?.location).toMatchObject(
      input.elsewhere ?? {
        file: "env.yaml",
        line: isAlone ? line : line + 1,
        column,
        ...(length > 0 ? { length } : {}),
      },
    );
    expect(found?.message).toMatch(input.message);
    expect(found?.message).not.toMatch(/\.$/);
    expect(found?.remedy).toMatch(input.remedy ?? /\S/);
    // An empty file has no line to show.
    if (found !== undefined && text !== "")
      expect(renderProblem(found, result.files)).toMatch(/ │ .*\n +│\s+\^+/);
    // One cause, one error: the rest of the file is sound.
    if (!result.ok && input.alsoErrors !== true) expect(result.problems).toHaveLength(1);
  });

  test("there are far more than forty kinds of them", () => {
    expect(new Set(CASES.map((input) => input.code)).size).toBeGreaterThan(60);
    expect(CASES.length).toBeGreaterThan(90);
  });
});
