import type { Control } from "../control.ts";
import { CHAT_CONTROLS } from "./omnichannel-chat.ts";
import { ROUTING_CONTROLS } from "./omnichannel-routing.ts";

/** How patients reach the bot and, behind it, a person. */
export const OMNICHANNEL_CONTROLS: readonly Control[] = [...ROUTING_CONTROLS, ...CHAT_CONTROLS];
