import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { CLOUDS } from "../../src/cloud.ts";
import { PscError } from "../../src/errors.ts";
import { sandboxTransport } from "../../src/services/http/sandbox-transport.ts";
import type { Exchange } from "../../src/services/http/types.ts";
import { createPac, type Pac, type PacOptions } from "../../src/services/pac/pac.ts";
import { signInOf, type Variables } from "../../src/services/pac/sign-in.ts";
import type { SignedIn } from "../../src/services/services.ts";
import { openSession } from "../../src/session.ts";
import { CONTOSO_MANIFEST, contosoSpec } from "../resources/support/contoso.ts";

const APPLICATION: SignedIn = {
  tenantId: "a7f1e4b0-0000-4000-8000-000000000001",
  objectId: "a7f1e4b0-0000-4000-8000-000000000002",
  kind: "application",
  appId: "a7f1e4b0-0000-4000-8000-000000000003",
  name: "psc pipeline",
  permissions: [],
  directoryRoles: [],
};
const PERSON: SignedIn = { ...APPLICATION, kind: "user", name: "admin@contoso.onmicrosoft.com" };
const AS_APPLICATION = ["--tenant", APPLICATION.tenantId, "--applicationId", APPLICATION.appId];

describe("how pac signs in", () => {
  const github = {
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://github",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "gh-token",
  };
  const devops = { PAC_ADO_ID_TOKEN_REQUEST_URL: "https://ado", PAC_ADO_ID_TOKEN_REQUEST_TOKEN: "ado-token" };
  it.each<[string, SignedIn, Variables, readonly string[], Readonly<Record<string, string>>]>([
    ["GitHub's identity", APPLICATION, github, ["--githubFederated", ...AS_APPLICATION], github],
    ["Azure DevOps' identity", APPLICATION, devops, ["--azureDevOpsFederated", ...AS_APPLICATION], devops],
    [
      "GitHub's identity rather than a secret",
      APPLICATION,
      { ...github, AZURE_CLIENT_SECRET: "never-passed-on" },
      ["--githubFederated", ...AS_APPLICATION],
      github,
    ],
    [
      "a certificate",
      APPLICATION,
      { AZURE_CLIENT_CERTIFICATE_PATH: "/keys/psc.pfx" },
      ["--certificateDiskPath", "/keys/psc.pfx", ...AS_APPLICATION],
      {},
    ],
    [
      "a managed identity",
      APPLICATION,
      {
        AZURE_CLIENT_ID: "client",
        IDENTITY_ENDPOINT: "http://imds",
        IDENTITY_HEADER: "head",
        HOME: "/home/p",
      },
      ["--managedIdentity"],
      {
        AZURE_CONFIG_DIR: join("/home/p", ".azure"),
        AZURE_CLIENT_ID: "client",
        IDENTITY_ENDPOINT: "http://imds",
        IDENTITY_HEADER: "head",
      },
    ],
    [
      "a person's default identity, where a pipeline's variables do not count",
      PERSON,
      { ...github, AZURE_CONFIG_DIR: "/azure" },
      ["--managedIdentity"],
      { AZURE_CONFIG_DIR: "/azure" },
    ],
  ])("with %s", (_, who, env, args, passed) => {
    const signIn = signInOf(env, who);
    expect(signIn.args).toEqual(args);
    expect(signIn.env).toEqual(passed);
  });

  it.each<[string, Variables]>([
    ["a client secret", { AZURE_CLIENT_SECRET: "planted-client-secret" }],
    [
      "a certificate's password",
      {
        AZURE_CLIENT_CERTIFICATE_PATH: "/keys/psc.pfx",
        AZURE_CLIENT_CERTIFICATE_PASSWORD: "planted-password",
      },
    ],
  ])("is refused with %s, which would stand on its command line", (_, env) => {
    const refused = (): unknown => signInOf(env, APPLICATION);
    expect(refused).toThrow(PscError);
    expect(refused).toThrow(expect.objectContaining({ code: "PSC-E304" }));
    expect(refused).not.toThrow(/planted/);
  });
});

