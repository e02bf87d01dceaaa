import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { passAsPerson } from "../src/cli/simulated-person.ts";
import type { Clock } from "../src/clock.ts";
import type { ApplyResult, EngineEvent } from "../src/engine/events.ts";
import { ADMIN_USER, PUBLIC_CLIENT_APP_ID } from "../src/sandbox/seed.ts";
import { startSandbox } from "../src/sandbox/server.ts";
import { sandboxTransport } from "../src/services/http/sandbox-transport.ts";
import { deploySession, openSession, planSession, type Session } from "../src/session.ts";
import { loadSpec } from "../src/spec/index.ts";
import { type VirtualTime, virtualTime } from "../tests/harness/virtual-time.ts";

/**
 * How much longer the example's deploy takes than it must. Durations are those of the real services, as far as they are
 * known, on a clock that passes only while everything waits. The critical path is the longest chain of dependent work,
 * each piece as long as it takes when psc looks every second; the makespan is that of an ordinary deploy, which looks
 * as seldom as it may, keeps the guide's order, and waits for people.
 * `npm run bench:deploy`.
 */

const EXAMPLE = resolve(import.meta.dirname, "../examples/contoso/dev.yaml");
const LONGEST_LOOK_MS = 1_000;
const TARGET = 1.05;

interface Measured {
  readonly session: Session;
  readonly result: ApplyResult;
  readonly makespanMs: number;
  readonly realMs: number;
  readonly requests: number;
}

async function control(url: string, body: object): Promise<{ now: number }> {
  const answer = await fetch(`${url}/_sandbox/clock`, { method: "POST", body: JSON.stringify(body) });
  return (await answer.json()) as { now: number };
}

/** Somebody who passes each gate after its usual time. */
function personAt(time: VirtualTime, session: Session, sandboxUrl: string): (event: EngineEvent) => void {
  return (event) => {
    if (event.type !== "gate-opened") return;
    const { resource, instructions } = event;
    void time.clock
      .sleep(instructions.usualMinutes * 60_000)
      .then(() => time.during(() => passAsPerson(session, sandboxUrl, resource.address, instructions)));
  };
}

/** The same clock for somebody who never waits longer than a moment between two looks. */
function impatient(clock: Clock): Clock {
  return { now: clock.now, sleep: (ms, signal) => clock.sleep(Math.min(ms, LONGEST_LOOK_MS), signal) };
}

async function deploy(pace: (clock: Clock) => Clock): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "psc-bench-deploy-"));
  const sandbox = await startSandbox({ speed: 1 });
  try {
    const { now } = await control(sandbox.url, { paused: true });
    const time = virtualTime(now, async (ms) => {
      await control(sandbox.url, { advanceMs: ms });
    });
    const loaded = loadSpec(EXAMPLE, { env: {}, cwd: folder });
    if (!loaded.ok) throw new Error("the example is not valid");
    let requests = 0;
    const transport = time.watch(sandboxTransport(sandbox.url));
    const session = openSession({
      spec: loaded.spec,
      manifest: loaded.manifest,
      target: {
        client: {
          sendRequest: (request) => {
            requests += 1;
            return transport.sendRequest(request);
          },
        },
        clock: pace(time.clock),
        sandboxPerson: {
          clientId: PUBLIC_CLIENT_APP_ID,
          username: ADMIN_USER.userPrincipalName,
          password: ADMIN_USER.password,
        },
      },
      env: {},
      workFolder: folder,
      readOnly: false,
    });
    const began = performance.now();
    const { plan } = await planSession(session);
    const started = time.clock.now();
    const result = await deploySession(session, plan, {
      onEvent: personAt(time, session, sandbox.url),
      patienceMs: Number.POSITIVE_INFINITY,
    });
    return {
      session,
      result,
      makespanMs: time.clock.now() - started,
      realMs: performance.now() - began,
      requests,
    };
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Step {
  readonly address: string;
  readonly ownMs: number;
  readonly endMs: number;
}

/** The chain of dependent work that ends last, first piece first. */
function criticalPath({ session, result }: Measured): Step[] {
  const own = new Map(result.finished.map(({ address, elapsedMs }) => [address, elapsedMs]));
  const ends = new Map<string, number>();
  const before = new Map<string, string>();
  for (const { address, dependsOn } of session.graph.order) {
    let start = 0;
    for (const need of dependsOn) {
      const end = ends.get(need) ?? 0;
      if (end < start) continue;
      start = end;
      before.set(address, need);
    }
    ends.set(address, start + (own.get(address) ?? 0));
  }
  let last = [...ends].sort((a, b) => b[1] - a[1])[0]?.[0];
  const path: Step[] = [];
  while (last !== undefined) {
    path.unshift({ address: last, ownMs: own.get(last) ?? 0, endMs: ends.get(last) ?? 0 });
    last = before.get(last);
  }
  return path.filter(({ ownMs }) => ownMs > 0);
}

const minutes = (ms: number): string => (ms / 60_000).toFixed(1).padStart(7);

const reference = await deploy(impatient);
const ordinary = await deploy((clock) => clock);
const path = criticalPath(reference);
const boundMs = path.at(-1)?.endMs ?? Number.NaN;
console.log("The critical path of examples/contoso/dev.yaml, minutes of the services' time:");
for (const { address, ownMs, endMs } of path) console.log(`${minutes(ownMs)} ${minutes(endMs)}  ${address}`);
console.log(
  `\ncritical path ${minutes(boundMs)} min\nmakespan      ${minutes(ordinary.makespanMs)} min, ${(ordinary.makespanMs / boundMs).toFixed(3)} × the critical path (target ${TARGET})`,
);
console.log(
  `outcome ${ordinary.result.outcome}; ${ordinary.result.finished.length} changes, ${ordinary.requests} requests, ${(ordinary.realMs / 1000).toFixed(1)} s here`,
);
