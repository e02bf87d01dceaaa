import { join, relative, resolve } from "node:path";
import { NOT_VERIFIED } from "../src/cli/personas.ts";
import { BOT_SECRETS } from "../src/controls/bot-secrets.ts";
import { PROBES } from "../src/controls/index.ts";
import { loadSpec } from "../src/spec/index.ts";
import { collectFacts, judgeFacts } from "../src/verification.ts";
import { deployOnce, openTenant, sessionOf } from "../tests/chaos/tenant.ts";
import { chainOf, type Sent, watched } from "./latency.ts";

/**
 * What verifying a deployed example costs: requests, and time when every answer takes 100 ms longer than the sandbox
 * needs, beside the longest chain of dependent reads. `npm run bench:verify`; with
 * `-- --requests` it also names every request.
 */

const ROOT = resolve(import.meta.dirname, "..");
const LATENCY_MS = 100;
const MOST_REQUESTS = 40;

/** Verifies one example, and says what it cost. */
async function measure(file: string): Promise<void> {
  const tenant = await openTenant();
  const deployed = await deployOnce(tenant, { file });
  if (deployed instanceof Error) throw deployed;
  const read = loadSpec(file, { env: {} });
  if (!read.ok) throw new AggregateError(read.problems);
  const { spec, manifest } = read;

  async function look(latencyMs: number): Promise<{ readonly log: Sent[]; readonly ms: number }> {
    const log: Sent[] = [];
    const began = performance.now();
    const session = sessionOf(tenant, {
      file,
      client: watched(tenant.client, latencyMs, log),
      readOnly: true,
      probes: PROBES,
      withoutKinds: NOT_VERIFIED,
      unusedPermission: BOT_SECRETS,
    });
    const { facts } = await collectFacts(session, "0.0.0");
    const locate = (): undefined => undefined;
    const { summary } = judgeFacts(facts, { spec, manifest, file, locate });
    const ms = performance.now() - began;
    if (summary.fail + summary.error > 0) throw new Error(`not sound: ${JSON.stringify(summary)}`);
    return { log, ms };
  }

  await look(0);
  const { log, ms } = await look(LATENCY_MS);
  const chain = chainOf(log);
  const least = chain.length * LATENCY_MS;
  console.log(`Verifying ${relative(ROOT, file)}, ${LATENCY_MS} ms latency`);
  console.log(`  ${log.length} requests (target: at most ${MOST_REQUESTS}), sign-in included`);
  console.log(
    `  ${Math.round(ms)} ms = ${(ms / least).toFixed(2)} × its longest chain of ${chain.length} requests, ${least} ms (target: at most 2)`,
  );
  for (const { what, from, to } of chain)
    console.log(
      `    ${String(Math.round(from - (log[0]?.from ?? 0))).padStart(5)} ms ${what} (${Math.round(to - from)} ms)`,
    );
  if (process.argv.includes("--requests")) for (const { what } of log) console.log(`    ${what}`);
  await tenant.close();
}

for (const name of ["dev.yaml", "full.yaml"]) await measure(join(ROOT, "examples/contoso", name));
