import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import {
  CODES,
  checkSharing,
  jsonSchema,
  loadSpec,
  manifestJsonSchema,
  ownControlsJsonSchema,
} from "../../src/spec/index.ts";
import { sound } from "./folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const load = (file: string) => sound(loadSpec(file, { cwd: ROOT, env: {} }));

function yamlFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => extname(file) === ".yaml")
    .map((file) => join(folder, file));
}

describe("examples and templates", () => {
  const yaml = [...yamlFiles("examples"), ...yamlFiles("templates")];
  const isControls = (file: string): boolean => file.split(/[/\\]/).includes("controls");
  const specs = yaml.filter((file) => !isControls(file));
  const whole = specs.filter((file) => !file.endsWith("base.yaml"));

  test.each(whole)("%s is sound", (file) => {
    expect(
      load(file)
        .warnings.map((warning) => warning.code)
        .filter((code) => code !== "PSC-W104"),
    ).toEqual([]);
  });

  test("the three stages of Contoso share nothing", () => {
    const stages = ["dev", "test", "prod"].map((stage) => load(`examples/contoso/${stage}.yaml`).spec);
    expect(checkSharing(stages)).toEqual([]);
    expect(new Set(stages.map((spec) => spec.azure.subscription)).size).toBe(3);
    const [dev, , prod] = stages;
    if (dev === undefined || prod === undefined) throw new Error("three stages expected");
    const mixed = checkSharing([dev, { ...prod, identity: dev.identity }]);
    expect(mixed.map((problem) => problem.code)).toEqual(["PSC-E090"]);
  });

  test.each(specs)("%s fits the JSON Schema editors use", (file) => {
    const schema = z.fromJSONSchema(jsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(schema.safeParse(parse(readFileSync(join(ROOT, file), "utf8"))).error).toBeUndefined();
  });

  test.each(yaml.filter(isControls))("%s fits the JSON Schema of controls", (file) => {
    const schema = z.fromJSONSchema(ownControlsJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(schema.safeParse(parse(readFileSync(join(ROOT, file), "utf8"))).error).toBeUndefined();
  });

  test.each(yamlFiles("solution-manifests"))("%s fits its JSON Schema", (file) => {
    const schema = z.fromJSONSchema(manifestJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    expect(schema.safeParse(parse(readFileSync(join(ROOT, file), "utf8"))).error).toBeUndefined();
  });
});

describe("the JSON Schema", () => {
  const schema = z.fromJSONSchema(jsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const fits = (text: string): boolean => schema.safeParse(parse(text)).success;

  test("takes what overlays may say", () => {
    expect(fits("queues: [{ name: A, $remove: true }]")).toBe(true);
    expect(fits("roles: [{ role: A, to: bot, $remove: true }]")).toBe(true);
    expect(fits("identity: { groups: { agents: { $remove: true }, users: Users } }")).toBe(true);
    expect(fits(`healthBot: { sku: null, capacity: "\${env:UNITS}" }`)).toBe(true);
  });

  test("refuses what is wrong in any file", () => {
    expect(fits("queue: []")).toBe(false);
    expect(fits("healthBot: { sku: S1 }")).toBe(false);
    expect(fits("queues: [{ priority: 1 }]")).toBe(false);
    expect(fits("azure: { subscription: abc }")).toBe(false);
  });

  test("describes every field", () => {
    const bare: string[] = [];
    const look = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as Record<string, unknown>;
      for (const [key, value] of Object.entries(properties ?? {})) {
        const here = `${path}.${key}`;
        const { description } = value as { description?: unknown };
        if (typeof description !== "string" || description.length < 8) bare.push(here);
        look(value, here);
      }
      for (const value of Object.values(rest)) look(value, path);
    };
    look(jsonSchema(), "");
    look(manifestJsonSchema(), "manifest");
    look(ownControlsJsonSchema(), "controls");
    expect(bare).toEqual([]);
  });
});

describe("the table of codes", () => {
  const folder = join(ROOT, "src/spec");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("codes"))
    .map((file) => join(folder, file));
  const used = new Set(
    [...files, join(ROOT, "src/services/secrets.ts")].flatMap(
      (file) => readFileSync(file, "utf8").match(/PSC-[EW]\d{3}/g) ?? [],
    ),
  );

  test("has every code that is reported, and reports every code it has", () => {
    expect([...used].sort()).toEqual(Object.keys(CODES).sort());
  });

  test("explains each in sentences", () => {
    for (const { title, explanation } of Object.values(CODES)) {
      expect(title).toMatch(/^\S.{3,60}[^.]$/);
      expect(explanation).toMatch(/^\S.{30,}\.$/);
    }
  });
});
