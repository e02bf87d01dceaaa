import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { signInOf, type TrustedIssuer, textOf } from "./entra-state.ts";

export function trustedIssuers(world: World): readonly TrustedIssuer[] {
  return signInOf(world).issuers ?? [];
}

function isPublicKey(value: unknown): boolean {
  try {
    return createPublicKey({ key: value as JsonWebKey, format: "jwk" }).type === "public";
  } catch {
    return false;
  }
}

/**
 * Tells the sandbox the public keys of a token issuer, such as a build service: Entra would fetch them from the
 * issuer's discovery document, the sandbox leaves the machine for nothing. Replaces what it knew of this issuer.
 * Undefined when the body names none.
 */
export function trustIssuer(world: World, body: JsonObject): TrustedIssuer | undefined {
  const issuer = textOf(body, "issuer");
  const { keys } = body;
  if (!issuer.startsWith("https://") || !Array.isArray(keys) || !keys.every(isPublicKey)) return undefined;
  const known: TrustedIssuer = { issuer, keys: keys as JsonObject[] };
  signInOf(world).issuers = [...trustedIssuers(world).filter((other) => other.issuer !== issuer), known];
  return known;
}
