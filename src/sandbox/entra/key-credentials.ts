import { X509Certificate } from "node:crypto";
import type { Json, JsonObject } from "../exchange.ts";
import type { World } from "../world.ts";
import { graphTime } from "./directory-values.ts";
import { directoryOf, type StoredCertificate, textOf } from "./entra-state.ts";
import type { GraphCall } from "./graph-call.ts";
import { invalidValue } from "./graph-errors.ts";

function certificatesOf(world: World, applicationId: string): StoredCertificate[] {
  return (directoryOf(world).certificates ?? []).filter((stored) => stored.applicationId === applicationId);
}

function parsed(key: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(key, "base64"));
  } catch {
    return invalidValue("keyCredentials", "Application");
  }
}

/**
 * Takes over the `keyCredentials` of a body: the list replaces what was registered ("Update application"). The value
 * that is kept shows thumbprint and dates but, like Graph's own answers, no key. An entry with a known `keyId` and no
 * key stays registered: an assumption, as the reference only says that existing entries have to be sent along.
 */
export function registeredCertificates(
  world: World,
  applicationId: string,
  body: JsonObject,
): { readonly keyCredentials?: Json } {
  const given = body["keyCredentials"];
  if (!Array.isArray(given)) return {};
  const before = certificatesOf(world, applicationId);
  const kept: StoredCertificate[] = [];
  const shown = given.map((entry) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry))
      return invalidValue("keyCredentials", "Application");
    const keyId = textOf(entry, "keyId") || world.newId();
    const key = textOf(entry, "key") || before.find((stored) => stored.keyId === keyId)?.key;
    if (key === undefined || textOf(entry, "type") !== "AsymmetricX509Cert" || entry["usage"] !== "Verify")
      return invalidValue("keyCredentials", "Application");
    const certificate = parsed(key);
    const startsAt = Date.parse(textOf(entry, "startDateTime") || certificate.validFrom);
    const endsAt = Date.parse(textOf(entry, "endDateTime") || certificate.validTo);
    if (!(endsAt > startsAt)) return invalidValue("keyCredentials", "Application");
    kept.push({ applicationId, keyId, key, startsAt, endsAt });
    return {
      customKeyIdentifier:
        textOf(entry, "customKeyIdentifier") || certificate.fingerprint.replaceAll(":", ""),
      displayName: textOf(entry, "displayName") || certificate.subject.replaceAll("\n", ", "),
      endDateTime: graphTime(endsAt),
      key: null,
      keyId,
      startDateTime: graphTime(startsAt),
      type: "AsymmetricX509Cert",
      usage: "Verify",
    };
  });
  const others = (directoryOf(world).certificates ?? []).filter(
    (stored) => stored.applicationId !== applicationId,
  );
  directoryOf(world).certificates = [...others, ...kept];
  return { keyCredentials: shown };
}

/** Graph shows the keys only to a read of one object that selects `keyCredentials` ("keyCredential resource type"). */
export function withSelectedKeys(call: GraphCall, value: JsonObject): JsonObject {
  const selected = (call.request.query.get("$select") ?? "").split(",").map((name) => name.trim());
  const shown = value["keyCredentials"];
  if (!selected.includes("keyCredentials") || !Array.isArray(shown)) return value;
  const stored = certificatesOf(call.world, textOf(value, "id"));
  return {
    ...value,
    keyCredentials: shown.map((entry) =>
      typeof entry !== "object" || entry === null || Array.isArray(entry)
        ? entry
        : { ...entry, key: stored.find((certificate) => certificate.keyId === entry["keyId"])?.key ?? null },
    ),
  };
}
