import type { FakeService } from "../world.ts";

export const armService: FakeService = {
  name: "arm",
  ownsHost: (host) => host === "management.azure.com",
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
