import { AGENT_USERS } from "../../../../src/sandbox/seed.ts";
import type { Answer } from "../../../harness/sandbox.ts";
import { type ArmSession, BOT_VERSION, SUBSCRIPTION } from "../arm-session.ts";

/** A request that is refused, and all of the answer that a client can rely on. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  /** Tells apart refusals with the same status and code. */
  readonly when?: string;
  readonly ask: (session: ArmSession) => Promise<Answer>;
  /** True when public material names this code for this case; otherwise the page marks it as an assumption. */
  readonly documented?: boolean;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly message?: RegExp;
  /** True when the front door answers and not the resource provider. */
  readonly gateway?: boolean;
  readonly target?: string;
  /** Members of `error` besides code, message and target. */
  readonly more?: readonly string[];
}

export const ROOT = `/subscriptions/${SUBSCRIPTION}`;
export const GROUP = `${ROOT}/resourceGroups/rg-psc`;
/** A group that is being deleted. */
export const LEAVING = `${ROOT}/resourceGroups/rg-leaving`;
export const AUTH = `${GROUP}/providers/Microsoft.Authorization`;
export const BOT = `${GROUP}/providers/Microsoft.HealthBot/healthBots`;
export const WORKSPACE = `${GROUP}/providers/Microsoft.OperationalInsights/workspaces`;
export const COMPONENT = `${GROUP}/providers/Microsoft.Insights/components`;
export const SETTING = `${ROOT}/providers/Microsoft.Insights/diagnosticSettings`;
export const RESOURCES = "2025-04-01";
export const ROLES = "2022-04-01";
export const PIM = "2020-10-01";
export const LOCKS = "2020-05-01";
export const NOBODY = "00000000-0000-4000-8000-0000000000ff";
export const READER = `${ROOT}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`;
export const PERSON = AGENT_USERS[0].id;
export const guid = (digit: number): string => `40000000-0000-4000-8000-00000000000${digit}`;

export const setting = (category: string) => ({
  properties: { workspaceId: `${WORKSPACE}/log-one`, logs: [{ category, enabled: true }] },
});
export const assignment = (principalId: string, principalType?: string) => ({
  properties: { roleDefinitionId: READER, principalId, principalType },
});
export const eligibility = (change: object = {}) => ({
  properties: {
    principalId: PERSON,
    roleDefinitionId: READER,
    requestType: "AdminAssign",
    justification: "duty",
    scheduleInfo: { expiration: { type: "AfterDuration", duration: "P30D" } },
    ...change,
  },
});

/** A tenant in which every refusal can be provoked: a bot that is ready, one that is not, five exports, a lock … */
export async function prepareRefusals(session: ArmSession): Promise<void> {
  await session.group();
  for (const namespace of ["Microsoft.HealthBot", "Microsoft.OperationalInsights", "Microsoft.Insights"])
    await session.register(namespace);
  const bot = { location: "eastus", sku: { name: "C0" } };
  await session.arm("PUT", `${BOT}/bot`, BOT_VERSION, bot);
  await session.advance(120);
  await session.arm("PUT", `${BOT}/young`, BOT_VERSION, { ...bot, sku: { name: "C1" } });
  await session.arm("PUT", `${WORKSPACE}/log-one`, "2025-07-01", { location: "eastus" });
  await session.arm("PUT", `${WORKSPACE}/log-kept`, "2025-07-01", { location: "eastus" });
  const lock = `${WORKSPACE}/log-kept/providers/Microsoft.Authorization/locks/keep`;
  await session.arm("PUT", lock, LOCKS, { properties: { level: "ReadOnly" } });
  for (const name of ["a", "b", "c", "d", "e"])
    await session.arm("PUT", `${SETTING}/${name}`, "2021-05-01-preview", setting("Policy"));
  await session.arm("PUT", `${AUTH}/roleAssignments/${guid(1)}`, ROLES, assignment(PERSON, "User"));
  await session.arm("PUT", `${AUTH}/roleEligibilityScheduleRequests/${guid(2)}`, PIM, eligibility());
  await session.arm("PUT", LEAVING, RESOURCES, { location: "eastus" });
  await session.arm("DELETE", LEAVING, RESOURCES);
  await session.arm("PUT", `${LEAVING}-not`, RESOURCES, { location: "eastus" });
  await session.arm(
    "PUT",
    `${LEAVING}-not/providers/Microsoft.Authorization/policyAssignments/regions`,
    "2025-03-01",
    {
      properties: {
        policyDefinitionId:
          "/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c",
        parameters: { listOfAllowedLocations: { value: ["eastus"] } },
      },
    },
  );
}
