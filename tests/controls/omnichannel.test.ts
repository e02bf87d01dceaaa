import { describe, expect, it } from "vitest";
import { chatWidgets } from "../../src/controls/probes/chat-widgets.ts";
import { omnichannelChannels } from "../../src/controls/probes/omnichannel-channels.ts";
import { omnichannelSettings } from "../../src/controls/probes/omnichannel-settings.ts";
import { type QueueMember, queueMembers } from "../../src/controls/probes/queue-members.ts";
import { secretColumns } from "../../src/controls/probes/secret-columns.ts";
import type { EnvironmentSpec, QueueSpec, WorkstreamSpec } from "../../src/spec/model.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { confirmed, differing, fact, judged, missing, seen } from "./hand-made.ts";
import { portalSpec } from "./portal-spec.ts";

const queue = (name: string, members: QueueSpec["members"] = []): QueueSpec => ({
  name,
  priority: 1,
  assignment: "highest-capacity",
  operatingHours: undefined,
  members,
  overflow: undefined,
});

const CHAT: WorkstreamSpec = {
  name: "Patient chat",
  channel: "chat",
  bot: true,
  capacity: 30,
  variables: [{ name: "EscalateToAgent", type: "number" }],
  route: [
    { name: "Human Agent", when: { EscalateToAgent: 1 }, to: "People" },
    { name: "Bot first", when: {}, to: "Bot" },
  ],
  fallback: "People",
  widget: {
    name: "Patient chat",
    title: "Contoso Health",
    subtitle: "",
    language: "en-US",
    attachments: "none",
    position: "right",
    operatingHours: undefined,
    signIn: undefined,
    survey: [],
  },
  sessionTemplate: undefined,
  notificationTemplate: undefined,
  capacityProfile: undefined,
};

const centre = (changes: Partial<EnvironmentSpec> = {}): EnvironmentSpec =>
  contosoSpec({
    queues: [queue("Bot", [{ kind: "bot" }]), queue("People")],
    workstreams: [CHAT],
    ...changes,
  });
const spec = centre();

const member = (id: string, changes: Partial<QueueMember> = {}): QueueMember => ({
  id,
  name: id,
  enabled: true,
  bot: false,
  capacity: 50,
  ...changes,
});
const BOT = member("bot", { bot: true, capacity: 100 });

describe("channels (PSC-OC-01)", () => {
  const off = seen(omnichannelChannels, { missing: ["chat"] });

  it("are manual when only a person says that they are on", () => {
    const made = { resources: [confirmed("omnichannel.channels")], probes: [off] };
    expect(judged("PSC-OC-01", spec, made)).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("maria"),
    });
  });

  it("fail when nobody says so", () => {
    const open = fact("omnichannel.channels", { nature: "gate", state: "gate-open", reason: "not yet" });
    expect(judged("PSC-OC-01", spec, { resources: [open], probes: [off] }).verdict).toBe("fail");
  });
});

describe("user of the bot (PSC-OC-02)", () => {
  const made = (members: string[], capacity: number, roles = true) => ({
    resources: [
      fact("dataverse.application-user", { observed: { capacity } }),
      fact('omnichannel.queue-members["Bot"]', { observed: { members } }),
      ...(roles ? [fact('dataverse.role-assignment["Omnichannel agent → bot"]')] : []),
    ],
  });

  it("has capacity, a role and a queue", () => {
    expect(judged("PSC-OC-02", spec, made(["bot"], 100)).verdict).toBe("pass");
    expect(judged("PSC-OC-02", spec, made(["bot"], 0)).verdict).toBe("fail");
    expect(judged("PSC-OC-02", spec, made(["ben@contoso.com"], 100)).verdict).toBe("fail");
  });

  it("is for a person to see where the spec gives it no role", () => {
    expect(judged("PSC-OC-02", spec, made(["bot"], 100, false)).verdict).toBe("manual");
  });

  it("does not matter without a bot", () => {
    const none = centre({ workstreams: [{ ...CHAT, bot: false }] });
    for (const id of ["PSC-OC-02", "PSC-OC-03", "PSC-OC-04"])
      expect(judged(id, none, made([], 0)).verdict).toBe("not-applicable");
  });
});

describe("queue of the bot (PSC-OC-03)", () => {
  const inQueue = (...others: QueueMember[]) =>
    judged("PSC-OC-03", spec, {
      resources: [fact("dataverse.application-user", { id: "bot" })],
      probes: [seen(queueMembers, { Bot: others, People: [] })],
    });

  it("passes alone, and with people who have less capacity or are disabled", () => {
    expect(inQueue(BOT).reason).toBe('it is alone in "Bot"');
    expect(inQueue(BOT, member("amara", { capacity: 99 })).verdict).toBe("pass");
    expect(inQueue(BOT, member("amara", { capacity: 500, enabled: false })).verdict).toBe("pass");
  });

  it("fails beside anybody with as much capacity, or with none that is known", () => {
    expect(inQueue(BOT, member("amara", { capacity: 100 }))).toMatchObject({
      verdict: "fail",
      findings: [{ actual: "100", expected: "less than 100" }],
    });
    expect(inQueue(BOT, member("amara", { capacity: null })).verdict).toBe("fail");
  });

  it("is manual when the bot is in none of the spec's queues", () => {
    expect(inQueue(member("amara")).verdict).toBe("manual");
  });

  it("fails without a bot's user", () => {
    const made = { resources: [missing("dataverse.application-user")], probes: [seen(queueMembers, {})] };
    expect(judged("PSC-OC-03", spec, made).verdict).toBe("fail");
  });
});

