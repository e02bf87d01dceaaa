import { at, type Count, type KindCases, matches } from "../cases.ts";
import type { Portal, Row } from "../portal.ts";

/** The kind says why: `staysBecause`. */
const STAYS = "nothing deletes it";

const NO_TWIN = "Azure keeps one resource of a name";
const CHOSEN = { "ambiguous match": NO_TWIN } as const;
const AS_APPLICATION = {
  "Application.ReadWrite.OwnedBy (an application)": "the runner signs in as a person",
} as const;
const GROUPS = new Set(
  ["Users", "Agents", "Supervisors", "Bot Administrators"].map((of) => `Contoso Health ${of}`),
);
const GRAPH = "https://graph.microsoft.com/v1.0";

/** Objects of the directory that are not deleted. */
const directory =
  (kind: string, match: Row | ((row: Row) => boolean)): Count =>
  async (portal) =>
    (await portal.read("graph/objects")).filter(
      (row) => row["kind"] === kind && row["deletedAt"] === undefined && matches(row["value"] as Row, match),
    ).length;

/** Takes psc's mark off the directory objects of a name and makes a second one. */
async function secondOfName(portal: Portal, kind: string, set: string, body: Row): Promise<string[]> {
  const of = (row: Row): boolean =>
    row["kind"] === kind && (row["value"] as Row)["displayName"] === body["displayName"];
  await portal.edit("graph/objects", (row) =>
    of(row) ? { value: { ...(row["value"] as Row), uniqueName: null } } : undefined,
  );
  const first = (await portal.read("graph/objects")).find(of);
  const { body: made } = await portal.send("POST", `${GRAPH}/${set}`, body);
  // Lists show a new object after half a minute.
  await portal.place.sandbox.control("POST", "clock", { jump: "2m" });
  const idOf = (value: Row): string => String(value["appId"] ?? value["id"] ?? first?.["id"]);
  return [idOf(first?.["value"] as Row), idOf(made)];
}

const registered: Count = async (portal) =>
  (await portal.read("arm/subscriptions"))
    .flatMap((row) => Object.values((row["registrations"] ?? {}) as Record<string, Row>))
    .filter(({ state }) => state !== "NotRegistered").length;

export const AZURE_AND_ENTRA_ROWS: Readonly<Record<string, KindCases>> = {
  "entra.tenant": {},
  "entra.deployer": {
    unrefused: { "Microsoft.Authorization/permissions/read": "everybody may list what is granted to him" },
  },
  "entra.licences": {},
  "azure.location": {},
  "entra.omnichannel-consent": {},
  "azure.resource-provider": {
    objects: registered,
    not: {
      update: "it is registered or not",
      "drift repair": "Azure refuses to unregister a provider that is in use",
      delete: STAYS,
      "ambiguous match": "Azure names its providers",
    },
  },
  "entra.group": {
    objects: directory("group", ({ displayName }) => GROUPS.has(String(displayName))),
    twin: (portal) =>
      secondOfName(portal, "group", "groups", {
        displayName: "Contoso Health Users",
        mailEnabled: false,
        mailNickname: "second",
        securityEnabled: true,
      }),
  },
  "azure.resource-group": { objects: at("arm/resourceGroups"), not: CHOSEN },
  "azure.log-analytics-workspace": { objects: at("arm/workspaces"), not: CHOSEN },
  "azure.application-insights": { objects: at("arm/components"), not: CHOSEN },
  "azure.activity-log-export": {
    objects: at("arm/diagnosticSettings"),
    not: CHOSEN,
    unrefused: {
      "Microsoft.OperationalInsights/workspaces/sharedKeys/action":
        "the sandbox asks no right on the workspace",
    },
  },
  "azure.entra-log-export": { objects: at("arm/entraLogSettings"), not: CHOSEN },
  "health-bot.account": { objects: at("arm/healthBots"), not: CHOSEN },
  "azure.role-assignment": {
    objects: at("arm/roleAssignments", (row) => JSON.stringify(row).includes("bot-contoso-full")),
    not: {
      update: "a group has the role or not",
      "ambiguous match": "Azure keeps one assignment of a role to a group at a scope",
    },
  },
  "azure.eligible-role-assignment": {
    objects: at("arm/roleSchedules"),
    not: { "ambiguous match": "Azure keeps one eligibility of a group for a role at a scope" },
  },
  "azure.action-group": { objects: at("arm/actionGroups"), not: CHOSEN },
  "azure.activity-log-alert": { objects: at("arm/activityLogAlerts"), not: CHOSEN },
  "azure.policy-assignment": { objects: at("arm/policyAssignments"), not: CHOSEN },
  "azure.resource-lock": { objects: at("arm/locks"), not: CHOSEN },
  "entra.application": {
    objects: directory("application", { displayName: "psc contoso-full bot" }),
    twin: (portal) =>
      secondOfName(portal, "application", "applications", { displayName: "psc contoso-full bot" }),
    unrefused: AS_APPLICATION,
  },
  "entra.service-principal": {
    objects: directory("servicePrincipal", { displayName: "psc contoso-full bot" }),
    not: { "ambiguous match": "an application has one service principal in a tenant" },
    unrefused: AS_APPLICATION,
  },
};
