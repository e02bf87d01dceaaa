import { basename, resolve } from "node:path";
import { CLOUDS } from "../cloud.ts";
import type { Facts } from "../controls/facts.ts";
import type { VerifyResult } from "../controls/result.ts";
import { PscError } from "../errors.ts";
import type { Signer } from "../evidence/keys.ts";
import type { KeyVault } from "../services/key-vault.ts";
import { readTextFile } from "../spec/files.ts";
import type { Invocation, OptionDefinition } from "./definition.ts";
import { writeAsked } from "./report-files.ts";
import type { LoadedFile } from "./spec-file.ts";
import { styled } from "./styles.ts";
import { usageError } from "./usage.ts";

export const BUNDLE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: "--bundle <file>",
    summary: "keep result, facts, spec and reports in one ZIP file, for `psc verify-bundle`",
  },
  {
    flags: "--sign <key>",
    summary: "sign the bundle: a file with an Ed25519 private key, or the URL of a key vault's key",
  },
];

export interface BundleWish {
  readonly file: string;
  readonly sign: string | undefined;
}

/** @throws PscError PSC-E101 for wishes that contradict each other. */
export function bundleWish({ options }: Pick<Invocation, "options">): BundleWish | undefined {
  const [file, sign] = [options.text("bundle"), options.text("sign")];
  if (file === undefined) {
    if (sign === undefined) return undefined;
    throw usageError("--sign needs --bundle", "add --bundle FILE.zip: what is signed is the bundle");
  }
  if (options.text("collect") !== undefined)
    throw usageError(
      "--bundle and --collect contradict each other",
      "a bundle holds verdicts: make it where the facts are judged, with --facts",
    );
  const same = options.texts("report").some((wish) => wish.slice(wish.indexOf("=") + 1) === file);
  if (same)
    throw usageError(`--bundle and --report name the same file, ${file}`, "give each a file of its own");
  return { file, sign };
}

const isUrl = (key: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(key);

/** @throws PscError PSC-E162 when there is no such file, or it is no text. */
export function readKeyFile(file: string, cwd: string): string {
  try {
    return readTextFile(resolve(cwd, file), file);
  } catch (error) {
    if (!(error instanceof PscError)) throw error;
    throw new PscError({
      code: "PSC-E162",
      message: `the key cannot be read: ${error.message}`,
      remedy: "name a file in PEM, or the URL of a key vault's key",
    });
  }
}

/**
 * Whoever signs, before anything else is done: a key that cannot be used is told at once.
 * @param keyVault undefined without a tenant: then only a key in a file can sign
 * @throws PscError PSC-E101, PSC-E162, or what the key vault refuses.
 */
export async function openSigner(
  invocation: Invocation,
  { spec }: Pick<LoadedFile, "spec">,
  keyVault: KeyVault | undefined,
): Promise<Signer | undefined> {
  const sign = bundleWish(invocation)?.sign;
  if (sign === undefined) return undefined;
  if (!isUrl(sign)) {
    const { fileSigner } = await import("../evidence/keys.ts");
    return fileSigner(readKeyFile(sign, invocation.cwd), sign);
  }
  const { vaultKeyName, vaultSigner } = await import("../evidence/vault-signer.ts");
  const suffix = CLOUDS[spec.cloud].keyVaultSuffix;
  const name = vaultKeyName(sign, suffix);
  if (name === undefined)
    throw usageError(
      `--sign cannot be "${sign}"`,
      `write https://VAULT${suffix}/keys/NAME, or the path of a key file`,
    );
  if (keyVault === undefined)
    throw usageError(
      "--facts sends no request, so no key vault can sign",
      "sign with a key in a file, or make the bundle where the facts are read",
    );
  return vaultSigner(keyVault, name, sign);
}

/** Makes the bundle that was asked for, if one was, and says what it is. */
export async function keepBundle(
  invocation: Invocation,
  loaded: LoadedFile,
  { result, facts, signer }: { result: VerifyResult; facts: Facts; signer: Signer | undefined },
  reports: readonly { readonly file: string; readonly text: string }[],
): Promise<void> {
  const wish = bundleWish(invocation);
  if (wish === undefined) return;
  const { makeBundle } = await import("../evidence/bundle.ts");
  const bundle = await makeBundle({
    result,
    facts,
    spec: loaded,
    reports: reports.map(({ file, text }) => ({ name: basename(file), text })),
    signer,
  });
  writeAsked(invocation.cwd, wish.file, bundle.bytes);
  const by = bundle.signer === null ? "unsigned" : `signed with the key ${bundle.signer.keyId}`;
  invocation.terminal.say(`${styled("bold", "Bundle:")} ${wish.file}, root ${bundle.manifest.root}, ${by}`);
}
