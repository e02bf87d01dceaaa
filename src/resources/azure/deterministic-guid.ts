import { createHash } from "node:crypto";

/** psc's own namespace; any fixed UUID will do as long as it never changes. */
const NAMESPACE = Buffer.from("5f0b8a0e6c1d4c3f9a53d4b1c2e7f680", "hex");

/**
 * A name-based UUID (version 5, RFC 9562 §5.5) of the parts: the same parts give the same id in every run, which makes
 * a PUT safe to repeat.
 */
export function deterministicGuid(...parts: readonly string[]): string {
  const bytes = createHash("sha1")
    .update(NAMESPACE)
    .update(parts.map((part) => part.toLowerCase()).join("|"))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
