import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { siblingsOf } from "../../src/spec/index.ts";
import { BASE, folderWith, sound } from "./folder.ts";

function overlaid(overlay: string, base = BASE) {
  return sound(
    folderWith({ "base.yaml": base, "env.yaml": `extends: base.yaml\n${overlay}` }).load("env.yaml"),
  );
}

describe("an overlay", () => {
  test("changes one field of a named item and keeps the others and the order", () => {
    const { spec } = overlaid("queues: [{ name: Escalate to Human, priority: 7 }]\n");
    expect(spec.queues.map((queue) => [queue.name, queue.priority, queue.operatingHours])).toEqual([
      ["Patient bot", 1, undefined],
      ["Escalate to Human", 7, "Weekdays"],
    ]);
  });

  test("adds items at the end", () => {
    const { spec } = overlaid("queues: [{ name: Billing, members: [bot] }]\n");
    expect(spec.queues.map((queue) => queue.name)).toEqual(["Patient bot", "Escalate to Human", "Billing"]);
  });

  test("drops an item and may declare it anew, which moves it to the end", () => {
    const { spec } = overlaid(`workstreams:
  - name: Patient chat
    route:
      - { name: Bot first, $remove: true }
      - { name: Billing, when: { Topic: billing }, to: Patient bot }
      - { name: Bot first, to: Patient bot }
`);
    expect(spec.workstreams[0]?.route.map((rule) => rule.name)).toEqual([
      "Human Agent",
      "Billing",
      "Bot first",
    ]);
  });

  test("drops a group and a role by their keys", () => {
    const { spec } = overlaid(
      `identity: { groups: { botAdmins: { $remove: true } } }
roles: [{ role: Omnichannel agent, to: bot, $remove: true }]
`,
      `${BASE}roles:
  - { role: Omnichannel agent, to: bot }
  - { role: Omnichannel agent, to: group/agents }
`,
    );
    expect(spec.identity.groups.map((group) => group.key)).toEqual(["users", "agents"]);
    expect(spec.roles).toEqual([
      { role: "Omnichannel agent", to: { kind: "group", group: "agents" }, by: "direct" },
    ]);
  });

  test("tells roles apart by role and receiver", () => {
    const { spec } = overlaid(
      "roles: [{ role: Basic User, to: group/agents, by: direct }]\n",
      `${BASE}roles: [{ role: Basic User, to: group/agents }, { role: Basic User, to: group/users }]\n`,
    );
    expect(spec.roles.map((grant) => grant.by)).toEqual(["direct", "team"]);
  });

  test("replaces lists without names as a whole", () => {
    const { spec } = overlaid(
      "omnichannel: { channels: [chat] }\n",
      `${BASE}omnichannel: { channels: [sms, chat] }\n`,
    );
    expect(spec.omnichannel.channels).toEqual(["chat"]);
  });

  test("adds members to a group the base only names, and renames one that has members", () => {
    const { spec } = overlaid(
      "identity: { groups: { agents: { members: [a@contoso.com] }, users: Everybody } }\n",
      BASE.replace("users: Users", "users: { name: Users, members: [a@contoso.com] }"),
    );
    expect(spec.identity.groups.slice(0, 2)).toEqual([
      { key: "users", name: "Everybody", members: ["a@contoso.com"], owners: [] },
      { key: "agents", name: "Agents", members: ["a@contoso.com"], owners: [] },
    ]);
  });

  test("takes a value back with null, so that the default applies", () => {
    const { spec } = overlaid("healthBot: { sku: null }\n", `${BASE}healthBot: { sku: C0 }\n`);
    expect(spec.healthBot.sku).toBe("C1");
  });

  test("may lie on an overlay in another folder", () => {
    const folder = folderWith({
      "common/base.yaml": BASE,
      "us.yaml": "extends: common/base.yaml\nazure: { location: westus2 }\n",
      "stages/dev.yaml": "extends: ../us.yaml\nname: dev-stage\n",
    });
    const { spec, files } = sound(folder.load("stages/dev.yaml"));
    expect([spec.name, spec.azure.location, spec.tenant]).toEqual([
      "dev-stage",
      "westus2",
      "contoso.onmicrosoft.com",
    ]);
    expect(files.map((file) => file.file)).toContain(join("common", "base.yaml"));
  });

  test("keeps every value's own place", () => {
    const { locate } = overlaid("queues: [{ name: Escalate to Human, priority: 7 }]\n");
    expect(locate(["queues", 1, "priority"])).toMatchObject({ file: "env.yaml", line: 2, column: 47 });
    expect(locate(["queues", 1, "operatingHours"])).toMatchObject({ file: "base.yaml", line: 18 });
    // A default has no place of its own; its parent's is the nearest.
    expect(locate(["azure", "location"])).toMatchObject({ file: "base.yaml", line: 7 });
  });

  test("reports what is wrong in the base at the base", () => {
    const folder = folderWith({
      "base.yaml": BASE.replace("channel: chat", "channel: chatt"),
      "env.yaml": "extends: base.yaml\nname: dev-stage\n",
    });
    const result = folder.load("env.yaml");
    expect(result.ok ? [] : result.problems.map((problem) => problem.location?.file)).toEqual(["base.yaml"]);
  });
});

