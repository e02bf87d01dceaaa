import { describe, expect, it } from "vitest";
import type { Difference } from "../../src/comparison/difference.ts";
import { compareSpecs } from "../../src/comparison/specs.ts";
import { BASE, folderWith, sound } from "../spec/folder.ts";

const A = "extends: base.yaml\nname: clinic-test\nstage: test\nenvironment: { domain: clinictest }\n";
const B = "extends: base.yaml\nname: clinic-prod\nstage: prod\nenvironment: { domain: clinicprod }\n";

function differences(a: string, b: string, base = BASE): readonly Difference[] {
  const folder = folderWith({ "base.yaml": base, "a.yaml": A + a, "b.yaml": B + b });
  const env = { KEY_A: "alpha-secret-value", KEY_B: "beta-secret-value" };
  const side = (file: string) => {
    const { spec, tree } = sound(folder.load(file, { env, siblings: false }));
    return { file, spec, tree };
  };
  return compareSpecs(side("a.yaml"), side("b.yaml")).differences;
}

const told = (a: string, b: string, base = BASE): readonly Difference[] =>
  differences(a, b, base).filter(({ meant }) => meant === null);

describe("two specs", () => {
  it("of one base have no difference but those that are meant", () => {
    expect(told("", "")).toEqual([]);
    const meant = Object.fromEntries(differences("", "").map(({ path, meant: why }) => [path, why]));
    expect(meant).toMatchObject({
      name: "the environment's own name",
      "environment.domain": "each environment has its own domain",
      "environment.type": "it follows from the stage",
      "azure.lock": "it follows from the stage",
      protect: "it follows from the stage",
      "healthBot.name": "each environment has its own bot",
    });
  });

  it("differ in a value: with file and line of both", () => {
    expect(told("queues: [{ name: Patient bot, priority: 4 }]\n", "")).toEqual([
      {
        section: "queues",
        path: 'queues["Patient bot"].priority',
        what: "value",
        a: { value: 4, place: { file: "a.yaml", line: 5 } },
        b: { value: 1, place: null },
        note: null,
        meant: null,
      },
    ]);
    const [hours] = told("", "operatingHours: [{ name: Weekdays, timeZone: America/Chicago }]\n");
    expect(hours).toMatchObject({
      path: 'operatingHours["Weekdays"].timeZone',
      a: { value: "America/New_York", place: { file: "base.yaml", line: 15 } },
      b: { value: "America/Chicago", place: { file: "b.yaml", line: 5 } },
    });
  });

  it("differ in what only one has", () => {
    expect(told("queues: [{ name: Nurses, members: [group/agents] }]\n", "")).toMatchObject([
      { path: 'queues["Nurses"]', what: "only-a", a: { place: { line: 5 } }, b: { value: null } },
    ]);
    expect(told("", "identity: { groups: { nurses: Nurses } }\n")).toMatchObject([
      { path: 'identity.groups["nurses"]', what: "only-b", b: { place: { file: "b.yaml", line: 5 } } },
    ]);
  });

  it("differ in the order of rules, and not in the order of members", () => {
    const route = (first: string, second: string): string =>
      BASE.replace(/ {6}- \{ name: Human Agent.*\n.*Bot first.*\n/, `${first}\n${second}\n`);
    const human = "      - { name: Human Agent, when: { EscalateToAgent: 1 }, to: Escalate to Human }";
    const topic = "      - { name: Topic, when: { Topic: bill }, to: Patient bot }";
    const last = "\n      - { name: Bot first, to: Patient bot }";
    const folder = folderWith({
      "a.yaml":
        A.replace("extends: base.yaml\n", "") + route(human, topic + last).replace(/environment:\n.*\n/, ""),
      "b.yaml":
        B.replace("extends: base.yaml\n", "") + route(topic, human + last).replace(/environment:\n.*\n/, ""),
    });
    const side = (file: string) => ({ file, ...sound(folder.load(file, { siblings: false })) });
    const found = compareSpecs(side("a.yaml"), side("b.yaml")).differences.filter(
      ({ meant }) => meant === null,
    );
    expect(found).toMatchObject([
      {
        path: 'workstreams["Patient chat"].route',
        what: "order",
        a: { value: ["Human Agent", "Topic", "Bot first"] },
        b: { value: ["Topic", "Human Agent", "Bot first"] },
      },
    ]);
    const members = (list: string): string => `identity: { groups: { users: { members: [${list}] } } }\n`;
    const [one, two] = ["amara@contoso.com", "ben@contoso.com"];
    expect(told(members(`${one}, ${two}`), members(`${two}, ${one}`))).toEqual([]);
    expect(told(members(`${one}, ${two}`), members(`${one}`))).toHaveLength(1);
  });

  it("may differ in what holds nothing but their own names", () => {
    const tags = (stage: string, extra = ""): string =>
      `azure: { tags: { stage: ${stage}, site: x-${stage}${extra} } }\n`;
    expect(told(tags("test"), tags("prod"))).toEqual([]);
    expect(told(tags("test"), tags("prod", "-2"))).toMatchObject([{ path: "azure.tags.site" }]);
    expect(told(tags("test"), tags("test"))).toEqual([]);
  });

  it("differ in what follows from the stage as soon as one says otherwise", () => {
    expect(told("", "azure: { lock: false }\n")).toEqual([]);
    expect(told("azure: { lock: true }\n", "azure: { lock: false }\n")).toMatchObject([
      { path: "azure.lock" },
    ]);
  });

  it("never show what a secret is", () => {
    const variable = (name: string): string =>
      `healthBot: { variables: { token: "key \${env:${name}}", vaulted: "\${keyvault:v-${name.toLowerCase().replace("_", "-")}/s}" } }\n`;
    const all = JSON.stringify(differences(variable("KEY_A"), variable("KEY_B")));
    expect(all).not.toContain("secret-value");
    expect(all).toContain("secret v-key-a/s");
  });
});
