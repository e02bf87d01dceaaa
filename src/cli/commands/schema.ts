import { readFileSync } from "node:fs";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { packageFile } from "../package-files.ts";

const FILES: Readonly<Record<string, string>> = {
  spec: "schema/psc.v1.schema.json",
  controls: "schema/psc.controls.v1.schema.json",
  manifest: "schema/psc.manifest.v1.schema.json",
};

export const schema: CommandDefinition = {
  description:
    "Prints the JSON Schema of the spec language, of manifests, or of files with controls of your own. Editors that read `# yaml-language-server: $schema=…` complete and check with it.",
  arguments: [
    {
      name: "what",
      summary: "spec (default), manifest or controls",
      required: false,
      choices: Object.keys(FILES),
    },
  ],
  examples: [
    { command: "schema > psc.v1.schema.json", effect: "save the schema beside the spec" },
    { command: "schema manifest", effect: "the schema of files in solution-manifests/" },
  ],
  async run({ terminal, arguments: [what = "spec"] }) {
    terminal.data(readFileSync(packageFile(FILES[what] ?? ""), "utf8").trimEnd());
    return EXIT.done;
  },
};
