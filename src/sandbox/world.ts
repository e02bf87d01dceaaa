import { randomUUID } from "node:crypto";
import type { SandboxClock } from "./clock.ts";
import type { Caller, Json, JsonObject, SandboxRequest, SandboxResponse } from "./exchange.ts";
import { forget, noPendingChanges, type PendingChanges } from "./storage/change-tracker.ts";

/** Something that will happen at a moment of the sandbox's clock, such as the end of a package installation. */
export interface ScheduledEvent {
  readonly at: number;
  readonly sequence: number;
  readonly name: string;
  readonly payload: JsonObject;
}

/**
 * Everything the sandbox remembers, as plain JSON so that it survives between commands. Each fake service owns
 * one slice, named like the service, and declares its type beside its code.
 */
export interface WorldState {
  readonly format: "psc.sandbox/1";
  readonly services: Record<string, JsonObject>;
  events: ScheduledEvent[];
  sequence: number;
}

export interface World {
  readonly clock: SandboxClock;
  readonly state: WorldState;
  /** Sandbox time in milliseconds since the epoch. */
  now(): number;
  /** Sandbox time as `2026-11-25T08:00:00.000Z`. */
  iso(): string;
  newId(): string;
  /**
   * The slice of a service. Ask for it in every request instead of keeping it: only slices that were asked for are
   * looked at when changes are written, and a restored snapshot puts others in their place.
   */
  slice<T>(service: string): T;
  /**
   * Reports that the value at `path` in a service's slice was set, changed or removed, such as
   * `touch("dataverse", ["organizations", domain, "tables", "account", id])`: exactly that value is written to the
   * storage (removed there when it is gone here), so report rows, not tables, and keep hot tables as objects keyed by
   * id: an array is written as a whole. Needed only below the paths a service lists as `reported`; changes elsewhere
   * are found by comparison.
   */
  touch(service: string, path: readonly string[]): void;
  /**
   * Runs the named event handler `afterMs` of sandbox time from now, at the next request at or after that moment. Inside
   * a handler "now" is the moment its own event was due.
   */
  schedule(afterMs: number, name: string, payload: JsonObject): void;
}

/** Answers for one or more host names. */
export interface FakeService {
  readonly name: string;
  /** True when this service answers for the (lower-case) host name. */
  ownsHost(host: string): boolean;
  /**
   * Audiences accepted in bearer tokens for this host; undefined when the service takes no Entra tokens. The server
   * refuses missing, expired, forged and wrong-audience tokens with `unauthorized` before `handle` runs.
   */
  audiences(host: string): readonly string[] | undefined;
  /** The service's own 401 answer. */
  unauthorized(
    reason: "missing" | "expired" | "invalid" | "audience",
    request: SandboxRequest,
    world: World,
  ): SandboxResponse;
  /** Initial slice of the state, keyed like `name`; called once per world. */
  seed(world: World): object;
  handle(request: SandboxRequest, world: World): SandboxResponse | Promise<SandboxResponse>;
  /**
   * Parts of the slice whose every change this service reports with `world.touch`; `*` stands for any member, such as
   * `[["organizations", "*", "tables"]]`. The storage does not look for changes below them, which is what keeps a
   * write cheap beside 100,000 rows.
   */
  readonly reported?: readonly (readonly string[])[];
  readonly events?: Readonly<Record<string, (payload: JsonObject, world: World) => void>>;
  /** Sentences for the request log: true when the request changed (or asked to change) something. */
  isWrite?(request: SandboxRequest): boolean;
  /** What the request log may keep of a write's body; without it, all but members with secret names. */
  loggedBody?(body: unknown): unknown;
}

/** The world as the server sees it. */
export interface HostedWorld extends World {
  /** Runs what is due. */
  catchUp(): void;
  /** What may have changed since somebody last emptied it. */
  readonly pending: PendingChanges;
  /** Goes back to another state; slices it lacks are seeded anew. */
  replace(saved: WorldState): void;
}

export function createWorld(
  clock: SandboxClock,
  services: readonly FakeService[],
  saved?: WorldState,
): HostedWorld {
  const state: WorldState = saved ?? { format: "psc.sandbox/1", services: {}, events: [], sequence: 0 };
  const pending = noPendingChanges();
  /** Moment of the event whose handler runs: what follows from it is counted from then, however late it is noticed. */
  let acting: number | undefined;
  const handlers = new Map(services.flatMap((service) => Object.entries(service.events ?? {})));
  const world: HostedWorld = {
    clock,
    state,
    now: () => clock.now(),
    iso: () => new Date(clock.now()).toISOString(),
    newId: () => randomUUID(),
    slice<T>(name: string): T {
      const slice = state.services[name];
      if (slice === undefined) throw new Error(`the sandbox has no service ${name}`);
      pending.looked.add(name);
      return slice as T;
    },
    touch(service, path) {
      pending.touched.set([service, ...path].join("\n"), [service, ...path]);
    },
    schedule(afterMs, name, payload) {
      if (!handlers.has(name)) throw new Error(`no handler for sandbox event ${name}`);
      state.sequence += 1;
      state.events.push({ at: (acting ?? clock.now()) + afterMs, sequence: state.sequence, name, payload });
    },
    pending,
    replace(other) {
      for (const name of Object.keys(state.services)) delete state.services[name];
      Object.assign(state.services, other.services);
      state.events = other.events;
      state.sequence = other.sequence;
      seed();
      forget(pending);
    },
    catchUp() {
      // An event may schedule another that is due as well, so the queue is looked at until nothing is due.
      for (;;) {
        const due = state.events
          .filter((event) => event.at <= clock.now())
          .sort((a, b) => a.at - b.at || a.sequence - b.sequence)[0];
        if (due === undefined) return;
        state.events = state.events.filter((event) => event !== due);
        acting = due.at;
        try {
          handlers.get(due.name)?.(due.payload, world);
        } finally {
          acting = undefined;
        }
      }
    },
  };
  function seed(): void {
    for (const service of services) {
      if (state.services[service.name] === undefined)
        state.services[service.name] = service.seed(world) as JsonObject;
    }
  }
  seed();
  return world;
}

export type { Caller, Json, JsonObject, SandboxRequest, SandboxResponse };
