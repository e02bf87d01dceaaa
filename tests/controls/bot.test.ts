import { describe, expect, it } from "vitest";
import { botLocks } from "../../src/controls/probes/bot-locks.ts";
import { type BotRoleHolder, botRoles } from "../../src/controls/probes/bot-roles.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { confirmed, differing, fact, judged, missing, REFUSED, refused, seen, unseen } from "./hand-made.ts";

const spec = contosoSpec();
const production = contosoSpec({ stage: "prod" });
const bot = (observed: Parameters<typeof fact>[1]) => ({ resources: [fact("health-bot.account", observed)] });

describe("existence of the bot (PSC-BOT-01)", () => {
  const observed = { location: "eastus", provisioning: "Succeeded" };

  it("minds place and provisioning, and nothing else", () => {
    expect(judged("PSC-BOT-01", spec, bot({ observed })).verdict).toBe("pass");
    const tags = differing("health-bot.account", "tags.workload", "x", "y");
    expect(
      judged("PSC-BOT-01", spec, { resources: [{ ...tags, observed: { ...tags.observed, ...observed } }] })
        .verdict,
    ).toBe("pass");
    expect(
      judged("PSC-BOT-01", spec, bot({ observed: { ...observed, provisioning: "Failed" } })).reason,
    ).toContain("Failed");
    expect(judged("PSC-BOT-01", spec, { resources: [missing("health-bot.account")] }).verdict).toBe("fail");
  });
});

describe("SKU of the production bot (PSC-BOT-02)", () => {
  const on = (sku: string | null) => judged("PSC-BOT-02", production, bot({ observed: { sku } })).verdict;

  it("fails on what is for trying out, and on what nobody can tell", () => {
    expect([on("F0"), on("C0"), on(null)]).toEqual(["fail", "fail", "fail"]);
    expect([on("C1"), on("PES"), on("S1")]).toEqual(["pass", "pass", "pass"]);
  });

  it("is about production", () => {
    expect(judged("PSC-BOT-02", spec, bot({ observed: { sku: "F0" } })).verdict).toBe("not-applicable");
  });
});

describe("users of the bot's portal (PSC-BOT-03)", () => {
  it("is a person's word, and so manual, where Azure says nothing", () => {
    const made = {
      resources: [
        fact("health-bot.account", { observed: { accessControl: null } }),
        confirmed("health-bot.access-mode"),
      ],
    };
    expect(judged("PSC-BOT-03", spec, made)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("maria"),
    });
  });

  it("goes by what Azure shows, whatever somebody has said", () => {
    const made = {
      resources: [
        fact("health-bot.account", { observed: { accessControl: "Legacy" } }),
        confirmed("health-bot.access-mode"),
      ],
    };
    expect(judged("PSC-BOT-03", spec, made).verdict).toBe("fail");
  });
});

describe("encryption (PSC-BOT-04, PSC-BOT-05)", () => {
  it("is Microsoft's to attest unless the spec has a key of its own", () => {
    expect(judged("PSC-BOT-04", spec, bot({})).verdict).toBe("inherited");
    expect(judged("PSC-BOT-05", spec).verdict).toBe("inherited");
  });
});

describe("handoff to people (PSC-BOT-06)", () => {
  const bridge = confirmed("health-bot.bridge");

  it("is manual at best: no API shows the bridge", () => {
    const whole = {
      resources: [bridge, fact("health-bot.configuration"), fact('health-bot.scenario["Escalate to agent"]')],
    };
    expect(judged("PSC-BOT-06", spec, whole)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("maria"),
    });
    const unasked = { resources: [bridge, unseen("health-bot.configuration")] };
    expect(judged("PSC-BOT-06", spec, unasked).reason).toContain("maria");
  });

  it("fails when handoff is off or the scenario does not escalate, whatever somebody has said", () => {
    const off = { resources: [bridge, differing("health-bot.configuration", "handoff", false, true)] };
    expect(judged("PSC-BOT-06", spec, off).verdict).toBe("fail");
    const mute = {
      resources: [bridge, differing('health-bot.scenario["Escalate to agent"]', "active", false, true)],
    };
    expect(judged("PSC-BOT-06", spec, mute).verdict).toBe("fail");
    const wording = {
      resources: [bridge, differing('health-bot.scenario["Escalate to agent"]', "message", "a", "b")],
    };
    expect(judged("PSC-BOT-06", spec, wording).verdict).toBe("manual");
  });
});

