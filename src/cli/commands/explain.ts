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

function listEverything(terminal: Terminal, infos: readonly KindInfo[]): void {
  terminal.json({
    format: "psc.explain/1",
    kinds: infos.map(({ kind, summary, step }) => ({ kind, summary, step })),
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
    "Explains an error code, a kind of resource (step, persona, least-privileged permissions, sources) or a topic. Without a word it lists them all.",
  arguments: [
    { name: "what", summary: "such as PSC-E231, omnichannel.queue or exit-codes", required: false },
  ],
  examples: [
    { command: "explain PSC-E231", effect: "what the code means and what to do" },
    {
      command: "explain omnichannel.queue",
      effect: "who needs which permission for queues, and by which API",
    },
    { command: "explain exit-codes", effect: "what psc tells the shell" },
  ],
  async run({ terminal, arguments: [what] }) {
    const infos = await kinds();
    if (what === undefined) {
      listEverything(terminal, infos);
      return EXIT.done;
    }
    const code = what.toUpperCase();
    const info = infos.find(({ kind }) => kind === what || kind.split(".")[1] === what);
    const names = [...infos.map(({ kind }) => kind), ...Object.keys(ALL_CODES), ...Object.keys(TOPICS)];
    if (ALL_CODES[code] !== undefined) explainCode(terminal, code);
    else if (TOPICS[what] !== undefined) explainTopic(terminal, what);
    else if (info !== undefined) explainKind(terminal, info);
    else {
      const guess = closest(what, names);
      throw usageError(
        `psc cannot explain "${what}"`,
        guess === undefined ? "`psc explain` lists every kind, code and topic" : `did you mean "${guess}"?`,
      );
    }
    return EXIT.done;
  },
};
