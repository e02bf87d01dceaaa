import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rolldown } from "rolldown";
import { installedPeers, median, type Peer } from "../peers.ts";
import { layeredGraph, type Workload, workloadEnv } from "./workload.ts";

/**
 * The same layered graph of fake HTTP resources through psc's engine and through other infrastructure-as-code engines,
 * in one run. `npm run bench:engine`, or `node bench/engine/run.ts N DEPTH LATENCY_MS RUNS`.
 *
 * `engine` is what the program itself measured, from building the graph to the last answer: psc's figure includes
 * reading the target, which the peers replace by a state file; `act only` leaves that out. `bound` is depth × latency;
 * `no engine` sends the same requests with nothing around them.
 */

interface Engine {
  readonly name: string;
  readonly folder: string;
  readonly create: readonly string[];
  readonly destroy: readonly string[];
  /** Folder with what the engine remembers of a run. */
  readonly memory: string;
}

interface Stats {
  readonly put: number;
  readonly delete: number;
  readonly repeat: number;
  readonly peak: number;
  readonly violations: number;
  readonly live: number;
}

const QUIET = {
  DO_NOT_TRACK: "1",
  ALCHEMY_TELEMETRY_DISABLED: "1",
  ALCHEMY_CI_STATE_STORE_CHECK: "false",
  NO_COLOR: "1",
};

function engineOf({ name, folder }: Peer): Engine {
  const memory = ".alchemy";
  if (name.startsWith("alchemy 2")) {
    const cli = join(folder, "node_modules/.bin/alchemy");
    const how = ["--yes", "--stage", "bench", "--no-input"];
    return { name, folder, memory, create: [cli, "deploy", ...how], destroy: [cli, "destroy", ...how] };
  }
  const program = [process.execPath, "alchemy.run.mjs"];
  return { name, folder, memory, create: program, destroy: [...program, "--destroy"] };
}

const peers = installedPeers();
const scratch = mkdtempSync(join(tmpdir(), "psc-bench-engine-"));

/** Compiled, as an installed package is: compiling while it runs would be measured too. */
async function compiled(file: string): Promise<string> {
  const bundle = await rolldown({
    input: resolve(import.meta.dirname, file),
    platform: "node",
    logLevel: "warn",
  });
  const { output } = await bundle.write({ dir: join(scratch, "compiled"), format: "esm" });
  await bundle.close();
  return join(scratch, "compiled", output[0].fileName);
}

async function ours(name: string, file: string): Promise<Engine> {
  const program = [process.execPath, await compiled(file)];
  return { name, folder: scratch, memory: ".psc", create: program, destroy: [...program, "--destroy"] };
}

const plain = await ours("no engine", "plain.ts");
const psc = await ours("psc", "psc-run.ts");
const engines = [psc, ...peers.map(engineOf)];
const theirs = peers[0] === undefined ? undefined : join(peers[0].folder, "server.mjs");
const controlPlane =
  theirs !== undefined && existsSync(theirs) ? theirs : resolve(import.meta.dirname, "control-plane.ts");

interface ControlPlane {
  readonly env: NodeJS.ProcessEnv;
  stats(): Promise<Stats>;
  reset(): Promise<void>;
  stop(): void;
}

async function startControlPlane(work: Workload, failing = ""): Promise<ControlPlane> {
  const env = { ...process.env, ...QUIET, ...workloadEnv(work), FAIL_IDS: failing };
  const server = spawn(process.execPath, [controlPlane], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(server.stdout, "data")) as [Buffer];
  const url = `http://127.0.0.1:${port.toString().trim()}`;
  return {
    env: { ...env, BASE_URL: url },
    stats: async () => (await (await fetch(`${url}/stats`)).json()) as Stats,
    reset: async () => {
      await (await fetch(`${url}/stats`, { method: "DELETE" })).text();
    },
    stop: () => server.kill(),
  };
}

