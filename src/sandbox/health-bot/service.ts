import type { FakeService } from "../world.ts";
import type { HealthBotState } from "./accounts.ts";
import { handleManagementApi } from "./management-api.ts";

/**
 * The management API of Azure Health Bot (healthcare agent service), one host per region
 * (microsoft/HealthBotCodeSnippets:HealthAgentAPI/README.md). It takes no Entra tokens: callers sign a JWT with the
 * bot's own API_JWT_SECRET.
 */
export const healthBotService: FakeService = {
  name: "healthBot",
  ownsHost: (host) => host.endsWith(".healthbot.microsoft.com"),
  audiences: () => undefined,
  unauthorized: () => ({ status: 401 }),
  seed: () => ({ accounts: {} }) satisfies HealthBotState,
  handle: handleManagementApi,
  isWrite: (request) => request.method === "POST",
};
