import type { FakeService } from "../world.ts";
import { sentence } from "./not-simulated.ts";

/** Hosts that stand beside the simulated ones in environments' `runtimeEndpoints` and in admin tools. */
const NEIGHBOURS: readonly (readonly [RegExp, string])[] = [
  // Release waves (services/environment_wave of microsoft/terraform-provider-power-platform).
  [/^api\.admin\.powerplatform\.microsoft\.com$/, "release waves"],
  // Rules of the solution checker (services/managed_environment of the same repository).
  [/^([a-z]+\.)?api\.advisor\.powerapps\.com$/, "the solution checker"],
  // Bot management of Copilot Studio (services/copilot_studio_application_insights of the same repository).
  [/^powervamg\.[a-z0-9-]+\.gateway\.prod\.island\.powerapps\.com$/, "Copilot Studio"],
  [/^([a-z]+\.)?api\.powerapps\.com$/, "the Power Apps API"],
  [/^([a-z]+\.)?api\.flow\.microsoft\.com$/, "the Power Automate API"],
];

const whatIs = (host: string): string | undefined => NEIGHBOURS.find(([pattern]) => pattern.test(host))?.[1];

/**
 * APIs next to the simulated ones, recorded or named by their clients, that the sandbox knows and does not simulate:
 * 501 to every request, whatever its token, rather than an unknown host or a false success.
 */
export const powerPlatformNeighbourService: FakeService = {
  name: "powerPlatformNeighbours",
  ownsHost: (host) => whatIs(host) !== undefined,
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: (request) => ({
    status: 501,
    body: { error: { code: "NotSimulated", message: sentence(whatIs(request.host) ?? request.host) } },
  }),
};
