import { createHash } from "node:crypto";

/** 128 bits of a name, as a version-5-style GUID: the same name gives the same id in every run. */
export function stableGuid(...names: readonly string[]): string {
  const hash = createHash("sha256")
    .update(["psc", ...names].join("\u0000"))
    .digest("hex");
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Unique name in the form the admin center uses, `new_` and 32 digits, so that a half-made row is found again. */
export function stableUniqueName(...names: readonly string[]): string {
  return `new_${stableGuid(...names).replaceAll("-", "")}`;
}
