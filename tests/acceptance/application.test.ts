import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newClientCertificate } from "../harness/client-certificate.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const GRAPH = "https://graph.microsoft.com/v1.0";
const VAULT = "https://contoso-health.vault.azure.net";
const VERSION = "api-version=2025-07-01";
const DAY_MS = 86_400_000;

const SPEC = `extends: dev.yaml
identity:
  application:
    name: Contoso Health bot (dev)
    secret: { vault: contoso-health, name: psc-dev, validDays: 90, renewDays: 14 }
`;

interface Password {
  readonly keyId: string;
  readonly displayName: string;
  readonly endDateTime: string;
}

let place: Workplace;
beforeEach(async () => {
  place = await openWorkplace();
});
afterEach(() => place.close());

async function graph(method: string, path: string, body?: object) {
  const token = await place.sandbox.token("admin", "https://graph.microsoft.com");
  return place.sandbox.ask(method, `${GRAPH}${path}`, { token, ...(body === undefined ? {} : { body }) });
}

async function application() {
  const { body } = await graph("GET", "/applications(uniqueName='psc-contoso-dev-bot')");
  return body as {
    id: string;
    appId: string;
    passwordCredentials: Password[];
    requiredResourceAccess: { resourceAppId: string; resourceAccess: object[] }[];
  };
}

async function vault(path: string) {
  const token = await place.sandbox.token("pipeline", "https://vault.azure.net");
  return place.sandbox.ask("GET", `${VAULT}/secrets/${path}?${VERSION}`, { token });
}

/** Whether Entra takes the secret that the vault has now. */
async function signsIn(): Promise<boolean> {
  const { appId } = await application();
  const { body } = await vault("psc-dev");
  const answer = await place.sandbox.ask(
    "POST",
    "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
    {
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: appId,
        client_secret: (body as { value: string }).value,
        scope: "https://graph.microsoft.com/.default",
      }).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
  );
  return answer.status === 200;
}

async function only(line: string): Promise<void> {
  const ran = await place.psc(line);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
}

const days = (time: string, now: number): number => Math.round((Date.parse(time) - now) / DAY_MS);
const clock = async (): Promise<number> =>
  ((await place.sandbox.control("GET", "clock")).body as { now: number }).now;

