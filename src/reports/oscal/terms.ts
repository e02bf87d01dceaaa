import { deterministicGuid } from "../../resources/azure/deterministic-guid.ts";
import { plain } from "../markdown-text.ts";
import { oneLine } from "../one-line.ts";
import type { OscalProperty } from "./document.ts";

/** Marks properties as psc's: OSCAL wants a namespace for every name that NIST has not defined. */
const NAMESPACE = "tag:psc-toolkit,2026:oscal";

/** What every name-based id of one document hangs on. */
export type Ids = (...parts: readonly string[]) => string;

/** UUIDs (version 5) of one run: the same result gives the same document, another run other ids. */
export function idsOf(runId: string): Ids {
  return (...parts) => deterministicGuid("psc.verify", runId, ...parts);
}

/** A string of OSCAL: one line, not empty, no space at its ends. */
export function string(text: string): string {
  return oneLine(text) || "-";
}

/** Text that OSCAL reads as Markdown. */
export function markup(text: string): string {
  return plain(text) || "-";
}

export function property(name: string, value: string): OscalProperty {
  return { name, ns: NAMESPACE, value: string(value) };
}

/** Something that is not empty as a token: a letter, then letters, digits, dots, hyphens and underscores. */
export function token(text: string): string {
  const made = oneLine(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._-]+/gu, "-");
  return /^[\p{L}_]/u.test(made) ? made : `_${made}`;
}

/**
 * A control of NIST SP 800-53 as its OSCAL catalogue names it: `AC-6(5)` is `ac-6.5`, `IA-02` is `ia-2`. Undefined for
 * anything else.
 */
export function catalogueToken(nist: string): string | undefined {
  const found = /^([A-Z]{2})-0*(\d+)(?:\s*\(0*(\d+)\))?$/i.exec(nist.trim());
  if (found === null) return undefined;
  const [, family = "", number = "", enhancement] = found;
  return `${family.toLowerCase()}-${number}${enhancement === undefined ? "" : `.${enhancement}`}`;
}

/** A URL as a reference of RFC 3986; undefined when it is none. */
export function reference(url: string): string | undefined {
  const whole = url.toWellFormed();
  if (!URL.canParse(whole)) return undefined;
  return new URL(whole).href
    .replace(/%(?![0-9A-Fa-f]{2})/g, "%25")
    .replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%]/gu, encodeURIComponent);
}
