import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { PscError } from "../../errors.ts";
import type { BundleCheck, BundleFinding } from "../../evidence/check.ts";
import { readKeyFile } from "../bundling.ts";
import type { CommandDefinition, Invocation } from "../definition.ts";
import { EXIT } from "../exit-codes.ts";
import { ownVersion } from "../package-files.ts";
import { count } from "../render/plan-text.ts";
import { symbolOf } from "../render/rows.ts";
import { styled, wrapped } from "../styles.ts";

/** @throws PscError PSC-E160 when there is no such file; PSC-E161 for one that is too large to be a bundle. */
function readBundle({ cwd }: Invocation, file: string, most: number): Uint8Array {
  const path = resolve(cwd, file);
  try {
    const stats = statSync(path);
    if (stats.isFile() && stats.size <= most) return readFileSync(path);
    const what = stats.isFile() ? `has ${stats.size} bytes, more than ${most}` : "is not an ordinary file";
    throw new PscError({
      code: stats.isFile() ? "PSC-E161" : "PSC-E160",
      message: `${file} ${what}`,
      remedy: "name the file that `psc verify --bundle` wrote",
    });
  } catch (error) {
    if (error instanceof PscError) throw error;
    throw new PscError({
      code: "PSC-E160",
      message: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "name the file that `psc verify --bundle` wrote",
      cause: error,
    });
  }
}

function signatureWords({ signature }: BundleCheck): string {
  const { state, keyId, algorithm, keyVaultKey, vouched } = signature;
  if (state === "unsigned")
    return "unsigned: whoever could write the file could write another that fits as well";
  const key = `${algorithm ?? "?"}, key ${keyId ?? "?"}${keyVaultKey === null ? "" : ` (said to be ${keyVaultKey})`}`;
  if (state === "wrong") return `does not fit: ${key}`;
  return vouched
    ? `${key}, the one that was named`
    : `${key}, which the bundle itself brings: nobody vouches for it; name the signer's with --key`;
}

function findingWords({ path, message }: BundleFinding): string {
  return `${path === "" ? "the archive" : path}: ${message}`;
}

function printCheck({ terminal }: Invocation, check: BundleCheck): void {
  const { file, verdict, made, files, bytes, evidence, judgedAgain, findings } = check;
  const size = `${count(files, "file")}, ${bytes} bytes, ${count(evidence, "request")} as evidence`;
  const line = (text: string, role?: "red"): void => {
    for (const [index, part] of wrapped(text, terminal.columns - 5).entries()) {
      const shown = `   ${index === 0 ? "" : "  "}${part}`;
      terminal.print(role === undefined ? shown : styled(role, shown));
    }
  };
  terminal.print(
    verdict === "sound"
      ? `${symbolOf("done")} ${file} is sound: ${size}`
      : `${symbolOf("failed")} ${file} was altered: ${count(findings.length, "finding")}`,
  );
  for (const finding of findings) line(findingWords(finding), "red");
  if (made !== null && !terminal.quiet) {
    const { environment, tool, collected, runId, root } = made;
    line(
      `made: ${environment.name} (${environment.stage}), facts of ${collected.to}, psc ${tool.version}, run ${runId}`,
    );
    line(`root: ${root}`);
  }
  line(`signature: ${signatureWords(check)}`);
  const { outcome, reason } = judgedAgain;
  line(`verdicts: ${outcome === "skipped" ? "not drawn again: " : ""}${reason}`);
}

export const verifyBundle: CommandDefinition = {
  description:
    "Checks an evidence bundle that `psc verify --bundle` wrote: every byte of the archive, every hash, the chain of the requests, the signature, and that the facts give the verdicts. Says what was altered. Sends no request. Exit code: 0 sound, 2 altered, 1 it could not be opened.",
  arguments: [{ name: "file", summary: "the bundle", required: true }],
  options: [
    {
      flags: "--key <file>",
      summary:
        "the signer's public key, in PEM or as Key Vault's JSON Web Key; without it nobody vouches for the signature",
    },
  ],
  examples: [
    {
      command: "verify-bundle prod.zip --key evidence.pub",
      effect: "what was altered, and whether this key signed it",
    },
    { command: "verify-bundle prod.zip --output json", effect: "the document psc.bundle-check/1" },
  ],
  async run(invocation) {
    const { terminal, options } = invocation;
    const [file = ""] = invocation.arguments;
    const named = options.text("key");
    const [{ checkBundle }, { ARCHIVE_LIMITS }, { readPublicKey }, { judgeFacts }] = await Promise.all([
      import("../../evidence/check.ts"),
      import("../../evidence/zip-reading.ts"),
      import("../../evidence/keys.ts"),
      import("../../verification.ts"),
    ]);
    const key = named === undefined ? undefined : readPublicKey(readKeyFile(named, invocation.cwd), named);
    const bytes = readBundle(invocation, file, ARCHIVE_LIMITS.bytes);
    const check = checkBundle({ file, bytes, key, version: ownVersion(), judge: judgeFacts });
    terminal.json(check);
    printCheck(invocation, check);
    return check.verdict === "sound" ? EXIT.done : EXIT.changes;
  },
};
