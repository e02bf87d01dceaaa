import { type Context, defineKind, type Resource } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { SignedIn } from "../../services/services.ts";
import type { EnvironmentSpec } from "../../spec/model.ts";
import { resourceGroupId } from "../azure/resource-ids.ts";

interface GraphNeed {
  readonly what: string;
  /** The least one; any of them will do. */
  readonly anyOf: readonly string[];
  /** Enough only for an application, which then owns what it makes. */
  readonly forApplications?: readonly string[];
  /** Directory roles of a person that go with it, by template id. */
  readonly roles: readonly string[];
}

const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";
const GROUPS_ADMINISTRATOR = "fdd7a751-b60b-444a-984c-02652fe8fa1c";
const USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const PRIVILEGED_ROLE_ADMINISTRATOR = "e8611ab8-c189-46e8-94e1-60213ab1f814";
const APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const CLOUD_APPLICATION_ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7";

/** Microsoft Graph permissions for what psc writes to Entra, from microsoftgraph/microsoft-graph-devx-content. */
function graphNeeds(spec: EnvironmentSpec): GraphNeed[] {
  const groups: GraphNeed[] =
    spec.identity.groups.length === 0
      ? []
      : [
          {
            what: "groups",
            anyOf: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
            roles: [GLOBAL_ADMINISTRATOR, GROUPS_ADMINISTRATOR, USER_ADMINISTRATOR],
          },
        ];
  return [
    ...groups,
    {
      what: "the bot's application",
      anyOf: ["Application.ReadWrite.All"],
      forApplications: ["Application.ReadWrite.OwnedBy"],
      roles: [GLOBAL_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR],
    },
    ...consentNeeds(spec),
  ];
}

/** Only where psc itself is to give admin consent. */
function consentNeeds(spec: EnvironmentSpec): GraphNeed[] {
  const { permissions } = spec.identity.application;
  if (permissions?.consent !== "psc") return [];
  const roles = [GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR];
  return [
    ...(permissions.application.length === 0
      ? []
      : [{ what: "consent to application permissions", anyOf: ["AppRoleAssignment.ReadWrite.All"], roles }]),
    ...(permissions.delegated.length === 0
      ? []
      : [
          {
            what: "consent to delegated permissions",
            anyOf: ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"],
            roles: [...roles, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR],
          },
        ]),
  ];
}

/** Actions at the subscription itself; the rest is needed in the resource group only. */
const SUBSCRIPTION_ACTIONS = ["Microsoft.Insights/diagnosticSettings/write"];

function groupActions(spec: EnvironmentSpec): string[] {
  const { access } = spec.healthBot;
  const grants = [access.admins, access.editors, access.readers].some((key) => key !== undefined);
  return [
    "Microsoft.OperationalInsights/workspaces/write",
    "Microsoft.Insights/components/write",
    "Microsoft.HealthBot/healthBots/write",
    "Microsoft.HealthBot/healthBots/listSecrets/action",
    ...(spec.azure.lock ? ["Microsoft.Authorization/locks/write"] : []),
    ...(spec.azure.policies.length > 0 ? ["Microsoft.Authorization/policyAssignments/write"] : []),
    ...(!grants
      ? []
      : [
          "Microsoft.Authorization/roleAssignments/write",
          ...(access.activation === undefined
            ? []
            : ["Microsoft.Authorization/roleManagementPolicies/write"]),
        ]),
  ];
}

interface PermissionSet {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
}

/** RBAC patterns: `*` stands for any characters, case does not matter. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^$()|[\]\\{}]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}

/** Sets are a union: what one role leaves out another may give ("Understand Azure role definitions"). */
export function allows(sets: readonly PermissionSet[], action: string): boolean {
  return sets.some(
    ({ actions, notActions }) =>
      (actions ?? []).some((pattern) => matches(pattern, action)) &&
      !(notActions ?? []).some((pattern) => matches(pattern, action)),
  );
}

