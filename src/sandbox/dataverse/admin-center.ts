import type { World } from "../world.ts";

/** What a person does in the Customer Service admin center: Channels > Manage channels. Takes sandbox minutes in the background. */
export function provisionChannels(
  _world: World,
  _organizationUrl: string,
  _channels: readonly string[],
): void {
  throw new Error("unset");
}

/** Phone numbers > Sync from Azure. Returns the number. */
export function syncSmsNumber(_world: World, _organizationUrl: string): string {
  throw new Error("unset");
}

/** Workstream > Microsoft Teams > add account. */
export function registerTeamsAccount(
  _world: World,
  _organizationUrl: string,
  _workstreamId: string,
  _name: string,
): void {
  throw new Error("unset");
}
