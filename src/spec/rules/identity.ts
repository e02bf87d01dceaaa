import { closest } from "../suggest.ts";
import { formatPrincipal } from "../terms/principals.ts";
import { isOmnichannelRole, PLATFORM_ROLES } from "../terms/roles.ts";
import { checkApplication } from "./application.ts";
import { checkGroupKey, checkPrincipal } from "./references.ts";
import { placeOf, type RuleContext, reportAt } from "./rules.ts";

/** Groups, who may enter, and who gets which role. */
export function checkIdentity(context: RuleContext): void {
  const { spec } = context;
  checkGroupNames(context);
  checkApplication(context);
  checkGroupKey(context, ["environment", "securityGroup"], spec.environment.securityGroup);
  if (spec.environment.securityGroup === undefined)
    reportAt(context, ["environment", "securityGroup"], {
      code: "PSC-W101",
      message: "no security group restricts who may enter the environment",
      remedy: "set environment.securityGroup to a group, such as group/users",
    });
  checkMembersCanEnter(context);
  for (const [i, grant] of spec.roles.entries()) {
    const path = ["roles", i];
    checkPrincipal(context, [...path, "to"], grant.to);
    if (grant.by === "team" && grant.to.kind !== "group")
      reportAt(context, [...path, "by"], {
        code: "PSC-E014",
        message: `"team" is not offered for ${formatPrincipal(grant.to)}`,
        remedy: "use `by: direct`, or give the role to a group",
      });
    else if (grant.by === "team" && isOmnichannelRole(grant.role))
      reportAt(context, [...path, "by"], {
        code: "PSC-W102",
        message: `Omnichannel does not count "${grant.role}" held through a team`,
        remedy: "use `by: direct`",
      });
    checkRoleName(context, i, grant.role);
  }
}

function checkGroupNames(context: RuleContext): void {
  const seen = new Map<string, string>();
  for (const group of context.spec.identity.groups) {
    const name = group.name.toLowerCase();
    const first = seen.get(name);
    if (first !== undefined && name !== "")
      reportAt(context, ["identity", "groups", group.key, "name"], {
        code: "PSC-E060",
        message: `the group "${group.name}" is declared under two keys, ${first} and ${group.key}`,
        remedy: `rename one, or use group/${first} for both`,
      });
    else seen.set(name, group.key);
  }
}

/** Omnichannel finds nobody who is not in the environment's security group. */
function checkMembersCanEnter(context: RuleContext): void {
  const { groups } = context.spec.identity;
  const door = groups.find((group) => group.key === context.spec.environment.securityGroup);
  if (door === undefined || door.members.length === 0) return;
  const allowed = new Set(door.members.map((member) => member.toLowerCase()));
  const working = new Set(
    [
      ...context.spec.queues.flatMap((queue) => queue.members),
      ...context.spec.roles.map((grant) => grant.to),
    ].flatMap((principal) => (principal.kind === "group" ? [principal.group] : [])),
  );
  for (const group of groups) {
    if (group === door || !working.has(group.key)) continue;
    for (const [i, member] of group.members.entries())
      if (!allowed.has(member.toLowerCase()))
        reportAt(context, ["identity", "groups", group.key, "members", i], {
          code: "PSC-W116",
          message: `${member} works in ${group.key} but is not among the members of ${door.key}, the environment's security group`,
          remedy: `add ${member} to ${door.key} (${placeOf(context, ["identity", "groups", door.key])})`,
        });
  }
}

function checkRoleName(context: RuleContext, index: number, role: string): void {
  const { manifest } = context;
  if (manifest === undefined) return;
  const known = [...manifest.roles, ...PLATFORM_ROLES];
  if (known.some((name) => name.toLowerCase() === role.toLowerCase())) return;
  const guess = closest(role, known);
  reportAt(context, ["roles", index, "role"], {
    code: "PSC-W103",
    message: `the packages of ${manifest.name} do not bring a role "${role}"`,
    remedy: guess === undefined ? "make sure the role exists in the environment" : `did you mean "${guess}"?`,
  });
}
