import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP } from "../../src/sandbox/seed.ts";
import { type Conduct, type FakePac, installFakeWrapper, PRINTED_TOKEN, writeFakePac } from "./fake-pac.ts";
import { openWorkplace, type Workplace } from "./support.ts";

const OMNICHANNEL = "OmnichannelPrimeAnchor";
const TOOLS = "ProductivityToolsAnchor";
const HEALTHCARE = "HealthcareFoundationAnchor";
const PLANTED = "planted-identity-header-1";

let place: Workplace;
let pac: FakePac;

beforeAll(async () => {
  place = await openWorkplace();
  pac = await writeFakePac(place);
  place.write(
    "pac.yaml",
    "extends: dev.yaml\nsolution: patient-contact-center\nenvironment: { packagesBy: pac }\n",
  );
  const made = await place.sandbox.control("POST", "environments", {
    displayName: "Contoso Health (dev)",
    domainName: "contosohealth-dev",
    location: "unitedstates",
    sku: "Sandbox",
  });
  expect(made.status).toBe(201);
  expect((await place.sandbox.control("POST", "snapshots", { name: "bare" })).status).toBeLessThan(300);
});
afterAll(() => place.close());

/** From here on every test has an environment without packages. */
async function fresh(conduct: Readonly<Record<string, Conduct>> = {}): Promise<void> {
  expect((await place.sandbox.control("POST", "snapshots/bare/restore")).status).toBeLessThan(300);
  pac.behave(conduct);
}

const run = (line: string, env: Record<string, string> = {}) =>
  place.psc(line, { env: { PSC_SANDBOX_PAC: pac.folder, IDENTITY_HEADER: PLANTED, ...env } });

const said = ({ stdout, stderr }: { stdout: string; stderr: string }): string =>
  (stdout + stderr).replace(/\s+/g, " ");

const wordsOfPac = ({ stdout }: { stdout: string }): string[] =>
  [...stdout.matchAll(/^ {3}pac: (.*)$/gm)].map(([, words = ""]) => words);

/** Runs psc as a process of its own; the signal that ended it. */
async function killed(line: string): Promise<NodeJS.Signals | null> {
  const words = [...line.split(" "), "--sandbox-url", place.sandbox.sandbox.url];
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../bin/psc.js"), ...words], {
    cwd: place.folder,
    env: { PATH: process.env["PATH"], PSC_SANDBOX_PAC: pac.folder },
    stdio: "ignore",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (_code, signal) => resolve(signal));
  });
}

/** Packages whose installation was ordered, by whomever. */
async function installs(since: number): Promise<string[]> {
  return (await place.writes(since)).flatMap(
    ({ url }) => /applicationPackages\/([^/]+)\/install/.exec(url)?.[1] ?? [],
  );
}

const profileFolders = (): string[] =>
  readdirSync(place.folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(^|\/)pac-[^/]+$/.test(name),
  );

