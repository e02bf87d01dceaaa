import type { Context } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { HealthBotSpec } from "../../spec/model.ts";

export type Activation = NonNullable<HealthBotSpec["access"]["activation"]>;
export type Requirement = Activation["require"][number];

/** One rule of a role's settings in Privileged Identity Management; members depend on `ruleType`. */
interface Rule {
  readonly id: string;
  readonly maximumDuration?: string;
  readonly isExpirationRequired?: boolean;
  readonly enabledRules?: readonly string[];
  readonly setting?: { readonly isApprovalRequired?: boolean; readonly [name: string]: unknown };
  readonly [name: string]: unknown;
}

/** What a role demands at a scope, and under which id it is changed. */
export interface RolePolicy {
  readonly policyId: string;
  readonly rules: readonly Rule[];
}

/** Rules by their fixed ids ("Rules in PIM - mapping guide", Microsoft Graph and Azure REST alike). */
const ACTIVATION_TIME = "Expiration_EndUser_Assignment";
const ACTIVATION_DEMANDS = "Enablement_EndUser_Assignment";
const ACTIVATION_APPROVAL = "Approval_EndUser_Assignment";
const ELIGIBILITY_TIME = "Expiration_Admin_Eligibility";

const DEMANDS: readonly (readonly [Requirement, string])[] = [
  ["mfa", "MultiFactorAuthentication"],
  ["justification", "Justification"],
  ["ticket", "Ticketing"],
];

/** Looked up each time: the id of a policy changes when it is modified. */
export async function rolePolicy(
  scope: string,
  roleDefinition: string,
  context: Context,
): Promise<RolePolicy> {
  const assignments = await context.services.arm.list<{
    readonly properties: { readonly policyId: string; readonly effectiveRules?: readonly Rule[] };
  }>(`${scope}/providers/Microsoft.Authorization/roleManagementPolicyAssignments`, {
    $filter: `roleDefinitionId eq '${roleDefinition}'`,
  });
  const found = assignments[0]?.properties;
  if (found === undefined) {
    throw new PscError({
      code: "PSC-E438",
      message: `Privileged Identity Management has no settings for the role at ${scope}`,
      remedy:
        "check that the tenant is licensed for it (Microsoft Entra ID P2 or Governance), or remove `healthBot.access.activation` from the spec",
      side: "service",
      persona: "Global Administrator",
    });
  }
  return { policyId: found.policyId, rules: found.effectiveRules ?? [] };
}

function ruleOf({ rules }: RolePolicy, id: string): Rule {
  return rules.find((rule) => rule.id === id) ?? { id };
}

/** Hours of an ISO 8601 duration such as `PT8H`, `PT30M` or `P1D`; undefined when it is none. */
export function hoursOf(duration: string | undefined): number | undefined {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(duration ?? "");
  if (parts === null) return undefined;
  return Number(parts[1] ?? 0) * 24 + Number(parts[2] ?? 0) + Number(parts[3] ?? 0) / 60;
}

/** The settings in the spec's terms. */
export function activationOf(policy: RolePolicy): {
  readonly maxHours: number | null;
  readonly require: readonly Requirement[];
} {
  const enabled = ruleOf(policy, ACTIVATION_DEMANDS).enabledRules ?? [];
  const approval = ruleOf(policy, ACTIVATION_APPROVAL).setting?.isApprovalRequired === true;
  return {
    maxHours: hoursOf(ruleOf(policy, ACTIVATION_TIME).maximumDuration) ?? null,
    require: [
      ...DEMANDS.filter(([, name]) => enabled.includes(name)).map(([requirement]) => requirement),
      ...(approval ? (["approval"] as const) : []),
    ],
  };
}

/** How long an eligibility may last: ISO duration, or undefined when it may last for ever. */
export function longestEligibility(policy: RolePolicy): string | undefined {
  const rule = ruleOf(policy, ELIGIBILITY_TIME);
  return rule.isExpirationRequired === true ? (rule.maximumDuration ?? "P365D") : undefined;
}

/**
 * The rules that have to change, whole, as their PATCH wants them. Who approves is not in the spec: the approvers of
 * the existing settings stay, and Azure falls back to its own when there are none.
 */
export function changedRules(policy: RolePolicy, wanted: Activation): readonly Rule[] {
  const current = activationOf(policy);
  const has = (requirement: Requirement): boolean => current.require.includes(requirement);
  const wants = (requirement: Requirement): boolean => wanted.require.includes(requirement);
  const changed: Rule[] = [];
  if (current.maxHours !== wanted.maxHours) {
    changed.push({
      ...ruleOf(policy, ACTIVATION_TIME),
      isExpirationRequired: true,
      maximumDuration: `PT${wanted.maxHours}H`,
    });
  }
  if (DEMANDS.some(([requirement]) => has(requirement) !== wants(requirement))) {
    const rule = ruleOf(policy, ACTIVATION_DEMANDS);
    const known = DEMANDS.map(([, name]) => name);
    changed.push({
      ...rule,
      enabledRules: [
        ...(rule.enabledRules ?? []).filter((name) => !known.includes(name)),
        ...DEMANDS.filter(([requirement]) => wants(requirement)).map(([, name]) => name),
      ],
    });
  }
  if (has("approval") !== wants("approval")) {
    const rule = ruleOf(policy, ACTIVATION_APPROVAL);
    changed.push({ ...rule, setting: { ...rule.setting, isApprovalRequired: wants("approval") } });
  }
  return changed;
}

/** Brings the settings into line; sends nothing when they are. */
export async function ensureActivation(
  policy: RolePolicy,
  wanted: Activation,
  context: Context,
): Promise<void> {
  const rules = changedRules(policy, wanted);
  if (rules.length === 0) return;
  await context.services.arm.send("PATCH", policy.policyId, { body: { properties: { rules } } });
}
