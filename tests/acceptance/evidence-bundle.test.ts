import { execFileSync } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

const VAULT_KEY = "https://contoso-health.vault.azure.net/keys/evidence";
const READER = { env: { PSC_SANDBOX_USER: "reader@contoso.onmicrosoft.com" } };

let place: Workplace;
const path = (file: string): string => join(place.folder, file);
const entry = (bundle: string, name: string): string =>
  Buffer.from(unzipSync(readFileSync(path(bundle)))[name] ?? []).toString("utf8");

beforeAll(async () => {
  place = await openWorkplace();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(path("evidence.key"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(path("evidence.pub"), publicKey.export({ type: "spki", format: "pem" }));
  const deployed = await place.psc("deploy dev.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
});
afterAll(() => place.close());

describe("psc verify --bundle", () => {
  it("writes one signed file that is sound, with the reports of the same run", async () => {
    const ran = await place.psc(
      "verify dev.yaml --report json=out/result.json --bundle out/dev.zip --sign evidence.key",
    );
    expect(ran.stdout, ran.stderr).toMatch(/Bundle: out\/dev\.zip, root [0-9a-f]{64}, signed with the key/);
    expect(entry("out/dev.zip", "reports/result.json")).toBe(readFileSync(path("out/result.json"), "utf8"));
    const { code, json } = await place.psc("verify-bundle out/dev.zip --key evidence.pub --output json", {
      plain: true,
    });
    expect(json).toMatchObject({
      format: "psc.bundle-check/1",
      verdict: "sound",
      findings: [],
      signature: { state: "fits", algorithm: "EdDSA", vouched: true },
      judgedAgain: { outcome: "same" },
    });
    expect(code).toBe(0);
    const doubted = await place.psc("verify-bundle out/dev.zip", { plain: true });
    expect(doubted.code).toBe(0);
    expect(doubted.stdout.replace(/\s+/g, " ")).toContain("nobody vouches for it");
  });

  it("holds the spec as it was read, and no secret of it", async () => {
    const spec = JSON.parse(entry("out/dev.zip", "spec.json"));
    expect(spec.files.map(({ path: at }: { path: string }) => at)).toEqual(
      expect.arrayContaining(["spec/dev.yaml", "spec/base.yaml"]),
    );
    expect(entry("out/dev.zip", "spec/base.yaml")).toBe(readFileSync(path("base.yaml"), "utf8"));
    const secret = "s3cret-of-the-ward";
    place.write(
      "leaky.yaml",
      `extends: dev.yaml\n# ${secret}\nhealthBot: { variables: { ehr: "\${env:EHR}" } }\n`,
    );
    const leaky = await place.psc("verify leaky.yaml --bundle leaky.zip", { env: { EHR: secret } });
    expect(leaky.code).toBe(1);
    expect(leaky.stderr).toContain("PSC-E163");
    expect(leaky.stderr).toContain("leaky.yaml:2");
    expect(leaky.stdout + leaky.stderr).not.toContain(secret);
    place.write("leaky.yaml", `extends: dev.yaml\nhealthBot: { variables: { ehr: "x-\${env:EHR}" } }\n`);
    await place.psc("verify leaky.yaml --bundle leaky.zip", { env: { EHR: secret } });
    expect(readFileSync(path("leaky.zip"), "latin1")).not.toContain(secret);
    expect((await place.psc("verify-bundle leaky.zip", { plain: true })).code).toBe(0);
  });

  it("is made of facts that were collected elsewhere, with the same verdicts", async () => {
    await place.psc("verify dev.yaml --collect facts.json");
    await place.psc("verify dev.yaml --facts facts.json --bundle offline.zip --sign evidence.key", {
      plain: true,
    });
    const checked = await place.psc("verify-bundle offline.zip --key evidence.pub", { plain: true });
    expect(checked.code, checked.stdout).toBe(0);
    const vault = await place.psc(`verify dev.yaml --facts facts.json --bundle o.zip --sign ${VAULT_KEY}`, {
      plain: true,
    });
    expect([vault.code, vault.stderr]).toEqual([64, expect.stringContaining("no key vault can sign")]);
  });

  it("is signed by a key vault's key, without anything being written", async () => {
    const mark = await place.mark();
    const ran = await place.psc(`verify dev.yaml --bundle vault.zip --sign ${VAULT_KEY}`);
    expect(ran.stdout, ran.stderr).toContain("Bundle: vault.zip");
    expect(await place.writes(mark)).toEqual([]);
    const asked = (await place.requests(mark)).map(({ method, url }) => `${method} ${new URL(url).pathname}`);
    const ofVault = asked.filter((line) => line.includes(" /keys/"));
    expect(ofVault).toEqual([
      "GET /keys/evidence",
      expect.stringMatching(/^POST \/keys\/evidence\/[0-9a-f]{32}\/sign$/),
    ]);
    const token = await place.sandbox.token("admin", "https://vault.azure.net");
    const { text } = await place.sandbox.ask("GET", `${VAULT_KEY}?api-version=7.4`, { token });
    place.write("vault.jwk", text);
    const { json } = await place.psc("verify-bundle vault.zip --key vault.jwk --output json", {
      plain: true,
    });
    expect(json).toMatchObject({
      verdict: "sound",
      signature: { algorithm: "ES256", vouched: true, keyVaultKey: expect.stringContaining(`${VAULT_KEY}/`) },
    });
    const other = await place.psc("verify-bundle vault.zip --key evidence.pub --output json", {
      plain: true,
    });
    expect([other.code, other.json.findings[0].code]).toEqual([2, "key-unknown"]);
  });

  it("is signed by an RSA key as well, and not by one that may not sign", async () => {
    const token = await place.sandbox.token("admin", "https://vault.azure.net");
    const create = (name: string, body: object) =>
      place.sandbox.ask(
        "POST",
        `https://contoso-health.vault.azure.net/keys/${name}/create?api-version=7.4`,
        {
          token,
          body,
        },
      );
    const rsa = await create("rsa", { kty: "RSA" });
    await create("mute", { kty: "EC", key_ops: ["verify"] });
    const { kid } = rsa.body.key;
    place.write("rsa.jwk", rsa.text);
    const ran = await place.psc(`verify dev.yaml --bundle rsa.zip --sign ${kid}`);
    expect(ran.stdout, ran.stderr).toContain("Bundle: rsa.zip");
    const { json } = await place.psc("verify-bundle rsa.zip --key rsa.jwk --output json", { plain: true });
    expect(json).toMatchObject({
      verdict: "sound",
      signature: { algorithm: "PS256", vouched: true, keyVaultKey: kid },
    });
    const mute = await place.psc(
      `verify dev.yaml --bundle mute.zip --sign ${VAULT_KEY.replace("evidence", "mute")}`,
    );
    expect([mute.code, mute.stderr.replace(/\s+/g, " ")]).toEqual([
      1,
      expect.stringContaining("Operation sign is not permitted on this key"),
    ]);
  });

  it("names the permission that signing lacks, before anything is read", async () => {
    const mark = await place.mark();
    const refused = await place.psc(`verify dev.yaml --bundle no.zip --sign ${VAULT_KEY}`, READER);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Microsoft.KeyVault/vaults/keys/read");
    const hosts = (await place.requests(mark)).map(({ url }) => new URL(url).host);
    expect(new Set(hosts)).toEqual(new Set(["login.microsoftonline.com", "contoso-health.vault.azure.net"]));
  });

  it.each([
    ["--sign evidence.key", 64, "--sign needs --bundle"],
    ["--bundle a.zip --collect f.json", 64, "contradict"],
    ["--bundle a.json --report json=a.json", 64, "the same file"],
    ["--bundle a.zip --sign none.key", 1, "PSC-E162"],
    ["--bundle a.zip --sign evidence.pub", 1, "holds no private key"],
    [
      "--bundle a.zip --sign https://contoso.vault.azure.cn/keys/k",
      64,
      "https://VAULT.vault.azure.net/keys/NAME",
    ],
  ])("refuses %s", async (options, code, words) => {
    const ran = await place.psc(`verify dev.yaml ${options}`);
    expect(ran.code).toBe(code);
    expect(ran.stderr.replace(/\s+/g, " ")).toContain(words);
  });
});

describe("psc verify-bundle", () => {
  it("exits with 2 and names the file, the byte and the verdicts that were altered", async () => {
    const bytes = readFileSync(path("out/dev.zip"));
    const start = bytes.lastIndexOf("verify.json{");
    bytes.write("fail", bytes.indexOf('"verdict": "pass"', start) + '"verdict": "'.length);
    writeFileSync(path("altered.zip"), bytes);
    const ran = await place.psc("verify-bundle altered.zip --key evidence.pub", { plain: true });
    expect(ran.code).toBe(2);
    const said = ran.stdout.replace(/\s+/g, " ");
    expect(said).toContain("altered.zip was altered");
    expect(said).toContain("verify.json: its SHA-256 is");
    expect(said).toMatch(/verify\.json: \S+ is "fail", and the facts give "pass"/);
  });

  it("exits with 1 for what is no bundle", async () => {
    place.write("text.zip", "hello");
    for (const [file, code] of [
      ["none.zip", "PSC-E160"],
      ["text.zip", "PSC-E160"],
      [".", "PSC-E160"],
      ["solutions/ContosoVisits_1_0_0_0_managed.zip", "PSC-E161"],
    ] as const) {
      const ran = await place.psc(`verify-bundle ${file}`, { plain: true });
      expect([file, ran.code], ran.stdout).toEqual([file, 1]);
      expect(ran.stderr).toContain(code);
    }
    const key = await place.psc("verify-bundle out/dev.zip --key evidence.key", { plain: true });
    expect([key.code, key.stderr]).toEqual([1, expect.stringContaining("PSC-E162")]);
  });

  it("is not needed: unzip, sha256sum and openssl say the same", () => {
    const run = (program: string, args: string[], input?: Buffer) =>
      execFileSync(program, args, { cwd: path("."), ...(input === undefined ? {} : { input }) }).toString(
        "utf8",
      );
    run("unzip", ["-q", "out/dev.zip", "-d", "by-hand"]);
    const sums = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: path("by-hand") }).toString("utf8");
    expect(sums).toContain("facts.json: OK");
    const { payload, payloadType, signatures } = JSON.parse(
      readFileSync(path("by-hand/manifest.dsse.json"), "utf8"),
    );
    const body = Buffer.from(payload, "base64");
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `;
    writeFileSync(path("by-hand.pae"), Buffer.concat([Buffer.from(head), body]));
    writeFileSync(path("by-hand.sig"), Buffer.from(signatures[0].sig, "base64"));
    expect(
      run("openssl", [
        ...["pkeyutl", "-verify", "-pubin", "-inkey", "evidence.pub", "-rawin"],
        ...["-in", "by-hand.pae", "-sigfile", "by-hand.sig"],
      ]),
    ).toContain("Verified Successfully");
    const der = execFileSync("openssl", ["pkey", "-pubin", "-in", path("evidence.pub"), "-outform", "DER"]);
    expect(signatures[0].keyid).toBe(createHash("sha256").update(der).digest("hex"));
  });
});
