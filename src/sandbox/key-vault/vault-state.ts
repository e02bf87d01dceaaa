import { ADMIN_USER, PIPELINE_APP, SUBSCRIPTIONS } from "../seed.ts";
import type { World } from "../world.ts";

export interface SecretVersion {
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly value: string;
  contentType?: string;
  tags?: Record<string, string>;
  enabled: boolean;
  /** Seconds since the epoch, as in the API. */
  notBefore?: number;
  expires?: number;
  readonly created: number;
  updated: number;
}

export interface VaultSecret {
  readonly name: string;
  /** Oldest first. */
  readonly versions: SecretVersion[];
  /** Sandbox time (ms) of a DELETE; the deletion is done some seconds later. */
  deletedAt?: number;
  /** Sandbox time (ms) from which a new or recovered secret is found. */
  readableAt: number;
}

/** Azure's data-plane roles for secrets ("Azure built-in roles for Key Vault data plane operations"). */
export type VaultRole =
  | "Key Vault Administrator"
  | "Key Vault Reader"
  | "Key Vault Secrets Officer"
  | "Key Vault Secrets User";

export interface VaultRoleAssignment {
  readonly principalId: string;
  readonly role: VaultRole;
}

export interface Vault {
  readonly name: string;
  readonly resourceId: string;
  readonly location: string;
  readonly roleAssignments: VaultRoleAssignment[];
  readonly secrets: VaultSecret[];
}

/** The slice `keyVault`. */
export interface KeyVaultState {
  readonly vaults: Vault[];
}

/** The vault that a new sandbox has. */
export const SEEDED_VAULT = "contoso-health";

export function seedVaults(): KeyVaultState {
  return {
    vaults: [
      {
        name: SEEDED_VAULT,
        resourceId: `/subscriptions/${SUBSCRIPTIONS[0].id}/resourcegroups/contoso-shared/providers/microsoft.keyvault/vaults/${SEEDED_VAULT}`,
        location: "eastus",
        roleAssignments: [
          { principalId: ADMIN_USER.id, role: "Key Vault Administrator" },
          { principalId: PIPELINE_APP.servicePrincipalId, role: "Key Vault Secrets Officer" },
        ],
        secrets: [],
      },
    ],
  };
}

export function vaultOfHost(world: World, host: string): Vault | undefined {
  const name = host.split(".")[0] ?? "";
  return world.slice<KeyVaultState>("keyVault").vaults.find((vault) => vault.name === name);
}

/** Names of secrets are compared without regard to case. */
export function secretOf(vault: Vault, name: string): VaultSecret | undefined {
  return vault.secrets.find((secret) => secret.name.toLowerCase() === name.toLowerCase());
}
