import { groupTeam } from "../../resources/dataverse/group-team.ts";
import { written } from "../../resources/dataverse/principals.ts";
import { roleAssignment, roleAssignmentName } from "../../resources/dataverse/role-assignment.ts";
import {
  about,
  type Case,
  type Control,
  type Judgement,
  judgedBy,
  manual,
  notApplicable,
} from "../control.ts";
import { findingsOf } from "../derived.ts";
import {
  API_ACCESS_ROLE,
  healthcareRoles,
  type RoleHolder,
  roleHolders,
  roleLayers,
} from "../probes/dataverse-roles.ts";

const sameRole = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Applications and the platform's own users are no people. */
const nobodySeen = (): Judgement =>
  judgedBy(
    [about(roleHolders.id, "the environment does not exist, or does not say who holds its roles")],
    "",
  );

const isPerson = ({ applicationId, objectId }: RoleHolder): boolean =>
  applicationId === null && objectId !== null;

const isOmnichannel = (role: string): boolean => /^omnichannel /i.test(role);

/** True when the spec itself gives the role directly: to this user, or to a group, whose members psc serves one by one. */
function givenDirectly(holder: RoleHolder, role: string, { spec }: Case): boolean {
  return spec.roles.some(
    ({ role: given, by, to }) =>
      by === "direct" &&
      sameRole(given, role) &&
      (to.kind === "group" ||
        (to.kind === "user" && to.userPrincipalName.toLowerCase() === holder.name.toLowerCase())),
  );
}

/** The layer of customizations that somebody made in the environment itself. */
const UNMANAGED_LAYER = "Active";

