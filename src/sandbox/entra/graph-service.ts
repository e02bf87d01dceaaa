import type { FakeService } from "../world.ts";
import { seedDirectory } from "./seed-directory.ts";

export const graphService: FakeService = {
  name: "graph",
  ownsHost: (host) => host === "graph.microsoft.com",
  audiences: () => ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"],
  unauthorized: () => ({ status: 401 }),
  seed: seedDirectory,
  handle: () => ({ status: 404 }),
};
