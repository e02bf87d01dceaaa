import { describe, expect, it } from "vitest";
import { botAccess, type HeldRole, reachesBot } from "../../src/controls/probes/bot-access.ts";
import { type RoleHolder, roleHolders, roleLayers } from "../../src/controls/probes/dataverse-roles.ts";
import {
  type AccessPolicy,
  conditionalAccess,
  type EmergencyAccount,
  emergencyAccounts,
} from "../../src/controls/probes/directory-policies.ts";
import type { EnvironmentSpec } from "../../src/spec/model.ts";
import { contosoSpec } from "../resources/support/contoso.ts";
import { judgedGiven, told } from "./hand-made.ts";

const prod = { stage: "prod" } as const;

const holder = (changes: Partial<RoleHolder>): RoleHolder => ({
  name: "amara@contoso.onmicrosoft.com",
  objectId: "o1",
  applicationId: null,
  enabled: true,
  roles: [],
  ...changes,
});

describe("PSC-IAM-03, healthcare roles", () => {
  const manifest = { roles: ["Healthcare User"] };
  const holders = [holder({ roles: ["healthcare user"] })];
  const given = (
    by: "team" | "direct",
    to: EnvironmentSpec["roles"][number]["to"],
  ): Partial<EnvironmentSpec> => ({
    roles: [
      { role: "Healthcare User", by: "team", to: { kind: "group", group: "users" } },
      { role: "Healthcare User", by, to },
    ],
  });
  const probes = [{ of: roleHolders, value: { users: holders } }];
  const resources = [{ address: 'dataverse.group-team["users"]' }];

  it("are nobody's business where the solution brings none", () => {
    expect(judgedGiven("PSC-IAM-03", { probes }).verdict).toBe("not-applicable");
  });

  it("have to be given to a group", () => {
    expect(
      told(judgedGiven("PSC-IAM-03", { manifest, probes: [{ of: roleHolders, value: { users: [] } }] })),
    ).toEqual(["fail", ["the spec gives no group a healthcare role by team"]]);
  });

  it("may be held by a person whom the spec names", () => {
    const spec = given("direct", { kind: "user", userPrincipalName: "Amara@contoso.onmicrosoft.com" });
    expect(told(judgedGiven("PSC-IAM-03", { manifest, probes, resources, spec }))).toEqual(["pass", []]);
  });

  it("may not be held by anybody else, but by applications", () => {
    const spec = given("direct", { kind: "user", userPrincipalName: "ben@contoso.onmicrosoft.com" });
    expect(told(judgedGiven("PSC-IAM-03", { manifest, probes, resources, spec }))).toEqual([
      "fail",
      ["amara@contoso.onmicrosoft.com holds healthcare user directly"],
    ]);
    const users = [holder({ applicationId: "a1", roles: ["Healthcare User"] })];
    expect(
      judgedGiven("PSC-IAM-03", {
        manifest,
        probes: [{ of: roleHolders, value: { users } }],
        resources,
        spec,
      }).verdict,
    ).toBe("pass");
  });
});

describe("PSC-IAM-04, Omnichannel roles", () => {
  it("do not count through a team", () => {
    const spec: Partial<EnvironmentSpec> = {
      roles: [{ role: "Omnichannel agent", by: "team", to: { kind: "group", group: "users" } }],
    };
    expect(told(judgedGiven("PSC-IAM-04", { spec }))).toEqual([
      "fail",
      ["Omnichannel agent is given to group/users by team, which Omnichannel does not count"],
    ]);
    expect(told(judgedGiven("PSC-IAM-04", {}))).toEqual([
      "fail",
      ["the spec gives nobody a role of Omnichannel"],
    ]);
  });
});

describe("roles that reach the bot", () => {
  it.each([
    [true, { actions: ["*"] }],
    [true, { actions: ["Microsoft.HealthBot/*"] }],
    [true, { actions: ["microsoft.healthbot/healthbots/*/action"] }],
    [true, { actions: ["*"], notActions: ["Microsoft.Authorization/*/Write"] }],
    [true, { actions: [], dataActions: ["Microsoft.HealthBot/healthBots/Admin/Action"] }],
    [false, { actions: ["*/read"] }],
    [false, { actions: ["Microsoft.Insights/*"], dataActions: ["Microsoft.Storage/*"] }],
    [false, { actions: ["Microsoft.HealthBot/healthBots/read"] }],
    [false, { actions: ["*"], notActions: ["Microsoft.HealthBot/*", "Microsoft.Authorization/*"] }],
    [false, { actions: ["MicrosoftXHealthBot/healthBots/write"] }],
  ] as const)("%s for %o", (reaches, permission) => {
    expect(reachesBot([permission])).toBe(reaches);
  });
});

const held = (changes: Partial<HeldRole>): HeldRole => ({
  principalId: "p1",
  principalType: "User",
  who: "amara@contoso.onmicrosoft.com",
  role: "Owner",
  scope: "the subscription Contoso",
  botRole: false,
  ...changes,
});