describe("packages by pac", () => {
  it("are installed under a profile of the run's own; what pac says is shown on demand and without secrets", async () => {
    // The second gives up as after an hour: what it started goes on.
    await fresh({ [TOOLS]: "gives-up", [HEALTHCARE]: "hangs" });
    const mark = await place.mark();
    const ran = await run("deploy pac.yaml --verbose");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect((await installs(mark)).sort()).toEqual([HEALTHCARE, OMNICHANNEL, TOOLS]);
    const calls = pac.calls();
    const installed = calls.filter(({ args }) => args[0] === "application");
    expect(installed.map(({ args }) => args.slice(0, 3))).toEqual(
      Array(3).fill(["application", "install", "--environment"]),
    );
    expect(installed.map(({ args }) => args.slice(4)).sort()).toEqual(
      [HEALTHCARE, OMNICHANNEL, TOOLS].map((name) => ["--application-name", name]),
    );
    const created = calls.filter(({ args }) => args[1] === "create");
    expect(created.map(({ args }) => [...args.slice(0, 3), ...args.slice(4)])).toEqual(
      Array(3).fill(["auth", "create", "--name", "--managedIdentity", "--cloud", "Public"]),
    );
    const names = created.map(({ args }) => args[3] ?? "");
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^psc-[0-9a-f]{12}$/);
    // Each had its own home with its own profile in it, and all are gone.
    for (const { profiles } of installed) expect(profiles).toHaveLength(1);
    expect(
      calls
        .filter(({ args }) => args[1] === "delete")
        .map(({ args, profiles }) => [args[3], profiles])
        .sort(),
    ).toEqual(names.sort().map((name) => [name, []]));
    for (const { env } of calls) {
      expect(env["HOME"]).toContain(join(place.folder, ".psc"));
      expect(Object.keys(env)).not.toContain("PSC_SANDBOX_PAC");
    }
    expect(profileFolders()).toEqual([]);
    expect(wordsOfPac(ran)).toEqual(
      expect.arrayContaining([
        "signing in with *** and ***",
        `Installing ${OMNICHANNEL}`,
        "Error: Failed to install application within maximum timeout of 60 minutes",
      ]),
    );
    expect(ran.stdout).toContain("RUN pac application install --environment");
    for (const secret of [PRINTED_TOKEN, PLANTED]) expect(ran.stdout + ran.stderr).not.toContain(secret);
  });

  it("of a run that was killed are met again by reading, and the profile it left is swept away", async () => {
    await fresh({ [OMNICHANNEL]: "kills-psc", [TOOLS]: "lies" });
    expect(await killed("deploy pac.yaml")).toBe("SIGKILL");
    expect(profileFolders()).toHaveLength(1);
    // Not by who only looks: the run might go on.
    expect((await run("plan pac.yaml")).code).toBe(2);
    expect(profileFolders()).toHaveLength(1);
    const before = pac.calls().length;
    const ran = await run("deploy pac.yaml");
    // pac lies about the next one, which is the end of this run.
    expect(ran.code).toBe(1);
    const asked = pac.calls().slice(before);
    expect(asked.some(({ args }) => args.includes(OMNICHANNEL))).toBe(false);
    expect(wordsOfPac(ran)).toEqual([]);
    expect(profileFolders()).toEqual([]);
    // A sandbox that has no pac goes by the API.
    const calls = pac.calls().length;
    const rest = await place.psc("deploy pac.yaml");
    expect(rest.code, rest.stdout + rest.stderr).toBe(0);
    expect(said(rest)).toContain("the sandbox has no pac, so it is installed by the API");
    expect(pac.calls()).toHaveLength(calls);
  });

  it("that pac lies about or fails at are failures, with pac's last words and without its secrets", async () => {
    await fresh({ [OMNICHANNEL]: "lies" });
    const lied = await run("deploy pac.yaml");
    expect([lied.code, said(lied)]).toEqual([1, expect.stringContaining("PSC-E457")]);
    expect(said(lied)).toContain(
      "says it succeeded (exit code 0), but the Power Platform knows of no installation",
    );
    await fresh({ [OMNICHANNEL]: "fails" });
    const failed = await run("deploy pac.yaml");
    expect([failed.code, said(failed)]).toEqual([1, expect.stringContaining("ended with exit code 1")]);
    expect(said(failed)).toContain(`The application ${OMNICHANNEL} is not for you, said ***`);
    expect(said(failed)).not.toContain(PRINTED_TOKEN);
    expect(profileFolders()).toEqual([]);
  });

  it("need pac, and a way to sign it in without a secret, before anything is written", async () => {
    await fresh();
    const mark = await place.mark();
    const absent = await run("deploy pac.yaml", { PSC_SANDBOX_PAC: join(place.folder, "manifests") });
    expect([absent.code, said(absent)]).toEqual([1, expect.stringContaining("PSC-E303")]);
    expect(said(absent)).toContain("dotnet tool install --global Microsoft.PowerApps.CLI.Tool");
    // Who only looks needs none.
    const verified = await run("verify pac.yaml", { PSC_SANDBOX_PAC: join(place.folder, "manifests") });
    expect(said(verified)).not.toContain("PSC-E303");
    const secret = await run("plan pac.yaml", {
      AZURE_CLIENT_ID: PIPELINE_APP.appId,
      AZURE_CLIENT_SECRET: PIPELINE_APP.secret,
    });
    expect([secret.code, said(secret)]).toEqual([1, expect.stringContaining("PSC-E304")]);
    expect(await place.writes(mark)).toEqual([]);
  });

  it("go through Microsoft's wrapper where it is installed, in a process without psc's credentials", async () => {
    await fresh({ [OMNICHANNEL]: "hangs", [TOOLS]: "fails" });
    const wrapper = installFakeWrapper(place);
    try {
      const before = pac.calls().length;
      const ran = await run("deploy pac.yaml --verbose", { PSC_TEST_SECRET: "of-no-concern" });
      expect([ran.code, said(ran)]).toEqual([1, expect.stringContaining("ended with exit code 1")]);
      expect(wordsOfPac(ran)).toContain(`Installing ${OMNICHANNEL}`);
      expect(wrapper.runs().filter((run) => run === "application install")).toHaveLength(2);
      expect(wrapper.runs()).toHaveLength(6);
      for (const { env } of pac.calls().slice(before)) {
        expect(env["PP_TOOLS_AUTOMATION_AGENT"]).toBe("psc");
        expect(Object.keys(env)).not.toContain("PSC_TEST_SECRET");
      }
      expect(profileFolders()).toEqual([]);
    } finally {
      rmSync(join(place.folder, "node_modules"), { recursive: true, force: true });
    }
  });
});
