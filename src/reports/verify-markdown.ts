import type { ControlResult, VerifyResult } from "../controls/result.ts";
import { NEED_SOMEBODY, VERDICT_MEANINGS, VERDICT_WORDS, VERDICTS } from "../controls/verdict.ts";
import { evidenceOf, requestWords } from "./evidence.ts";
import { findingWords } from "./findings.ts";
import type { ReportContext } from "./formats.ts";
import { dutiesOf, FRAMEWORK_WORDS } from "./mappings.ts";
import { code, plain, strong, table } from "./markdown-text.ts";
import { grouped, VERDICT_SIGNS, verdictWords } from "./text.ts";

function shownVerdict({ verdict }: Pick<ControlResult, "verdict">): string {
  return `${VERDICT_SIGNS[verdict]} ${VERDICT_WORDS[verdict]}`;
}

function frameworks({ mappings }: ControlResult): string {
  return dutiesOf(mappings)
    .map(({ framework, id }) => plain(`${FRAMEWORK_WORDS[framework]} ${id}`))
    .join(", ");
}

function place({ remedy, location }: ControlResult): string {
  if (remedy.spec === null) return "";
  const line = location === null ? "" : ` at ${code(`${location.file}:${location.line}`)}`;
  return `${code(remedy.spec)}${line}`;
}

/** Everything somebody needs who has to do something about it. */
function attention(control: ControlResult, result: VerifyResult): readonly string[] {
  const { id, title, statement, rationale, reason, level, persona, findings, remedy, missingPermission } =
    control;
  const facts = [
    ["Who", plain(persona)],
    ["Missing permission", missingPermission === null ? "" : code(missingPermission)],
    ["Spec", place(control)],
    ["Supports", frameworks(control)],
  ].filter(([, value]) => value !== "");
  const evidence = evidenceOf(result, control);
  return [
    `### ${shownVerdict(control)}: ${code(id)} ${plain(title)}`,
    "",
    `${level}: ${plain(statement)} ${plain(rationale)}`,
    "",
    strong(reason),
    "",
    ...findingWords(findings).map((words) => `- Found: ${plain(words)}`),
    ...remedy.steps.map((step) => `- To do: ${plain(step)}`),
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    ...evidence.map((item) => `- Evidence ${item.id}: ${code(requestWords(item))}`),
    "",
  ];
}

function changes(result: VerifyResult, baseline: VerifyResult): readonly string[] {
  const before = new Map(baseline.controls.map((control) => [control.id, control]));
  const rows = result.controls.flatMap((control) => {
    const earlier = before.get(control.id);
    return earlier?.verdict === control.verdict
      ? []
      : [
          [
            code(control.id),
            plain(control.title),
            earlier === undefined ? "" : shownVerdict(earlier),
            shownVerdict(control),
          ],
        ];
  });
  return [
    `## Since ${plain(baseline.collected.to)}`,
    "",
    ...(rows.length === 0 ? ["No verdict has changed."] : table(["Control", "Title", "Then", "Now"], rows)),
    "",
  ];
}

function section(title: string, controls: readonly ControlResult[]): readonly string[] {
  return [
    `### ${plain(title)}`,
    "",
    ...table(
      ["Verdict", "Control", "Title", "Level", "Reason"],
      controls.map((control) => [
        shownVerdict(control),
        code(control.id),
        plain(control.title),
        control.level,
        plain(control.reason),
      ]),
    ),
    "",
  ];
}

/**
 * The report for a pull request, a job's summary or a wiki: what it is about, what needs somebody with everything to act
 * on, then every control by family. Plain GitHub Flavored Markdown without HTML.
 */
export function verifyMarkdown(result: VerifyResult, { baseline }: ReportContext): string {
  const { environment, collected, spec, identity, tool, runId, summary, controls } = result;
  const pressing = NEED_SOMEBODY.flatMap((verdict) => controls.filter((one) => one.verdict === verdict));
  const accepted = controls.filter(({ verdict }) => verdict === "accepted");
  return [
    `# psc verify: ${plain(environment.name)}`,
    "",
    `**${verdictWords(summary)}**`,
    "",
    ...table(
      ["Environment", "Stage", "Tenant", "Spec", "Read"],
      [
        [
          plain(environment.name),
          plain(environment.stage),
          plain(environment.tenant),
          code(spec.file),
          plain(collected.to),
        ],
      ],
    ),
    "",
    ...table(
      ["Verdict", "Controls", "Meaning"],
      VERDICTS.filter((verdict) => summary[verdict] > 0).map((verdict) => [
        shownVerdict({ verdict }),
        String(summary[verdict]),
        plain(VERDICT_MEANINGS[verdict]),
      ]),
    ),
    "",
    ...(baseline === undefined ? [] : changes(result, baseline)),
    "## What needs attention",
    "",
    ...(pressing.length === 0 ? ["Nothing.", ""] : pressing.flatMap((control) => attention(control, result))),
    ...(accepted.length === 0
      ? []
      : [
          "## What is accepted",
          "",
          ...table(
            ["Control", "Title", "By", "Until", "Because", "What does not hold"],
            accepted.map(({ id, title, exception, reason, findings }) => [
              code(id),
              plain(title),
              plain(exception?.owner ?? ""),
              plain(exception?.until ?? ""),
              plain(exception?.reason ?? ""),
              plain(findings.map(({ message }) => message).join("; ") || reason),
            ]),
          ),
          "",
        ]),
    "## Every control",
    "",
    ...grouped(controls).flatMap((group) => section(group.title, group.controls)),
    `Run ${code(runId)} of ${plain(`${tool.name} ${tool.version}`)} as ${plain(identity)}; spec SHA-256 ${code(spec.digest)}. A mapping says which duty the evidence supports; it makes no deployment compliant.`,
    "",
  ].join("\n");
}
