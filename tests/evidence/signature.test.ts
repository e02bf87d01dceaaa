import { generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import Ajv4 from "ajv-draft-04";
import { describe, expect, it } from "vitest";
import { claimOf, fileSigner, keyIdOf, readPublicKey, type Signer } from "../../src/evidence/keys.ts";
import { preAuthenticationEncoding } from "../../src/evidence/statement.ts";
import { derSignature, vaultKeyName } from "../../src/evidence/vault-signer.ts";
import { check, filesIn, KEY_PEM, PUBLIC_KEY, repacked, signedBundle, unsignedBundle } from "./support.ts";

const SCHEMA = resolve(
  process.env["PSC_SPECS_DIR"] ?? "../shared/specs",
  "reports/in-toto/Envelope.schema.json",
);

const contents = (bundle: Uint8Array, path: string): Buffer =>
  Buffer.from(filesIn(bundle).find((file) => file.path === path)?.bytes ?? []);

const envelopeIn = (bundle: Uint8Array) =>
  JSON.parse(contents(bundle, "manifest.dsse.json").toString("utf8"));

const codes = (bundle: Uint8Array, key?: KeyObject) =>
  check(bundle, key === undefined ? {} : { key }).findings.map(({ code, path }) => `${code} ${path}`);

describe("a signed bundle", () => {
  it("holds an in-toto statement in a DSSE envelope, with every file as a subject", async () => {
    const bundle = await signedBundle();
    const { payload, payloadType, signatures } = envelopeIn(bundle);
    expect(payloadType).toBe("application/vnd.in-toto+json");
    expect(signatures).toEqual([{ keyid: keyIdOf(PUBLIC_KEY), sig: expect.any(String) }]);
    const statement = JSON.parse(Buffer.from(payload, "base64").toString("utf8"));
    expect(statement._type).toBe("https://in-toto.io/Statement/v1");
    expect(statement.subject.map(({ name }: { name: string }) => name)).toEqual(
      filesIn(bundle)
        .map(({ path }) => path)
        .filter((path) => path !== "manifest.dsse.json"),
    );
  });

  it.skipIf(!existsSync(SCHEMA))("validates against the schema of DSSE envelopes", async () => {
    const validate = new Ajv4.default({ strict: false, formats: { binary: true } }).compile(
      JSON.parse(readFileSync(SCHEMA, "utf8")),
    );
    const envelope = envelopeIn(await signedBundle());
    expect(validate(envelope), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...envelope, signer: "somebody" })).toBe(false);
    expect(validate({ ...envelope, payload: 7 })).toBe(false);
  });

  it("signs what the DSSE protocol's own example signs", () => {
    // secure-systems-lab/dsse:protocol.md, "Test Vectors".
    expect(
      preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString("utf8"),
    ).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("says whether anybody vouches for the key", async () => {
    const bundle = await signedBundle();
    expect(check(bundle)).toMatchObject({
      verdict: "sound",
      signature: { state: "fits", vouched: false, keyId: keyIdOf(PUBLIC_KEY), algorithm: "EdDSA" },
    });
    expect(check(bundle, { key: PUBLIC_KEY })).toMatchObject({
      verdict: "sound",
      signature: { vouched: true },
    });
  });

  it("of another signer is found, though it is sound in itself", async () => {
    const other = generateKeyPairSync("ed25519");
    const pem = other.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const bundle = await signedBundle({ signer: fileSigner(pem, "other.pem") });
    expect(check(bundle).verdict).toBe("sound");
    expect(codes(bundle, PUBLIC_KEY)).toEqual(["key-unknown manifest.dsse.json"]);
  });

  it("whose signature was taken out is unsigned, and altered for who knows the key", async () => {
    const bare = repacked(await signedBundle(), (path, was) =>
      path === "manifest.dsse.json" ? undefined : was,
    );
    expect(check(bare)).toMatchObject({ verdict: "sound", signature: { state: "unsigned" } });
    expect(codes(bare, PUBLIC_KEY)).toEqual(["signature-wrong manifest.dsse.json"]);
    expect(Buffer.from(bare).equals(await unsignedBundle())).toBe(true);
  });

  it("whose statement was put to another bundle's is found", async () => {
    const [one, two] = await Promise.all([signedBundle(), signedBundle({ reports: [] })]);
    const mixed = repacked(one, (path, was) =>
      path === "manifest.dsse.json" ? contents(two, path).toString("utf8") : was,
    );
    expect(codes(mixed, PUBLIC_KEY)).toContain("file-extra reports/report.csv");
  });

  it("whose signature, statement or key was changed is found", async () => {
    const bundle = await signedBundle();
    const change = (made: (envelope: ReturnType<typeof envelopeIn>) => object) =>
      repacked(bundle, (path, was) =>
        path === "manifest.dsse.json" ? `${JSON.stringify(made(JSON.parse(was)), null, 2)}\n` : was,
      );
    const wrong = ["signature-wrong manifest.dsse.json"];
    const payload = (from: string, to: string) => (envelope: { payload: string }) => ({
      ...envelope,
      payload: Buffer.from(
        Buffer.from(envelope.payload, "base64").toString("utf8").replace(from, to),
      ).toString("base64"),
    });
    expect(codes(change(payload('"stage":"dev"', '"stage":"prod"')), PUBLIC_KEY)).toEqual(wrong);
    expect(codes(change(payload("EdDSA", "none")), PUBLIC_KEY)).toEqual(wrong);
    expect(
      codes(
        change((envelope) => ({ ...envelope, signatures: [] })),
        PUBLIC_KEY,
      ),
    ).toEqual(wrong);
    expect(
      codes(
        change(({ payload: text }) => ({ payload: text })),
        PUBLIC_KEY,
      ),
    ).toEqual(wrong);
    const sig = Buffer.alloc(64).toString("base64");
    expect(
      codes(
        change((envelope) => ({ ...envelope, signatures: [{ ...envelope.signatures[0], sig }] })),
        PUBLIC_KEY,
      ),
    ).toEqual(wrong);
  });
});

describe("keys", () => {
  it.each([
    ["no key at all", "hello", /holds no private key/],
    ["a key of another kind", pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" })), /of type ec/],
    ["an encrypted key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", /is encrypted/],
  ])("that cannot sign are refused: %s", (_what, pem, message) => {
    expect(() => fileSigner(pem, "key.pem")).toThrow(message);
    expect(() => fileSigner(pem, "key.pem")).toThrow(expect.objectContaining({ code: "PSC-E162" }));
  });

  it("are read in PEM, and as Key Vault shows them", () => {
    const pem = PUBLIC_KEY.export({ type: "spki", format: "pem" }).toString();
    expect(keyIdOf(readPublicKey(pem, "a"))).toBe(keyIdOf(PUBLIC_KEY));
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const jwk = publicKey.export({ format: "jwk" });
    const shown = {
      attributes: {},
      key: { ...jwk, kty: "EC-HSM", kid: "https://v/keys/k/1", keyOps: ["sign"], n: null },
    };
    expect(keyIdOf(readPublicKey(JSON.stringify(shown), "a"))).toBe(keyIdOf(publicKey));
    expect(keyIdOf(readPublicKey(JSON.stringify(jwk), "a"))).toBe(keyIdOf(publicKey));
    for (const none of ["hello", "{}", "{", KEY_PEM])
      expect(() => readPublicKey(none, "a.pub")).toThrow(expect.objectContaining({ code: "PSC-E162" }));
  });

  it("of every kind that Key Vault signs with are checked", async () => {
    for (const [algorithm, pair, options] of [
      ["ES256", generateKeyPairSync("ec", { namedCurve: "P-256" }), {}],
      ["ES384", generateKeyPairSync("ec", { namedCurve: "P-384" }), {}],
      ["PS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), { padding: 6, saltLength: 32 }],
      ["RS256", generateKeyPairSync("rsa", { modulusLength: 2048 }), {}],
    ] as const) {
      const signer: Signer = {
        claim: claimOf(pair.publicKey, algorithm, "https://v.vault.azure.net/keys/k/1"),
        sign: async (message) =>
          sign(algorithm === "ES384" ? "sha384" : "sha256", message, { key: pair.privateKey, ...options }),
      };
      expect(check(await signedBundle({ signer }), { key: pair.publicKey }), algorithm).toMatchObject({
        verdict: "sound",
        signature: { algorithm, keyVaultKey: "https://v.vault.azure.net/keys/k/1" },
      });
    }
  });

  it("are not used with another algorithm than theirs", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signer: Signer = {
      claim: claimOf(publicKey, "PS256", null),
      sign: async (message) => sign("sha256", message, privateKey),
    };
    expect(codes(await signedBundle({ signer }))).toEqual(["signature-wrong manifest.dsse.json"]);
  });

  it("of Key Vault sign two numbers, which become the ASN.1 sequence of them", () => {
    for (let i = 0; i < 64; i += 1) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const numbers = sign("sha256", Buffer.from("x"), { key: privateKey, dsaEncoding: "ieee-p1363" });
      const der = derSignature(numbers);
      expect(verify("sha256", Buffer.from("x"), publicKey, der)).toBe(true);
    }
    expect(derSignature(Buffer.from("00010080", "hex")).toString("hex")).toBe("300702010102020080");
  });

  it("of a key vault are named by their URL, in the cloud of the spec only", () => {
    const of = (url: string) => vaultKeyName(url, ".vault.azure.net");
    const version = "0123456789abcdef0123456789abcdef";
    expect(of("https://contoso.vault.azure.net/keys/evidence")).toEqual({
      vault: "contoso",
      name: "evidence",
      version: undefined,
    });
    expect(of(`https://contoso.vault.azure.net/keys/evidence/${version}`)).toMatchObject({ version });
    for (const wrong of [
      "http://contoso.vault.azure.net/keys/evidence",
      "https://contoso.vault.azure.net.evil.example/keys/evidence",
      "https://contoso.vault.usgovcloudapi.net/keys/evidence",
      "https://contoso.vault.azure.net/secrets/evidence",
      "https://a.b.vault.azure.net/keys/evidence",
      "https://contoso.vault.azure.net/keys/evidence?x=1",
      "https://me:pw@contoso.vault.azure.net/keys/evidence",
    ])
      expect(of(wrong), wrong).toBeUndefined();
  });
});

function pemOf({ privateKey }: { privateKey: KeyObject }): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
