import type { World } from "../world.ts";

/** What the consent page does when a Global Administrator accepts: the two first-party service principals appear. */
export function grantOmnichannelConsent(_world: World): void {
  throw new Error("unset");
}
