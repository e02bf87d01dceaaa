/** Compiles `src/` to `dist/` for the published package; a checkout runs from source. */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

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
