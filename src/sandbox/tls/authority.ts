import { randomBytes, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext, type SecureContext } from "node:tls";
import { type KeyAndCertificate, newAuthority, newServerCertificate } from "./certificate.ts";

/** The sandbox's own certificate authority. */
export interface Authority {
  /** Its certificate, PEM: what a client has to trust. */
  readonly caPem: string;
  /** A file that holds `caPem`, for clients that take a path. */
  readonly caFile: string;
  /** What the server shows a client that names no host. */
  readonly loopback: KeyAndCertificate;
  /** What the server shows for a host name; made at the first request and kept. */
  contextFor(host: string): SecureContext;
  /** Removes the file of an authority that was kept in memory. */
  forget(): void;
}

const LOOPBACK = ["localhost", "127.0.0.1"] as const;

function write(folder: string, name: string, content: string, mode: number): void {
  const file = join(folder, name);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content, { mode });
  renameSync(temporary, file);
}

function saved(folder: string): KeyAndCertificate | undefined {
  const files = { certificate: join(folder, "ca.pem"), key: join(folder, "ca-key.pem") };
  if (!existsSync(files.certificate) || !existsSync(files.key)) return undefined;
  return {
    certificate: readFileSync(files.certificate, "utf8"),
    key: readFileSync(files.key, "utf8"),
  };
}

/** Common name of an authority's certificate. */
function nameOf(certificate: string): string {
  return /^CN=(.+)$/m.exec(new X509Certificate(certificate).subject)?.[1] ?? "";
}

/**
 * The authority kept in `folder` (`ca.pem`, and `ca-key.pem` that only its owner can read), or a new one: a client
 * that trusts it goes on trusting it after a restart. Without a folder its key never leaves this process.
 */
export function openAuthority(folder?: string): Authority {
  const home = folder ?? mkdtempSync(join(tmpdir(), "psc-sandbox-"));
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  let pair = folder === undefined ? undefined : saved(folder);
  if (pair === undefined) {
    pair = newAuthority(`psc sandbox ${randomBytes(4).toString("hex")}`);
    if (folder !== undefined) write(home, "ca-key.pem", pair.key, 0o600);
    write(home, "ca.pem", pair.certificate, 0o644);
  }
  const authority = pair;
  const name = nameOf(authority.certificate);
  const loopback = newServerCertificate(authority, name, LOOPBACK);
  const contexts = new Map<string, SecureContext>();
  return {
    loopback,
    caPem: authority.certificate,
    caFile: join(home, "ca.pem"),
    contextFor(host) {
      const known = contexts.get(host);
      if (known !== undefined) return known;
      const made = host === "localhost" ? loopback : newServerCertificate(authority, name, [host]);
      const context = createSecureContext({ key: made.key, cert: made.certificate });
      contexts.set(host, context);
      return context;
    },
    forget() {
      if (folder === undefined) rmSync(home, { recursive: true, force: true });
    },
  };
}
