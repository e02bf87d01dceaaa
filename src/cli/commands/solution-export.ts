import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { PscError } from "../../errors.ts";
import { type CommandDefinition, TENANT_OPTIONS } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { withSession } from "../run-session.ts";
import { styled } from "../styles.ts";

const LOOK_EVERY_MS = 5_000;

export const solutionExport: CommandDefinition = {
  description:
    "Exports a solution out of the environment of a spec into a ZIP file, which `ownSolutions` of the next stage can name. Only unmanaged solutions can be exported; --managed makes the file a managed one. Nothing of the environment is changed, except for the record of the export job.",
  arguments: [
    { name: "name", summary: "the solution's unique name", required: true },
    { name: "file", summary: "the environment's spec", required: true },
  ],
  options: [
    { flags: "--managed", summary: "for stages in which nobody edits it" },
    { flags: "--to <path>", summary: "where to write; otherwise NAME_VERSION.zip in this folder" },
    ...TENANT_OPTIONS,
  ],
  examples: [
    {
      command: "solution export ContosoVisits dev.yaml --managed",
      effect: "writes ContosoVisits_1_2_0_0_managed.zip",
    },
  ],
  run: (invocation) =>
    withSession(invocation, { readOnly: false }, async ({ session }) => {
      const { terminal, cwd, options } = invocation;
      const [uniqueName = ""] = invocation.arguments;
      const managed = options.flag("managed");
      const [{ planSession }, { exportSolution }, { readSolutionFile }, { environment }] = await Promise.all([
        import("../../session.ts"),
        import("../../services/solution-export.ts"),
        import("../../spec/solution-file.ts"),
        import("../../resources/power-platform/environment.ts"),
      ]);
      await planSession(session);
      const power = environment.data({ observation: (address) => session.memory.observations.get(address) });
      if (power === undefined)
        throw new PscError({
          code: "PSC-E454",
          message: `solution ${uniqueName} cannot be exported: its environment does not exist`,
          remedy: "deploy the spec first",
          side: "user",
        });
      const bytes = await exportSolution(
        session.services.dataverse(power.instanceUrl, power.version),
        { uniqueName, managed },
        () => session.clock.sleep(LOOK_EVERY_MS),
      );
      const read = readSolutionFile(bytes);
      const version = typeof read === "string" ? "export" : read.version.replaceAll(".", "_");
      const file = options.text("to") ?? `${uniqueName}_${version}${managed ? "_managed" : ""}.zip`;
      const path = resolve(cwd, file);
      const replaced = existsSync(path);
      try {
        writeFileSync(path, bytes);
      } catch (cause) {
        throw new PscError({
          code: "PSC-E112",
          message: `${file} cannot be written`,
          remedy: "give another place with --to",
          side: "user",
          cause,
        });
      }
      terminal.json({
        format: "psc.solution-export/1",
        solution: uniqueName,
        version: typeof read === "string" ? null : read.version,
        managed,
        file,
        bytes: bytes.length,
      });
      terminal.print(
        `${styled("green", "✓")} ${file} ${replaced ? "replaced" : "written"}: ${bytes.length} bytes`,
      );
      return EXIT.done;
    }),
};
