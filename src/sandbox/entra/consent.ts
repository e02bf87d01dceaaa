import type { World } from "../world.ts";
import { firstPartyOrigin, servicePrincipalValue } from "./directory-values.ts";
import { directoryOf, liveObjectBy } from "./entra-state.ts";
import {
  FIRST_PARTY_APPS,
  OMNICHANNEL_CRM_APP_ID,
  OMNICHANNEL_PROVISIONING_APP_ID,
} from "./first-party-apps.ts";

/**
 * What the consent page does when a Global Administrator accepts: the two first-party service principals appear,
 * enabled. Doing it twice changes nothing. No `oauth2PermissionGrants` appear, because Microsoft pre-authorises the
 * delegated permissions of its own pair (MicrosoftDocs/dynamics-365-customer-engagement
 * `ce/customer-service/implement/data-access-consent.md`; dirkjanm/ROADtools
 * `roadtx/roadtools/roadtx/firstpartyscopes.json`).
 */
export function grantOmnichannelConsent(world: World): void {
  for (const appId of [OMNICHANNEL_PROVISIONING_APP_ID, OMNICHANNEL_CRM_APP_ID]) {
    const app = FIRST_PARTY_APPS.find((candidate) => candidate.appId === appId);
    if (app === undefined) continue;
    const present = liveObjectBy(world, "servicePrincipal", "appId", appId);
    if (present !== undefined) {
      present.value["accountEnabled"] = true;
      continue;
    }
    const id = world.newId();
    const now = world.now();
    directoryOf(world).objects.push({
      kind: "servicePrincipal",
      id,
      value: servicePrincipalValue(id, firstPartyOrigin(app), {}),
      readableAt: now,
      listedAt: now,
    });
  }
}