describe("the client secret of the bot's application", () => {
  beforeEach(async () => {
    place.write("app.yaml", SPEC);
    await only("deploy app.yaml --persona cloud-application-administrator");
  });

  it("is made, kept in the vault and shown nowhere", async () => {
    const { passwordCredentials } = await application();
    expect(passwordCredentials).toHaveLength(1);
    expect(days(passwordCredentials[0]?.endDateTime ?? "", await clock())).toBe(90);
    expect(await signsIn()).toBe(true);
    const { body } = await vault("psc-dev");
    const kept = body as { value: string; attributes: { exp: number }; tags: { keyId: string } };
    expect(kept.tags.keyId).toBe(passwordCredentials[0]?.keyId);
    expect(JSON.stringify(await place.requests())).not.toContain(kept.value);
  });

  it("is renewed by a deploy when it is about to expire, and the old one still works", async () => {
    const before = (await application()).passwordCredentials[0];
    await place.sandbox.control("POST", "clock", { advanceMs: 80 * DAY_MS });
    const planned = await place.psc("plan app.yaml");
    expect(planned.stdout).toMatch(/renewal\s+due: it expires on \d{4}-\d\d-\d\d → not due/);
    await only("deploy app.yaml --persona cloud-application-administrator");
    const { passwordCredentials } = await application();
    expect(passwordCredentials.map(({ keyId }) => keyId)).toContain(before?.keyId);
    expect(passwordCredentials).toHaveLength(2);
    expect(await signsIn()).toBe(true);
  });

  it("is made anew when somebody removed it, and what nobody has the value of is removed", async () => {
    const { id, passwordCredentials } = await application();
    const [own] = passwordCredentials;
    await graph("POST", `/applications/${id}/removePassword`, { keyId: own?.keyId });
    const orphan = await graph("POST", `/applications/${id}/addPassword`, {
      passwordCredential: { displayName: own?.displayName },
    });
    const foreign = await graph("POST", `/applications/${id}/addPassword`, {
      passwordCredential: { displayName: "somebody's own" },
    });
    await only("deploy app.yaml --persona cloud-application-administrator");
    const left = (await application()).passwordCredentials.map(({ keyId }) => keyId);
    expect(left).not.toContain(orphan.body.keyId);
    expect(left).toContain(foreign.body.keyId);
    expect(left).toHaveLength(2);
    expect(await signsIn()).toBe(true);
  });

  it("is rotated on demand; with --revoke the earlier ones end", async () => {
    const [first] = (await application()).passwordCredentials;
    const rotated = await place.psc("rotate app.yaml --output json");
    expect(rotated.code, rotated.stderr).toBe(0);
    expect(rotated.json).toMatchObject({ format: "psc.rotation/1", stillValid: [first?.keyId] });
    expect(await signsIn()).toBe(true);
    const revoked = await place.psc("rotate app.yaml --revoke");
    expect(revoked.stdout).toContain("the earlier one does not work any more");
    expect((await application()).passwordCredentials).toHaveLength(1);
    expect(await signsIn()).toBe(true);
    expect((await place.psc("plan app.yaml --output json")).json.actions).toEqual(
      expect.arrayContaining([expect.objectContaining({ kind: "entra.client-secret", action: "none" })]),
    );
    const status = await place.psc("status app.yaml", { plain: true });
    expect(status.stdout).toContain("last rotate: done");
  });

  it("goes with its value when the spec drops it, and comes back under the same name", async () => {
    place.write("app.yaml", "extends: dev.yaml\n");
    await only("deploy app.yaml --prune --yes");
    expect((await application()).passwordCredentials).toEqual([]);
    expect((await vault("psc-dev")).status).toBe(404);
    place.write("app.yaml", SPEC);
    await only("deploy app.yaml");
    expect(await signsIn()).toBe(true);
  });

  it("is taken back when the vault refuses it, and the role is named", async () => {
    await place.sandbox.control("POST", "state", {
      path: "keyVault/vaults",
      where: { name: "contoso-health" },
      set: { roleAssignments: [] },
    });
    await place.sandbox.control("POST", "clock", { advanceMs: 80 * DAY_MS });
    const refused = await place.psc("plan app.yaml");
    expect(refused.code).toBe(1);
    expect(refused.stdout.replace(/\s+/g, " ")).toContain("assign Key Vault Reader on contoso-health");
    expect((await application()).passwordCredentials).toHaveLength(1);
  });
});

