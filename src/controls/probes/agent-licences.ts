import type { Context } from "../../engine/resource.ts";
import { naming, unseen } from "../../resources/entra/denied.ts";
import { group } from "../../resources/entra/group.ts";
import { lacking, type SubscribedSku } from "../../resources/entra/licences.ts";
import { tenant } from "../../resources/entra/tenant.ts";
import type { EnvironmentSpec, PrincipalRef } from "../../spec/model.ts";
import { defineProbe } from "../probe.ts";

export type LicensedPerson = {
  readonly name: string;
  /** Titles of the licences that nobody has assigned. */
  readonly lacks: readonly string[];
};

/** Roles of people who work in Omnichannel. */
const WORKING_ROLES = new Set(["omnichannel agent", "omnichannel supervisor"]);

function working({ roles }: EnvironmentSpec): readonly PrincipalRef[] {
  return roles.filter(({ role }) => WORKING_ROLES.has(role.toLowerCase())).map(({ to }) => to);
}

interface Person {
  readonly "@odata.type"?: string;
  readonly id: string;
  readonly userPrincipalName?: string;
  readonly assignedLicenses?:
    | readonly { readonly skuId: string; readonly disabledPlans?: readonly string[] }[]
    | null;
}

const persona = "Global Administrator";
const USERS = { permission: "User.Read.All", persona };
const MEMBERS = { permission: "GroupMember.Read.All", persona };
const LICENCES = { permission: "LicenseAssignment.Read.All", persona };

const SELECT = { $select: "id,userPrincipalName,assignedLicenses" };

async function people(ref: PrincipalRef, context: Context): Promise<readonly Person[]> {
  const { graph } = context.services;
  if (ref.kind === "bot") return [];
  if (ref.kind === "user") {
    const one = await naming(USERS, () =>
      graph.get<Person>(`/users/${encodeURIComponent(ref.userPrincipalName)}`, SELECT),
    );
    return one === undefined ? [] : [one];
  }
  const found = group.data(context, ref.group);
  if (found === undefined) return [];
  // One read a group tells of all members, where licenseDetails would take one a person.
  const members = await naming(MEMBERS, () =>
    graph.list<Person>(`/groups/${found.id}/transitiveMembers`, SELECT),
  );
  return members.filter((member) => (member["@odata.type"] ?? "#microsoft.graph.user").endsWith(".user"));
}

export const agentLicences = defineProbe<{ readonly people: readonly LicensedPerson[] }>({
  id: "agent-licences",
  summary: "licences assigned to the agents and supervisors of the spec",
  api: "Microsoft Graph groups/transitiveMembers, users, subscribedSkus",
  persona,
  permissions: ["User.Read.All", "GroupMember.Read.All", "LicenseAssignment.Read.All"],
  sources: [
    "Microsoft Graph v1.0: List group transitive members; assignedLicense resource type; List subscribedSkus",
  ],
  dependsOn: (spec) => [
    tenant.address(),
    ...working(spec).flatMap((ref) => (ref.kind === "group" ? [group.address(ref.group)] : [])),
  ],
  async read(context) {
    const refs = working(context.spec).filter(({ kind }) => kind !== "bot");
    if (refs.length === 0) return undefined;
    const [skus, ...found] = await Promise.all([
      naming(LICENCES, () => context.services.graph.list<SubscribedSku>("/subscribedSkus")),
      ...refs.map((ref) => people(ref, context)),
    ]);
    const byId = new Map(found.flat().map((person) => [person.id, person]));
    return {
      people: [...byId.values()].map(({ id, userPrincipalName, assignedLicenses }) => {
        const name = userPrincipalName ?? id;
        // Whoever has none has an empty list.
        if (assignedLicenses === undefined || assignedLicenses === null)
          throw unseen(USERS, `the licences of ${name}`);
        return { name, lacks: lacking(assignedLicenses, skus) };
      }),
    };
  },
});
