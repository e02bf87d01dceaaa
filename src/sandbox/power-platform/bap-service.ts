import type { FakeService } from "../world.ts";

export const bapService: FakeService = {
  name: "bap",
  ownsHost: (host) => host.endsWith("api.bap.microsoft.com"),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
