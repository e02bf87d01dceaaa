const DEFINITIONS = "/providers/Microsoft.Authorization/policyDefinitions";
const INITIATIVES = "/providers/Microsoft.Authorization/policySetDefinitions";

/** Built-in policies and initiatives that concern a Health Bot (Azure/azure-policy:built-in-policies), by short name. */
export const KNOWN_POLICIES: Readonly<Record<string, string>> = {
  "health-bot-azure-rbac": `${DEFINITIONS}/96561daf-13ae-4008-9300-638df7e6a11a`,
  "health-bot-customer-managed-key": `${DEFINITIONS}/4d080fa5-a6d2-4f98-ba9c-f482d0d335c0`,
  "hitrust-hipaa": `${INITIATIVES}/a169a624-5599-4385-a696-c8d643089fab`,
  "hitrust-csf-11-3": `${INITIATIVES}/e0d47b75-5d99-442a-9d60-07f2595ab095`,
};

/** Ids of definitions and of sets of them, built in or one's own. */
export const POLICY_ID =
  /^(\/subscriptions\/[0-9a-fA-F-]{36}|\/providers\/Microsoft\.Management\/managementGroups\/[^/]+)?\/providers\/Microsoft\.Authorization\/policy(Set)?Definitions\/[^/]+$/i;

export function isInitiative(definition: string): boolean {
  return /\/policySetDefinitions\//i.test(definition);
}
