import { AZURE_AND_ENTRA, AZURE_ONE_BY_ONE, type Mutations } from "./azure-and-entra.ts";
import { DATAVERSE, DATAVERSE_ONE_BY_ONE } from "./dataverse.ts";
import { POWER_PLATFORM_AND_BOT, POWER_PLATFORM_ONE_BY_ONE } from "./power-platform-and-bot.ts";

/** By `kind.field`, or `kind` where the thing itself goes: found all at once by one plan, and mended by one deploy. */
export const AT_ONCE: Mutations = { ...AZURE_AND_ENTRA, ...POWER_PLATFORM_AND_BOT, ...DATAVERSE };

/** What psc cannot mend in place, or finds elsewhere once it is changed. */
export const ONE_BY_ONE: Mutations = {
  ...AZURE_ONE_BY_ONE,
  ...POWER_PLATFORM_ONE_BY_ONE,
  ...DATAVERSE_ONE_BY_ONE,
};

/** What only the spec of standing access declares. */
export const OF_STANDING: Mutations = {
  "azure.role-assignment": (portal) =>
    portal.edit("arm/roleAssignments", (row) =>
      JSON.stringify(row).includes("bot-contoso-full") ? "gone" : undefined,
    ),
};