describe("stages", () => {
  const stage = (name: string, more = ""): string =>
    `extends: base.yaml\nname: ${name}\nenvironment: { domain: ${name}-domain }\n${more}`;

  test("are found beside each other by their base or their name, and other files are not", () => {
    const { path } = folderWith({
      "base.yaml": BASE,
      "dev.yaml": stage("dev-stage"),
      "prod.yaml": `# production\nextends: "./base.yaml" # the common part\nname: prod-stage\n`,
      "lonely.yaml": BASE,
      "other.yaml": "extends: lonely.yaml\n",
      "notes.md": "extends: base.yaml\n",
    });
    expect(siblingsOf("dev.yaml", path)).toEqual([join(path, "prod.yaml")]);
    expect(siblingsOf("lonely.yaml", path)).toEqual([join(path, "dev.yaml"), join(path, "prod.yaml")]);
    expect(siblingsOf("other.yaml", path)).not.toContain(join(path, "lonely.yaml"));
  });

  test("with things of their own are sound", () => {
    const folder = folderWith({
      "base.yaml": BASE,
      "dev.yaml": stage("dev-stage"),
      "prod.yaml": stage("prod-stage", "stage: prod\n"),
    });
    expect(sound(folder.load("dev.yaml")).warnings).toEqual([]);
  });

  test("may have a second file for the same environment", () => {
    const folder = folderWith({
      "base.yaml": BASE,
      "dev.yaml": stage("dev-stage"),
      "dev-trial.yaml": stage("dev-stage", "healthBot: { sku: C0 }\n"),
    });
    expect(folder.load("dev.yaml").ok).toBe(true);
  });

  test("are not held up by a sibling that is itself not sound", () => {
    const folder = folderWith({
      "base.yaml": BASE,
      "dev.yaml": stage("dev-stage"),
      "prod.yaml": "extends: base.yaml\nnmae: x\n",
    });
    expect(folder.load("dev.yaml").ok).toBe(true);
  });

  test("share nothing by default: two names are enough", () => {
    const folder = folderWith({
      "base.yaml": BASE,
      "a.yaml": stage("stage-a"),
      "b.yaml": `extends: base.yaml\nname: stage-b\n`,
    });
    const [a, b] = ["a.yaml", "b.yaml"].map((file) => sound(folder.load(file)).spec);
    expect(a?.identity.application).not.toBe(b?.identity.application);
    expect(a?.healthBot.name).not.toBe(b?.healthBot.name);
    expect(a?.azure.monitoring).not.toEqual(b?.azure.monitoring);
  });
});