const account = (changes: Partial<EmergencyAccount> = {}): EmergencyAccount => ({
  name: "one@contoso.onmicrosoft.com",
  id: "e1",
  enabled: true,
  ...changes,
});
const TWO = [account(), account({ name: "two@contoso.onmicrosoft.com", id: "e2" })];
const emergencies = (accounts: readonly EmergencyAccount[]) => ({
  of: emergencyAccounts,
  value: { accounts },
});

describe("PSC-IAM-10, standing access", () => {
  it("of a group is standing access", () => {
    const standing = [held({ principalType: "Group", who: "Owners" })];
    const access = { of: botAccess, value: { standing, eligible: [] } };
    expect(told(judgedGiven("PSC-IAM-10", { probes: [access, emergencies([])] }))).toEqual([
      "fail",
      ["standing access to the bot: Owners (Owner of the subscription Contoso)"],
    ]);
  });

  it("of an account for emergencies is wanted, and is said", () => {
    const access = { of: botAccess, value: { standing: [held({ principalId: "e1" })], eligible: [] } };
    const { verdict, reason } = judgedGiven("PSC-IAM-10", { probes: [access, emergencies(TWO)] });
    expect([verdict, reason]).toEqual([
      "pass",
      "nobody has any but amara@contoso.onmicrosoft.com, kept for emergencies",
    ]);
  });

  it("cannot be judged without a bot, or without the right to see", () => {
    expect(judgedGiven("PSC-IAM-10", { probes: [{ of: botAccess }, emergencies([])] }).verdict).toBe("fail");
    const permission = "Microsoft.Authorization/roleAssignmentScheduleInstances/read";
    const problem = { code: "PSC-E202", message: "refused", remedy: null, permission };
    const result = judgedGiven("PSC-IAM-10", { probes: [{ of: botAccess, problem }, emergencies([])] });
    expect([result.verdict, result.missingPermission]).toEqual(["error", permission]);
  });
});

describe("PSC-IAM-09, whose the bot is", () => {
  it("a person's role is told wherever it is held", () => {
    const group = held({
      principalType: "Group",
      who: "Bot admins",
      botRole: true,
      role: "Healthcare Agent Admin",
    });
    const person = held({ botRole: true, role: "Healthcare Agent Reader", scope: "the resource bot" });
    const access = { of: botAccess, value: { standing: [person], eligible: [group] } };
    expect(told(judgedGiven("PSC-IAM-09", { probes: [access, emergencies([])] }))).toEqual([
      "fail",
      [
        "a role of the bot is held by a person: amara@contoso.onmicrosoft.com (Healthcare Agent Reader of the resource bot)",
      ],
    ]);
  });
});

describe("PSC-IAM-11, activation", () => {
  const address = 'azure.eligible-role-assignment["Healthcare Agent Admin → botAdmins"]';
  const label = "eligible role";
  const activated: Partial<EnvironmentSpec> = {
    healthBot: {
      ...contosoSpec().healthBot,
      access: {
        admins: "botAdmins",
        editors: undefined,
        readers: undefined,
        activation: { maxHours: 8, require: ["mfa"] },
      },
    },
  };

  it.each([
    ["by a second factor", { require: ["mfa", "justification"], maxHours: 8 }, "pass", []],
    ["by approval, for a day", { require: ["approval"], maxHours: 24 }, "pass", []],
    [
      "by a word alone, for two days",
      { require: ["justification"], maxHours: 48 },
      "warning",
      [
        "eligible role: activating takes neither multifactor authentication nor approval",
        "eligible role: an activation lasts 48 hours",
      ],
    ],
    [
      "for ever",
      { require: ["mfa"], maxHours: null },
      "warning",
      ["eligible role: an activation lasts for ever"],
    ],
  ] as const)("%s", (_what, observed, verdict, messages) => {
    const resources = [{ address, label, observed, state: "differs" as const }];
    expect(told(judgedGiven("PSC-IAM-11", { spec: activated, resources }))).toEqual([verdict, messages]);
  });

  it("is nobody's business where access stands, or nobody is eligible yet", () => {
    expect(judgedGiven("PSC-IAM-11", {}).verdict).toBe("not-applicable");
    const resources = [{ address, label, state: "missing" as const }];
    expect(judgedGiven("PSC-IAM-11", { spec: activated, resources }).verdict).toBe("not-applicable");
  });
});

const policy = (changes: Partial<AccessPolicy> = {}): AccessPolicy => ({
  name: "MFA",
  state: "enabled",
  demandsMfa: true,
  includeUsers: ["All"],
  includeGroups: [],
  includeRoles: [],
  excludeUsers: ["E1", "e2"],
  excludeGroups: [],
  excludeRoles: [],
  narrowedBy: [],
  ...changes,
});
const access = (policies: readonly AccessPolicy[], securityDefaults = false) => ({
  of: conditionalAccess,
  value: { policies, securityDefaults },
});
const ADMINISTRATORS = [
  "62e90394-69f5-4237-9190-012177145e10",
  "e8611ab8-c189-46e8-94e1-60213ab1f814",
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  "158c047a-c907-4556-b7ef-446551a6b5f7",
  "44367163-eba1-44c3-98af-f5787879f96a",
  "11648597-926c-4cf3-9c36-bcebb0ba8dcc",
];

