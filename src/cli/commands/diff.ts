import { type Comparison, unmeant } from "../../comparison/difference.ts";
import type { LiveSide } from "../../comparison/environments.ts";
import { type CommandDefinition, type Invocation, TENANT_OPTIONS } from "../definition.ts";
import { EXIT, exitOfFindings } from "../exit-codes.ts";
import { ownVersion } from "../package-files.ts";
import { CHECKS_OF_WRITING } from "../personas.ts";
import { diffLines, diffWords } from "../render/diff-text.ts";
import { withSession } from "../run-session.ts";
import { loadFile } from "../spec-file.ts";
import { styled } from "../styles.ts";
import { sandboxWords } from "../target.ts";
import { usageError } from "../usage.ts";

async function compareFiles(invocation: Invocation, a: string, b: string): Promise<Comparison> {
  const { compareSpecs } = await import("../../comparison/specs.ts");
  return compareSpecs(await loadFile(invocation, a), await loadFile(invocation, b));
}

/** Reads one environment by a session of its own, which cannot write. */
async function lookAt(invocation: Invocation, file: string): Promise<LiveSide> {
  let found: LiveSide | undefined;
  const options = { readOnly: true, withoutKinds: CHECKS_OF_WRITING };
  await withSession({ ...invocation, arguments: [file] }, options, async ({ loaded, session }) => {
    const { collectFacts } = await import("../../verification.ts");
    const { facts } = await collectFacts(session, ownVersion());
    found = { file, spec: loaded.spec, facts };
    return EXIT.done;
  });
  if (found === undefined) throw new Error(`${file} was not looked at`);
  return found;
}

async function compareLive(invocation: Invocation, a: string, b: string): Promise<Comparison> {
  // Both files are sound before the first request is sent.
  await loadFile(invocation, a);
  await loadFile(invocation, b);
  const { compareEnvironments } = await import("../../comparison/environments.ts");
  return compareEnvironments(await lookAt(invocation, a), await lookAt(invocation, b));
}

export const diff: CommandDefinition = {
  description:
    "Compares two environments. Without --live two specs, after overlays and defaults, and sends no request; with --live what is there: the fields psc observes, resource by resource, matched by kind and name. What is meant to differ (names, domains, subscriptions, what follows from the stage) is left out. Writes nothing. Exit code: 0 the same, 2 different or not comparable.",
  arguments: [
    { name: "a", summary: "the spec of one environment", required: true },
    { name: "b", summary: "the spec of the other", required: true },
  ],
  options: [
    { flags: "--live", summary: "read both environments and compare what is there" },
    { flags: "--all", summary: "also what is meant to differ, with the reason" },
    ...TENANT_OPTIONS,
  ],
  examples: [
    { command: "diff test.yaml prod.yaml", effect: "what the two specs say differently, with file and line" },
    { command: "diff --all test.yaml prod.yaml", effect: "names, domains and subscriptions as well" },
    {
      command: "diff --live test.yaml prod.yaml",
      effect: "what is otherwise in production than it was tested",
    },
    { command: "diff test.yaml prod.yaml --output json", effect: "the document psc.diff/1" },
  ],
  async run(invocation) {
    const { terminal, options } = invocation;
    const [a = "", b = ""] = invocation.arguments;
    const live = options.flag("live");
    if (!live && options.flag("sandbox"))
      throw usageError(
        "--sandbox needs --live",
        "add --live to compare what is there; without it only the files are read",
      );
    const comparison = live ? await compareLive(invocation, a, b) : await compareFiles(invocation, a, b);
    const all = options.flag("all");
    terminal.json({
      ...comparison,
      differences: comparison.differences.filter(({ meant }) => all || meant === null),
      meantToDiffer: comparison.differences.filter(({ meant }) => meant !== null).length,
    });
    for (const line of diffLines(comparison, all, terminal.columns)) terminal.print(line);
    terminal.print(`${styled("bold", "Result:")} ${diffWords(comparison)}.`);
    // What could not be compared is not proved to be the same.
    const code = exitOfFindings(unmeant(comparison).length + comparison.notCompared.length);
    if (!live) terminal.say(`${styled("bold", "Next:")} psc diff --live ${a} ${b} compares what is there`);
    else if (code !== EXIT.done)
      terminal.say(
        `${styled("bold", "Next:")} psc plan ${a}${sandboxWords(invocation)}; psc plan ${b}${sandboxWords(invocation)}`,
      );
    return code;
  },
};
