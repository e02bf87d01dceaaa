import { createHash } from "node:crypto";
import type { SandboxRequest } from "../exchange.ts";
import { durationMs, type Fault, type FaultAction } from "./definition.ts";

export interface ArmedFault extends Fault {
  readonly id: number;
  readonly name: string;
  readonly seed: string;
  /** Sandbox time. */
  readonly armedAt: number;
  /** Matching requests so far. */
  matched: number;
  /** Requests struck so far. */
  struck: number;
}

/** A fault that strikes a request, with its own draw from 0 to 1. */
export interface Strike {
  readonly fault: ArmedFault;
  readonly action: FaultAction;
  readonly draw: number;
}

export interface FaultBox {
  readonly armed: readonly ArmedFault[];
  arm(fault: Fault, seed?: string | number): ArmedFault;
  /** False when no fault has the id. */
  disarm(id: number): boolean;
  clear(): void;
  /**
   * What strikes this request. Delays, clock errors and token expiries add up; of the others the first one armed wins
   * and the rest stay unspent.
   */
  strike(service: string, request: SandboxRequest, can: (fault: ArmedFault) => boolean): Strike[];
  /** Takes a strike back that found nothing to do. */
  spare(strike: Strike): void;
}

const DEFAULT_SEED = "psc";
const ADDING_UP = new Set<FaultAction["kind"]>(["delay", "skew", "expire-tokens"]);

/** From 0 to 1, the same for the same words: the k-th request that matches a fault always meets the same luck. */
function draw(...words: readonly (string | number)[]): number {
  return createHash("sha256").update(words.join("\n")).digest().readUInt32BE(0) / 2 ** 32;
}

function list<T>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  return value === undefined || Array.isArray(value) ? (value as readonly T[] | undefined) : [value as T];
}

/** Sandbox time that `10m` (from the arming) or a date stands for. */
function momentMs(text: string, from: number): number {
  const ms = durationMs(text);
  return ms === undefined ? Date.parse(text) : from + ms;
}

export function createFaultBox(now: () => number): FaultBox {
  const armed: ArmedFault[] = [];
  const patterns = new Map<number, RegExp>();
  let next = 1;

  function matches(fault: ArmedFault, service: string, request: SandboxRequest): boolean {
    const when = fault.when ?? {};
    if (when.service !== undefined && when.service !== service) return false;
    if (list(when.method)?.includes(request.method as "GET") === false) return false;
    if (when.after !== undefined && now() < momentMs(when.after, fault.armedAt)) return false;
    if (when.until !== undefined && now() >= momentMs(when.until, fault.armedAt)) return false;
    return patterns.get(fault.id)?.test(`${request.host}${request.path}${request.url.search}`) ?? true;
  }

  /** Counts the request and says whether it is one of those the fault strikes. */
  function isChosen(fault: ArmedFault): boolean {
    fault.matched += 1;
    const { nth, skip = 0, probability } = fault.when ?? {};
    if (fault.matched <= skip) return false;
    if (list(nth)?.includes(fault.matched) === false) return false;
    return probability === undefined || draw(fault.seed, fault.name, fault.matched) < probability;
  }

  return {
    armed,
    arm(fault, seed = DEFAULT_SEED) {
      const entry: ArmedFault = {
        ...fault,
        id: next,
        name: fault.name ?? `${fault.action.kind} ${next}`,
        seed: String(seed),
        armedAt: now(),
        matched: 0,
        struck: 0,
      };
      next += 1;
      if (fault.when?.url !== undefined) patterns.set(entry.id, new RegExp(fault.when.url));
      armed.push(entry);
      return entry;
    },
    disarm(id) {
      const index = armed.findIndex((fault) => fault.id === id);
      if (index < 0) return false;
      armed.splice(index, 1);
      patterns.delete(id);
      return true;
    },
    clear() {
      armed.length = 0;
      patterns.clear();
    },
    strike(service, request, can) {
      if (armed.length === 0) return [];
      const strikes: Strike[] = [];
      let taken = false;
      for (const fault of armed) {
        const adds = ADDING_UP.has(fault.action.kind);
        if ((taken && !adds) || fault.struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
        if (!matches(fault, service, request) || !can(fault) || !isChosen(fault)) continue;
        fault.struck += 1;
        taken ||= !adds;
        strikes.push({
          fault,
          action: fault.action,
          draw: draw(fault.seed, fault.name, fault.matched, "value"),
        });
      }
      return strikes;
    },
    spare({ fault }) {
      fault.struck -= 1;
    },
  };
}
