import type { ApplyResult } from "./engine/events.ts";
import { JOURNAL_FORMAT, type Journal, openJournal } from "./engine/journal.ts";
import { acquireLock } from "./engine/lock.ts";
import type { Resource } from "./engine/resource.ts";
import type { Session } from "./session.ts";
import type { EnvironmentSpec, Manifest } from "./spec/model.ts";
import { acquireLease, type Lease } from "./state/lease.ts";

/** What a run means to do, with the natural key to look for when nobody knows whether it was done. */
export interface Intent {
  readonly address: string;
  readonly action: string;
  readonly label: string;
  readonly detail: string;
}

export function intentOf({ address, label, detail }: Resource, action: string): Intent {
  return { address, action, label, detail };
}

/** What is declared, for the day when it no longer is. Variables of the bot are left out: some are secret. */
export interface Declaration {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
}

function declarationOf({ spec, manifest }: Session): Declaration {
  return { spec: { ...spec, healthBot: { ...spec.healthBot, variables: [] } }, manifest };
}

/** Somebody else may confirm a gate on another machine while this run waits at it. */
const LOOK_FOR_CONFIRMATIONS_MS = 20_000;

export interface Undertaking {
  readonly command: "deploy" | "destroy" | "rotate";
  readonly summary: object;
  readonly intents: readonly Intent[];
}

/** Runs work that writes: under the environment's lock, between the first and the last line of a journal. */
export async function recorded(
  session: Session,
  { command, summary, intents }: Undertaking,
  work: (journal: Journal) => Promise<ApplyResult>,
): Promise<ApplyResult> {
  const who = await session.signIn();
  const { shared, recordFolder, spec } = session;
  const lock = acquireLock(recordFolder, spec.name, who.name);
  let lease: Lease | undefined;
  try {
    lease =
      shared && (await acquireLease({ store: shared.store, environment: spec.name, identity: who.name }));
    if (lease !== undefined) shared?.guardWith(lease);
  } catch (error) {
    lock.release();
    throw error;
  }
  session.services.pac?.sweep();
  const journal = openJournal(recordFolder, () => session.clock.now(), shared?.record);
  const watching =
    shared &&
    setInterval(() => shared.record.pullConfirmations().catch(() => {}), LOOK_FOR_CONFIRMATIONS_MS).unref();
  try {
    journal.append({
      type: "run",
      format: JOURNAL_FORMAT,
      command,
      environment: spec.name,
      identity: who.name,
      tenant: who.tenantId,
      summary,
    });
    journal.append({ type: "declared", declared: declarationOf(session) });
    // Written ahead, all at once: whoever finds this journal knows what may have been begun, and what to look for.
    journal.append({ type: "intents", actions: intents });
    await journal.flushed();
    const result = await work(journal);
    // Cut short by nobody's wish: the run is over because it may not write any more.
    lease?.assertHeld();
    journal.append({
      type: "end",
      outcome: result.outcome,
      finished: result.finished.length,
      failed: result.failures.length,
      gates: result.gates.map(({ resource }) => resource.address),
    });
    return result;
  } finally {
    clearInterval(watching);
    journal.close();
    await shared?.record.flushed().catch(() => {});
    await lease?.release();
    lock.release();
  }
}