/** Undefined when the scope does not exist; empty when the identity has no role there. */
async function permissionsAt(scope: string, context: Context): Promise<PermissionSet[] | undefined> {
  const answer = await context.services.arm.send(
    "GET",
    `${scope}/providers/Microsoft.Authorization/permissions`,
    { expect: [403, 404] },
  );
  if (answer.status === 404) return undefined;
  if (answer.status === 403) return [];
  return [...((answer.body as { value?: readonly PermissionSet[] } | undefined)?.value ?? [])];
}

async function missingActions(spec: EnvironmentSpec, context: Context): Promise<string[]> {
  const subscription = `/subscriptions/${spec.azure.subscription}`;
  const [broad, narrow] = await Promise.all([
    permissionsAt(subscription, context),
    permissionsAt(resourceGroupId(spec), context),
  ]);
  const atSubscription = broad ?? [];
  // A group that exists may carry rights of its own, as in a landing zone; otherwise psc has to make it.
  const atGroup = narrow ?? atSubscription;
  return [
    ...[
      ...SUBSCRIPTION_ACTIONS,
      ...(narrow === undefined ? ["Microsoft.Resources/subscriptions/resourceGroups/write"] : []),
    ].filter((action) => !allows(atSubscription, action)),
    ...groupActions(spec).filter((action) => !allows(atGroup, action)),
  ];
}

function missingGraph(spec: EnvironmentSpec, who: SignedIn): string[] {
  return graphNeeds(spec)
    .filter(({ anyOf, forApplications }) => {
      const enough = who.kind === "application" ? [...anyOf, ...(forApplications ?? [])] : anyOf;
      return !enough.some((permission) => who.permissions.includes(permission));
    })
    .map(({ anyOf }) => anyOf[0] ?? "");
}

/** A token names the roles that were active when it was issued, so this is a hint and never a verdict. */
function roleHint(spec: EnvironmentSpec, who: SignedIn): string {
  if (who.kind === "application") return "";
  const without = graphNeeds(spec).filter(
    ({ roles }) => !roles.some((id) => who.directoryRoles.includes(id)),
  );
  return without.length === 0
    ? ""
    : `; its token also shows no directory role for ${without.map(({ what }) => what).join(" and ")}`;
}

export interface DeployerData {
  readonly name: string;
}

/** The identity that deploys holds what this spec's writes need. */
export const deployer = defineKind<EnvironmentSpec, DeployerData>({
  kind: "entra.deployer",
  summary: "the signed-in identity may do what the spec asks for in Microsoft Graph and Azure",
  step: 0,
  api: "Azure Resource Manager permissions; claims of the Microsoft Graph token",
  persona: "Subscription Owner",
  permissions: { read: ["Microsoft.Authorization/permissions/read"], write: [] },
  sources: [
    "Azure REST: Permissions - List For Resource Group",
    "Access token claims reference (Microsoft identity platform)",
    "microsoftgraph/microsoft-graph-devx-content:permissions/new/permissions.json",
  ],
  nature: "check",
  onlyForWriting: true,
  label: () => "rights of the signed-in identity",
  async read(spec, context) {
    const who = await context.services.signedIn();
    const graph = missingGraph(spec, who);
    const arm = await missingActions(spec, context);
    if (graph.length > 0 || arm.length > 0) {
      const grantors = [
        ...(graph.length === 0 ? [] : ["a Privileged Role Administrator grants the Graph permissions"]),
        ...(arm.length === 0
          ? []
          : [
              `an owner of subscription ${spec.azure.subscription} assigns Contributor${arm.some((action) => action.startsWith("Microsoft.Authorization/")) ? " and User Access Administrator" : ""}`,
            ]),
      ];
      throw new PscError({
        code: "PSC-E232",
        message: `${who.name} lacks ${[...graph, ...arm].join(", ")}${graph.length === 0 ? "" : roleHint(spec, who)}`,
        permission: [...graph, ...arm].join(", "),
        persona:
          arm.length === 0
            ? "Privileged Role Administrator"
            : `the owner of subscription ${spec.azure.subscription}`,
        remedy: `${grantors.join("; ")}; then sign in again and run the same command`,
      });
    }
    return { status: "present", id: who.objectId, fields: {}, data: { name: who.name } };
  },
});

export function deployerResources(spec: EnvironmentSpec): Resource[] {
  return [deployer.resource({ props: spec, dependsOn: [] })];
}
