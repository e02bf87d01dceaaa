import type { World } from "../world.ts";

/** What a person does in the Health Bot management portal: Integration > Channels > Microsoft Teams and Omnichannel. Returns the bot id shown there. */
export function activateBotChannels(_world: World, _resourceId: string): string {
  throw new Error("unset");
}

/** Configuration > Conversation > Human Handoff > Dynamics 365 Omnichannel > Bridge Messages. */
export function enableBridge(_world: World, _resourceId: string): void {
  throw new Error("unset");
}
