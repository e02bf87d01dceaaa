import type { Context } from "../../engine/resource.ts";
import { PscError } from "../../errors.ts";
import type { SecretReference } from "../../spec/model.ts";
import { describeSecret } from "../../spec/secrets.ts";

const KEY_VAULT_API_VERSION = "7.6";

/**
 * The value of a secret the spec refers to, read when it is needed and kept nowhere ("Get Secret", Key Vault REST API).
 * @throws PscError PSC-E030 for an unset variable, PSC-E035 for a secret that does not exist.
 */
export async function secretText(reference: SecretReference, context: Context): Promise<string> {
  if (reference.kind === "environment") {
    const value = process.env[reference.name] ?? "";
    if (value !== "") return value;
    throw new PscError({
      code: "PSC-E030",
      message: `the environment variable ${reference.name} is not set`,
      remedy: `set ${reference.name} before running psc`,
    });
  }
  const { cloud, http } = context.services;
  const path = [reference.secret, ...(reference.version === undefined ? [] : [reference.version])];
  const response = await http.send({
    method: "GET",
    url: `https://${reference.vault}${cloud.keyVaultSuffix}/secrets/${path.map(encodeURIComponent).join("/")}?api-version=${KEY_VAULT_API_VERSION}`,
    expect: [404],
  });
  const value = (response.body as { value?: string } | undefined)?.value;
  if (response.status !== 404 && value !== undefined) return value;
  throw new PscError({
    code: "PSC-E035",
    message: `${describeSecret(reference)} does not exist or is disabled`,
    remedy: "check the names of the vault, the secret and its version",
  });
}
