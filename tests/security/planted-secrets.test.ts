import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PIPELINE_APP } from "../../src/sandbox/seed.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { runBin } from "../cli/support.ts";

const VAULT = "https://contoso-health.vault.azure.net/secrets/scheduling-key?api-version=2025-07-01";

/** With everything in it that a URL, JSON, a shell, a log or a terminal would write differently. */
const FROM_ENVIRONMENT = "env-secret & \"quoted\" 'single' \\ back \u001b[31m é 日本 100% <b> line\nbreak";
const FROM_VAULT = "vault-secret/+==?#&;$(whoami)`id`";

interface Planted {
  readonly name: string;
  readonly value: string;
}

let place: Workplace;
let env: Record<string, string>;
const planted: Planted[] = [];
/** Everything psc said, by command line. */
const said = new Map<string, string>();

beforeAll(async () => {
  place = await openWorkplace();
  const { sandbox } = place;
  const vault = await sandbox.token("pipeline", "https://vault.azure.net");
  await sandbox.ask("PUT", VAULT, { token: vault, body: { value: FROM_VAULT } });
  const graph = await sandbox.token("admin", "https://graph.microsoft.com");
  const added = await sandbox.ask(
    "POST",
    `https://graph.microsoft.com/v1.0/applications(appId='${PIPELINE_APP.appId}')/addPassword`,
    { token: graph, body: {} },
  );
  const clientSecret: string = added.body.secretText;
  expect(clientSecret).toMatch(/.{20}/);
  env = {
    AZURE_CLIENT_ID: PIPELINE_APP.appId,
    AZURE_CLIENT_SECRET: clientSecret,
    SCHEDULING_SECRET: FROM_ENVIRONMENT,
  };
  planted.push(
    { name: "the environment's secret", value: FROM_ENVIRONMENT },
    { name: "the vault's secret", value: FROM_VAULT },
    { name: "the client secret", value: clientSecret },
  );
  place.write(
    "secret.yaml",
    `extends: dev.yaml
healthBot:
  variables:
    FROM_VAULT: "\${keyvault:contoso-health/scheduling-key}"
    FROM_ENVIRONMENT: "\${env:SCHEDULING_SECRET}"
`,
  );
});
afterAll(() => place.close());

async function psc(line: string, more: Record<string, string> = {}): Promise<number> {
  // These two ask no cloud.
  const plain = /^(?:status|validate) /.test(line);
  const ran = await place.psc(line, { env: { ...env, ...more }, plain });
  said.set(`psc ${line}`, `${ran.stdout}${ran.stderr}`);
  return ran.code;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** How a value may look after a program has written it somewhere. */
function formsOf(value: string): string[] {
  const lines = value.split(/\n/).filter((part) => part.length > 8);
  return [
    value,
    ...lines,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
    Buffer.from(value).toString("hex"),
  ];
}

/** Places in which a planted secret was found; texts are taken apart from their wrapping first. */
function leaks(places: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [where, text] of places) {
    const flat = text.replace(/\s+/g, "");
    for (const { name, value } of planted)
      if (formsOf(value).some((form) => text.includes(form) || flat.includes(form.replace(/\s+/g, ""))))
        found.push(`${name} in ${where}`);
  }
  return found;
}

/** A service that says back what it was told, as an error. */
function echoing(service: string, url: string, method: string, status: number): string {
  const words = `the value ${FROM_ENVIRONMENT} or ${FROM_VAULT} or ${env["AZURE_CLIENT_SECRET"]} is not valid`;
  return JSON.stringify({
    faults: [
      {
        when: { service, method, url },
        action: { kind: "respond", status, body: { error: { code: "BadValue", message: words } } },
      },
    ],
  });
}

