import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { installedPeers, median } from "./peers.ts";

/**
 * How long psc takes to say what it is, installed from its own package as a user would, beside `node -e 0` and other
 * tools; and how large that installation is. `npm run bench:startup`; PSC_BENCH_RUNS changes the number of runs.
 */

const RUNS = Number(process.env["PSC_BENCH_RUNS"] ?? 15);
const TARGET_RATIO = 2.5;
const TARGET_MB = 40;
const QUIET = { DO_NOT_TRACK: "1", ALCHEMY_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

function timeOf({ command: [file = "", ...args] }: Contender): number {
  const began = performance.now();
  // Some leave files where they are started.
  spawnSync(file, args, { cwd: scratch, stdio: "ignore", env: { ...process.env, ...QUIET } });
  return performance.now() - began;
}

/** Rounds over all contenders, so that a busy moment strikes each of them alike. */
function medians(contenders: readonly Contender[], runs: number): Map<string, number> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  // The first start fills the compile cache and the disk's.
  for (const contender of contenders) timeOf(contender);
  for (let round = 0; round < runs; round += 1)
    for (const contender of contenders) times.get(contender.name)?.push(timeOf(contender));
  return new Map([...times].map(([name, measured]) => [name, median(measured)]));
}

function sizeMb(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  return bytes / 2 ** 20;
}

function must(file: string, args: readonly string[], cwd: string): string {
  const done = spawnSync(file, args, { cwd, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${file} ${args.join(" ")} failed: ${done.stderr}`);
  return done.stdout;
}

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "psc-bench-startup-"));
const packed = must("npm", ["pack", "--silent", "--pack-destination", scratch], root)
  .trim()
  .split("\n")
  .at(-1);
must("npm", ["init", "--yes", "--silent"], scratch);
const how = ["install", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
must("npm", [...how, join(scratch, packed ?? "")], scratch);
const psc = join(scratch, "node_modules/psc-toolkit/bin/psc.js");

const ours = [
  { name: "node -e 0", command: [process.execPath, "-e", "0"] },
  { name: "psc --version", command: [process.execPath, psc, "--version"] },
  { name: "psc --help", command: [process.execPath, psc, "--help"] },
];
const theirs = installedPeers().flatMap(({ name, folder }) => {
  const cli = join(folder, "node_modules/alchemy/package.json");
  const { bin } = JSON.parse(readFileSync(cli, "utf8")) as { bin: string | Record<string, string> };
  const file = typeof bin === "string" ? bin : (bin["alchemy"] ?? Object.values(bin)[0] ?? "");
  const command = [process.execPath, join(folder, "node_modules/alchemy", file), "--version"];
  return existsSync(command[1] ?? "") ? [{ name: `${name} --version`, command }] : [];
});

const own = medians(ours, RUNS);
const peers = medians(theirs, 3);
const floor = own.get("node -e 0") ?? Number.NaN;
console.log(`Node ${process.version}; medians of ${RUNS} runs (peers: 3)`);
for (const [name, ms] of [...own, ...peers])
  console.log(`${name.padEnd(28)} ${ms.toFixed(0).padStart(6)} ms  ${(ms / floor).toFixed(2)} × node -e 0`);
console.log(`target for psc: ${TARGET_RATIO} ×`);

// A network namespace without interfaces, where the system lets a user make one.
const offline = spawnSync("unshare", ["-rn", process.execPath, psc, "--help"], { encoding: "utf8" });
console.log(
  offline.error !== undefined || /unshare/.test(offline.stderr)
    ? "without a network: not measured (unshare is not available)"
    : `without a network: psc --help ends with ${offline.status} and ${offline.stdout.split("\n").length} lines`,
);

const installed = join(scratch, "node_modules");
const packages = readdirSync(installed, { recursive: true, withFileTypes: true }).filter(
  (entry) =>
    entry.isFile() &&
    entry.name === "package.json" &&
    /node_modules\/(@[^/]+\/)?[^/]+$/.test(entry.parentPath),
).length;
console.log(
  `installed for production: ${sizeMb(installed).toFixed(1)} MB in ${packages} packages (target ${TARGET_MB} MB)`,
);
rmSync(scratch, { recursive: true, force: true });
