import type { FakeService } from "../world.ts";

export const graphService: FakeService = {
  name: "graph",
  ownsHost: (host) => host === "graph.microsoft.com",
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
