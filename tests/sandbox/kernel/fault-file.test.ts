import { describe, expect, test } from "vitest";
import { problemLine, readFaultFile } from "../../../src/sandbox/faults/fault-file.ts";

function problems(text: string): string[] {
  const read = readFaultFile(text, "faults.yaml");
  return read.ok ? [] : read.problems.map(problemLine);
}

test("a fault file is read as it is documented", () => {
  const read = readFaultFile(
    `seed: 7
faults:
  - name: Dataverse is busy
    when: { service: dataverse, method: [POST, PATCH], probability: 0.3, until: 2h }
    action: { kind: throttle, limit: concurrency, retryAfter: 2.5 }
  - when: { url: /operations/, nth: 3 }
    times: 1
    action: { kind: operation, outcome: failed, message: No room. }
`,
    "faults.yaml",
  );
  expect(read).toMatchObject({
    ok: true,
    value: {
      seed: 7,
      faults: [
        { name: "Dataverse is busy", action: { limit: "concurrency" } },
        { when: { nth: 3 }, times: 1 },
      ],
    },
  });
});

describe("what is wrong is told with its place", () => {
  test.each([
    ["faults: []", "faults.yaml:1:9: faults must name at least one fault"],
    ["- a", "faults.yaml:1:1: the file must be of type object"],
    ["seed: 1", "faults.yaml:1:1: faults is missing"],
    ["faults:\n  - action:\n      kind: explode", "faults.yaml:3:13: faults[0].action.kind must be one of "],
    ["faults:\n  - times: 1", "faults.yaml:2:5: faults[0].action is missing"],
    [
      "faults:\n  - tims: 1\n    action: { kind: drop }",
      'faults.yaml:2:5: faults[0] "tims" is not known here',
    ],
    [
      "faults:\n  - times: 0\n    action: { kind: drop }",
      "faults.yaml:2:12: faults[0].times must be at least 1",
    ],
    [
      "faults:\n  - action: { kind: fail, status: 404 }",
      "faults.yaml:2:35: faults[0].action.status must be from 500 to 599",
    ],
    ["faults:\n  - action: { kind: fail }", "faults.yaml:2:13: faults[0].action.status is missing"],
    [
      "faults:\n  - when: { url: '(' }\n    action: { kind: drop }",
      "faults.yaml:2:18: faults[0].when.url must be a regular expression",
    ],
    [
      "faults:\n  - when: { after: soon }\n    action: { kind: drop }",
      "faults.yaml:2:20: faults[0].when.after must be a duration from now, such as 10m, or a date of the sandbox's clock",
    ],
    [
      "faults:\n  - when: { method: get }\n    action: { kind: drop }",
      "faults.yaml:2:21: faults[0].when.method must be an HTTP method in capitals, or a list of them",
    ],
    [
      "faults:\n  - when: { probability: 40 }\n    action: { kind: drop }",
      "faults.yaml:2:26: faults[0].when.probability must be from 0 to 1",
    ],
    [
      "faults:\n  - action: { kind: skew, by: ten }",
      "faults.yaml:2:31: faults[0].action.by must be a duration such as 10m or -10m",
    ],
    [
      "faults:\n  - action: { kind: delay, ms: long }",
      "faults.yaml:2:32: faults[0].action.ms must be milliseconds, or [from, to]",
    ],
  ])("%j", (text, line) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(line), found[0]).toBe(true);
  });

  test("YAML that is none, at the place where it breaks", () => {
    expect(problems("faults:\n  - name: [a\n")[0]).toMatch(/^faults\.yaml:\d+:\d+: /);
  });

  test("every problem at once", () => {
    expect(
      problems(
        "faults:\n  - { times: 0, action: { kind: drop } }\n  - { action: { kind: fail, status: 1 } }",
      ),
    ).toHaveLength(2);
  });
});