describe("queue of people (PSC-OC-04)", () => {
  const withPeople = (...people: QueueMember[]) =>
    judged("PSC-OC-04", spec, { probes: [seen(queueMembers, { Bot: [BOT], People: people })] }).verdict;

  it("needs somebody who is neither a bot nor disabled", () => {
    expect(withPeople(member("amara"))).toBe("pass");
    expect([withPeople(), withPeople(BOT), withPeople(member("amara", { enabled: false }))]).toEqual([
      "fail",
      "fail",
      "fail",
    ]);
  });

  it("fails when the queue does not exist", () => {
    const made = {
      resources: [missing('omnichannel.queue["People"]')],
      probes: [seen(queueMembers, { Bot: [BOT] })],
    };
    expect(judged("PSC-OC-04", spec, made).verdict).toBe("fail");
  });
});

describe("routing (PSC-OC-05)", () => {
  it("fails where the spec itself has no way from the bot to people", () => {
    const rest = CHAT.route.slice(1);
    const mute = centre({ workstreams: [{ ...CHAT, route: rest }] });
    const made = { resources: [fact('omnichannel.workstream["Patient chat"]')] };
    expect(judged("PSC-OC-05", spec, made).verdict).toBe("pass");
    expect(judged("PSC-OC-05", mute, made)).toMatchObject({
      verdict: "fail",
      findings: [{ field: "route", expected: "EscalateToAgent = 1" }],
    });
  });
});

describe("chat widget (PSC-OC-06)", () => {
  const open = (widget: string, people: string) =>
    judged("PSC-OC-06", spec, {
      resources: [
        fact('omnichannel.widget["Patient chat"]', { observed: { operatingHours: widget } }),
        fact('omnichannel.queue["People"]', { observed: { operatingHours: people } }),
      ],
    }).verdict;

  it("has hours itself, or people have, or a person says who answers at night", () => {
    expect([open("Weekdays", "always"), open("always", "Weekdays")]).toEqual(["pass", "pass"]);
    expect(open("always", "always")).toBe("manual");
  });

  it("fails when hours were taken away", () => {
    const made = {
      resources: [
        fact('omnichannel.widget["Patient chat"]', { observed: { operatingHours: "always" } }),
        differing('omnichannel.queue["People"]', "operatingHours", "always", "Weekdays"),
      ],
    };
    expect(judged("PSC-OC-06", spec, made).verdict).toBe("fail");
  });
});

describe("sign-in of patients in the chat (PSC-OC-07)", () => {
  const portal = centre({ portal: portalSpec() });
  const widgets = (...asks: boolean[]) => ({
    probes: [
      seen(
        chatWidgets,
        asks.map((asksWhoIsSignedIn) => ({ name: "Patient chat", asksWhoIsSignedIn, optional: false })),
      ),
    ],
  });

  it("is asked of the widget on the portal, whether or not the spec speaks of it", () => {
    expect(judged("PSC-OC-07", portal, widgets(true)).verdict).toBe("pass");
    expect(judged("PSC-OC-07", portal, widgets(false)).verdict).toBe("fail");
    expect(judged("PSC-OC-07", portal, widgets()).reason).toContain("does not exist");
  });

  it("does not matter where no portal shows a chat", () => {
    expect(judged("PSC-OC-07", spec, widgets(false)).verdict).toBe("not-applicable");
    const silent = centre({ portal: portalSpec({ widget: undefined }) });
    expect(judged("PSC-OC-07", silent, widgets(false)).verdict).toBe("not-applicable");
  });
});

const settings = (changes: object = {}) => ({
  probes: [
    seen(omnichannelSettings, {
      maskForCustomers: true,
      maskForAgents: true,
      maskingRules: ["SSN"],
      personaMapping: true,
      ...changes,
    }),
  ],
});

describe("data masking (PSC-OC-08)", () => {
  it("is judged by what is there when the spec does not speak of it", () => {
    const verdict = (changes: object) => judged("PSC-OC-08", spec, settings(changes)).verdict;
    expect(verdict({})).toBe("pass");
    expect([verdict({ maskForAgents: false }), verdict({ maskingRules: [] })]).toEqual([
      "warning",
      "warning",
    ]);
  });
});

describe("columns with secrets (PSC-OC-10)", () => {
  it("names those that are not secured", () => {
    const made = { probes: [seen(secretColumns, { "a.secret": true, "b.secret": false })] };
    expect(judged("PSC-OC-10", spec, made)).toMatchObject({
      verdict: "fail",
      findings: [{ field: "b.secret" }],
    });
  });

  it("does not pass when there is none to look at", () => {
    expect(judged("PSC-OC-10", spec, { probes: [seen(secretColumns, {})] }).verdict).toBe("manual");
  });
});

describe("mapping of roles to personas (PSC-OC-11)", () => {
  it("is known either way", () => {
    const said = (personaMapping: boolean | null) => judged("PSC-OC-11", spec, settings({ personaMapping }));
    expect(said(true)).toMatchObject({ verdict: "pass", reason: expect.stringContaining("directly") });
    expect(said(false)).toMatchObject({ verdict: "pass", reason: expect.stringContaining("by a team") });
    expect(said(null).verdict).toBe("manual");
  });
});
