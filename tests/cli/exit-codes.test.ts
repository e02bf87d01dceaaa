import { describe, expect, it } from "vitest";
import {
  EXIT,
  EXIT_MEANINGS,
  exitOfDeploy,
  exitOfErrors,
  exitOfPlan,
  exitOfVerify,
} from "../../src/cli/exit-codes.ts";
import { SpecNotValid } from "../../src/cli/spec-not-valid.ts";
import type { ApplyResult } from "../../src/engine/events.ts";
import { PscError } from "../../src/errors.ts";
import { planOf, sample } from "./sample-plan.ts";

const error = (code: string): PscError => new PscError({ code, message: "x" });
const failure: ApplyResult["failures"] = [{ resource: sample({}), error: error("PSC-E216") }];

describe("exit codes", () => {
  it("are these numbers, each with a meaning", () => {
    expect(EXIT).toEqual({
      done: 0,
      error: 1,
      changes: 2,
      waitingForPerson: 3,
      stillInProgress: 4,
      usage: 64,
      interrupted: 130,
    });
    expect(EXIT_MEANINGS.map(({ code }) => code).sort()).toEqual(Object.values(EXIT).sort());
  });

  it.each([
    ["nothing to do", planOf([{ action: "none" }]), 0],
    ["a change", planOf([{ action: "none" }, { action: "update" }]), 2],
    ["only a person's move", planOf([{ action: "gate" }]), 2],
    ["a problem beside changes", planOf([{ action: "create" }], [error("PSC-E301")]), 1],
  ] as const)("plan with %s", (_, plan, code) => {
    expect(exitOfPlan(plan)).toBe(code);
  });

  it.each([
    ["done", [], undefined, 0],
    ["failed", failure, undefined, 1],
    ["waiting-for-person", [], undefined, 3],
    ["interrupted", [], "interrupt", 130],
    ["interrupted", [], "time", 4],
    ["interrupted", failure, "time", 1],
  ] as const)("deploy that ended %s", (outcome, failures, left, code) => {
    expect(exitOfDeploy({ outcome, failures }, left)).toBe(code);
  });

  const verdicts = {
    pass: 3,
    fail: 0,
    warning: 0,
    error: 0,
    manual: 0,
    accepted: 0,
    inherited: 0,
    "not-applicable": 1,
  };
  it.each([
    [{}, false, 0],
    [{ fail: 1 }, false, 2],
    [{ error: 1 }, false, 2],
    [{ warning: 1, manual: 1, accepted: 1 }, false, 0],
    [{ warning: 1 }, true, 2],
    [{ manual: 1 }, true, 2],
    [{ accepted: 1, inherited: 1 }, true, 0],
  ])("verify with %o, strict: %s", (found, strict, code) => {
    expect(exitOfVerify({ summary: { ...verdicts, ...found } }, strict)).toBe(code);
  });

  it.each([
    ["a spec that is not valid", new SpecNotValid([error("PSC-E012"), error("PSC-E010")], []), 64],
    ["a wrong command line", error("PSC-E101"), 64],
    ["an unknown gate", error("PSC-E102"), 64],
    ["a file in the way", error("PSC-E110"), 1],
    ["a refused request", error("PSC-E231"), 1],
    ["Ctrl+C", new DOMException("x", "AbortError"), 130],
    ["a bug", new TypeError("x"), 1],
    ["a mixture", new AggregateError([error("PSC-E012"), error("PSC-E216")]), 1],
  ])("%s", (_, thrown, code) => {
    expect(exitOfErrors(thrown)).toBe(code);
  });
});
