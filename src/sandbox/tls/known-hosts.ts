import { dataverseState } from "../dataverse/state.ts";
import { healthBotState } from "../health-bot/accounts.ts";
import type { KeyVaultState } from "../key-vault/vault-state.ts";
import { chatHosts } from "../live-chat/conversation-state.ts";
import { LOCATIONS, regionalHost } from "../power-platform/locations.ts";
import { TENANT_ISLAND } from "../power-platform/tenant-island.ts";
import type { World } from "../world.ts";

/**
 * Host names that a client of this tenant is likely to ask for: the fixed ones of each API, and those of the
 * organizations, bots and vaults that exist now. Services answer for more (any region, any new organization).
 */
export function knownHosts(world: World): readonly string[] {
  const organizations = Object.values(dataverseState(world).organizations).flatMap((organization) => {
    const { host } = new URL(organization.url);
    return [host, host.replace(/^([^.]+)\./, "$1.api."), ...chatHosts(organization)];
  });
  const vaults = world.slice<KeyVaultState>("keyVault").vaults.map(({ name }) => `${name}.vault.azure.net`);
  return [
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "management.azure.com",
    "api.bap.microsoft.com",
    ...LOCATIONS.map(({ name }) => regionalHost(name)),
    "api.powerplatform.com",
    TENANT_ISLAND,
    "na.csanalytics.powerplatform.microsoft.com",
    ...new Set(Object.values(healthBotState(world).accounts).map(({ host }) => host)),
    ...vaults,
    ...organizations,
  ];
}
