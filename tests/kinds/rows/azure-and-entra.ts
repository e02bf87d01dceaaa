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

interface OwnObject {
  readonly id: unknown;
  readonly keyCredentials?: readonly unknown[];
  readonly passwordCredentials?: readonly unknown[];
}

/** The bot's application, or its service principal, unless it is deleted. */
async function ownObjects(portal: Portal, kind: string): Promise<OwnObject[]> {
  return (await portal.read("graph/objects")).flatMap((row) => {
    const value = row["value"] as Row;
    const isOwn = row["kind"] === kind && value["displayName"] === "psc contoso-full bot";
    return isOwn && row["deletedAt"] === undefined ? [{ ...value, id: row["id"] }] : [];
  });
}

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
  "entra.admin-consent": {},
  "azure.standing-access": {
    unrefused: {
      "Microsoft.Authorization/roleAssignmentScheduleInstances/read":
        "a refusal is borne: a tenant without Privileged Identity Management answers so too, and no deploy is to hang on it",
    },
  },
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
  "entra.federated-credential": {
    objects: async (portal) => {
      const applications = new Set((await ownObjects(portal, "application")).map(({ id }) => id));
      const all = await portal.read("graph/federatedCredentials");
      return all.filter(({ applicationId }) => applications.has(applicationId)).length;
    },
    not: { "ambiguous match": "an application has one of a name" },
    unrefused: AS_APPLICATION,
  },
  "entra.certificate": {
    objects: async (portal) =>
      (await ownObjects(portal, "application")).flatMap(({ keyCredentials }) => keyCredentials ?? []).length,
    not: { "ambiguous match": "the declared one counts; others of its name go with the next change" },
    unrefused: AS_APPLICATION,
  },
  "entra.client-secret": {
    objects: async (portal) => {
      const made = (await ownObjects(portal, "application")).flatMap(
        ({ passwordCredentials }) => passwordCredentials ?? [],
      );
      const kept = (await portal.read("keyVault/vaults"))
        .flatMap(({ secrets }) => secrets as readonly Row[])
        .filter(({ deletedAt }) => deletedAt === undefined);
      return made.length + kept.length;
    },
    not: {
      adoption: "known by the mark psc puts on its version in the vault; nobody can tell what else is there",
      "ambiguous match": "the newest one whose value is in the vault counts",
    },
    unrefused: {
      ...AS_APPLICATION,
      "Microsoft.KeyVault/vaults/secrets/recover/action":
        "only for a secret that was deleted before: tests/acceptance/application.test.ts",
    },
  },
  "entra.permission-grant": {
    objects: async (portal) => {
      const principals = new Set((await ownObjects(portal, "servicePrincipal")).map(({ id }) => id));
      const roles = await portal.read("graph/appRoleAssignments");
      const scopes = await portal.read("graph/permissionGrants");
      return [...roles.map((one) => one["principalId"]), ...scopes.map((one) => one["clientId"])].filter(
        (id) => principals.has(id),
      ).length;
    },
    not: { update: "it is granted or not", "ambiguous match": "a permission is granted once" },
  },
};