describe("PSC-IAM-12, multifactor authentication", () => {
  const missing = (whom: string, why: string): string =>
    `no policy demands multifactor authentication of ${whom}${why === "" ? "" : ` ("MFA": ${why})`}`;

  it.each([
    ["one policy for everybody", [policy()], []],
    [
      "Microsoft's synchronization left out",
      [policy({ excludeRoles: ["d29b2b05-8046-44ba-8758-1e26182fcf32"] })],
      [],
    ],
    ["no policy", [], [missing("administrators", ""), missing("everybody", "")]],
    [
      "administrators alone",
      [policy({ includeUsers: [], includeRoles: ADMINISTRATORS })],
      [missing("everybody", "")],
    ],
    [
      "too few administrators",
      [policy({ includeUsers: [], includeRoles: ADMINISTRATORS.slice(1) })],
      [missing("administrators", ""), missing("everybody", "")],
    ],
    [
      "a group left out",
      [policy({ excludeGroups: ["g1"] })],
      [missing("administrators", "it leaves out 1 groups"), missing("everybody", "it leaves out 1 groups")],
    ],
    [
      "only some applications",
      [policy({ narrowedBy: ["it names applications"] })],
      [missing("administrators", "it names applications"), missing("everybody", "it names applications")],
    ],
  ] as const)("%s", (_what, policies, messages) => {
    const probes = [access(policies), emergencies(TWO)];
    expect(told(judgedGiven("PSC-IAM-12", { probes, spec: prod }))).toEqual([
      messages.length === 0 ? "pass" : "fail",
      messages,
    ]);
  });

  it("security defaults are enough, and development only should", () => {
    expect(
      judgedGiven("PSC-IAM-12", { probes: [access([], true), emergencies([])], spec: prod }).verdict,
    ).toBe("pass");
    expect(judgedGiven("PSC-IAM-12", { probes: [access([]), emergencies([])] }).verdict).toBe("warning");
  });
});

describe("PSC-IAM-13, accounts for emergencies", () => {
  it.each([
    ["two, left out", TWO, [policy()], "pass", []],
    ["none named", [], [policy()], "fail", ["the spec names no account for emergencies"]],
    ["one only", TWO.slice(0, 1), [policy()], "fail", ["the spec names one account for emergencies"]],
    [
      "an unknown and a disabled one",
      [account({ id: null }), account({ name: "two@contoso.onmicrosoft.com", id: "e2", enabled: false })],
      [policy()],
      "fail",
      [
        "the tenant has no account one@contoso.onmicrosoft.com",
        "the account two@contoso.onmicrosoft.com is disabled",
      ],
    ],
    [
      "one that a policy holds for",
      TWO,
      [policy({ excludeUsers: ["e2"] })],
      "fail",
      ['the policy "MFA" holds for one@contoso.onmicrosoft.com as well'],
    ],
    ["a policy that is not enforced", TWO, [policy({ state: "disabled", excludeUsers: [] })], "pass", []],
    ["groups left out instead", TWO, [policy({ excludeUsers: [], excludeGroups: ["g1"] })], "manual", []],
  ] as const)("%s", (_what, accounts, policies, verdict, messages) => {
    const probes = [access(policies), emergencies(accounts)];
    expect(told(judgedGiven("PSC-IAM-13", { probes, spec: prod }))).toEqual([verdict, messages]);
  });
});

describe("PSC-IAM-15, shipped roles", () => {
  it.each([
    ["one as it came", [{ name: "Omnichannel agent", managed: true, layers: ["System"] }], "pass"],
    [
      "one with a layer of another solution",
      [{ name: "a", managed: true, layers: ["System", "Partner"] }],
      "pass",
    ],
    ["an edited one", [{ name: "a", managed: true, layers: ["System", "Active"] }], "warning"],
    ["one that shows no layers", [{ name: "a", managed: true, layers: [] }], "manual"],
    ["only copies", [{ name: "a", managed: false, layers: [] }], "not-applicable"],
  ] as const)("%s", (_what, roles, verdict) => {
    expect(judgedGiven("PSC-IAM-15", { probes: [{ of: roleLayers, value: { roles } }] }).verdict).toBe(
      verdict,
    );
  });
});

describe("PSC-IAM-16, the platform's own role", () => {
  it("may be held by applications and by users without an Entra identity", () => {
    const users = [
      holder({ applicationId: "a1", roles: ["Omnichannel API access"] }),
      holder({ objectId: null, roles: ["Omnichannel API access"] }),
    ];
    expect(judgedGiven("PSC-IAM-16", { probes: [{ of: roleHolders, value: { users } }] }).verdict).toBe(
      "pass",
    );
  });
});
