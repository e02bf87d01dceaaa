import { inspect } from "node:util";

/** A secret's value. It prints as `***`, whatever prints it; only `reveal` gives it away. */
export interface SecretValue {
  readonly reveal: () => string;
}

const HIDDEN = "***";

/** Shorter ones cannot be told from ordinary words. */
const SHORTEST_HIDDEN = 4;

/** Forms of every secret this process has read, the longest first. */
let forms: readonly string[] = [];

/** Wraps a secret as soon as it is known, and has `withoutSecrets` know it from then on. */
export function secretValue(value: string): SecretValue {
  if (value.length >= SHORTEST_HIDDEN && !forms.includes(value)) {
    const inJson = JSON.stringify(value).slice(1, -1);
    // On one line, as messages are shown.
    const flat = value.replace(/\s+/g, " ").trim();
    const made = [value, flat, inJson, encodeURIComponent(value), Buffer.from(value).toString("base64")];
    const long = made.filter(({ length }) => length >= SHORTEST_HIDDEN);
    forms = [...new Set([...forms, ...long])].sort((a, b) => b.length - a.length);
  }
  const hidden = (): string => HIDDEN;
  return Object.defineProperties(
    { reveal: () => value },
    { toJSON: { value: hidden }, toString: { value: hidden }, [inspect.custom]: { value: hidden } },
  );
}

/** Signed tokens are known by their form: three parts of base64url, of which the first begins as JSON does. */
const SIGNED_TOKEN = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;
/** Signatures of shared access signatures in a query. */
const SIGNATURE = /([?&](?:sig|signature)=)[^&\s"']+/gi;

/**
 * Other people's words without the secrets that psc knows: a service may say back what it was told, and a library may
 * put a request into its error.
 */
export function withoutSecrets(text: string): string {
  let clean = text;
  for (const form of forms) if (clean.includes(form)) clean = clean.replaceAll(form, HIDDEN);
  return clean.replace(SIGNED_TOKEN, HIDDEN).replace(SIGNATURE, `$1${HIDDEN}`);
}