describe("what the application may do and how it signs in", () => {
  it("takes a pipeline's tokens, and certificates beside those of others", async () => {
    const own = newClientCertificate("runner");
    const other = newClientCertificate("somebody");
    const publicPart = (pem: string): string => new X509Certificate(pem).toString();
    place.write("runner.pem", publicPart(own.pem));
    place.write(
      "app.yaml",
      `extends: dev.yaml
identity:
  application:
    federated: [{ name: github, issuer: https://token.actions.githubusercontent.com, subject: "repo:contoso/cc:environment:dev" }]
    certificates: [{ name: runner, file: runner.pem }]
`,
    );
    await only("deploy dev.yaml --persona cloud-application-administrator");
    const { id } = await application();
    await graph("PATCH", `/applications/${id}`, {
      keyCredentials: [
        { type: "AsymmetricX509Cert", usage: "Verify", displayName: "somebody", key: other.key },
      ],
    });
    await only("deploy app.yaml --persona cloud-application-administrator");
    const { body } = await graph("GET", `/applications/${id}?$select=keyCredentials`);
    expect(
      (body as { keyCredentials: { displayName: string; key: string }[] }).keyCredentials.map(
        ({ displayName, key }) => [displayName, key],
      ),
    ).toEqual([
      ["somebody", other.key],
      ["runner", own.key],
    ]);
    const trusted = await graph("GET", `/applications/${id}/federatedIdentityCredentials`);
    expect(trusted.body.value).toMatchObject([
      {
        name: "github",
        subject: "repo:contoso/cc:environment:dev",
        audiences: ["api://AzureADTokenExchange"],
      },
    ]);
    // A successor under the same name takes the place.
    place.write("runner.pem", publicPart(newClientCertificate("runner").pem));
    expect((await place.psc("plan app.yaml")).stdout).toMatch(/certificate "runner"/);
    await only("deploy app.yaml --persona cloud-application-administrator");
    const after = await graph("GET", `/applications/${id}?$select=keyCredentials`);
    expect((after.body as { keyCredentials: object[] }).keyCredentials).toHaveLength(2);
    // A year on, psc says that it is over.
    await place.sandbox.control("POST", "clock", { advanceMs: 400 * DAY_MS });
    expect((await place.psc("plan app.yaml")).stdout).toContain('the certificate "runner" expired on');
  });

  it("asks for exactly the declared permissions, and waits for a person who grants them", async () => {
    place.write(
      "app.yaml",
      "extends: dev.yaml\nidentity: { application: { permissions: { application: [user.read.all], delegated: [User.Read] } } }\n",
    );
    const waits = await place.psc("deploy app.yaml --no-simulated-person --output json");
    expect(waits.code, waits.stderr).toBe(3);
    expect(await place.psc("gate list app.yaml")).toMatchObject({
      stdout: expect.stringContaining("admin-consent"),
    });
    await only("deploy app.yaml");
    const { requiredResourceAccess } = await application();
    expect(requiredResourceAccess).toHaveLength(1);
    expect(requiredResourceAccess[0]?.resourceAccess).toHaveLength(2);
    expect((await place.psc("plan app.yaml --output json")).code).toBe(0);
  });

  it("grants them itself where the spec says so, and takes them back with the declaration", async () => {
    const spec = (permissions: string): string =>
      `extends: dev.yaml\nidentity: { application: { permissions: { ${permissions} consent: psc } } }\n`;
    place.write("app.yaml", spec("application: [User.Read.All], delegated: [User.Read, openid],"));
    await only("deploy app.yaml");
    const { appId } = await application();
    const principal = async (what: string) =>
      (await graph("GET", `/servicePrincipals(appId='${appId}')/${what}`)).body.value as { scope?: string }[];
    expect(await principal("appRoleAssignments")).toHaveLength(1);
    expect((await principal("oauth2PermissionGrants")).map(({ scope }) => scope)).toEqual([
      "User.Read openid",
    ]);
    place.write("app.yaml", spec("delegated: [openid],"));
    await only("deploy app.yaml --prune --yes");
    expect(await principal("appRoleAssignments")).toEqual([]);
    expect((await principal("oauth2PermissionGrants")).map(({ scope }) => scope)).toEqual(["openid"]);
  });

  it("names a permission that Microsoft Graph does not offer, and where it is offered instead", async () => {
    place.write(
      "app.yaml",
      "extends: dev.yaml\nidentity: { application: { permissions: { application: [openid] } } }\n",
    );
    const { code, stdout } = await place.psc("plan app.yaml");
    expect(code).toBe(1);
    expect(stdout).toContain("PSC-E455");
    expect(stdout.replace(/\s+/g, " ")).toContain("list it under identity.application.permissions.delegated");
  });
});

describe("standing access to the bot", () => {
  it("is told by every plan, with who holds it", async () => {
    await only("deploy dev.yaml");
    // The example's administrator is an account for emergencies: without that word he is somebody with standing access.
    place.write("nobody.yaml", "extends: dev.yaml\nverify: { breakGlass: [] }\n");
    const planned = await place.psc("plan nobody.yaml");
    expect(planned.code).toBe(0);
    expect(planned.stdout.replace(/\s+/g, " ")).toMatch(
      /standing access to the bot, which the guide wants to be eligible: admin@contoso\.onmicrosoft\.com \(Owner/,
    );
    expect((await place.psc("plan nobody.yaml --output json")).json.concerns).toHaveLength(1);
    expect((await place.psc("plan dev.yaml --output json")).json.concerns).toBeUndefined();
  });
});

describe("a file that is no certificate", () => {
  it("is refused where the spec names it, a private key most of all", async () => {
    const { privateKeyPem } = newClientCertificate("leak");
    place.write("key.pem", privateKeyPem);
    place.write(
      "app.yaml",
      "extends: dev.yaml\nidentity: { application: { certificates: [{ name: a, file: key.pem }, { name: b, file: dev.yaml }] } }\n",
    );
    const { code, stdout, stderr } = await place.psc("validate app.yaml", { plain: true });
    expect(code).toBe(64);
    expect(stdout + stderr).toContain("key.pem is a private key");
    expect(stdout + stderr).toContain("dev.yaml is no certificate");
    expect(stdout + stderr).not.toContain(privateKeyPem.split("\n")[1]);
    expect(readFileSync(join(place.folder, "key.pem"), "utf8")).toBe(privateKeyPem);
  });
});
