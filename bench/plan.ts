import { copyFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deployOnce, EXAMPLE, leftToDo, openTenant, type Tenant } from "../tests/chaos/tenant.ts";
import { chainOf, type Sent, watched } from "./latency.ts";

/**
 * What a plan that finds nothing to do costs: requests, and time when every answer takes 100 ms longer than the sandbox
 * needs. The chain is the longest sequence of requests each of which was sent after the answer of the one before; no
 * plan that asks for the same could be faster than the chain times the latency. Then the same with more and more queues.
 * `npm run bench:plan`.
 */

const LATENCY_MS = 100;
const SIZES = [10, 100, 1000];

async function lookAt(
  tenant: Tenant,
  latencyMs: number,
  file?: string,
): Promise<{ log: Sent[]; ms: number }> {
  const log: Sent[] = [];
  const began = performance.now();
  const left = await leftToDo(tenant, {
    client: watched(tenant.client, latencyMs, log),
    ...(file === undefined ? {} : { file }),
  });
  const ms = performance.now() - began;
  if (left.length > 0) throw new Error(`there is something to do: ${left.slice(0, 3).join("; ")}`);
  return { log, ms };
}

async function deployed(file?: string): Promise<Tenant> {
  const tenant = await openTenant();
  const path = file === undefined ? undefined : join(tenant.folder, "many.yaml");
  if (path !== undefined) {
    copyFileSync(join(dirname(EXAMPLE), "base.yaml"), join(tenant.folder, "base.yaml"));
    copyFileSync(EXAMPLE, join(tenant.folder, "dev.yaml"));
    writeFileSync(path, file ?? "");
  }
  const result = await deployOnce(tenant, path === undefined ? {} : { file: path });
  if (result instanceof Error) throw result;
  if (result.outcome !== "done") throw new Error(`the deploy ended as ${result.outcome}`);
  return tenant;
}

function manyQueues(count: number): string {
  const queues = Array.from({ length: count }, (_, index) => ({ name: `Queue ${index}`, priority: 2 }));
  return JSON.stringify({ extends: "dev.yaml", name: "contoso-dev", queues });
}

async function example(): Promise<void> {
  const tenant = await deployed();
  await lookAt(tenant, 0);
  const { log, ms } = await lookAt(tenant, LATENCY_MS);
  const chain = chainOf(log);
  const least = chain.length * LATENCY_MS;
  console.log(`A plan of the example that finds nothing to do, ${LATENCY_MS} ms latency`);
  console.log(`  ${log.length} requests (target: at most 25), sign-in included`);
  console.log(
    `  ${Math.round(ms)} ms = ${(ms / least).toFixed(2)} × its longest chain of ${chain.length} requests, ${least} ms (target: at most 2)`,
  );
  for (const { what, from, to } of chain)
    console.log(
      `    ${String(Math.round(from - (log[0]?.from ?? 0))).padStart(5)} ms ${what} (${Math.round(to - from)} ms)`,
    );
  await tenant.close();
}

async function growth(): Promise<void> {
  console.log("\nThe same with more queues, no latency added");
  console.log("  queues  requests    rows  rows/queue  answers KB     ms");
  for (const size of SIZES) {
    const tenant = await deployed(manyQueues(size));
    const file = join(tenant.folder, "many.yaml");
    await lookAt(tenant, 0, file);
    const { log, ms } = await lookAt(tenant, 0, file);
    const sum = (of: (sent: Sent) => number): number => log.reduce((total, sent) => total + of(sent), 0);
    const rows = sum((sent) => sent.rows);
    console.log(
      [
        String(size).padStart(8),
        String(log.length).padStart(10),
        String(rows).padStart(8),
        (rows / size).toFixed(1).padStart(12),
        String(Math.round(sum((sent) => sent.characters) / 1000)).padStart(12),
        String(Math.round(ms)).padStart(7),
      ].join(""),
    );
    await tenant.close();
  }
}

await example();
await growth();
