import type { World } from "./world.ts";

/** Permissions that no token, role or membership gives while they are withheld. */
export interface Withheld {
  /** Names in the services' own words, without regard to case; `*` stands for any characters. */
  readonly withheld: readonly string[];
  /** Names that are given all the same. */
  readonly except: readonly string[];
}

const NOTHING: Withheld = { withheld: [], except: [] };
const byWorld = new WeakMap<World, Withheld>();

export function withheldIn(world: World): Withheld {
  return byWorld.get(world) ?? NOTHING;
}

/** Takes the place of what was withheld before. Like a fault it ends with the sandbox. */
export function withhold(world: World, permissions: Withheld): void {
  byWorld.set(world, permissions);
}

function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^$()|[\]\\{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(name);
}

/**
 * True when the caller is to be treated as if nobody had granted this: an action of Azure or of a key vault, a Dataverse
 * privilege, a Graph permission, a permission of the Power Platform API, or `Power Platform Administrator`.
 */
export function isWithheld(world: World, name: string): boolean {
  const { withheld, except } = withheldIn(world);
  return (
    withheld.some((pattern) => matches(pattern, name)) && !except.some((pattern) => matches(pattern, name))
  );
}
