import type { TokenCredential } from "@azure/core-auth";
import type { HttpClient } from "@azure/core-rest-pipeline";
import type { Cloud } from "../cloud.ts";
import { PscError } from "../errors.ts";
import { type SecretValue, secretValue } from "../secret-value.ts";
import type { SecretReference } from "../spec/model.ts";

export interface SecretOptions {
  readonly cloud: Cloud;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credential: TokenCredential;
  /** Carries the requests; the SDK's own when absent. */
  readonly httpClient?: HttpClient;
}

/** How messages and plans name a secret. */
export function describeSecret(reference: SecretReference): string {
  if (reference.kind === "composed") return reference.text;
  return reference.kind === "environment"
    ? `\${env:${reference.name}}`
    : `\${keyvault:${[reference.vault, reference.secret, reference.version].filter(Boolean).join("/")}}`;
}

/**
 * Reads a secret now, when it is needed: from psc's environment, or from Key Vault with the data permission
 * Microsoft.KeyVault/vaults/secrets/getSecret/action ("Get Secret", Key Vault REST API).
 * @throws PscError PSC-E030, PSC-E034, PSC-E035
 */
export async function readSecret(reference: SecretReference, options: SecretOptions): Promise<SecretValue> {
  if (reference.kind === "composed") return reference.value;
  if (reference.kind === "environment") {
    const value = options.env[reference.name] ?? "";
    if (value !== "") return secretValue(value);
    throw new PscError({
      code: "PSC-E030",
      message: `the environment variable ${reference.name} is not set`,
      remedy: `set ${reference.name} before running psc`,
    });
  }
  // The SDK is loaded only by specs that keep secrets in a vault: it would cost every command its start-up time.
  const { SecretClient } = await import("@azure/keyvault-secrets");
  const url = `https://${reference.vault}${options.cloud.keyVaultSuffix}`;
  const client = new SecretClient(url, options.credential, {
    ...(options.httpClient === undefined ? {} : { httpClient: options.httpClient }),
    retryOptions: { maxRetries: 3 },
  });
  try {
    const { value } = await client.getSecret(
      reference.secret,
      reference.version === undefined ? {} : { version: reference.version },
    );
    if (value !== undefined) return secretValue(value);
  } catch (error) {
    throw refusal(reference, error);
  }
  throw refusal(reference, { statusCode: 404 });
}

function refusal(reference: SecretReference, error: unknown): PscError {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  const name = describeSecret(reference);
  if (status === 404)
    return new PscError({
      code: "PSC-E035",
      message: `${name} does not exist or is disabled`,
      remedy: "check the names of the vault, the secret and its version",
      cause: error,
    });
  return new PscError({
    code: "PSC-E034",
    message: `${name} could not be read${status === undefined ? "" : ` (HTTP ${String(status)})`}`,
    remedy: "check that the vault exists, its network allows you, and you hold Key Vault Secrets User on it",
    side: "service",
    permission: "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    persona: "owner of the key vault",
    cause: error,
  });
}
