import type { GroupSpec } from "./model.ts";

/** `users` of `group/users`. */
export function keyOfGroup(reference: string | undefined): string | undefined {
  return reference?.replace(/^group\//, "");
}

/** The key, when a group of that key is declared. */
export function declaredGroup(groups: readonly GroupSpec[], key: string): string | undefined {
  return groups.some((group) => group.key === key) ? key : undefined;
}
