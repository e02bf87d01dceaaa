import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { PscError } from "../../errors.ts";
import type { CommandDefinition } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { packageFile } from "../package-files.ts";
import { symbolOf } from "../render/rows.ts";
import { styled } from "../styles.ts";

export const init: CommandDefinition = {
  description:
    "Writes a first spec into a folder, with comments on what to change: a base file and one small file a stage, or one minimal file. Never overwrites a file.",
  arguments: [{ name: "folder", summary: "where to write (default: this folder)", required: false }],
  options: [
    {
      flags: "--template <name>",
      summary: "stages: a base and dev, test, prod; minimal: one file",
      choices: ["stages", "minimal"],
      default: "stages",
    },
  ],
  examples: [
    { command: "init my-clinic", effect: "my-clinic/base.yaml, dev.yaml, test.yaml, prod.yaml" },
    { command: "init --template minimal", effect: "env.yaml in this folder" },
  ],
  async run({ terminal, cwd, options, arguments: [folder = "."] }) {
    const templates = packageFile(join("templates", options.text("template") ?? "stages"));
    const target = resolve(cwd, folder);
    const names = readdirSync(templates).sort();
    const taken = names.filter((name) => existsSync(join(target, name)));
    if (taken.length > 0) {
      throw new PscError({
        code: "PSC-E110",
        message: `${taken.join(", ")} already exist${taken.length === 1 ? "s" : ""} in ${folder}; nothing was written`,
        remedy: "give another folder, or move the files away first",
      });
    }
    try {
      mkdirSync(target, { recursive: true });
      for (const name of names)
        cpSync(join(templates, name), join(target, name), {
          recursive: true,
          errorOnExist: true,
          force: false,
        });
    } catch (error) {
      throw new PscError({
        code: "PSC-E112",
        message: `${folder} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
        remedy: "give a folder you may write to",
        cause: error,
      });
    }
    const written = names.map((name) => relative(cwd, join(target, name)) || name);
    terminal.json({ format: "psc.init/1", files: written });
    for (const file of written) terminal.print(`${symbolOf("create")} ${file}`);
    const first = written.find((file) => file.endsWith("dev.yaml")) ?? written[0] ?? "";
    terminal.say(
      `${styled("bold", "Next:")} psc deploy ${first} --sandbox tries it without a tenant; then fill in the names of yours`,
    );
    return EXIT.done;
  },
};
