import { AGENT_USERS, PLAIN_USER } from "../../../src/sandbox/seed.ts";
import type { Portal, Row } from "../../kinds/portal.ts";
import { atAzure, BOT, changeActivation } from "./azure-hand.ts";
import type { Break } from "./break.ts";

const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";
const SOFIA = AGENT_USERS[2];

/** Changes the environment's own application. */
const ownApplication =
  (change: (value: Row) => Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("graph/objects", (row) =>
      row["kind"] === "application" && JSON.stringify(row).includes("psc-env:contoso-full")
        ? { value: { ...(row["value"] as Row), ...change(row["value"] as Row) } }
        : undefined,
    );

async function idOf(
  portal: Portal,
  table: string,
  column: string,
  where: (row: Row) => boolean,
): Promise<string> {
  const found = (await portal.list(table)).find(where);
  if (found === undefined) throw new Error(`no such row of ${table}`);
  return String(found[column]);
}

const userId = (portal: Portal, name: string): Promise<string> =>
  idOf(portal, "systemuser", "systemuserid", (row) => row["domainname"] === name);

const roleId = (portal: Portal, name: string): Promise<string> =>
  idOf(portal, "role", "roleid", (row) => row["name"] === name);

/** Gives a person a role directly, as an administrator of the environment does. */
async function giveRole(portal: Portal, user: string, role: string): Promise<void> {
  const { sandbox } = portal.place;
  const origin = "https://contosohealth-full.crm.dynamics.com";
  const token = await sandbox.token("admin", origin);
  const api = `${origin}/api/data/v9.2`;
  const answer = await sandbox.ask(
    "POST",
    `${api}/systemusers(${await userId(portal, user)})/systemuserroles_association/$ref`,
    { token, body: { "@odata.id": `${api}/roles(${await roleId(portal, role)})` } },
  );
  if (answer.status >= 300) throw new Error(answer.text);
}

const policy =
  (name: string, change: (value: Row) => Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("graph/policies/conditionalAccess", (row) =>
      row["displayName"] === name ? change(row) : undefined,
    );

const excluding =
  (change: (users: Row) => Row) =>
  ({ conditions }: Row): Row => {
    const { users, ...rest } = conditions as { readonly users: Row };
    return { conditions: { ...rest, users: { ...users, ...change(users) } } };
  };

const EVERYBODY = "Require multifactor authentication for everybody";

/** Controls that nobody can break, each with the reason. */
export const IDENTITY_UNBREAKABLE: Readonly<Record<string, string>> = {
  "PSC-IAM-01": "manual: whoever verifies does not see the rights of whoever deploys",
};

export const IDENTITY_BREAKS: readonly Break[] = [
  {
    control: "PSC-IAM-02",
    what: "the resource provider is unregistered",
    // Azure refuses it while a bot is there; a subscription that moved from another tenant can be in this state.
    does: (portal) =>
      portal.edit("arm/subscriptions", ({ subscriptionId, registrations }) =>
        subscriptionId === SUBSCRIPTION
          ? {
              registrations: {
                ...(registrations as Row),
                "microsoft.healthbot": { state: "NotRegistered", since: 0 },
              },
            }
          : undefined,
      ),
  },
  {
    control: "PSC-IAM-03",
    what: "the team of a group loses its healthcare role",
    does: (portal) => portal.rows("teamroles", () => "gone"),
  },
  {
    control: "PSC-IAM-03",
    what: "a person gets a healthcare role directly",
    does: (portal) => giveRole(portal, SOFIA.userPrincipalName, "Healthcare User"),
  },
  {
    control: "PSC-IAM-04",
    what: "a supervisor loses her role",
    async does(portal) {
      const sofia = await userId(portal, SOFIA.userPrincipalName);
      const role = await roleId(portal, "Omnichannel supervisor");
      await portal.rows("systemuserroles", (row) =>
        row["systemuserid"] === sofia && row["roleid"] === role ? "gone" : undefined,
      );
    },
  },
  {
    control: "PSC-IAM-05",
    what: "the application is opened to other tenants",
    does: ownApplication(() => ({ signInAudience: "AzureADMultipleOrgs" })),
  },
  {
    control: "PSC-IAM-06",
    what: "the application is granted another permission",
    async does(portal) {
      const objects = (await portal.place.sandbox.control("GET", "state?path=graph/objects")).body as Row[];
      const own = Object.values(objects).find(
        (row) => row["kind"] === "servicePrincipal" && JSON.stringify(row).includes("psc contoso-full bot"),
      );
      // AuditLog.Read.All, which the pipeline holds.
      await portal.edit("graph/appRoleAssignments", (row) =>
        row["appRoleId"] === "b0afded3-3588-46d8-8b3d-9842eff778da"
          ? { principalId: String(own?.["id"]) }
          : undefined,
      );
    },
  },
  {
    control: "PSC-IAM-07",
    what: "a secret is made to last for two years",
    does: ownApplication(({ passwordCredentials }) => ({
      passwordCredentials: (passwordCredentials as Row[]).map((credential) => ({
        ...credential,
        endDateTime: new Date(
          Date.parse(String(credential["startDateTime"])) + 730 * 86_400_000,
        ).toISOString(),
      })),
    })),
  },
  {
    control: "PSC-IAM-08",
    what: "the application user is disabled",
    also: ["PSC-OC-02"],
    does: (portal) =>
      portal.rows("systemuser", (row) =>
        String(row["fullname"]).includes("psc contoso-full bot") ? { isdisabled: true } : undefined,
      ),
  },
  {
    control: "PSC-IAM-09",
    what: "a person is made eligible for a role of the bot",
    also: ["PSC-BOT-10"],
    async does(portal) {
      const role = "af854a69-80ce-4ff7-8447-f1118a2e0ca8";
      await atAzure(
        portal,
        "PUT",
        `${BOT}/providers/Microsoft.Authorization/roleEligibilityScheduleRequests/aaaaaaaa-0000-4000-8000-000000000001`,
        "2020-10-01",
        {
          principalId: SOFIA.id,
          roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
          requestType: "AdminAssign",
          justification: "she asked",
          scheduleInfo: {
            startDateTime: null,
            expiration: { type: "AfterDuration", duration: "P30D" },
          },
        },
      );
      await portal.place.sandbox.control("POST", "clock", { advanceMs: 120_000 });
    },
  },
  {
    control: "PSC-IAM-10",
    what: "somebody becomes contributor of the resource group for good",
    does: (portal) =>
      atAzure(
        portal,
        "PUT",
        `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-contoso-health-full/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000002`,
        "2022-04-01",
        {
          principalId: PLAIN_USER.id,
          principalType: "User",
          roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c`,
        },
      ),
  },
  {
    control: "PSC-IAM-11",
    what: "activation takes no second factor any more",
    to: "warning",
    does: (portal) =>
      changeActivation(portal, "Enablement_EndUser_Assignment", { enabledRules: ["Justification"] }),
  },
  {
    control: "PSC-IAM-12",
    what: "the policy for everybody only reports",
    to: "warning",
    does: policy(EVERYBODY, () => ({ state: "enabledForReportingButNotEnforced" })),
  },
  {
    control: "PSC-IAM-12",
    what: "a device of the organisation does as well as a second factor",
    to: "warning",
    does: policy(EVERYBODY, ({ grantControls }) => ({
      grantControls: { ...(grantControls as Row), builtInControls: ["mfa", "compliantDevice"] },
    })),
  },
  {
    control: "PSC-IAM-12",
    what: "the policy for everybody leaves somebody out",
    to: "warning",
    does: policy(
      EVERYBODY,
      excluding(({ excludeUsers }) => ({ excludeUsers: [...(excludeUsers as string[]), PLAIN_USER.id] })),
    ),
  },
  {
    control: "PSC-IAM-13",
    what: "a policy holds for an account for emergencies",
    to: "warning",
    does: policy(
      "Block legacy authentication",
      excluding(({ excludeUsers }) => ({ excludeUsers: (excludeUsers as string[]).slice(1) })),
    ),
  },
  {
    control: "PSC-IAM-14",
    what: "members may register applications",
    to: "warning",
    does: (portal) =>
      portal.edit("graph/policies/single", (row) =>
        row["id"] === "authorizationPolicy"
          ? {
              defaultUserRolePermissions: {
                ...(row["defaultUserRolePermissions"] as Row),
                allowedToCreateApps: true,
              },
            }
          : undefined,
      ),
  },
  {
    control: "PSC-IAM-15",
    what: "a shipped role is edited",
    to: "warning",
    async does(portal) {
      const { sandbox } = portal.place;
      const origin = "https://contosohealth-full.crm.dynamics.com";
      const answer = await sandbox.ask(
        "PATCH",
        `${origin}/api/data/v9.2/roles(${await roleId(portal, "Omnichannel agent")})`,
        { token: await sandbox.token("admin", origin), body: { description: "May now do more" } },
      );
      if (answer.status >= 300) throw new Error(answer.text);
    },
  },
  {
    control: "PSC-IAM-16",
    what: "a supervisor gets the platform's own role",
    does: (portal) => giveRole(portal, SOFIA.userPrincipalName, "Omnichannel API access"),
  },
];