describe("pac itself", () => {
  let folder: string;
  let lines: string[];
  let exchanges: Exchange[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "psc-pac-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    lines = [];
    exchanges = [];
  });

  /** A pac that notes its verbs and does `work`, shell words, when it is to install. */
  function pacThat(work: string, changes: Partial<PacOptions> = {}): Pac {
    const program = `#!/bin/sh\necho "$1 $2" >> "${join(folder, "verbs")}"\ncase "$1 $2" in\n${work}\nesac\n`;
    writeFileSync(join(folder, "pac"), program);
    chmodSync(join(folder, "pac"), 0o755);
    return createPac({
      cloud: CLOUDS.gcc,
      http: { note: (exchange) => exchanges.push(exchange) },
      env: { PATH: process.env["PATH"], HEALTH_BOT_SECRET: "none-of-its-business" },
      searchPath: ["", join(folder, "nowhere"), folder].join(delimiter),
      workFolder: folder,
      recordFolder: join(folder, "record"),
      signedIn: async () => PERSON,
      beforeWrite: () => {},
      onLine: (line) => lines.push(line),
      ...changes,
    });
  }
  const verbs = (): string[] =>
    existsSync(join(folder, "verbs")) ? readFileSync(join(folder, "verbs"), "utf8").trim().split("\n") : [];
  const homes = (): string[] => readdirSync(join(folder, "record"));

  it("is ended when the run is interrupted, and its profile goes", async () => {
    const pac = pacThat('"application install") echo started; exec sleep 1000;;');
    const stop = new AbortController();
    const running = await pac.install("env", "Package", stop.signal);
    while (!lines.includes("started")) await new Promise((resolve) => setImmediate(resolve));
    expect(running.ended()).toBeUndefined();
    expect(homes()).toHaveLength(1);
    stop.abort(new Error("Ctrl+C"));
    await running.close();
    expect(running.ended()).toEqual({ exitCode: undefined, lastWords: "started" });
    expect(homes()).toEqual([]);
    expect(verbs()).toEqual(["auth create", "application install", "auth delete"]);
    expect(exchanges).toEqual([
      expect.objectContaining({ method: "RUN", write: true, url: running.command }),
    ]);
  });

  it("that cannot sign in installs nothing, leaves nothing, and is told of", async () => {
    const pac = pacThat('"auth create") echo "Error: AADSTS700016 no such application" >&2; exit 1;;');
    await expect(pac.install("env", "Package", new AbortController().signal)).rejects.toMatchObject({
      code: "PSC-E457",
      message: expect.stringMatching(
        /could not sign in with the default Azure identity \(exit code 1\): Error: AADSTS700016/,
      ),
    });
    expect(verbs()).toEqual(["auth create", "auth delete"]);
    expect(homes()).toEqual([]);
    expect(exchanges).toEqual([]);
  });

  it("gets the cloud's name and nothing of psc's environment that it does not need", async () => {
    const pac = pacThat('"auth create") echo "$*"; env;;');
    const running = await pac.install("env", "Package", new AbortController().signal);
    await running.close();
    expect(lines[0]).toMatch(/^auth create --name psc-[0-9a-f]{12} --managedIdentity --cloud UsGov$/);
    expect(lines.join("\n")).not.toContain("none-of-its-business");
    expect(lines).toContain(`PATH=${process.env["PATH"]}`);
  });

  it("is not started by who may not write", async () => {
    const pac = pacThat("", {
      beforeWrite: () => {
        throw new Error("read-only");
      },
    });
    await expect(pac.install("env", "Package", new AbortController().signal)).rejects.toThrow("read-only");
    expect(verbs()).toEqual([]);
  });

  it("is looked for on the PATH for a real tenant", async () => {
    const open = (env: Record<string, string>): Pac | undefined =>
      openSession({
        spec: contosoSpec(),
        manifest: CONTOSO_MANIFEST,
        target: { client: sandboxTransport("http://127.0.0.1:9"), clock: systemClock },
        env,
        workFolder: folder,
        readOnly: true,
      }).services.pac;
    pacThat("");
    await expect(
      open({ PATH: join(folder, "nowhere"), PSC_SANDBOX_PAC: folder })?.check(),
    ).rejects.toMatchObject({ code: "PSC-E303" });
    // It is found, so what fails next is signing in.
    await expect(
      open({ PATH: folder, AZURE_CLIENT_ID: "x", AZURE_CLIENT_SECRET: "planted" })?.check(),
    ).rejects.not.toMatchObject({ code: "PSC-E303" });
  });
});
