import { plain } from "./markdown-text.ts";
import { noticing, partCommand, type Runbook, type RunbookItem, type RunbookPart } from "./runbook.ts";

function itemLines(item: RunbookItem, runbook: Runbook): string[] {
  const detail = item.detail === "" ? "" : ` — ${plain(item.detail)}`;
  const usual = item.usualMinutes >= 1 ? ` (usually ${item.usualMinutes} min)` : "";
  if (item.byHand === undefined) return [`- [ ] ${plain(item.label)}${detail}${usual}`];
  return [
    `- [ ] **by hand: ${plain(item.label)}**${detail}${usual}`,
    ...item.byHand.steps.map((step, index) => `  ${index + 1}. ${plain(step)}`),
    `  - where: <${item.byHand.link}>`,
    ...(item.byHand.value === undefined ? [] : [`  - bring back: ${plain(item.byHand.value.hint)}`]),
    `  - ${plain(noticing(item, runbook))}`,
  ];
}

function partLines(part: RunbookPart, runbook: Runbook): string[] {
  return [
    `## ${part.persona}`,
    "",
    `\`\`\`sh\n${partCommand(runbook, part)}\n\`\`\``,
    "",
    ...part.steps.flatMap(({ step, title, after, items }) => [
      `### ${step} ${title}`,
      "",
      ...after.map(({ persona, labels }) => `After ${persona}: ${labels.map(plain).join(", ")}.\n`),
      ...items.flatMap((item) => itemLines(item, runbook)),
      "",
    ]),
    `Needs: ${part.permissions.map((permission) => `\`${permission}\``).join(", ")}`,
    "",
  ];
}

export function runbookMarkdown(runbook: Runbook): string {
  const { name, stage, tenant } = runbook.environment;
  return [
    `# Runbook: ${plain(name)}`,
    "",
    `${plain(runbook.solution)} in ${plain(tenant)}, stage ${stage}. Each part can be done by its own team, again and again; out of order psc says what is missing and whose move it is.`,
    "",
    ...runbook.parts.flatMap((part) => partLines(part, runbook)),
  ].join("\n");
}
