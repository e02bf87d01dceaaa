import type { Context } from "../../engine/resource.ts";
import { isServiceError, PscError } from "../../errors.ts";
import { type Dataverse, quoted } from "../../services/dataverse.ts";
import { type Row, textAt } from "../../services/json-reading.ts";
import type { EnvironmentSpec, Manifest, PrincipalRef } from "../../spec/model.ts";
import { PLATFORM_ROLES } from "../../spec/terms/roles.ts";
import { group } from "../entra/group.ts";
import { environment } from "../power-platform/environment.ts";
import { applicationUser } from "./application-user.ts";
import { missingDependency } from "./organization.ts";

/** A user of the organisation whom a spec names directly, through a group, or as the bot. */
export interface Principal {
  /** `bot`, or a user principal name in lower case; what plans show. */
  readonly name: string;
  /** Entra object id, as far as it is known without asking. */
  readonly objectId: string | undefined;
}

export interface DataverseUser {
  readonly id: string;
  readonly businessUnitId: string;
  /** Role names in lower case. */
  readonly roles: ReadonlySet<string>;
}

/** As written in a spec. */
export function written(ref: PrincipalRef): string {
  if (ref.kind === "bot") return "bot";
  return ref.kind === "group" ? `group/${ref.group}` : `user/${ref.userPrincipalName}`;
}

/** The users behind a reference: a group counts with its present members and those the spec is going to add. */
export function principalsOf(refs: readonly PrincipalRef[], context: Context): Principal[] {
  const found = new Map<string, Principal>();
  const add = (name: string, objectId: string | undefined): void => {
    const key = name.toLowerCase();
    if (objectId !== undefined || !found.has(key)) found.set(key, { name: key, objectId });
  };
  for (const ref of refs) {
    if (ref.kind === "bot") add("bot", undefined);
    else if (ref.kind === "user") add(ref.userPrincipalName, undefined);
    else {
      const declared = context.spec.identity.groups.find(({ key }) => key === ref.group);
      for (const member of declared?.members ?? []) add(member, undefined);
      const members = group.data(context, ref.group)?.members;
      if (members === undefined) add(written(ref), undefined);
      for (const member of members ?? []) add(member.userPrincipalName, member.id);
    }
  }
  return [...found.values()];
}

/** Addresses that must be done before the users behind the references are known. */
export function addressesOf(refs: readonly PrincipalRef[]): string[] {
  return refs.flatMap((ref) => {
    if (ref.kind === "bot") return [applicationUser.address()];
    return ref.kind === "group" ? [group.address(ref.group)] : [];
  });
}

const FILTERS_AT_ONCE = 20;

function userOf(row: Row): DataverseUser {
  const roles = row["systemuserroles_association"];
  return {
    id: textAt(row, "systemuserid"),
    businessUnitId: textAt(row, "_businessunitid_value"),
    roles: new Set(
      Array.isArray(roles) ? roles.map((role: unknown) => textAt(role, "name").toLowerCase()) : [],
    ),
  };
}

/** The rows of principals that exist in the organisation, by principal name, with the roles they hold directly. */
export async function findUsers(
  client: Dataverse,
  principals: readonly Principal[],
  context: Context,
): Promise<Map<string, DataverseUser>> {
  const found = new Map<string, DataverseUser>();
  const botId = applicationUser.data(context)?.systemUserId;
  const asked = principals
    .map((principal) => ({ principal, filter: filterOf(principal, botId) }))
    .filter((entry) => entry.filter !== undefined);
  for (let start = 0; start < asked.length; start += FILTERS_AT_ONCE) {
    const part = asked.slice(start, start + FILTERS_AT_ONCE);
    const rows = await client.list("systemusers", {
      select: ["systemuserid", "azureactivedirectoryobjectid", "domainname", "_businessunitid_value"],
      expand: "systemuserroles_association($select=roleid,name)",
      filter: part.map(({ filter }) => filter).join(" or "),
    });
    for (const row of rows ?? []) {
      const objectId = textAt(row, "azureactivedirectoryobjectid").toLowerCase();
      const name = textAt(row, "domainname").toLowerCase();
      const match = part.find(({ principal }) =>
        principal.name === "bot"
          ? textAt(row, "systemuserid") === botId
          : principal.objectId?.toLowerCase() === objectId || principal.name === name,
      );
      if (match !== undefined) found.set(match.principal.name, userOf(row));
    }
  }
  return found;
}

