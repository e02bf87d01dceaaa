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

export function createRunMemory(options: ContextOptions): RunMemory {
  const observations = new Map<string, Observation>();
  const awaited = new Set<string>();
  const { clock, signal } = options;
  return {
    observations,
    awaited,
    contextOf(resource, onWait = () => {}, onNote = () => {}) {
      return {
        spec: options.spec,
        manifest: options.manifest,
        services: options.services,
        clock,
        signal,
        observation(address) {
          if (awaited.has(address)) throw new NotObservedYet(address);
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
            const nextLookMs = Math.min(seen.retryAfterMs ?? everyMs, MAX_LOOK_PAUSE_MS);
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
}
