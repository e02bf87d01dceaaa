import type { KindCases } from "./cases.ts";
import { AGENT_EXPERIENCE_ROWS } from "./rows/agent-experience.ts";
import { AZURE_AND_ENTRA_ROWS } from "./rows/azure-and-entra.ts";
import { DATAVERSE_ROWS } from "./rows/dataverse.ts";
import { POWER_PLATFORM_AND_BOT_ROWS } from "./rows/power-platform-and-bot.ts";

/**
 * Every kind of resource and what is asked of it. Fields are asked by the mutations in `mutations/`: what they change is
 * found by a plan (update) and mended by a deploy (drift repair).
 */
export const TABLE: Readonly<Record<string, KindCases>> = {
  ...AZURE_AND_ENTRA_ROWS,
  ...POWER_PLATFORM_AND_BOT_ROWS,
  ...DATAVERSE_ROWS,
  ...AGENT_EXPERIENCE_ROWS,
};
