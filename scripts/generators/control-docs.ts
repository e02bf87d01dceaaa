import { type Control, FRAMEWORK_TITLES, FRAMEWORKS, type Framework } from "../../src/controls/control.ts";
import { FAMILIES, PROBES } from "../../src/controls/index.ts";
import { permissionsNamedBy } from "../../src/controls/judge.ts";
import { VERDICT_MEANINGS, VERDICT_WORDS, VERDICTS } from "../../src/controls/verdict.ts";
import { ownControlsSchema } from "../../src/spec/schema/own-controls.ts";
import { CONTROLS_INTRODUCTION, OWN_CONTROLS_INTRODUCTION } from "../texts/control-docs.ts";
import { cell, sections } from "./spec-docs.ts";

const ALL: readonly Control[] = FAMILIES.flatMap(({ controls }) => controls);

const anchor = (id: string): string => `[${id}](#${id.toLowerCase().replaceAll(/[^a-z0-9-]/g, "")})`;

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(", ");

function controlLines(control: Control): string[] {
  const { id, title, statement, rationale, level, levels, stages, mappings, remedy, persona, restsOn } =
    control;
  const byStage = Object.entries(levels ?? {}).map(([stage, other]) => `${other} for ${stage}`);
  const looksAt = [...(restsOn.kinds ?? []), ...(restsOn.probes ?? []).map((probe) => probe.id)];
  const permissions = permissionsNamedBy(control);
  const duties = FRAMEWORKS.flatMap((framework) => {
    const references = mappings[framework] ?? [];
    return references.length === 0 ? [] : [`${FRAMEWORK_TITLES[framework]}: ${references.join(", ")}`];
  });
  return [
    `\n### ${id}\n`,
    `**${title}.** ${statement}\n`,
    `${rationale}\n`,
    `- level: ${[level, ...byStage].join(", ")}${stages === undefined ? "" : `; only ${stages.join(" and ")}`}`,
    ...(looksAt.length === 0 ? [] : [`- rests on: ${code(looksAt)}`]),
    ...(permissions.length === 0 ? [] : [`- to judge it: ${code(permissions)}`]),
    `- persona: ${persona}`,
    ...(remedy.spec === undefined ? [] : [`- brought about by: \`${remedy.spec}\``]),
    ...(remedy.steps.length === 0 ? [] : [`- to mend it: ${remedy.steps.join("; ")}`]),
    ...(duties.length === 0 ? [] : [`- supports: ${duties.join("; ")}`]),
  ];
}

/** Numbers within references count as numbers: AC-2 before AC-17. */
const byReference = new Intl.Collator("en", { numeric: true }).compare;

function crossReference(framework: Framework): string[] {
  const references = [...new Set(ALL.flatMap(({ mappings }) => mappings[framework] ?? []))].sort(byReference);
  if (references.length === 0) return [];
  return [
    `\n### ${FRAMEWORK_TITLES[framework]}\n`,
    "| reference | controls |\n|---|---|",
    ...references.map((reference) => {
      const controls = ALL.filter(({ mappings }) => mappings[framework]?.includes(reference));
      return `| ${cell(reference)} | ${controls.map(({ id }) => anchor(id)).join(", ")} |`;
    }),
  ];
}

/** docs/controls.md from the catalogue, and from the schema of files with controls of one's own. */
export function files(): Record<string, string> {
  const verdicts = VERDICTS.map((verdict) => `| ${VERDICT_WORDS[verdict]} | ${VERDICT_MEANINGS[verdict]} |`);
  const probes = PROBES.toSorted((a, b) => a.id.localeCompare(b.id)).map(
    ({ id, summary, api, permissions }) =>
      `| \`${id}\` | ${cell(summary)} | ${cell(api)} | ${cell(code(permissions))} |`,
  );
  return {
    "docs/controls.md": `${[
      CONTROLS_INTRODUCTION,
      "| verdict | meaning |\n|---|---|",
      ...verdicts,
      OWN_CONTROLS_INTRODUCTION,
      ...sections(ownControlsSchema, ""),
      "## The catalogue",
      ...FAMILIES.flatMap(({ title, controls }) => [
        `\n| ${title} | |\n|---|---|`,
        ...controls.map(({ id, title: words }) => `| ${anchor(id)} | ${cell(words)} |`),
      ]),
      ...FAMILIES.flatMap(({ key, title, controls }) => [
        `\n## ${key} ${title}`,
        ...controls.flatMap(controlLines),
      ]),
      "\n## Probes\n",
      "What controls look at beside the resources of the spec.\n",
      "| probe | what it is | API | to read |\n|---|---|---|---|",
      ...probes,
      "\n## Frameworks\n",
      "Which controls give evidence for which duty. A mapping makes no deployment compliant: it says where an auditor finds evidence.",
      ...FRAMEWORKS.flatMap(crossReference),
    ].join("\n")}\n`,
  };
}
