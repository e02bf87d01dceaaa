import type { Clock } from "../clock.ts";
import { PscError } from "../errors.ts";
import type { Services } from "../services/services.ts";
import type { EnvironmentSpec, Manifest } from "../spec/model.ts";
import type { Observation } from "./observation.ts";
import type { Confirmation, Context, Resource } from "./resource.ts";

export interface ContextOptions {
  readonly spec: EnvironmentSpec;
  readonly manifest: Manifest;
  readonly services: Services;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** False when absent. */
  readonly force?: boolean;
  /** Looked up afresh each time: another terminal may confirm a gate while this run waits. */
  readonly confirmation: (address: string) => Confirmation | undefined;
}

/** What a wait reports each time it goes to sleep. */
export interface WaitNotice {
  readonly what: string;
  readonly elapsedMs: number;
  readonly nextLookMs: number;
  readonly operationUrl?: string;
}

/** Thrown into a read that asks for what is not observed yet: it is begun again once that is there. */
export class NotObservedYet extends Error {
  readonly address: string;

  constructor(address: string) {
    super(`${address} is not observed yet`);
    this.address = address;
  }
}

/** The run's memory: one observation a resource, shared by all contexts of the run. */
export interface RunMemory {
  readonly observations: Map<string, Observation>;
  /**
   * Addresses being looked at right now: asking for one of them throws `NotObservedYet`. Empty outside a look at the
   * tenant as a whole.
   */
  readonly awaited: Set<string>;
  /**
   * During a look at the tenant as a whole: true when an address could not be read and the resource stands on it. Then
   * nothing can be told of the resource either, so asking throws `NotObservedYet` as well.
   */
  cannotTell(resource: Resource, address: string): boolean;
  /** Whose state each resource asked for, by address: without it, it cannot be told. */
  readonly asked: Map<string, Set<string>>;
  /** A look at the tenant as a whole has ended now. */
  looked(): void;
  /** What that look saw of a resource, while it still holds: for kinds that stand alone, and for a moment only. */
  freshly(resource: Resource): Observation | undefined;
  /** A context whose waits and notes are reported as those of `resource`. */
  contextOf(
    resource: Resource,
    onWait?: (notice: WaitNotice) => void,
    onNote?: (text: string) => void,
  ): Context;
}

/** A server that asks for a longer pause than this between two looks is looked at anyway. */
const MAX_LOOK_PAUSE_MS = 10 * 60_000;
/** No operation of the guide takes a day: what does has stuck, and a run that waits for ever tells nobody. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
/**
 * No wait is given up after fewer looks than this: on the sandbox's fast clock a busy machine can lose minutes between
 * two of them.
 */
const MIN_LOOKS = 8;

/** What stands alone is not read again so soon after it was seen. */
const FRESH_FOR_MS = 20_000;
/** Long waits are looked at less often: by a twentieth of what has passed, but not more seldom than this. */
const SLOWEST_PACE_MS = 2 * 60_000;
const PACE = 1 / 20;

export function createRunMemory(options: ContextOptions): RunMemory {
  const observations = new Map<string, Observation>();
  const awaited = new Set<string>();
  const asked = new Map<string, Set<string>>();
  let lookedAt: number | undefined;
  const { clock, signal } = options;
  const memory: RunMemory = {
    observations,
    awaited,
    asked,
    cannotTell: () => false,
    looked() {
      lookedAt = clock.now();
    },
    freshly(resource) {
      const isRecent = lookedAt !== undefined && clock.now() - lookedAt < FRESH_FOR_MS;
      return isRecent && resource.info.standsAlone === true ? observations.get(resource.address) : undefined;
    },
    contextOf(resource, onWait = () => {}, onNote = () => {}) {
      return {
        spec: options.spec,
        manifest: options.manifest,
        services: options.services,
        clock,
        signal,
        force: options.force ?? false,
        observation(address) {
          const others = asked.get(resource.address) ?? new Set();
          asked.set(resource.address, others.add(address));
          if (awaited.has(address) || memory.cannotTell(resource, address)) throw new NotObservedYet(address);
          return observations.get(address);
        },
        addresses: (kind) =>
          [...observations.keys()].filter((address) => address === kind || address.startsWith(`${kind}[`)),
        confirmation: options.confirmation,
        note: onNote,
        async wait(what, { everyMs, operationUrl, atMostMs = LONGEST_WAIT_MS }, look) {
          const started = clock.now();
          for (let looks = 1; ; looks += 1) {
            signal.throwIfAborted();
            const seen = await look();
            if (seen.done) return seen.value;
            const elapsedMs = clock.now() - started;
            if (elapsedMs > atMostMs && looks >= MIN_LOOKS) {
              throw new PscError({
                code: "PSC-E412",
                message: `${resource.label}: ${what} took longer than ${Math.round(atMostMs / 60_000)} min${seen.note === undefined ? "" : ` (last seen: ${seen.note})`}`,
                remedy: "run the same command again: psc picks up what is under way",
                side: "service",
              });
            }
            const pace = Math.min(elapsedMs * PACE, SLOWEST_PACE_MS);
            const nextLookMs = Math.min(Math.max(seen.retryAfterMs ?? everyMs, pace), MAX_LOOK_PAUSE_MS);
            onWait({
              what: seen.note ?? what,
              elapsedMs,
              nextLookMs,
              ...(operationUrl === undefined ? {} : { operationUrl }),
            });
            await clock.sleep(nextLookMs, signal);
          }
        },
      };
    },
  };
  return memory;
}
