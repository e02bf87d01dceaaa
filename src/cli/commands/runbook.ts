import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemClock } from "../../clock.ts";
import { PscError } from "../../errors.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { count } from "../render/plan-text.ts";
import { symbolOf } from "../render/rows.ts";
import { loadFile } from "../spec-file.ts";
import { styled } from "../styles.ts";

function writeSheet(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new PscError({
      code: "PSC-E112",
      message: `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? "unknown"})`,
      remedy: "give a path in a folder that exists and that you may write to",
      cause: error,
    });
  }
}

export const runbook: CommandDefinition = {
  description:
    "Writes the hand-over sheet of an environment from its spec alone: who brings what about, after whom, with which permissions and which command, and how what has no API is done by hand. Sends no request. Markdown on stdout, or files.",
  arguments: [{ name: "file", summary: "the environment's spec", required: true }],
  options: [
    { flags: "--html <path>", summary: "write one self-contained page" },
    { flags: "--markdown <path>", summary: "write Markdown into a file" },
  ],
  examples: [
    { command: "runbook prod.yaml", effect: "the sheet as Markdown" },
    {
      command: "runbook prod.yaml --html runbook.html",
      effect: "a page to hand round, to print, to tick off",
    },
  ],
  async run(invocation) {
    const { terminal, cwd, env, options } = invocation;
    const [file = ""] = invocation.arguments;
    const { spec, manifest } = await loadFile(invocation, file);
    const [{ openSession }, { runbookOf }] = await Promise.all([
      import("../../session.ts"),
      import("../../reports/runbook.ts"),
    ]);
    const session = openSession({
      spec,
      manifest,
      target: {
        clock: systemClock,
        client: { sendRequest: () => Promise.reject(new Error("a runbook sends no request")) },
      },
      env,
      workFolder: cwd,
      readOnly: true,
    });
    const sheet = runbookOf({ spec, manifest, file, graph: session.graph, memory: session.memory });
    const html = options.text("html");
    const markdown = options.text("markdown");
    if (html !== undefined) {
      const { runbookHtml } = await import("../../reports/runbook-html.ts");
      writeSheet(resolve(cwd, html), runbookHtml(sheet));
    }
    const { runbookMarkdown } = await import("../../reports/runbook-markdown.ts");
    if (markdown !== undefined) writeSheet(resolve(cwd, markdown), runbookMarkdown(sheet));
    terminal.json(sheet);
    if (html === undefined && markdown === undefined) {
      if (terminal.output === "text") terminal.data(runbookMarkdown(sheet));
      return EXIT.done;
    }
    for (const path of [html, markdown])
      if (path !== undefined)
        terminal.print(`${symbolOf("done")} ${path}: ${count(sheet.parts.length, "part")}`);
    terminal.say(`${styled("bold", "Next:")} psc plan ${file} --by-persona`);
    return EXIT.done;
  },
};
