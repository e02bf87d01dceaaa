import { describe, expect, test } from "vitest";
import { loadText, sound } from "./folder.ts";

const SMALLEST = `apiVersion: psc/v1
kind: Environment
tenant: contoso.onmicrosoft.com
solution: patient-contact-center
environment: { domain: contosohealth }
azure: { subscription: 11111111-1111-4111-8111-111111111111 }
`;

describe("the smallest useful spec", () => {
  const smallest = () => sound(loadText(SMALLEST));

  test("needs four values and raises no warning", () => {
    const { warnings, manifest } = smallest();
    expect(warnings).toEqual([]);
    expect(manifest.name).toBe("patient-contact-center");
  });

  test("names everything after the environment", () => {
    const { spec } = smallest();
    expect(spec.name).toBe("contosohealth");
    expect(spec.azure).toMatchObject({
      resourceGroup: "rg-contosohealth",
      location: "eastus",
      monitoring: { workspace: "log-contosohealth", applicationInsights: "appi-contosohealth" },
    });
    expect(spec.healthBot.name).toBe("bot-contosohealth");
    expect(spec.identity.application.name).toBe("psc contosohealth bot");
  });

  test("follows the guide: security group, auditing, no message text, no standing access", () => {
    const { spec } = smallest();
    expect(spec.environment).toMatchObject({
      region: "unitedstates",
      type: "Sandbox",
      currency: "USD",
      language: 1033,
      securityGroup: "users",
      audit: { tables: ["contact", "incident"], retentionDays: 365 },
    });
    expect(spec.healthBot.keep).toEqual({ conversationsDays: 30, messageTextInTelemetry: false });
    expect(spec.healthBot.access).toMatchObject({
      admins: "botAdmins",
      activation: { maxHours: 8, require: ["mfa", "justification"] },
    });
    expect(spec.omnichannel.channels).toEqual(["chat", "sms", "teams"]);
  });

  test("has the guide's conversation: bot first, people through EscalateToAgent, a widget", () => {
    const { spec } = smallest();
    expect(spec.queues).toMatchObject([
      { name: "Patient bot", members: [{ kind: "bot" }], assignment: "highest-capacity" },
      { name: "Escalate to Human", members: [{ kind: "group", group: "agents" }] },
    ]);
    expect(spec.workstreams).toMatchObject([
      {
        channel: "chat",
        bot: true,
        capacity: 30,
        variables: [{ name: "EscalateToAgent", type: "number" }],
        route: [
          { when: { EscalateToAgent: 1 }, to: "Escalate to Human" },
          { when: {}, to: "Patient bot" },
        ],
        fallback: "Escalate to Human",
        widget: { title: "contosohealth", language: "en-US", attachments: "none" },
      },
    ]);
    expect(spec.healthBot.capacity).toBeGreaterThan(30);
  });

  test("gives the guide's roles: Omnichannel ones directly, the healthcare one to a team", () => {
    const { spec } = smallest();
    expect(spec.roles.map((grant) => [grant.role, grant.by])).toEqual([
      ["Healthcare User", "team"],
      ["Omnichannel agent", "direct"],
      ["Omnichannel supervisor", "direct"],
      ["Omnichannel agent", "direct"],
    ]);
  });

  test("follows a renamed handoff variable", () => {
    const renamed = sound(loadText(`${SMALLEST}healthBot: { handoff: { sets: Escalate, value: 2 } }\n`)).spec;
    expect(renamed.workstreams[0]?.variables).toEqual([{ name: "Escalate", type: "number" }]);
    expect(renamed.workstreams[0]?.route[0]?.when).toEqual({ Escalate: 2 });
  });

  test("in stage prod is a Production environment", () => {
    expect(sound(loadText(`${SMALLEST}stage: prod\n`)).spec.environment.type).toBe("Production");
  });

  test.each([
    ["gcc", "eastus"],
    ["gcchigh", "usgovvirginia"],
    ["dod", "usdodcentral"],
  ])("in the cloud %s puts the bot into a location of that cloud", (cloud, location) => {
    const { spec, warnings } = sound(loadText(`${SMALLEST}cloud: ${cloud}\n`));
    expect(spec.azure.location).toBe(location);
    expect(warnings.map((warning) => warning.code)).toEqual(["PSC-W109"]);
  });

  test("speaks the environment's language in the widget", () => {
    const german = sound(
      loadText(SMALLEST.replace("domain: contosohealth", "domain: contosohealth, language: de-DE")),
    ).spec;
    expect(german.environment.language).toBe(1031);
    expect(german.workstreams[0]?.widget?.language).toBe("de-DE");
    const byNumber = sound(
      loadText(SMALLEST.replace("domain: contosohealth", "domain: contosohealth, language: 1031")),
    ).spec;
    expect(byNumber.environment.language).toBe(1031);
  });
});

describe("opening hours", () => {
  const open = (text: string) =>
    sound(
      loadText(
        `${SMALLEST}operatingHours: [{ name: Hours, timeZone: Europe/Berlin, open: ${text} }]\nqueues: [{ name: Q, members: [bot], operatingHours: Hours }]\nworkstreams: [{ name: W, channel: sms, fallback: Q }]\n`,
      ),
    ).spec.operatingHours[0]?.open;

  test("are days and minutes after midnight", () => {
    expect(open("{ mon-fri: 08:00-18:00 }")).toEqual([
      { days: ["mon", "tue", "wed", "thu", "fri"], startMinutes: 480, endMinutes: 1080 },
    ]);
  });

  test("may have breaks, single days, spans over the weekend, and midnight", () => {
    expect(open("{ 'mon,wed': [08:00-12:00, 13:00-17:30], sat-sun: 00:00-24:00 }")).toEqual([
      { days: ["mon", "wed"], startMinutes: 480, endMinutes: 720 },
      { days: ["mon", "wed"], startMinutes: 780, endMinutes: 1050 },
      { days: ["sat", "sun"], startMinutes: 0, endMinutes: 1440 },
    ]);
    expect(open("{ sat-mon: 09:00-10:00 }")?.[0]?.days).toEqual(["mon", "sat", "sun"]);
  });
});