function filterOf(principal: Principal, botId: string | undefined): string | undefined {
  if (principal.name === "bot") return botId === undefined ? undefined : `systemuserid eq ${botId}`;
  if (principal.objectId !== undefined) return `azureactivedirectoryobjectid eq ${principal.objectId}`;
  return principal.name.includes("@") ? `domainname eq ${quoted(principal.name)}` : undefined;
}

/**
 * Brings people into the organisation who have no user row yet, and returns all of them.
 * Source: microsoft/terraform-provider-power-platform:internal/services/authorization (addUser, then wait for the row).
 * @throws PscError PSC-E441 when somebody has no licence for the environment.
 */
export async function ensureUsers(
  client: Dataverse,
  principals: readonly Principal[],
  context: Context,
): Promise<Map<string, DataverseUser>> {
  const found = await findUsers(client, principals, context);
  for (const principal of principals) {
    if (found.has(principal.name)) continue;
    if (principal.name === "bot") throw missingDependency("the bot's application user");
    if (!principal.name.includes("@")) throw missingDependency(principal.name);
    await bringIn(principal, context);
    const user = await context.wait<DataverseUser>(
      `${principal.name} to appear in Dataverse`,
      { everyMs: 15_000, atMostMs: 15 * 60_000 },
      async () => {
        const seen = (await findUsers(client, [principal], context)).get(principal.name);
        return seen === undefined ? { done: false } : { done: true, value: seen };
      },
    );
    found.set(principal.name, user);
  }
  return found;
}

async function bringIn(principal: Principal, context: Context): Promise<void> {
  const environmentId = environment.data(context)?.id;
  if (environmentId === undefined) throw missingDependency("the environment");
  const objectId = principal.objectId ?? (await objectIdOf(principal.name, context));
  try {
    await context.services.bap.addUser(environmentId, objectId);
  } catch (error) {
    if (!isServiceError(error, 403) || error.refusal.serviceCode !== "userNotLicensed") throw error;
    throw new PscError({
      code: "PSC-E441",
      message: `${principal.name} has no licence for this environment and cannot become its user`,
      remedy:
        "assign a Dynamics 365 Customer Service licence with a messaging add-in, then run the same command again",
      persona: "a License Administrator",
      cause: error,
    });
  }
}

async function objectIdOf(userPrincipalName: string, context: Context): Promise<string> {
  const path = `/users/${encodeURIComponent(userPrincipalName)}`;
  const user = await context.services.graph.get<{ readonly id: string }>(path, { $select: "id" });
  if (user === undefined) {
    throw new PscError({
      code: "PSC-E432",
      message: `there is no user ${userPrincipalName} in the tenant`,
      remedy: "correct the name in the spec",
    });
  }
  return user.id;
}

/** Packages and solutions whose tables must be there, and those roles, before anybody gets these roles. */
export function solutionAddresses(
  spec: EnvironmentSpec,
  { packages, solutions, roles: brought }: Pick<Manifest, "packages" | "solutions" | "roles">,
  roles: readonly string[],
): string[] {
  const known = new Set([...brought, ...PLATFORM_ROLES].map((role) => role.toLowerCase()));
  // A role nobody else brings is one of the user's own solutions.
  const own = roles.some((role) => !known.has(role.toLowerCase())) ? spec.ownSolutions : [];
  const address = (kind: string, { uniqueName }: { readonly uniqueName: string }): string =>
    `${kind}[${JSON.stringify(uniqueName)}]`;
  return [
    ...packages.map((one) => address("power-platform.application-package", one)),
    ...[...solutions, ...own].map((one) => address("dataverse.solution", one)),
    ...(spec.omnichannel.channels.length > 0 ? ["omnichannel.channels"] : []),
  ];
}
