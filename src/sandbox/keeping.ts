import { forget, trackChanges } from "./storage/change-tracker.ts";
import type { SandboxStorage } from "./storage.ts";
import type { FakeService, HostedWorld, WorldState } from "./world.ts";

/** Carries what changes in the world into the storage. */
export interface Keeping {
  /** Writes what changed since the last time, before it is acknowledged. Costs nothing where nothing is kept. */
  commit(): WorldState;
  /** The same, moved, so that the clock's time is kept even when nothing else changed. */
  commitTime(): void;
  /** For changes that reads bring about: within half a second, together. */
  commitSoon(): void;
  snapshot(name: string): void;
  /** False when there is no snapshot of that name. */
  restore(name: string): boolean;
  readonly snapshots: SandboxStorage["snapshots"];
  close(): Promise<void>;
}

const SOON_MS = 500;

/** @param isNew the storage does not hold the whole world yet */
export function keepWorld(
  world: HostedWorld,
  services: readonly FakeService[],
  storage: SandboxStorage,
  isNew: boolean,
): Keeping {
  const tracker = storage.durable ? trackChanges(world.state, services) : undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const whole = () => ({ now: world.now(), state: world.state });

  function write(evenIfNothingChanged: boolean): WorldState {
    clearTimeout(timer);
    timer = undefined;
    if (tracker === undefined || closed) forget(world.pending);
    else {
      const changes = tracker.collect(world.pending);
      if (evenIfNothingChanged || changes.length > 0)
        storage.commit(world.now(), changes, () => write(false));
    }
    return world.state;
  }

  if (tracker !== undefined && isNew) storage.replace(whole());
  forget(world.pending);
  tracker?.rebase();

  return {
    snapshots: storage.snapshots,
    commit: () => write(false),
    commitTime: () => void write(true),
    commitSoon() {
      if (tracker === undefined || closed || timer !== undefined) return;
      timer = setTimeout(() => write(false), SOON_MS).unref();
    },
    snapshot(name) {
      write(true);
      storage.snapshots.write(name, whole());
    },
    restore(name) {
      const saved = storage.snapshots.read(name);
      if (saved === undefined) return false;
      world.replace(saved.state);
      world.clock.set(saved.now);
      storage.replace(whole());
      tracker?.rebase();
      return true;
    },
    async close() {
      write(true);
      closed = true;
      await storage.close();
    },
  };
}
