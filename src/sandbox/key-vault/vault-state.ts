import { createECDH, createHash } from "node:crypto";
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

/** JSON Web Key with its private members (RFC 7517). */
export type PrivateJwk = Readonly<Record<string, string>>;

export interface KeyVersion {
  /** 32 hexadecimal digits. */
  readonly version: string;
  readonly jwk: PrivateJwk;
  /** What it may be used for, such as `sign`. */
  readonly keyOps: readonly string[];
  tags?: Record<string, string>;
  enabled: boolean;
  /** Seconds since the epoch, as in the API. */
  readonly created: number;
}

export interface VaultKey {
  readonly name: string;
  /** Oldest first. */
  readonly versions: KeyVersion[];
}

/** Azure's data-plane roles ("Azure built-in roles for Key Vault data plane operations"). */
export type VaultRole =
  | "Key Vault Administrator"
  | "Key Vault Reader"
  | "Key Vault Secrets Officer"
  | "Key Vault Secrets User"
  | "Key Vault Crypto Officer"
  | "Key Vault Crypto User";

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
  /** Absent in a tenant that was kept before the sandbox had keys. */
  keys?: VaultKey[];
}

/** The slice `keyVault`. */
export interface KeyVaultState {
  readonly vaults: Vault[];
}

/** The vault that a new sandbox has. */
export const SEEDED_VAULT = "contoso-health";

/** The key that a new sandbox's vault has, for signing evidence: EC on P-256. */
export const SEEDED_KEY = "evidence";

const NEW_YEAR_2026_S = 1_767_225_600;

/** The same in every sandbox, made and not written down: nothing that is signed with it proves anything. */
function seededKey(): VaultKey {
  const seed = createHash("sha256").update(`${SEEDED_VAULT}/${SEEDED_KEY}`).digest();
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(seed);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)];
  const text = (bytes: Buffer): string => bytes.toString("base64url");
  return {
    name: SEEDED_KEY,
    versions: [
      {
        version: createHash("sha256").update(point).digest("hex").slice(0, 32),
        jwk: { kty: "EC", crv: "P-256", x: text(x), y: text(y), d: text(seed) },
        keyOps: ["sign", "verify"],
        enabled: true,
        created: NEW_YEAR_2026_S,
      },
    ],
  };
}

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
        keys: [seededKey()],
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

/** Names of keys are compared without regard to case. */
export function keyOf(vault: Vault, name: string): VaultKey | undefined {
  return vault.keys?.find((key) => key.name.toLowerCase() === name.toLowerCase());
}
