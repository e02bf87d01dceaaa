import type { HealthBotSpec } from "../../spec/model.ts";

export interface HealthBotRole {
  readonly key: "admins" | "editors" | "readers";
  readonly name: string;
  /** Role definition; names changed on 2025-03-13, ids did not. */
  readonly id: string;
}

/**
 * Data-plane roles of the bot's management portal (MicrosoftDocs/azure-docs:
 * articles/role-based-access-control/built-in-roles/ai-machine-learning.md). They grant no control-plane action.
 */
export const HEALTH_BOT_ROLES: readonly HealthBotRole[] = [
  { key: "admins", name: "Healthcare Agent Admin", id: "f1082fec-a70f-419f-9230-885d2550fb38" },
  { key: "editors", name: "Healthcare Agent Editor", id: "af854a69-80ce-4ff7-8447-f1118a2e0ca8" },
  { key: "readers", name: "Healthcare Agent Reader", id: "eb5a76d5-50e7-4c33-a449-070e7c9c4cf2" },
];

export interface HealthBotGrant {
  readonly role: HealthBotRole;
  /** Key of `identity.groups`. */
  readonly group: string;
}

export function grantsOf(access: HealthBotSpec["access"]): readonly HealthBotGrant[] {
  return HEALTH_BOT_ROLES.flatMap((role) => {
    const group = access[role.key];
    return group === undefined ? [] : [{ role, group }];
  });
}

/** The id by which requests refer to a role; the subscription in front is required by PIM. */
export function roleDefinitionId(subscription: string, role: HealthBotRole): string {
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role.id}`;
}

/** Answers name a role with or without the subscription: only the last segment counts. */
export function isRole(roleDefinition: string | undefined, role: HealthBotRole): boolean {
  return roleDefinition?.split("/").at(-1)?.toLowerCase() === role.id;
}
