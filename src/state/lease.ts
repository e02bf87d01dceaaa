import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { LockHolder } from "../engine/lock.ts";
import { PscError } from "../errors.ts";
import type { BlobStore } from "./blob-store.ts";

/**
 * The lock of an environment that several machines deploy: a lease on a blob. It ends by itself when its holder is
 * gone, and its holder knows by its own clock when it may have ended, before anybody else can have it.
 */

export interface LeaseOptions {
  readonly store: BlobStore;
  readonly environment: string;
  readonly identity: string;
  /** How long the service keeps it for a silent holder: 15 to 60 seconds. */
  readonly seconds?: number;
  /** Milliseconds that pass whether the process runs or not. */
  readonly elapsed?: () => number;
  /** Calls `work` again and again; returns what stops it. */
  readonly every?: (ms: number, work: () => void) => () => void;
}

export interface Lease {
  /** Aborted as soon as the lease is lost, or may be. */
  readonly lost: AbortSignal;
  /** @throws PscError PSC-E144 when another machine may hold the lease by now: nothing may be written. */
  assertHeld(): void;
  /** One renewal, as the timer does it. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

const LEASE_SECONDS = 60;
/** A request that is on its way when the lease ends needs time to arrive. */
const MARGIN_MS = 5_000;

export function lockBlob(environment: string): string {
  return `${environment}/lock.json`;
}

/** Time that neither a stopped process nor a sleeping machine can hide: the one of two clocks that shows more. */
function elapsedSince(): () => number {
  const monotonic = performance.now();
  const wall = Date.now();
  return () => Math.max(performance.now() - monotonic, Date.now() - wall);
}

function repeatedly(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Who holds the lease, as it wrote itself down; undefined when nobody does. */
export async function readHolder(store: BlobStore, environment: string): Promise<LockHolder | undefined> {
  const name = lockBlob(environment);
  if (!(await store.isLeased(name))) return undefined;
  try {
    const { pid, host, identity, since } = JSON.parse(
      (await store.read(name)) ?? "{}",
    ) as Partial<LockHolder>;
    return { pid: pid ?? 0, host: host ?? "another machine", identity: identity ?? "", since: since ?? "" };
  } catch {
    return { pid: 0, host: "another machine", identity: "", since: "" };
  }
}

function heldBy(environment: string, holder: LockHolder | undefined): PscError {
  const who =
    holder === undefined || holder.identity === ""
      ? "another machine"
      : `process ${holder.pid} on ${holder.host} (${holder.identity}) since ${holder.since}`;
  return new PscError({
    code: "PSC-E140",
    message: `${environment} is being deployed by ${who}`,
    remedy:
      "wait until it is done; the lease of a machine that is gone ends by itself within a minute, and `psc unlock FILE --state URL --force` ends one that is not",
  });
}

/** @throws PscError PSC-E140 naming who holds it. */
export async function acquireLease(options: LeaseOptions): Promise<Lease> {
  const { store, environment, identity, seconds = LEASE_SECONDS, every = repeatedly } = options;
  const name = lockBlob(environment);
  const id = randomUUID();
  const elapsed = options.elapsed ?? elapsedSince();
  await store.ensure(name);
  // Counted from before the request: the service counts from when it got it.
  let renewedAt = elapsed();
  if (!(await store.acquireLease(name, id, seconds)))
    throw heldBy(environment, await readHolder(store, environment));
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    identity,
    since: new Date().toISOString(),
  };
  await store.write(name, JSON.stringify(holder), id);

  const controller = new AbortController();
  const lostError = (): PscError =>
    new PscError({
      code: "PSC-E144",
      message: `the lease on ${environment} was lost, so another machine may deploy it now; nothing more was written`,
      remedy: "run the same command again: psc goes on from what the tenant shows",
    });
  const lose = (): void => {
    if (!controller.signal.aborted) controller.abort(lostError());
  };
  const mayBeOver = (): boolean => elapsed() - renewedAt > seconds * 1_000 - MARGIN_MS;

  async function renew(): Promise<void> {
    if (controller.signal.aborted) return;
    const asked = elapsed();
    try {
      if (await store.renewLease(name, id)) renewedAt = asked;
      else lose();
    } catch {
      // The store cannot be reached: the lease stands until its time is over.
    }
    if (mayBeOver()) lose();
  }

  const stop = every((seconds * 1_000) / 4, () => void renew());
  return {
    lost: controller.signal,
    assertHeld() {
      if (mayBeOver()) lose();
      if (controller.signal.aborted) throw lostError();
    },
    renew,
    async release() {
      stop();
      if (!controller.signal.aborted) await store.releaseLease(name, id).catch(() => {});
    },
  };
}
