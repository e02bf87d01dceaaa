import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Another engine that the benchmarks run beside psc. */
export interface Peer {
  readonly name: string;
  /** Scratch folder with the peer installed and its program of the benchmark. */
  readonly folder: string;
}

/** Versions the programs were written for; later ones of the second cannot load their own dependencies. */
const PEERS = [
  { name: "alchemy 0.94", folder: "alchemy", packages: ["alchemy@0.94.0"] },
  {
    name: "alchemy 2 beta",
    folder: "alchemy2",
    packages: [
      "alchemy@2.0.0-beta.79",
      "effect@4.0.0-rc.115",
      "@effect/platform-node@4.0.0-rc.115",
      "@effect/platform-node-shared@4.0.0-rc.115",
    ],
  },
];

/**
 * The peers whose programs are found in PSC_BENCH_PEERS, installed in a scratch folder on first use. Without that
 * folder, or without a registry, the benchmarks run psc alone and say so.
 */
export function installedPeers(): Peer[] {
  const programs = resolve(process.env["PSC_BENCH_PEERS"] ?? "../shared/bench-peers");
  return PEERS.flatMap(({ name, folder, packages }) => {
    const source = join(programs, folder);
    if (!existsSync(source)) {
      console.log(`${name}: skipped, no programs in PSC_BENCH_PEERS (${programs})`);
      return [];
    }
    const scratch = join(tmpdir(), "psc-bench-peers", folder);
    mkdirSync(scratch, { recursive: true });
    cpSync(source, scratch, { recursive: true });
    if (!existsSync(join(scratch, "node_modules", "alchemy"))) {
      const how = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--no-save", ...packages];
      const installed = spawnSync("npm", how, { cwd: scratch, stdio: "ignore" });
      if (installed.status !== 0) {
        console.log(`${name}: skipped, npm could not install ${packages.join(" ")}`);
        return [];
      }
    }
    return [{ name, folder: scratch }];
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