/** Security roles of Dataverse. */
export const ROLE_CONTROLS: readonly Control[] = [
  {
    id: "PSC-IAM-03",
    title: "Groups for the healthcare apps",
    statement:
      "Each audience of a healthcare app is an Entra group that holds its healthcare role through a group team, and no person holds one alone.",
    rationale:
      "Who leaves the group loses the role at once; a role held by a person outlives the job it was given for.",
    level: "SHALL",
    mappings: {
      hipaa: ["164.308(a)(4)(ii)(C)", "164.308(a)(3)(ii)(A)"],
      nist: ["AC-2", "AC-6"],
      hitrust: ["01.c"],
    },
    remedy: {
      spec: "roles",
      steps: [
        "Give the role to a group, with `by: team`",
        "Open the environment's users in the Power Platform admin center, choose the person and then Manage security roles, and take the healthcare roles away",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: ["dataverse.group-team"], probes: [roleHolders] },
    judge(given) {
      const { spec, manifest, facts } = given;
      const healthcare = healthcareRoles(manifest);
      if (healthcare.length === 0) return notApplicable("the solution brings no healthcare role");
      const groups = spec.roles.flatMap(({ role, by, to }) =>
        by === "team" && to.kind === "group" && healthcare.some((one) => sameRole(one, role))
          ? [to.group]
          : [],
      );
      const teams = groups.flatMap((key) => facts.resource(groupTeam.address(key)) ?? []);
      const holders = facts.probe(roleHolders);
      if (holders === undefined) return nobodySeen();
      const people = holders.users
        .filter(isPerson)
        .flatMap((holder) =>
          holder.roles
            .filter(
              (role) => healthcare.some((one) => sameRole(one, role)) && !givenDirectly(holder, role, given),
            )
            .map((role) => about(roleHolders.id, `${holder.name} holds ${role} directly`)),
        );
      return judgedBy(
        [
          ...(groups.length === 0
            ? [about("roles", "the spec gives no group a healthcare role by team")]
            : []),
          ...teams.flatMap(findingsOf),
          ...people,
        ],
        `${teams.length} of ${groups.length} groups hold their role through a team, and nobody holds one alone`,
      );
    },
  },
  {
    id: "PSC-IAM-04",
    title: "Omnichannel roles held directly",
    statement:
      "Administrators, supervisors and agents of Omnichannel hold their roles directly, the bot included.",
    rationale:
      "Omnichannel decides who is an agent by direct assignments alone: through a team nobody gets a conversation.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(4)(ii)(B)"], nist: ["AC-2", "AC-3"], hitrust: ["01.c"] },
    remedy: {
      spec: "roles",
      steps: [
        "Give Omnichannel roles with `by: direct`, and run psc deploy: it gives missing ones",
        "Or choose the person under Users of the environment in the Power Platform admin center, and Manage security roles",
      ],
    },
    persona: "System Administrator",
    restsOn: { kinds: ["dataverse.role-assignment"] },
    judge({ spec, facts }) {
      const given = spec.roles.filter(({ role }) => isOmnichannel(role));
      const byTeam = given.filter(({ by }) => by === "team");
      const direct = given.filter(({ by }) => by === "direct");
      const held = direct.flatMap(
        (one) => facts.resource(roleAssignment.address(roleAssignmentName(one))) ?? [],
      );
      return judgedBy(
        [
          ...(given.length === 0 ? [about("roles", "the spec gives nobody a role of Omnichannel")] : []),
          ...byTeam.map(({ role, to }) =>
            about("roles", `${role} is given to ${written(to)} by team, which Omnichannel does not count`),
          ),
          ...held.flatMap(findingsOf),
        ],
        `${held.length} assignments hold directly`,
      );
    },
  },
  {
    id: "PSC-IAM-15",
    title: "Built-in roles as they came",
    statement: "Security roles that Microsoft ships are not edited; other needs have a copy.",
    rationale:
      "An update of the package changes a shipped role under whoever edited it, and an audit that knows the shipped role is wrong about the edited one.",
    level: "SHOULD",
    mappings: { hipaa: ["164.308(a)(4)(ii)(C)"], nist: ["CM-5", "AC-6"] },
    remedy: {
      steps: [
        "Copy the role under Security roles of the environment in the Power Platform admin center, and keep the changes in the copy",
        "Open the role in a solution, choose See solution layers, and remove the active customizations",
        "Give the copy in `roles` of the spec",
      ],
    },
    persona: "System Administrator",
    restsOn: { probes: [roleLayers] },
    judge({ facts }) {
      const shipped = (facts.probe(roleLayers)?.roles ?? []).filter(({ managed }) => managed);
      if (shipped.length === 0) return notApplicable("the spec gives no role that Microsoft ships");
      const edited = shipped.filter(({ layers }) => layers.at(-1) === UNMANAGED_LAYER);
      const unseen = shipped.filter(({ layers }) => layers.length === 0);
      if (edited.length === 0 && unseen.length > 0)
        return manual(`the environment shows no layers of ${unseen.map(({ name }) => name).join(", ")}`);
      return judgedBy(
        edited.map(({ name }) => about(roleLayers.id, `somebody has edited the role ${name}`)),
        `${shipped.length} roles are as they came`,
      );
    },
  },
  {
    id: "PSC-IAM-16",
    title: "No API access for people",
    statement: `No person holds the role "${API_ACCESS_ROLE}".`,
    rationale:
      "The role is for the platform's own services: it reaches every conversation, past what agents and supervisors may see.",
    level: "SHALL",
    mappings: { hipaa: ["164.308(a)(4)(ii)(B)"], nist: ["AC-6"], hitrust: ["01.c"] },
    remedy: {
      steps: [
        "Open the environment's users in the Power Platform admin center, choose the person and then Manage security roles",
        `Take ${API_ACCESS_ROLE} away`,
      ],
    },
    persona: "System Administrator",
    restsOn: { probes: [roleHolders] },
    judge({ facts }) {
      const holders = facts.probe(roleHolders);
      if (holders === undefined) return nobodySeen();
      return judgedBy(
        holders.users
          .filter(
            (holder) => isPerson(holder) && holder.roles.some((role) => sameRole(role, API_ACCESS_ROLE)),
          )
          .map(({ name }) => about(roleHolders.id, `${name} holds ${API_ACCESS_ROLE}`)),
        "no person holds it",
      );
    },
  },
];