describe("bot id (PSC-BOT-07)", () => {
  const ID = "8b7cda25-35d0-4e11-814c-ade1cf5e2393";
  const user = (botId: string | null) => fact("dataverse.application-user", { observed: { botId } });

  it("compares what a person has read with what Dataverse holds", () => {
    const told = confirmed("health-bot.channel", ID.toUpperCase());
    const proved = { ...told, state: "as-declared" as const };
    expect(judged("PSC-BOT-07", spec, { resources: [proved, user(ID)] }).verdict).toBe("pass");
    expect(judged("PSC-BOT-07", spec, { resources: [told, user(ID.replace("8", "9"))] })).toMatchObject({
      verdict: "fail",
      findings: [{ expected: ID }],
    });
  });

  it("does not take Dataverse's word for itself", () => {
    const read = fact("health-bot.channel", { nature: "gate", id: ID });
    expect(judged("PSC-BOT-07", spec, { resources: [read, user(ID)] }).verdict).toBe("manual");
    expect(judged("PSC-BOT-07", spec, { resources: [read, user("bot")] }).verdict).toBe("fail");
    expect(judged("PSC-BOT-07", spec, { resources: [read, user(null)] }).verdict).toBe("fail");
  });
});

describe("one tenant (PSC-BOT-09)", () => {
  const tenant = (about: Parameters<typeof fact>[1]) => ({
    resources: [
      fact("entra.tenant", { nature: "check", ...about }),
      fact("power-platform.environment"),
      fact("health-bot.account"),
    ],
  });

  it("fails for a subscription of another tenant", () => {
    expect(judged("PSC-BOT-09", spec, tenant({})).verdict).toBe("pass");
    const foreign = tenant({ state: "does-not-hold", reason: "it does not belong to the tenant" });
    expect(judged("PSC-BOT-09", spec, foreign).verdict).toBe("fail");
    expect(judged("PSC-BOT-09", spec, tenant({ state: "unreadable", problem: REFUSED })).verdict).toBe(
      "error",
    );
  });

  it("fails while there is no environment", () => {
    const made = { resources: [fact("entra.tenant"), missing("power-platform.environment")] };
    expect(judged("PSC-BOT-09", spec, made).verdict).toBe("fail");
  });
});

describe("holders of the bot's roles (PSC-BOT-10)", () => {
  const holder = (changes: Partial<BotRoleHolder> = {}): BotRoleHolder => ({
    role: "admins",
    roleName: "Healthcare Agent Admin",
    principalId: "AAAA",
    principal: "Contoso Health Bot Administrators",
    type: "Group",
    how: "eligible",
    ...changes,
  });
  const held = (...holders: BotRoleHolder[]) =>
    judged("PSC-BOT-10", spec, {
      resources: [fact('entra.group["botAdmins"]', { id: "aaaa" }), fact("health-bot.account")],
      probes: [seen(botRoles, holders)],
    });

  it("passes for the group of the spec, however ids are spelled, and for nobody at all", () => {
    expect(held(holder()).verdict).toBe("pass");
    expect(held()).toMatchObject({ verdict: "pass", reason: "nobody holds a role of the bot's portal" });
  });

  it("fails for anybody else, and for a role that the spec gives to nobody", () => {
    expect(held(holder(), holder({ principalId: "bbbb", principal: "ben", type: "User" }))).toMatchObject({
      verdict: "fail",
      findings: [{ actual: "ben (User, eligible)", expected: "Contoso Health Bot Administrators" }],
    });
    expect(held(holder({ role: "readers", roleName: "Healthcare Agent Reader" }))).toMatchObject({
      verdict: "fail",
      findings: [{ expected: "nobody" }],
    });
  });

  it("is an error when nobody may see it", () => {
    expect(judged("PSC-BOT-10", spec, { probes: [refused(botRoles)] })).toMatchObject({
      verdict: "error",
      missingPermission: "Some.Permission",
    });
  });
});

describe("lock on the production bot (PSC-BOT-11)", () => {
  const locked = (...levels: string[]) =>
    judged("PSC-BOT-11", production, {
      probes: [
        seen(
          botLocks,
          levels.map((level) => ({ name: "lock", level })),
        ),
      ],
    }).verdict;

  it("is any lock that refuses a deletion, whoever has made it", () => {
    expect([locked("CanNotDelete"), locked("NotSpecified", "ReadOnly")]).toEqual(["pass", "pass"]);
    expect([locked(), locked("NotSpecified")]).toEqual(["warning", "warning"]);
  });
});
