/** Compiles `src/` to `dist/` for the published package; a checkout runs from source. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..");
rmSync(join(root, "dist"), { recursive: true, force: true });
const compiled = spawnSync("tsc", ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
for (const entry of readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })) {
  // Data, and the console page, which is served as it is.
  if (!entry.isFile() || !/\.(json|html|css|js|svg)$/.test(entry.name) || entry.name === "tsconfig.json")
    continue;
  const from = join(entry.parentPath, entry.name);
  cpSync(from, from.replace(join(root, "src"), join(root, "dist")));
}

/** Folder of the package a bundled module came from, such as `…/node_modules/@azure/identity`. */
function packageFolderOf(module: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
}

/** The licences of what a bundle contains must travel with it. */
function noticesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((module) => packageFolderOf(module) ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
      const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
      const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
      return `${about["name"]} ${about["version"]} (${about["license"]})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(78)}\n\n`);
}

const entry = join(root, "dist/services/azure-identity.js");
if (!existsSync(entry)) throw new Error(`${entry} is not there to be bundled`);
const bundle = await rolldown({ input: entry, platform: "node", cwd: root, logLevel: "warn" });
const { output } = await bundle.write({
  file: entry,
  format: "esm",
  codeSplitting: false,
  comments: false,
});
await bundle.close();
writeFileSync(
  join(dirname(entry), "azure-identity.licences.txt"),
  noticesOf(output.flatMap((part) => (part.type === "chunk" ? Object.keys(part.modules) : []))),
);
