import type { ControlResult, VerifyResult } from "../controls/result.ts";
import { VERDICT_WORDS, type Verdict } from "../controls/verdict.ts";
import { evidenceOf, requestWords } from "./evidence.ts";
import { findingWords } from "./findings.ts";
import { oneLine } from "./one-line.ts";
import { grouped } from "./text.ts";
import { element, type XmlElement, xmlDocument } from "./xml.ts";

/** Verdicts that a test runner would call skipped: nothing was tested, and nothing is wrong. */
const SKIPPED: readonly Verdict[] = ["manual", "inherited", "not-applicable"];

/** What a person reads who opens a test that failed. */
function story(result: VerifyResult, control: ControlResult): string {
  const { statement, reason, findings, remedy, location } = control;
  return [
    statement,
    `It does not hold: ${reason}`,
    ...findingWords(findings),
    ...remedy.steps.map((step) => `To do: ${step}`),
    ...(location === null ? [] : [`In the spec: ${location.file}:${location.line}:${location.column}`]),
    ...evidenceOf(result, control).map((item) => `Evidence: ${requestWords(item)}`),
  ]
    .map(oneLine)
    .join("\n");
}

function outcomeOf(result: VerifyResult, control: ControlResult): readonly XmlElement[] {
  const { verdict, reason, missingPermission } = control;
  const message = oneLine(reason);
  if (verdict === "fail" || verdict === "warning") {
    const type = verdict === "fail" ? "shall" : "should";
    return [element("failure", { type, message }, story(result, control))];
  }
  if (verdict === "error") {
    const type = missingPermission === null ? "unreadable" : "permission";
    const named = missingPermission === null ? "" : `Missing permission: ${missingPermission}\n`;
    return [
      element(
        "error",
        { type, message },
        `${named}${evidenceOf(result, control).map(requestWords).join("\n")}`,
      ),
    ];
  }
  if (SKIPPED.includes(verdict))
    return [element("skipped", { type: verdict, message: `${VERDICT_WORDS[verdict]}: ${message}` })];
  // The reason of what is accepted says by whom, and until when.
  if (verdict === "accepted") return [element("system-out", {}, message)];
  return [];
}

function counts(controls: readonly ControlResult[]): Readonly<Record<string, string>> {
  const of = (...verdicts: readonly Verdict[]): string =>
    String(controls.filter(({ verdict }) => verdicts.includes(verdict)).length);
  return {
    tests: String(controls.length),
    failures: of("fail", "warning"),
    errors: of("error"),
    skipped: of(...SKIPPED),
  };
}

/**
 * JUnit XML in the form that build servers agree on (the schema `junit-10.xsd` of Jenkins' xUnit plugin): a suite for
 * every family, a test for every control. Warnings are failures of the type `should`. The form has no properties for a
 * test, so what was accepted is a property of its suite.
 */
export function junitReport(result: VerifyResult): string {
  const { environment, collected, tool, runId, spec, identity } = result;
  const seconds = (Math.max(0, Date.parse(collected.to) - Date.parse(collected.from)) / 1000).toFixed(3);
  const { skipped: _, ...totals } = counts(result.controls);
  const property = (name: string, value: string): XmlElement => element("property", { name, value });
  const facts = [
    property("tool", `${tool.name} ${tool.version}`),
    property("run", runId),
    property("environment", environment.name),
    property("stage", environment.stage),
    property("tenant", environment.tenant),
    property("spec", spec.file),
    property("spec.digest", spec.digest),
    property("identity", identity),
  ];
  const suites = grouped(result.controls).map(({ title, controls }) =>
    element("testsuite", { name: title, timestamp: collected.from, ...counts(controls) }, [
      element("properties", {}, [
        ...facts,
        ...controls.flatMap(({ id, verdict, exception }) =>
          verdict === "accepted" && exception !== null
            ? [property(`accepted.${id}`, `${exception.owner} until ${exception.until}: ${exception.reason}`)]
            : [],
        ),
      ]),
      ...controls.map((control) =>
        element(
          "testcase",
          {
            classname: `psc.${environment.name}.${title}`,
            name: control.origin === "resource" ? control.title : `${control.id} ${control.title}`,
          },
          outcomeOf(result, control),
        ),
      ),
    ]),
  );
  return xmlDocument(
    element("testsuites", { name: `psc verify ${environment.name}`, time: seconds, ...totals }, suites),
  );
}
