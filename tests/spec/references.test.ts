import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { SecretValue } from "../../src/secret-value.ts";
import { BASE, folderWith, loadText, sound } from "./folder.ts";

const at = (field: string, value: string): string => `${BASE}${field}: ${value}\n`;
const env = (name: string): string => `\${env:${name}}`;

describe("references", () => {
  test("take variables, also inside a text and several of them", () => {
    const { spec } = sound(
      loadText(at("name", `${env("TEAM")}-\${env:STAGE:-dev}`), { env: { TEAM: "contoso" } }),
    );
    expect(spec.name).toBe("contoso-dev");
  });

  test("prefer the variable to the default, and the default to an empty variable", () => {
    const load = (variables: Record<string, string>) =>
      sound(loadText(at("stage", `\${env:STAGE:-test}`), { env: variables })).spec.stage;
    expect(load({ STAGE: "prod" })).toBe("prod");
    expect(load({ STAGE: "" })).toBe("test");
    expect(load({})).toBe("test");
  });

  test("become numbers and truth values where the field takes them, unless quoted", () => {
    const capacity = (written: string) =>
      loadText(`${BASE}healthBot:\n  capacity: ${written}\n`, { env: { UNITS: "600" } });
    expect(sound(capacity(env("UNITS"))).spec.healthBot.capacity).toBe(600);
    expect(capacity(`"${env("UNITS")}"`).ok).toBe(false);
  });

  test("stay text where the field takes text, even when they look like a number", () => {
    const { spec } = sound(
      loadText(BASE.replace("azure:\n", `azure:\n  tags:\n    costCenter: ${env("COST")}\n`), {
        env: { COST: "4711" },
      }),
    );
    expect(spec.azure.tags).toEqual({ costCenter: "4711" });
  });

  test("are written out with a doubled dollar", () => {
    const { spec } = sound(loadText(at("healthBot", `{ handoff: { phrase: "say $\${name}" } }`)));
    expect(spec.healthBot.handoff.phrase).toBe(`say \${name}`);
  });

  test("are needed only when nothing laid over them replaces them", () => {
    const load = (overlay: string) =>
      folderWith({
        "base.yaml": at("name", env("NOBODY_SETS_THIS")),
        "env.yaml": `extends: base.yaml\n${overlay}`,
      }).load("env.yaml");
    expect(load("name: contoso-dev\n").ok).toBe(true);
    expect(load("").ok).toBe(false);
  });

  test("never show what they stand for in a message", () => {
    const result = loadText(at("stage", env("TOKEN")), { env: { TOKEN: "s3cr3t-value" } });
    expect(result.ok).toBe(false);
    const shown = JSON.stringify(result.ok ? "" : result.problems.map((p) => [p.message, p.remedy]));
    expect(shown).toContain("env:TOKEN");
    expect(shown).not.toContain("s3cr3t");
  });
});

describe("the bot's variables", () => {
  const variables = (text: string, variablesOfPsc = {}) =>
    sound(loadText(at("healthBot", `{ variables: ${text} }`), { env: variablesOfPsc })).spec.healthBot
      .variables;

  test("are plain texts, or secrets that stay references", () => {
    expect(
      variables(
        `{ GREETING: hello, KEY: "\${keyvault:kv-contoso/bot-key}", OLD: "\${keyvault:kv-contoso/bot-key/0123456789abcdef0123456789abcdef}", TOKEN: "${env("TOKEN")}" }`,
        { TOKEN: "s3cr3t" },
      ),
    ).toEqual([
      { name: "GREETING", value: "hello" },
      {
        name: "KEY",
        value: { kind: "keyVault", vault: "kv-contoso", secret: "bot-key", version: undefined },
      },
      {
        name: "OLD",
        value: {
          kind: "keyVault",
          vault: "kv-contoso",
          secret: "bot-key",
          version: "0123456789abcdef0123456789abcdef",
        },
      },
      { name: "TOKEN", value: { kind: "environment", name: "TOKEN" } },
    ]);
  });

  test("take a default as plain text", () => {
    expect(variables(`{ GREETING: "\${env:GREETING:-hello}" }`)).toEqual([
      { name: "GREETING", value: "hello" },
    ]);
  });

  test("stay secret with text around them, and with a default that is not used", () => {
    const found = variables(`{ KEY: "Bearer ${env("TOKEN")}", OTHER: "\${env:TOKEN:-none}" }`, {
      TOKEN: "s3cr3t",
    });
    expect(found.map(({ value }) => (value as { value: SecretValue }).value.reveal())).toEqual([
      "Bearer s3cr3t",
      "s3cr3t",
    ]);
    expect(JSON.stringify(found)).not.toContain("s3cr3t");
    expect(inspect(found, { depth: 9 })).not.toContain("s3cr3t");
  });
});
