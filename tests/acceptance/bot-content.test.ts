import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
healthBot:
  welcome: { en-US: Hello., es-ES: Hola. }
  scenarios: [bot/refill.json]
  localization: bot/strings.json
  dataConnections:
    - name: formulary
      description: Medicines
      baseUrl: https://formulary.contoso.com/v1
      headers: { X-Client: psc, X-Api-Key: "\${env:FORMULARY_KEY}" }
`;
const SECRET = "k3y-of-the-formulary";
const SCENARIO = 'health-bot.scenario-file["Refill a prescription"]';

let place: Workplace;
let backupPath: string;
const env = { FORMULARY_KEY: SECRET };
beforeAll(async () => {
  place = await openWorkplace();
  place.write("content.yaml", SPEC);
  const ran = await place.psc("deploy content.yaml", { env });
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const accounts = (await place.sandbox.control("GET", "state?path=healthBot/accounts")).body as Record<
    string,
    { backup: unknown }
  >;
  backupPath = `healthBot/accounts/${Object.keys(accounts)[0] ?? ""}/backup`;
});
afterAll(() => place.close());

type Backup = Record<string, never> & {
  configuration: { conversation: { auto_welcome_message: string } };
  localization: { system: Record<string, string>[]; custom: Record<string, string>[] };
  dataConnections: Record<string, unknown>[];
  scenarios: { name: string; description: string; code: { steps: { label: string }[] } }[];
};

async function backup(): Promise<Backup> {
  return (await place.sandbox.control("GET", `state?path=${backupPath}`)).body as Backup;
}

async function edit(change: (backup: Backup) => void): Promise<void> {
  const value = await backup();
  change(value);
  const { status, text } = await place.sandbox.control("POST", "state", {
    path: "healthBot/accounts",
    set: { backup: value },
  });
  expect(status, text).toBe(200);
}

const changes = (file = "content.yaml"): Promise<string[]> => changesIn(place, file, { env });

describe("what the bot says, from files", () => {
  it("is in the bot as its own export has it, and stays in a second run", async () => {
    expect(await changes()).toEqual([]);
    const { configuration, localization, dataConnections, scenarios } = await backup();
    const welcome = configuration.conversation.auto_welcome_message;
    expect(localization.system.find(({ stringId }) => stringId === welcome)).toMatchObject({
      en_us: "Hello.",
      es_es: "Hola.",
    });
    expect(localization.custom).toMatchObject([{ stringId: "refill_which_medicine" }]);
    expect(dataConnections).toMatchObject([
      {
        name: "formulary",
        type: "custom",
        base_url: "https://formulary.contoso.com/v1",
        static_parameters: [
          { key: "X-Client", type: "header", value: "psc" },
          { key: "X-Api-Key", type: "header", value: SECRET },
        ],
      },
    ]);
    expect(scenarios.map(({ name }) => name)).toContain("Refill a prescription");
    const shown = await place.psc("plan content.yaml --output json", { env });
    expect(shown.stdout).not.toContain(SECRET);
  });

  it("follows its file without asking", async () => {
    const file = join(place.folder, "bot/refill.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"label": "Nurse"', '"label": "A nurse"'));
    expect(await changes()).toEqual([`update ${SCENARIO} content`]);
    const ran = await place.psc("deploy content.yaml", { env });
    expect(ran.code, ran.stdout).toBe(0);
    expect((await backup()).scenarios.at(-1)?.code.steps.at(-1)?.label).toBe("A nurse");
    expect(await changes()).toEqual([]);
  });

  it("shows what was edited in the portal, and overwrites it only when told to", async () => {
    await edit(({ scenarios }) => {
      const last = scenarios.at(-1)?.code.steps.at(-1);
      if (last !== undefined) last.label = "Edited by hand";
    });
    expect(await changes()).toEqual([`update ${SCENARIO} content`]);
    const kept = await place.psc("deploy content.yaml", { env });
    expect(kept.code).toBe(1);
    expect(kept.stdout).toContain("PSC-E449");
    expect(kept.stdout).toContain("--force");
    expect((await backup()).scenarios.at(-1)?.code.steps.at(-1)?.label).toBe("Edited by hand");
    expect((await place.psc("deploy content.yaml --force", { env })).code).toBe(0);
    expect(await changes()).toEqual([]);
  });

  it("finds every other edit, and mends it without touching what others made", async () => {
    await edit((value) => {
      value.dataConnections.push({ name: "by hand", base_url: "https://x.example" });
      const [formulary] = value.dataConnections;
      if (formulary !== undefined)
        formulary["static_parameters"] = [{ key: "X-Api-Key", type: "header", value: "old" }];
      for (const row of value.localization.system) row["es_es"] = "Buenos días.";
      for (const row of value.localization.custom) row["en_us"] = "Which?";
    });
    expect(await changes()).toEqual([
      "update health-bot.configuration dataConnections.formulary.headers.X-Api-Key+dataConnections.formulary.headers.X-Client+welcome.es-es",
      "update health-bot.localization refill_which_medicine.en-us",
    ]);
    const ran = await place.psc("deploy content.yaml", { env });
    expect(ran.code, ran.stdout).toBe(0);
    expect(await changes()).toEqual([]);
    expect((await backup()).dataConnections.map(({ name }) => name).sort()).toEqual(["by hand", "formulary"]);
  });

  it("loses a scenario by --prune that its spec no longer names, and no other", async () => {
    place.write("content.yaml", SPEC.replace("  scenarios: [bot/refill.json]\n", ""));
    const ran = await place.psc("deploy content.yaml --prune --yes", { env });
    expect(ran.code, ran.stdout).toBe(0);
    expect((await backup()).scenarios.map(({ name }) => name)).toEqual(["Escalate to agent"]);
  });
});

describe("files that cannot be used", () => {
  it.each([
    ["scenarios: [bot/nothing.json]", /PSC-E036.*bot\/nothing\.json does not exist/s],
    ["scenarios: [dev.yaml]", /PSC-E037.*text that is not JSON/s],
    ["scenarios: [bot/refill.json, bot/refill.json]", /PSC-E060.*two scenarios/s],
    ["localization: bot/refill.json", /PSC-E037.*neither a list of strings/s],
  ])("%s", async (line, message) => {
    place.write("content.yaml", `extends: dev.yaml\nhealthBot:\n  ${line}\n`);
    const ran = await place.psc("validate content.yaml", { plain: true });
    expect(ran.code).not.toBe(0);
    expect(ran.stdout + ran.stderr).toMatch(message);
    expect(ran.stdout + ran.stderr).toContain("content.yaml:3");
  });
});