describe("secrets planted in every secret place", () => {
  it("survive every command in every form, and the bot gets them", async () => {
    for (const how of ["", " --output json", " --verbose", " --debug"]) {
      await psc(`validate secret.yaml${how}`);
      expect(await psc(`plan secret.yaml${how}`)).toBe(2);
    }
    expect(await psc("deploy secret.yaml --debug --verbose --events run.jsonl")).toBe(0);
    const bots = await place.sandbox.control("GET", "state?path=healthBot/accounts");
    const kept = JSON.stringify(bots.body);
    for (const value of [FROM_ENVIRONMENT, FROM_VAULT])
      expect(kept).toContain(JSON.stringify(value).slice(1, -1));
    // What only this deploy has brought about.
    const arm = await place.sandbox.token("pipeline", "https://management.azure.com");
    const ids = /\/subscriptions\/[^"\s]+healthBots\/[\w-]+/i.exec(JSON.stringify(await place.requests()));
    const listed = await place.sandbox.ask(
      "POST",
      `https://management.azure.com${ids?.[0]}/listSecrets?api-version=2025-11-01`,
      { token: arm },
    );
    const botSecrets = listed.body.secrets as { keyName: string; value: string }[];
    expect(botSecrets.length).toBeGreaterThan(0);
    planted.push(...botSecrets.map(({ keyName, value }) => ({ name: keyName, value })));
    for (const how of ["", " --output json", " --verbose", " --debug"]) {
      expect(await psc(`verify secret.yaml --with-bot-secrets --bundle secret.zip${how}`)).toBe(0);
      expect(await psc(`status secret.yaml${how}`)).toBe(0);
      expect(await psc(`deploy secret.yaml${how}`)).toBe(0);
      await psc(`destroy secret.yaml --dry-run${how}`);
    }
    expect(leaks(said)).toEqual([]);
  });

  it("are hidden where a service says them back", async () => {
    place.write("echo-bot.yaml", echoing("healthBot", "/backup", "POST", 400));
    place.write("echo-bot-read.yaml", echoing("healthBot", "/backup", "GET", 500));
    place.write("echo-graph.yaml", echoing("graph", ".", "GET", 400));
    place.write("echo-vault.yaml", echoing("keyVault", "/secrets/", "GET", 403));
    const changed = { SCHEDULING_SECRET: `${FROM_ENVIRONMENT}, another` };
    for (const how of ["", " --output json", " --debug"]) {
      expect(await psc(`deploy secret.yaml --sandbox-faults echo-bot.yaml${how}`, changed)).toBe(1);
      for (const fault of ["echo-bot-read", "echo-graph", "echo-vault"])
        expect(await psc(`plan secret.yaml --sandbox-faults ${fault}.yaml${how}`)).toBe(1);
    }
    const words = [...said].filter(([line]) => line.includes("echo-bot.yaml")).map(([, text]) => text);
    expect(words.join("\n")).toContain("***");
    expect(leaks(said)).toEqual([]);
  });

  it("are hidden when signing in fails", async () => {
    const wrong = `${env["AZURE_CLIENT_SECRET"]}-wrong`;
    for (const how of ["", " --output json", " --debug"])
      expect(await psc(`plan secret.yaml${how}`, { AZURE_CLIENT_SECRET: wrong })).not.toBe(0);
    expect(leaks(said)).toEqual([]);
  });

  it("stay out of what the libraries log when they are told to log everything", async () => {
    const { url } = place.sandbox.sandbox;
    const ran = await runBin(["plan", "secret.yaml", "--debug", "--sandbox-url", url], {
      cwd: place.folder,
      env: { ...env, AZURE_LOG_LEVEL: "verbose", DEBUG: "*" },
    });
    expect(ran.code).toBe(0);
    said.set("psc plan, AZURE_LOG_LEVEL=verbose", `${ran.stdout}${ran.stderr}`);
    expect(ran.stderr).toContain("healthbot.microsoft.com");
    expect(leaks(said)).toEqual([]);
  });

  it("are in no file that psc keeps, and nobody else may read those", async () => {
    const files = filesOf(place.folder);
    const own = files.filter((file) => file.includes("/.psc/") || file.endsWith("run.jsonl"));
    expect(own.length).toBeGreaterThan(3);
    const echoes = /echo-[\w-]+\.yaml$/;
    expect(
      leaks(
        new Map(files.filter((file) => !echoes.test(file)).map((file) => [file, readFileSync(file, "utf8")])),
      ),
    ).toEqual([]);
    const open = own.filter((file) => (statSync(file).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    const folders = readdirSync(join(place.folder, ".psc"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(
      [join(place.folder, ".psc"), ...folders].filter((path) => (statSync(path).mode & 0o077) !== 0),
    ).toEqual([]);
  });

  it("are not in the sandbox's log of what psc sent", async () => {
    expect(leaks(new Map([["the request log", JSON.stringify(await place.requests())]]))).toEqual([]);
  });

  it("would be found, had they leaked", () => {
    writeFileSync(join(place.folder, "leak.txt"), `x ${encodeURIComponent(FROM_VAULT)} y`);
    const text = readFileSync(join(place.folder, "leak.txt"), "utf8");
    expect(leaks(new Map([["leak.txt", text]]))).toEqual(["the vault's secret in leak.txt"]);
    expect(leaks(new Map([["wrapped", FROM_ENVIRONMENT.replaceAll(" ", "\n      ")]]))).toHaveLength(1);
  });
});
