import type { Cloud } from "../cloud.ts";
import type { SecretValue } from "../secret-value.ts";
import { createPageGuard } from "./http/page-guard.ts";
import type { Http } from "./http/types.ts";
import { asRow, numberAt, rowsAt, textAt, valueAt } from "./json-reading.ts";

/** One version of a secret, without its value. */
export interface SecretVersion {
  readonly version: string;
  readonly enabled: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SecretToKeep {
  readonly value: SecretValue;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly contentType: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Secrets of key vaults, as far as psc keeps some there ("Azure Key Vault secrets REST API", 7.4), and the keys that sign
 * evidence. Thin on purpose: the
 * SDK sends its first request without the body, to be told how to sign in, and psc's pipeline is signed in already.
 */
export interface KeyVault {
  /** Every version, the newest first; none when there is no such secret. */
  versions(vault: string, name: string): Promise<readonly SecretVersion[]>;
  /** Adds a version. A secret that was deleted and can be recovered is recovered first. */
  keep(vault: string, name: string, secret: SecretToKeep): Promise<void>;
  /** Deletes the secret; while the vault's retention lasts it can be recovered. Nothing to delete is no error. */
  remove(vault: string, name: string): Promise<void>;
  /**
   * The public half of a key ("Get Key", Azure Key Vault keys REST API, 7.4).
   * Permission: Microsoft.KeyVault/vaults/keys/read.
   * @param version the newest when absent
   */
  publicKey(vault: string, name: string, version?: string): Promise<VaultKey>;
  /**
   * Has the vault sign a digest ("Sign", Azure Key Vault keys REST API, 7.4). It is a POST, but nothing in the tenant is
   * other afterwards than before: no key, no version, no setting; only the vault's own audit log has a line more, as after
   * every read. Therefore it passes a read-only pipeline, and nothing else of a vault does.
   * Permission: Microsoft.KeyVault/vaults/keys/sign/action (role Key Vault Crypto User).
   * @param algorithm such as `ES256`
   * @returns the signature as the service gives it: for ECDSA the two numbers beside each other (RFC 7518, section 3.4)
   */
  sign(
    vault: string,
    key: { name: string; version: string },
    algorithm: string,
    digest: Uint8Array,
  ): Promise<Buffer>;
}

export interface VaultKey {
  /** 32 hexadecimal digits. */
  readonly version: string;
  /** JSON Web Key (RFC 7517): `kty`, `crv`, `x`, `y`, `n`, `e`. */
  readonly jwk: Readonly<Record<string, string>>;
}

const VERSION = "7.4";
/** A deletion or recovery is done within seconds; while it lasts, writes are refused. */
const SETTLES_WITHIN_TRIES = 12;
const LOOK_EVERY_MS = 5_000;

function versionOf(row: unknown): SecretVersion {
  const tags = asRow(valueAt(row, "tags"));
  return {
    version: textAt(row, "id").split("/").at(-1) ?? "",
    enabled: valueAt(row, "attributes", "enabled") === true,
    createdAt: (numberAt(row, "attributes", "created") ?? 0) * 1000,
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])),
  };
}

export function createKeyVault(http: Http, cloud: Cloud, sleep: (ms: number) => Promise<void>): KeyVault {
  const address = (vault: string, path: string): string =>
    `https://${vault}${cloud.keyVaultSuffix}/${path}?api-version=${VERSION}`;

  async function recover(vault: string, name: string): Promise<void> {
    await http.send({
      method: "POST",
      url: address(vault, `deletedsecrets/${name}/recover`),
      // Under way already, or done by somebody else.
      expect: [404, 409],
      repeatable: true,
    });
  }

  return {
    async versions(vault, name) {
      const found: SecretVersion[] = [];
      const follow = createPageGuard();
      let url = address(vault, `secrets/${name}/versions`);
      while (url !== "") {
        const page = await http.send({ method: "GET", url, expect: [404] });
        if (page.status === 404) return [];
        found.push(...rowsAt(page.body, "value").map(versionOf));
        url = textAt(page.body, "nextLink");
        if (url !== "") follow(url, page.text.length);
      }
      // The service lists them by their ids, which say nothing of their age.
      return found.sort((a, b) => b.createdAt - a.createdAt);
    },
    async keep(vault, name, { value, expiresAt, contentType, tags }) {
      for (let tries = 1; ; tries += 1) {
        const answer = await http.send({
          method: "PUT",
          url: address(vault, `secrets/${name}`),
          body: {
            value: value.reveal(),
            contentType,
            tags,
            attributes: { enabled: true, exp: Math.floor(expiresAt / 1000) },
          },
          expect: tries < SETTLES_WITHIN_TRIES ? [409] : [],
        });
        if (answer.status !== 409) return;
        if (textAt(answer.body, "error", "innererror", "code") === "ObjectIsDeletedButRecoverable")
          await recover(vault, name);
        await sleep(LOOK_EVERY_MS);
      }
    },
    async remove(vault, name) {
      await http.send({ method: "DELETE", url: address(vault, `secrets/${name}`), expect: [404, 409] });
    },
    async publicKey(vault, name, version = "") {
      const path = version === "" ? `keys/${name}` : `keys/${name}/${version}`;
      const { body } = await http.send({ method: "GET", url: address(vault, path) });
      const members = Object.entries(asRow(valueAt(body, "key")));
      return {
        version: textAt(body, "key", "kid").split("/").at(-1) ?? "",
        jwk: Object.fromEntries(
          members.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
        ),
      };
    },
    async sign(vault, { name, version }, algorithm, digest) {
      const { body } = await http.send({
        method: "POST",
        url: address(vault, `keys/${name}/${version}/sign`),
        body: { alg: algorithm, value: Buffer.from(digest).toString("base64url") },
      });
      return Buffer.from(textAt(body, "value"), "base64url");
    },
  };
}
