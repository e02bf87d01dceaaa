import { type Everything, kindOf } from "./everything.ts";

/** One failure of a plan (`problems`) or a deploy (`failures`, with the `error` inside). */
interface Failure {
  readonly address: string;
  readonly code?: string;
  readonly message?: string;
  readonly permission?: string;
  readonly persona?: string;
  readonly error?: Omit<Failure, "address">;
}

/** A permission as it is compared: without what is said about it in brackets, and without an article. */
export function plain(permission: string): string {
  return permission
    .replace(/ \(.*/, "")
    .replace(/^an? /, "")
    .replace(/, signed in as a user$/, "")
    .toLowerCase();
}

export interface Refusals {
  /** Permissions that errors named, by the kind that failed. */
  readonly named: ReadonlyMap<string, ReadonlySet<string>>;
  /** Errors of missing permissions that did not say which, or who grants it. */
  readonly silent: readonly string[];
  /**
   * Runs a command in a tenant where nothing is allowed but what errors named before: grants what they name and runs it
   * again, until nothing is missing any more. Fails when a failure names nothing that could be granted.
   */
  untilAllowed(line: string): Promise<void>;
  /** One run with these missing and nothing else. */
  without(permissions: readonly string[], line: string): Promise<void>;
  /** Nobody has these any more. */
  takeAway(permissions: Iterable<string>): void;
}

/** Rounds of granting: as many permissions as one thing can need after another. */
const MOST_ROUNDS = 60;

export function openRefusals({ place }: Everything): Refusals {
  const named = new Map<string, Set<string>>();
  const silent: string[] = [];
  const granted = new Set<string>();

  async function withhold(withheld: readonly string[], except: readonly string[] = []): Promise<void> {
    const { status, text } = await place.sandbox.control("POST", "permissions", { withheld, except });
    if (status !== 200) throw new Error(text);
  }

  async function failuresOf(line: string): Promise<readonly Failure[]> {
    const { json, stdout, stderr } = await place.psc(`${line} --output json`);
    const failures = json.failures ?? json.problems;
    if (!Array.isArray(failures)) throw new Error(`psc ${line}: ${stdout}${stderr}`);
    return failures;
  }

  /** What the failure names. */
  function heed({ address, error, ...rest }: Failure): readonly string[] {
    const { code, message, permission, persona } = error ?? rest;
    // The Power Platform's administrators hold one role, which is permission and persona in one.
    const name = permission ?? persona;
    if (name === undefined || persona === undefined) silent.push(`${address}: ${code} ${message}`);
    if (name === undefined) return [];
    const names = name.split(", ").map(plain);
    const of = named.get(kindOf(address)) ?? new Set();
    for (const one of names) of.add(one);
    named.set(kindOf(address), of);
    return names;
  }

  return {
    named,
    silent,
    async untilAllowed(line) {
      for (let round = 0; ; round += 1) {
        await withhold(["*"], [...granted]);
        const failures = await failuresOf(line);
        if (failures.length === 0) return withhold([]);
        const before = granted.size;
        for (const name of failures.flatMap(heed)) granted.add(name);
        if (granted.size === before || round === MOST_ROUNDS)
          throw new Error(`psc ${line}: ${JSON.stringify(failures)}`);
      }
    },
    async without(permissions, line) {
      await withhold(permissions);
      for (const failure of await failuresOf(line)) heed(failure);
      await withhold([]);
    },
    takeAway(permissions) {
      for (const one of permissions) granted.delete(plain(one));
    },
  };
}
