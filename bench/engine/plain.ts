import { caller } from "./things.ts";
import { layeredGraph, type Node, workloadOf } from "./workload.ts";

/**
 * No engine at all: the same requests in the same order by `node:http` and nothing else, a look at everything first, then
 * each thing as soon as what it needs is there. What an engine takes beyond this is the engine's.
 */

const { env } = process;
const started = performance.now();
const call = caller(env["BASE_URL"] ?? "");
const nodes = layeredGraph(workloadOf(env));
const suffix = env["SUFFIX"] ?? "";

async function look({ id }: Node): Promise<string | undefined> {
  const { status, body } = await call("GET", id);
  return status === 404 ? undefined : (body as { name: string }).name;
}

const seen = new Map(await Promise.all(nodes.map(async (node) => [node.id, await look(node)] as const)));
const planned = performance.now();
const done = new Map<string, Promise<unknown>>();
if (process.argv.includes("--destroy")) {
  for (const { id } of [...nodes].reverse()) {
    const above = nodes.filter(({ deps }) => deps.includes(id)).map((node) => done.get(node.id));
    done.set(
      id,
      Promise.all(above).then(() => call("DELETE", id)),
    );
  }
} else {
  for (const { id, deps } of nodes) {
    const name = `${id}${suffix}`;
    if (seen.get(id) === name) continue;
    done.set(
      id,
      Promise.all(deps.map((need) => done.get(need))).then(() => call("PUT", id, { name, deps })),
    );
  }
}
await Promise.all(done.values());
const ended = performance.now();
console.error(`engine_ms ${(ended - started).toFixed(1)} plan_ms ${(planned - started).toFixed(1)}`);
process.exit(0);
