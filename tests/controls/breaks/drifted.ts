import { AZURE_AND_ENTRA, AZURE_ONE_BY_ONE } from "../../kinds/mutations/azure-and-entra.ts";
import { DATAVERSE, DATAVERSE_ONE_BY_ONE } from "../../kinds/mutations/dataverse.ts";
import {
  POWER_PLATFORM_AND_BOT,
  POWER_PLATFORM_ONE_BY_ONE,
} from "../../kinds/mutations/power-platform-and-bot.ts";
import type { Portal } from "../../kinds/portal.ts";

const ALL = {
  ...AZURE_AND_ENTRA,
  ...AZURE_ONE_BY_ONE,
  ...DATAVERSE,
  ...DATAVERSE_ONE_BY_ONE,
  ...POWER_PLATFORM_AND_BOT,
  ...POWER_PLATFORM_ONE_BY_ONE,
};

/** What the drift tests do to one field of a kind, such as `azure.application-insights.workspace`. */
export function drifted(field: string): (portal: Portal) => Promise<void> {
  const found = ALL[field];
  if (found === undefined) throw new Error(`the drift tests do not change ${field}`);
  return found;
}
