import type { FakeService } from "../world.ts";

export const powerPlatformService: FakeService = {
  name: "powerPlatform",
  ownsHost: (host) => host.endsWith("api.powerplatform.com"),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
