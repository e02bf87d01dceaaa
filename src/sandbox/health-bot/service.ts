import type { FakeService } from "../world.ts";

export const healthBotService: FakeService = {
  name: "healthBot",
  ownsHost: (host) => host.endsWith(".healthbot.microsoft.com"),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({}),
  handle: () => ({ status: 501 }),
};
