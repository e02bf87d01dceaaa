import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channels } from "../../../src/resources/omnichannel/channels.ts";
import { operatingHours } from "../../../src/resources/omnichannel/operating-hours.ts";
import { queue } from "../../../src/resources/omnichannel/queue.ts";
import { smsChannel } from "../../../src/resources/omnichannel/sms-channel.ts";
import { smsNumber } from "../../../src/resources/omnichannel/sms-number.ts";
import { teamsAccount } from "../../../src/resources/omnichannel/teams-account.ts";
import type { EnvironmentSpec } from "../../../src/spec/model.ts";
import {
  type ContactCentre,
  contactCentre,
  failuresOf,
  startContactCentre,
} from "../support/dataverse-context.ts";
import { actionOf, diffOf } from "../support/tenant.ts";

const SPEC = contactCentre();
const WEEKDAYS = operatingHours.address("Weekdays");

let centre: ContactCentre;
beforeAll(async () => {
  centre = await startContactCentre();
});
afterAll(() => centre.close());

describe("before Omnichannel is installed", () => {
  it("everything of it is simply absent, and nothing is a problem", async () => {
    await centre.sandbox.control("POST", "environments", {
      displayName: SPEC.environment.displayName,
      domainName: SPEC.environment.domain,
    });
    const plan = await centre.plan(SPEC);
    expect(plan.problems).toEqual([]);
    expect(actionOf(plan, queue.address("Patient bot"))).toMatchObject({
      action: "create",
      reason: "its table comes with packages that are not installed yet",
    });
    expect(actionOf(plan, channels.address()).gate).toMatchObject({
      link: expect.stringContaining("contosohealth-dev.crm.dynamics.com/main.aspx"),
      simulation: {
        action: "omnichannel-channels",
        payload: { channels: ["chat", "sms", "teams"] },
      },
    });
  });
});

describe("channels", () => {
  it("are seen by themselves once a person has ticked them", async () => {
    const run = await centre.deploy(SPEC);
    expect(failuresOf(run)).toEqual([]);
    const passed = run.events.filter(({ type }) => type === "gate-passed").length;
    expect(passed).toBe(3);
    expect(await centre.observe(SPEC, channels.address())).toMatchObject({ status: "present" });
  });

  it("are not proved by solutions alone, which stay when a channel is switched off", async () => {
    const { value } = await centre.dataverse(
      "msdyn_occhannelconfigurations?$filter=msdyn_streamsource eq 192340000",
    );
    await centre.dataverse(
      `msdyn_occhannelconfigurations(${value[0].msdyn_occhannelconfigurationid})`,
      "DELETE",
    );
    expect(await centre.observe(SPEC, channels.address())).toMatchObject({
      status: "absent",
      reason: "sms not provisioned yet",
    });
    await centre.dataverse("msdyn_occhannelconfigurations", "POST", {
      msdyn_name: "SMS",
      msdyn_streamsource: 192340000,
    });
    expect(await centre.observe(SPEC, channels.address())).toMatchObject({ status: "present" });
  });

  it("put the synchronised number on the SMS workstream", async () => {
    expect(await centre.observe(SPEC, smsNumber.address("Patient texts"))).toMatchObject({
      data: { phoneNumber: "+18445550100" },
    });
    const { value } = await centre.dataverse(
      "msdyn_ocsmschannelsettings?$expand=msdyn_PhoneNumberId($select=msdyn_phonenumber),msdyn_liveworkstreamid($select=msdyn_name)",
    );
    expect(value).toEqual([
      expect.objectContaining({
        msdyn_PhoneNumberId: expect.objectContaining({ msdyn_phonenumber: "+18445550100" }),
        msdyn_liveworkstreamid: expect.objectContaining({ msdyn_name: "Patient texts" }),
      }),
    ]);
    expect(actionOf(await centre.plan(SPEC), smsChannel.address("Patient texts")).action).toBe("none");
  });

  it("know the Teams account by the bot that the service registered", async () => {
    expect(await centre.observe(SPEC, teamsAccount.address("Staff questions"))).toMatchObject({
      data: { botId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });
});

function withHours(open: EnvironmentSpec["operatingHours"][number]["open"], timeZone: string) {
  return { ...SPEC, operatingHours: [{ name: "Weekdays", timeZone, open }] };
}

describe("operating hours", () => {
  it("are read back as declared", async () => {
    expect(await centre.observe(SPEC, WEEKDAYS)).toMatchObject({
      fields: { timeZone: "America/New_York", open: ["mon-fri 08:00-18:00", "sat 09:00-12:00"] },
    });
  });

  it("follow the spec to other days, times and zones", async () => {
    const spec = withHours(
      [{ days: ["mon", "tue", "wed", "thu", "fri"], startMinutes: 420, endMinutes: 1200 }],
      "America/Los_Angeles",
    );
    expect(diffOf(await centre.plan(spec), WEEKDAYS)).toEqual({
      timeZone: ["Eastern Standard Time", "America/Los_Angeles"],
      open: [["mon-fri 08:00-18:00", "sat 09:00-12:00"], ["mon-fri 07:00-20:00"]],
    });
    expect(failuresOf(await centre.deploy(spec))).toEqual([]);
    expect(actionOf(await centre.plan(spec), WEEKDAYS).action).toBe("none");
  });

  it("take a new calendar where the calendar actions do not serve operating hours", async () => {
    await centre.sandbox.control("POST", "faults", {
      service: "dataverse",
      match: "msdyn_(Save|Delete)Calendar",
      times: 1,
      action: {
        kind: "respond",
        status: 400,
        body: {
          error: {
            code: "0x80040265",
            message: "This operation is not enabled for given entity logical name.",
          },
        },
      },
    });
    await centre.writes();
    expect(failuresOf(await centre.deploy(SPEC))).toEqual([]);
    const writes = await centre.writes();
    expect(writes).toContain("POST /api/data/v9.2/calendars");
    expect(actionOf(await centre.plan(SPEC), WEEKDAYS).action).toBe("none");
  });

  it("keep a break in the middle of the day closed", async () => {
    const spec = withHours(
      [
        { days: ["mon", "wed"], startMinutes: 480, endMinutes: 720 },
        { days: ["mon", "wed"], startMinutes: 780, endMinutes: 1020 },
      ],
      "Europe/Berlin",
    );
    expect(failuresOf(await centre.deploy(spec))).toEqual([]);
    expect(await centre.observe(spec, WEEKDAYS)).toMatchObject({
      fields: { open: ["mon,wed 08:00-12:00 13:00-17:00"], timeZone: "Europe/Berlin" },
    });
  });
});
