import { type HealthBotAccount, healthBotState } from "../../health-bot/accounts.ts";
import type { World } from "../../world.ts";
import { firstText, gathering, type TreeItem } from "./item.ts";

function scenarioItems({ backup }: HealthBotAccount): TreeItem[] {
  const scenarios = Array.isArray(backup["scenarios"]) ? backup["scenarios"] : [];
  return scenarios.map((scenario, index) => {
    const members = (typeof scenario === "object" && scenario !== null ? scenario : {}) as Record<
      string,
      unknown
    >;
    return {
      key: firstText(members["RowKey"], String(index)),
      kind: "scenario",
      label: firstText(members["name"], `Scenario ${index + 1}`),
      note: firstText(members["scenario_trigger"], ""),
      value: () => scenario,
    };
  });
}

export function botsBranch(world: World): TreeItem {
  return gathering("bots", "Health bots", () =>
    Object.values(healthBotState(world).accounts).map((account) => ({
      key: account.tenantName.toLowerCase(),
      kind: "health bot",
      label: account.tenantName,
      note: account.host,
      value: () => ({ ...account, secrets: account.secrets.map(({ keyName }) => keyName) }),
      children: () => [gathering("scenarios", "Scenarios", scenarioItems(account))],
    })),
  );
}
