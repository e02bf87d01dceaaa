import type { PscError } from "../../errors.ts";
import type { CommandDefinition } from "../definition.ts";
import { colouredProblem, errorRecord } from "../error-report.ts";
import { EXIT } from "../exit-codes.ts";
import { count } from "../render/plan-text.ts";
import { symbolOf } from "../render/rows.ts";
import { styled } from "../styles.ts";

export const validate: CommandDefinition = {
  description:
    "Checks spec files without sending a request: syntax, keys, types, names, references, regions, and what the stages beside a file must not share with it. Exit code: 0 valid, 64 not valid.",
  arguments: [{ name: "files", summary: "spec files", required: true, variadic: true }],
  examples: [
    { command: "validate dev.yaml", effect: "check one environment" },
    {
      command: "validate dev.yaml test.yaml prod.yaml",
      effect: "check all stages, and that they share nothing",
    },
    { command: "validate dev.yaml --output json", effect: "problems with file, line, column and code" },
  ],
  async run({ terminal, arguments: files, env, cwd }) {
    const { checkSharing, loadSpec, renderProblem } = await import("../../spec/index.ts");
    const loads = files.map((file) => ({ file, loaded: loadSpec(file, { env, cwd }) }));
    const sound = loads.flatMap(({ loaded }) => (loaded.ok ? [loaded] : []));
    // Stages beside a file were looked at when it was loaded; this is for files named from elsewhere.
    const shared = files.length > 1 ? checkSharing(sound.map(({ spec }) => spec)) : [];
    const isWarning = ({ code }: PscError): boolean => code.startsWith("PSC-W");
    const sources = loads.flatMap(({ loaded }) => loaded.files);
    const problems = unique([
      ...loads.flatMap(({ loaded }) => (loaded.ok ? [] : loaded.problems)),
      ...shared.filter((error) => !isWarning(error)),
    ]);
    const warnings = unique([...loads.flatMap(({ loaded }) => loaded.warnings), ...shared.filter(isWarning)]);
    terminal.json({
      format: "psc.validate/1",
      valid: problems.length === 0,
      files: loads.map(({ file, loaded }) => ({
        file,
        valid: loaded.ok,
        ...(loaded.ok ? { environment: loaded.spec.name, stage: loaded.spec.stage } : {}),
      })),
      problems: problems.map(errorRecord),
      warnings: warnings.map(errorRecord),
    });
    // Beside errors most warnings are their consequences: they wait until the errors are mended.
    const withWarnings = terminal.verbose || (problems.length === 0 && !terminal.quiet);
    for (const problem of [...problems, ...(withWarnings ? warnings : [])]) {
      for (const line of colouredProblem(renderProblem(problem, sources))) terminal.print(line);
      terminal.print();
    }
    for (const { file, loaded } of loads) {
      if (loaded.ok && !terminal.quiet) {
        const { name, stage, tenant } = loaded.spec;
        terminal.print(`${symbolOf("done")} ${file}: ${name} (${stage}) in ${tenant}`);
      }
    }
    if (problems.length > 0) {
      terminal.print(
        `${symbolOf("failed")} ${count(problems.length, "error")}, ${count(warnings.length, "warning")}`,
      );
      terminal.say(
        `${styled("bold", "Next:")} mend them; psc explain ${problems[0]?.code ?? ""} says more about the first`,
      );
      return EXIT.usage;
    }
    terminal.say(
      `${styled("bold", "Next:")} psc plan ${files[0] ?? ""}${warnings.length === 0 ? "" : ` (${count(warnings.length, "warning")}; psc explain CODE says more)`}`,
    );
    return EXIT.done;
  },
};

/** The same problem of a base file shows up in each file that extends it. */
function unique(errors: readonly PscError[]): readonly PscError[] {
  const seen = new Set<string>();
  return errors.filter(({ code, message, location }) => {
    const key = `${code} ${message} ${location?.file}:${location?.line}:${location?.column}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