function start(engine: Engine, command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const [file = "", ...args] = command;
  return spawn(file, args, { cwd: engine.folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
}

interface Run {
  readonly exit: number | null;
  readonly wallMs: number;
  readonly engineMs: number;
  readonly stats: Stats;
  readonly output: string;
}

/** What the program says it took: on a line of its own, or as alchemy 2 ends, such as `Done … (433ms)`. */
function toldBy(output: string): number {
  const own = /engine_ms ([\d.]+)/.exec(output)?.[1];
  if (own !== undefined) return Number(own);
  const done = /Done.*\((\d+(?:\.\d+)?)(ms|s)\)\s*$/m.exec(output);
  return done === null ? Number.NaN : Number(done[1]) * (done[2] === "s" ? 1000 : 1);
}

async function run(
  engine: Engine,
  command: readonly string[],
  plane: ControlPlane,
  suffix = "",
): Promise<Run> {
  await plane.reset();
  const began = performance.now();
  const child = start(engine, command, { ...plane.env, SUFFIX: suffix });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const [exit] = (await once(child, "close")) as [number | null];
  const wallMs = performance.now() - began;
  return {
    exit,
    wallMs,
    engineMs: toldBy(output),
    stats: await plane.stats(),
    output,
  };
}

/** What psc says it spent looking before it acted; others tell nothing of the kind. */
function lookedFor(output: string): number {
  return Number(/plan_ms ([\d.]+)/.exec(output)?.[1] ?? Number.NaN);
}

function row(cells: readonly (string | number)[]): void {
  const widths = [16, 12, 10, 10, 10, 8, 7, 7, 6, 6, 6];
  console.log(cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join(" "));
}

async function timings(work: Workload, runs: number): Promise<void> {
  const bound = work.depth * work.latencyMs;
  console.log(
    `\nN = ${work.nodes}, depth ${work.depth}, latency ${work.latencyMs} ms: bound ${bound} ms; medians of ${runs}`,
  );
  row([
    "engine",
    "phase",
    "engine ms",
    "× bound",
    "act only",
    "wall ms",
    "puts",
    "dels",
    "peak",
    "wrong",
    "exit",
  ]);
  for (const engine of [plain, ...engines]) {
    const plane = await startControlPlane(work);
    const phases = new Map<string, Run[]>();
    const note = (phase: string, result: Run): void => {
      phases.set(phase, [...(phases.get(phase) ?? []), result]);
    };
    for (let count = 0; count < runs; count += 1) {
      rmSync(join(engine.folder, engine.memory), { recursive: true, force: true });
      note("create", await run(engine, engine.create, plane));
      note("no-op", await run(engine, engine.create, plane));
      note("update all", await run(engine, engine.create, plane, "-b"));
      note("destroy", await run(engine, engine.destroy, plane));
    }
    plane.stop();
    for (const [phase, results] of phases) {
      const engineMs = median(results.map((result) => result.engineMs));
      const wallMs = median(results.map((result) => result.wallMs));
      const looked = median(results.map(({ output }) => lookedFor(output)));
      const counted = Number.isNaN(engineMs) ? wallMs : engineMs;
      const { stats } = results[0] as Run;
      row([
        engine.name,
        phase,
        Number.isNaN(engineMs) ? "–" : Math.round(engineMs),
        phase === "no-op" ? "–" : (counted / bound).toFixed(2),
        phase === "no-op" || Number.isNaN(looked) ? "–" : ((counted - looked) / bound).toFixed(2),
        Math.round(wallMs),
        stats.put,
        stats.delete,
        stats.peak,
        stats.violations,
        [...new Set(results.map(({ exit }) => exit))].join(","),
      ]);
      const failed = results.find(({ exit }) => exit !== 0);
      if (failed !== undefined) console.log(failed.output.slice(-400));
    }
  }
}

/** Kills the engine once a third of the work is done, lets requests on their way end, and runs it again. */
async function crash(work: Workload): Promise<void> {
  console.log(`\nSIGKILL in mid-create, then the same command again (N = ${work.nodes})`);
  for (const engine of engines) {
    rmSync(join(engine.folder, engine.memory), { recursive: true, force: true });
    const plane = await startControlPlane(work);
    const victim = start(engine, engine.create, plane.env);
    const ended = once(victim, "exit");
    while (victim.exitCode === null && (await plane.stats()).live < work.nodes / 3) await sleep(10);
    if (victim.pid !== undefined && victim.exitCode === null) process.kill(-victim.pid, "SIGKILL");
    await ended;
    await sleep(work.latencyMs * 4);
    const before = await plane.stats();
    const again = await run(engine, engine.create, { ...plane, reset: async () => {} });
    const after = await plane.stats();
    console.log(
      `${engine.name.padEnd(16)} ${before.live} made before, then ${after.put - before.put} mutations for ${work.nodes - before.live} missing, ${after.repeat} repeated; exit ${again.exit}, ${after.live} live`,
    );
    plane.stop();
  }
}

/** One thing of the second layer always fails: what does not need it must be made all the same. */
async function failure(work: Workload): Promise<void> {
  console.log(`\nOne failing node (thing-${Math.ceil(work.nodes / work.depth)})`);
  for (const engine of engines) {
    rmSync(join(engine.folder, engine.memory), { recursive: true, force: true });
    const plane = await startControlPlane(work, `thing-${Math.ceil(work.nodes / work.depth)}`);
    const result = await run(engine, engine.create, plane);
    console.log(
      `${engine.name.padEnd(16)} ${result.stats.live} of ${independentOf(work)} independent nodes made; exit ${result.exit}`,
    );
    plane.stop();
  }
}

function independentOf(work: Workload): number {
  const broken = new Set([`thing-${Math.ceil(work.nodes / work.depth)}`]);
  const nodes = layeredGraph(work);
  for (const { id, deps } of nodes) if (deps.some((need) => broken.has(need))) broken.add(id);
  return nodes.length - broken.size;
}

const [nodes, depth, latencyMs, runs] = process.argv.slice(2).map(Number);
const sizes = nodes === undefined ? [200, 1000] : [nodes];
for (const size of sizes)
  await timings({ nodes: size, depth: depth ?? 10, latencyMs: latencyMs ?? 20, fanIn: 2 }, runs ?? 3);
await crash({ nodes: 200, depth: 10, latencyMs: 100, fanIn: 2 });
await failure({ nodes: 200, depth: 10, latencyMs: 20, fanIn: 2 });
rmSync(scratch, { recursive: true, force: true });
