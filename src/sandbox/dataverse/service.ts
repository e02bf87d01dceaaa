import type { FakeService } from "../world.ts";

export const dataverseService: FakeService = {
  name: "dataverse",
  ownsHost: (host) => host.endsWith(".dynamics.com"),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
