import { type Control, FRAMEWORKS } from "../../controls/control.ts";
import type { Probe } from "../../controls/probe.ts";
import type { KindInfo } from "../../engine/resource.ts";
import { STEPS } from "../../engine/resource.ts";
import { ALL_CODES } from "../../errors-catalogue.ts";
import { closest } from "../../spec/suggest.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { row } from "../render/rows.ts";
import { padded, styled, wrapped } from "../styles.ts";
import type { Terminal } from "../terminal.ts";
import { TOPICS } from "../topics.ts";
import { usageError } from "../usage.ts";

function paragraph(terminal: Terminal, text: string, indent = "   "): void {
  for (const line of wrapped(text, terminal.columns - indent.length)) terminal.print(`${indent}${line}`);
}

function fact(terminal: Terminal, label: string, values: readonly string[]): void {
  const lead = `   ${padded(styled("dim", label), 14)}`;
  const indent = " ".repeat(17);
  const lines = values.flatMap((value) => wrapped(value, terminal.columns - indent.length));
  for (const [index, line] of lines.entries()) terminal.print(`${index === 0 ? lead : indent}${line}`);
}

const NATURES: Readonly<Record<KindInfo["nature"], string>> = {
  managed: "psc makes it so",
  gate: "a person's move: it has no public API",
  check: "must hold before anything is written",
};

function explainKind(terminal: Terminal, info: KindInfo): void {
  terminal.json({ format: "psc.explain/1", ...info, stepTitle: STEPS[info.step] ?? "" });
  terminal.print(`${styled("bold", info.kind)}  ${info.summary}`);
  fact(terminal, "step", [`${info.step} ${STEPS[info.step] ?? ""}`]);
  fact(terminal, "nature", [NATURES[info.nature]]);
  fact(terminal, "persona", [info.persona]);
  fact(terminal, "API", [info.api]);
  fact(terminal, "to read", info.permissions.read);
  fact(terminal, "to write", info.permissions.write);
  fact(terminal, "sources", info.sources);
}

function explainControl(terminal: Terminal, control: Control, permissions: readonly string[]): void {
  const { judge: _, restsOn, ...about } = control;
  const looksAt = [...(restsOn.kinds ?? []), ...(restsOn.probes ?? []).map(({ id }) => id)];
  terminal.json({ format: "psc.explain/1", control: { ...about, restsOn: looksAt, permissions } });
  const { id, title, statement, rationale, level, levels, stages, mappings, remedy, persona } = control;
  terminal.print(`${styled("bold", id)}  ${title}`);
  paragraph(terminal, statement);
  paragraph(terminal, rationale);
  const byStage = Object.entries(levels ?? {}).map(([stage, other]) => `${other} for ${stage}`);
  fact(terminal, "level", [
    `${[level, ...byStage].join(", ")}${stages === undefined ? "" : `; only ${stages.join(" and ")}`}`,
  ]);
  fact(terminal, "rests on", looksAt);
  fact(terminal, "to judge it", permissions);
  fact(terminal, "persona", [persona]);
  if (remedy.spec !== undefined) fact(terminal, "spec", [remedy.spec]);
  fact(terminal, "to mend it", remedy.steps);
  for (const framework of FRAMEWORKS) {
    const references = mappings[framework] ?? [];
    if (references.length > 0) fact(terminal, framework.toUpperCase(), [references.join(", ")]);
  }
}

function explainProbe(terminal: Terminal, { dependsOn: _, read: __, ...probe }: Probe): void {
  terminal.json({ format: "psc.explain/1", probe });
  terminal.print(`${styled("bold", probe.id)}  ${probe.summary}`);
  fact(terminal, "API", [probe.api]);
  fact(terminal, "persona", [probe.persona]);
  fact(terminal, "to read", probe.permissions);
  fact(terminal, "sources", probe.sources);
}

function explainCode(terminal: Terminal, code: string): void {
  const entry = ALL_CODES[code];
  if (entry === undefined) throw new Error(`no entry for ${code}`);
  terminal.json({ format: "psc.explain/1", code, ...entry });
  terminal.print(`${styled("bold", code)}  ${entry.title}`);
  paragraph(terminal, entry.explanation);
}

