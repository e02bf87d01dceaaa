import type { Caller } from "../exchange.ts";
import { Refusal } from "../exchange.ts";
import type { Vault } from "./vault-state.ts";

/** Refuses with Key Vault's envelope; `inner` is the code of `innererror` ("Azure Key Vault REST API error codes"). */
export function refuseVault(status: number, code: string, message: string, inner?: string): never {
  throw new Refusal({
    status,
    body: { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
  });
}

export function badParameter(message: string): never {
  return refuseVault(400, "BadParameter", message);
}

/** `name` is the secret's, or `name/version`. */
export function secretNotFound(name: string): never {
  return refuseVault(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

export function deletedSecretNotFound(name: string): never {
  return refuseVault(404, "SecretNotFound", `Deleted Secret not found: ${name}`);
}

/** A name that waits among the deleted secrets cannot be used. */
export function nameIsDeleted(name: string): never {
  return refuseVault(
    409,
    "Conflict",
    `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
    "ObjectIsDeletedButRecoverable",
  );
}

export function beingDeleted(name: string): never {
  return refuseVault(409, "Conflict", `Secret ${name} is currently being deleted.`, "ObjectIsBeingDeleted");
}

export function secretDisabled(): never {
  return refuseVault(
    403,
    "Forbidden",
    "Operation get is not allowed on a disabled secret.",
    "SecretDisabled",
  );
}

/** The caller has no data-plane role that allows the action. */
export function forbiddenByRbac(caller: Caller, vault: Vault, action: string, object: string): never {
  return refuseVault(
    403,
    "Forbidden",
    [
      "Caller is not authorized to perform action on resource.",
      "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
      `Caller: appid=${caller.appId};oid=${caller.objectId};iss=https://sts.windows.net/${caller.tenantId}/`,
      `Action: '${action}'`,
      `Resource: '${vault.resourceId}${object}'`,
      "Assignment: (not found)",
      "DenyAssignmentId: null",
      "DecisionReason: null ",
      `Vault: ${vault.name};location=${vault.location}`,
    ].join("\r\n"),
    "ForbiddenByRbac",
  );
}

/** `name` is the key's, or `name/version` (text: sigstore/cosign issue 3094). */
export function keyNotFound(name: string): never {
  return refuseVault(
    404,
    "KeyNotFound",
    `A key with (name/id) ${name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );
}

export function keyDisabled(operation: string): never {
  return refuseVault(
    403,
    "Forbidden",
    `Operation ${operation} is not allowed on a disabled key.`,
    "KeyDisabled",
  );
}

/** The key's own list of operations lacks it (Azure/azure-sdk-for-java:`sdk/keyvault/.../TROUBLESHOOTING.md`). */
export function keyOperationForbidden(operation: string): never {
  return refuseVault(
    403,
    "Forbidden",
    `Operation ${operation} is not permitted on this key.`,
    "KeyOperationForbidden",
  );
}
