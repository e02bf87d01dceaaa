import { describe, expect, it } from "vitest";
import {
  botCredentials,
  botGrants,
  botRegistration,
  type Credential,
} from "../../src/controls/probes/bot-application.ts";
import { type RoleHolder, roleHolders } from "../../src/controls/probes/dataverse-roles.ts";
import type { EnvironmentSpec } from "../../src/spec/model.ts";
import { plainApplication } from "../resources/support/contoso.ts";
import { judgedGiven, told } from "./hand-made.ts";

describe("PSC-IAM-05, the bot's registration", () => {
  const registration = {
    appId: "a1",
    displayName: "psc contoso-dev bot",
    signInAudience: "AzureADMyOrg",
    environments: ["contoso-dev"],
  };

  it.each([
    ["holds for one of its own", registration, "pass", []],
    [
      "fails for one that serves another environment too",
      { ...registration, environments: ["contoso-dev", "contoso-prod"] },
      "fail",
      ['the application "psc contoso-dev bot" serves the environment contoso-prod as well'],
    ],
    ["fails for none", undefined, "fail", ["the bot's application does not exist"]],
  ] as const)("%s", (_what, value, verdict, messages) => {
    expect(told(judgedGiven("PSC-IAM-05", { probes: [{ of: botRegistration, value }] }))).toEqual([
      verdict,
      messages,
    ]);
  });
});

describe("PSC-IAM-06, the application's permissions", () => {
  const declaring = (
    application: readonly string[],
    delegated: readonly string[] = [],
  ): Partial<EnvironmentSpec> => ({
    identity: {
      groups: [],
      adminApplications: [],
      application: { ...plainApplication("bot"), permissions: { application, delegated, consent: "person" } },
    },
  });

  it.each([
    ["nothing declared, nothing granted", undefined, [], "pass", []],
    ["what signing in takes", undefined, ["delegated openid", "delegated profile"], "pass", []],
    ["as declared, in another case", declaring(["user.read.all"]), ["application User.Read.All"], "pass", []],
    [
      "something granted and not declared",
      undefined,
      ["application User.Read.All"],
      "fail",
      ["application User.Read.All was granted and is not in the spec"],
    ],
    [
      "a permission to change things, though it is declared",
      declaring(["Calendars.ReadWrite"]),
      ["application Calendars.ReadWrite"],
      "fail",
      ["application Calendars.ReadWrite lets the application change things"],
    ],
    [
      "something declared and not granted",
      declaring([], ["User.Read"]),
      [],
      "fail",
      ["delegated User.Read is in the spec and was not granted"],
    ],
  ] as const)("%s", (_what, spec, permissions, verdict, messages) => {
    const given = {
      probes: [{ of: botGrants, value: { permissions } }],
      ...(spec === undefined ? {} : { spec }),
    };
    expect(told(judgedGiven("PSC-IAM-06", given))).toEqual([verdict, messages]);
  });
});

describe("PSC-IAM-07, the application's credentials", () => {
  const credential = (kind: Credential["kind"], start: string, end: string): Credential => ({
    kind,
    name: "one",
    start: start === "" ? "" : `${start}T00:00:00Z`,
    end: end === "" ? "" : `${end}T00:00:00Z`,
  });

  it.each([
    ["none at all", [], "not-applicable", []],
    ["a secret of 180 days", [credential("secret", "2027-01-01", "2027-06-30")], "pass", []],
    [
      "a secret of 200 days",
      [credential("secret", "2027-01-01", "2027-07-20")],
      "fail",
      ['the secret "one" is good for 200 days'],
    ],
    ["a certificate of a year", [credential("certificate", "2027-01-01", "2028-01-01")], "pass", []],
    [
      "a certificate of two years",
      [credential("certificate", "2027-01-01", "2029-01-01")],
      "fail",
      ['the certificate "one" is good for 731 days'],
    ],
    [
      "one without an end",
      [credential("secret", "2027-01-01", "")],
      "fail",
      ['the secret "one" does not end'],
    ],
    [
      "one without a begin",
      [credential("secret", "", "2027-04-01")],
      "fail",
      ['the secret "one" does not end'],
    ],
    [
      "only ended ones",
      [credential("secret", "2026-01-01", "2026-06-30"), credential("secret", "2026-06-01", "2026-11-28")],
      "fail",
      ["every credential has ended, the last on 2026-11-28"],
    ],
    [
      "an ended one, however long it was, beside its successor",
      [credential("secret", "2020-01-01", "2026-06-30"), credential("secret", "2027-01-01", "2027-03-02")],
      "pass",
      [],
    ],
  ] as const)("%s", (_what, credentials, verdict, messages) => {
    expect(
      told(judgedGiven("PSC-IAM-07", { probes: [{ of: botCredentials, value: { credentials } }] })),
    ).toEqual([verdict, messages]);
  });
});

describe("PSC-IAM-08, the application's user", () => {
  const app = {
    of: botRegistration,
    value: { appId: "A1", displayName: "", signInAudience: "", environments: [] },
  };
  const bot: RoleHolder = {
    name: "# bot",
    objectId: null,
    applicationId: "a1",
    enabled: true,
    roles: ["Omnichannel agent"],
  };

  it.each([
    ["one, enabled, with the role", [bot], "pass", []],
    ["none", [], "fail", ["the application a1 is no user of the environment with a role"]],
    ["two of it", [bot, bot], "fail", ["2 users stand for the application a1"]],
    [
      "without the role",
      [{ ...bot, roles: ["Healthcare User"] }],
      "fail",
      ["the application user # bot does not hold Omnichannel agent"],
    ],
  ] as const)("%s", (_what, users, verdict, messages) => {
    expect(told(judgedGiven("PSC-IAM-08", { probes: [app, { of: roleHolders, value: { users } }] }))).toEqual(
      [verdict, messages],
    );
  });
});
