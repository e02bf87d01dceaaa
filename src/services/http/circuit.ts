import type { Clock } from "../../clock.ts";

/**
 * Gives up on a host that has failed many times in a row for some while, so that everything else goes on instead of
 * waiting for it again and again. After a pause one request tries whether it is back.
 */
export interface Circuit {
  /** Since when the host has been failing, and when it is tried again; undefined while it may be asked. */
  refuses(): { readonly since: number; readonly until: number } | undefined;
  worked(): void;
  failed(): void;
}

/** So many failures in a row, over at least so long: a restart of a service is shorter than that. */
const FAILURES = 12;
const FAILING_FOR_MS = 90_000;
const OPEN_FOR_MS = 60_000;

export function createCircuit(clock: Clock): Circuit {
  let failures = 0;
  let since = 0;
  let openUntil: number | undefined;
  return {
    refuses() {
      if (openUntil === undefined) return undefined;
      if (clock.now() < openUntil) return { since, until: openUntil };
      // Half open: this one may try, the others wait for what comes of it.
      openUntil = clock.now() + OPEN_FOR_MS;
      return undefined;
    },
    worked() {
      failures = 0;
      openUntil = undefined;
    },
    failed() {
      if (failures === 0) since = clock.now();
      failures += 1;
      if (failures >= FAILURES && clock.now() - since >= FAILING_FOR_MS)
        openUntil = clock.now() + OPEN_FOR_MS;
    },
  };
}
