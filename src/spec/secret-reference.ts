import type { SecretReference } from "./model.ts";

export function isSecretReference(value: unknown): value is SecretReference {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    (value.kind === "keyVault" || value.kind === "environment" || value.kind === "composed")
  );
}
