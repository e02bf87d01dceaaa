/**
 * Installs the independent clients of `tests/clients` when they are missing or their lockfile has changed. Runs before
 * the tests, so that `npm ci && npm test` is all there is to do.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "..", "tests", "clients");
const lock = readFileSync(join(folder, "package-lock.json"), "utf8");
const stamp = join(folder, "node_modules", ".installed-lock");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  const installed = spawnSync("npm", ["ci", "--ignore-scripts", "--loglevel=error"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (installed.status !== 0) process.exit(installed.status ?? 1);
  writeFileSync(stamp, lock);
}