function explainTopic(terminal: Terminal, name: string): void {
  const topic = TOPICS[name];
  if (topic === undefined) throw new Error(`no topic ${name}`);
  terminal.json({ format: "psc.explain/1", topic: name, ...topic });
  terminal.print(styled("bold", topic.title));
  for (const line of topic.lines) terminal.print(`   ${line}`);
}

async function kinds(): Promise<readonly KindInfo[]> {
  const { KINDS } = await import("../../resources/kinds.ts");
  return KINDS;
}

function listEverything(
  terminal: Terminal,
  infos: readonly KindInfo[],
  controls: readonly Control[],
  probes: readonly Probe[],
): void {
  terminal.json({
    format: "psc.explain/1",
    kinds: infos.map(({ kind, summary, step }) => ({ kind, summary, step })),
    controls: controls.map(({ id, title }) => ({ id, title })),
    probes: probes.map(({ id, summary }) => ({ id, summary })),
    codes: Object.entries(ALL_CODES).map(([code, { title }]) => ({ code, title })),
    topics: Object.keys(TOPICS),
  });
  const table = (title: string, rows: readonly (readonly [string, string])[]): void => {
    terminal.print(styled("bold", title));
    for (const [label, detail] of rows)
      terminal.print(row({ symbol: " ", label, detail, indent: 1, columns: terminal.columns }));
    terminal.print();
  };
  table(
    "Resource kinds",
    infos.map(({ kind, summary }) => [kind, summary]),
  );
  table(
    "Controls",
    controls.map(({ id, title }) => [id, title]),
  );
  if (probes.length > 0)
    table(
      "Probes",
      probes.map(({ id, summary }) => [id, summary]),
    );
  table(
    "Topics",
    Object.entries(TOPICS).map(([name, { title }]) => [name, title]),
  );
  table(
    "Codes",
    Object.entries(ALL_CODES)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([code, { title }]) => [code, title]),
  );
}

export const explain: CommandDefinition = {
  description:
    "Explains an error code, a control of psc verify (statement, level, what it rests on, remedy, duties), a kind of resource (step, persona, least-privileged permissions, sources) or a topic. Without a word it lists them all.",
  arguments: [
    {
      name: "what",
      summary: "such as PSC-E231, PSC-IAM-02, omnichannel.queue or exit-codes",
      required: false,
    },
  ],
  examples: [
    { command: "explain PSC-E231", effect: "what the code means and what to do" },
    {
      command: "explain omnichannel.queue",
      effect: "who needs which permission for queues, and by which API",
    },
    {
      command: "explain PSC-IAM-02",
      effect: "what a control demands, why, for which duties, and who mends it",
    },
    { command: "explain exit-codes", effect: "what psc tells the shell" },
  ],
  async run({ terminal, arguments: [what] }) {
    const infos = await kinds();
    const { CONTROLS, PROBES, RESOURCE_CONTROLS } = await import("../../controls/index.ts");
    if (what === undefined) {
      listEverything(terminal, infos, CONTROLS, PROBES);
      return EXIT.done;
    }
    const code = what.toUpperCase();
    const info = infos.find(({ kind }) => kind === what || kind.split(".")[1] === what);
    const control = [...CONTROLS, ...RESOURCE_CONTROLS].find(({ id }) => id === code);
    const probe = PROBES.find(({ id }) => id === what);
    const names = [
      ...infos.map(({ kind }) => kind),
      ...CONTROLS.map(({ id }) => id),
      ...PROBES.map(({ id }) => id),
      ...Object.keys(ALL_CODES),
      ...Object.keys(TOPICS),
    ];
    if (ALL_CODES[code] !== undefined) explainCode(terminal, code);
    else if (TOPICS[what] !== undefined) explainTopic(terminal, what);
    else if (info !== undefined) explainKind(terminal, info);
    else if (control !== undefined) {
      const { permissionsNamedBy } = await import("../../controls/judge.ts");
      explainControl(terminal, control, permissionsNamedBy(control));
    } else if (probe !== undefined) explainProbe(terminal, probe);
    else {
      const guess = closest(what, names);
      throw usageError(
        `psc cannot explain "${what}"`,
        guess === undefined
          ? "`psc explain` lists every kind, control, code and topic"
          : `did you mean "${guess}"?`,
      );
    }
    return EXIT.done;
  },
};
