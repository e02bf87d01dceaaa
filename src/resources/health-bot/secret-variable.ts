import type { Context } from "../../engine/resource.ts";
import { asHttpClient } from "../../services/http/as-client.ts";
import type { SecretReference } from "../../spec/model.ts";
import { readSecret } from "../../spec/secrets.ts";

/**
 * The value of a secret the spec refers to, read when it is needed and kept nowhere.
 * @throws PscError PSC-E030 for an unset variable, PSC-E034 or PSC-E035 for a secret that cannot be read.
 */
export async function secretText(reference: SecretReference, context: Context): Promise<string> {
  const { cloud, http } = context.services;
  const secret = await readSecret(reference, {
    cloud,
    env: process.env,
    // The pipeline has put its own token on the request, so the library never asks for one.
    credential: { getToken: async () => null },
    httpClient: asHttpClient(http),
  });
  return secret.reveal();
}
