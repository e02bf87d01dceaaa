import type { KindCases } from "./cases.ts";
import { AGENT_EXPERIENCE_ROWS } from "./rows/agent-experience.ts";
import { AZURE_AND_ENTRA_ROWS } from "./rows/azure-and-entra.ts";
import { DATAVERSE_ROWS } from "./rows/dataverse.ts";
import { POWER_PLATFORM_AND_BOT_ROWS } from "./rows/power-platform-and-bot.ts";

/**
 * Every kind of resource and what is asked of it: the nine cases of `CASES`, tested unless a row, or the kind's nature,
 * says why a case cannot be.
 *
 * A new kind needs its part of the spec in `EVERYTHING` (everything.ts) unless the full example has it, a mutation for each
 * field in `mutations/`, and a row in `rows/`: for a check or gate `{}`, for a managed kind `objects` (how many of it the
 * sandbox holds) and either a `twin` (a second thing of its natural key) or the reason why there can be none.
 */
export const TABLE: Readonly<Record<string, KindCases>> = {
  ...AZURE_AND_ENTRA_ROWS,
  ...POWER_PLATFORM_AND_BOT_ROWS,
  ...DATAVERSE_ROWS,
  ...AGENT_EXPERIENCE_ROWS,
};
