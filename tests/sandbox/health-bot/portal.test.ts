import { describe, expect, it } from "vitest";
import { createSandboxClock } from "../../../src/sandbox/clock.ts";
import { openAccount } from "../../../src/sandbox/health-bot/accounts.ts";
import { activateBotChannels, enableBridge, findBotByBotId } from "../../../src/sandbox/health-bot/portal.ts";
import { SANDBOX_SERVICES } from "../../../src/sandbox/services.ts";
import { createWorld } from "../../../src/sandbox/world.ts";

const RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.HealthBot/healthBots/b1";

function worldWithBot() {
  const world = createWorld(createSandboxClock({ speed: 1 }), SANDBOX_SERVICES);
  const account = openAccount(world, { resourceId: RESOURCE, name: "b1", region: "eastus" }, world.now());
  return { world, account };
}

describe("findBotByBotId", () => {
  it("knows a bot only once a person has opened its channels, and shows what they switched on", () => {
    const { world, account } = worldWithBot();
    expect(findBotByBotId(world, account.tenantName)).toBeUndefined();
    const botId = activateBotChannels(world, RESOURCE);
    const bot = findBotByBotId(world, botId.toUpperCase());
    expect(bot).toMatchObject({
      resourceId: RESOURCE,
      tenantName: account.tenantName,
      channels: { teams: true, omnichannel: true },
      bridgeEnabled: false,
    });
    enableBridge(world, RESOURCE);
    expect(findBotByBotId(world, botId)?.bridgeEnabled).toBe(true);
  });
});
