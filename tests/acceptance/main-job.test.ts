import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LoggedRequest } from "../../src/sandbox/request-log.ts";
import { openWorkplace, type Ran, type Workplace } from "./support.ts";

let place: Workplace;
let first: Ran;
let log: LoggedRequest[];

beforeAll(async () => {
  place = await openWorkplace();
  first = await place.psc("deploy dev.yaml");
  log = await place.requests();
});
afterAll(() => place.close());

const BOT_ROLE = /systemusers\([^)]+\)\/systemuserroles_association\/\$ref/;

describe("an empty tenant becomes a working contact centre", () => {
  it("ends well and tells, per step of the guide, what was done and by which API", () => {
    expect(first.stderr).toBe("");
    expect(first.code).toBe(0);
    for (const step of [
      "Prerequisites",
      "Environment",
      "Consent",
      "Omnichannel",
      "Channels",
      "Solution",
      "Health Bot",
      "Human handoff",
      "Queues and routing",
      "Roles and groups",
    ])
      expect(first.stdout).toContain(step);
    for (const api of [
      "Microsoft Graph",
      "Azure Resource Manager",
      "Power Platform",
      "Dataverse",
      "Health Bot management API",
    ])
      expect(first.stdout).toContain(api);
  });

  it("hands over the facts a person needs next: widget, environment", () => {
    expect(first.stdout).toContain("https://contosohealth-dev.crm.dynamics.com");
    expect(first.stdout).toContain("data-app-id");
    expect(first.stdout).toContain("data-org-id");
  });

  it("announces what the simulated person did", () => {
    expect(first.stdout).toMatch(/simulated person \(Global Administrator\)/);
  });

  it("makes the first write of each step in the documented order", () => {
    const firstWrites: [string, RegExp, string][] = [
      ["prerequisites", /\/providers\/Microsoft\.HealthBot\/register|\/groups\(uniqueName=/, "POST|PATCH"],
      ["environment", /\/Microsoft\.BusinessAppPlatform\/environments\?/, "POST"],
      ["Omnichannel", /applicationPackages\/OmnichannelPrimeAnchor\/install/, "POST"],
      ["solution", /applicationPackages\/HealthcareFoundationAnchor\/install/, "POST"],
      ["Health Bot", /resourcegroups\/rg-contoso-health-dev\?/i, "PUT"],
      ["human handoff", /\.healthbot\.microsoft\.com\/api\/account\/[^/]+\/backup/, "POST"],
      ["bot application", /\/applications\(uniqueName=/, "PATCH"],
      ["queues", /\/queues$/, "POST"],
      ["roles", BOT_ROLE, "POST"],
    ];
    const positions = firstWrites.map(
      ([, url, method]) =>
        log.find((entry) => entry.write && new RegExp(method).test(entry.method) && url.test(entry.url))
          ?.seq ?? -1,
    );
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it("gives every host only tokens of its own audience and meets no refusal it did not provoke", () => {
    expect(log.filter(({ status }) => status === 401)).toEqual([]);
    expect(log.filter(({ status }) => status >= 500)).toEqual([]);
    expect(log.filter(({ service }) => service === "unknown")).toEqual([]);
  });
});

describe("afterwards", () => {
  it("has nothing to do: no change, no write, every statement proved", async () => {
    const mark = await place.mark();
    const again = await place.psc("deploy dev.yaml");
    expect(again.code).toBe(0);
    expect(again.stdout).toContain("no changes");
    expect((await place.psc("plan dev.yaml")).code).toBe(0);
    expect((await place.psc("verify dev.yaml")).code).toBe(0);
    expect(await place.writes(mark)).toEqual([]);
  });

  it("plans one changed field as one update and sends one write", async () => {
    place.edit("base.yaml", "name: Escalate to Human, priority: 1", "name: Escalate to Human, priority: 7");
    const plan = await place.psc("plan dev.yaml --output json");
    expect(plan.code).toBe(2);
    expect(plan.json.format).toBe("psc.plan/1");
    expect(plan.json.summary).toMatchObject({
      create: 0,
      update: 1,
      replace: 0,
      delete: 0,
      adopt: 0,
      wait: 0,
      gate: 0,
    });
    const changed = plan.json.actions.filter((action: { action: string }) => action.action !== "none");
    expect(changed).toMatchObject([
      {
        address: 'omnichannel.queue["Escalate to Human"]',
        kind: "omnichannel.queue",
        action: "update",
        diff: [{ path: "priority", before: 1, after: 7 }],
      },
    ]);
    const mark = await place.mark();
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    const writes = await place.writes(mark);
    expect(writes.map(({ method, body }) => [method, body])).toEqual([["PATCH", { msdyn_priority: 7 }]]);
    expect((await place.psc("plan dev.yaml")).code).toBe(0);
  });

  it("finds three changes made behind its back and mends just these", async () => {
    const tables = "dataverse/organizations/contosohealth-dev/tables";
    const { sandbox } = place;
    const users = (await sandbox.control("GET", `state?path=${tables}/systemuser`)).body as Record<
      string,
      Record<string, unknown>
    >;
    const bot = Object.values(users).find((row) => row["msdyn_botapplicationid"] !== undefined);
    const botId = bot?.["systemuserid"];
    expect(botId).toBeTypeOf("string");
    const disabled = await sandbox.control("POST", "state", {
      path: `${tables}/systemuser`,
      where: { systemuserid: botId },
      set: { isdisabled: true },
    });
    expect(disabled.body).toEqual({ touched: 1 });
    const unroled = await sandbox.control("POST", "state", {
      path: `${tables}/systemuserroles`,
      where: { systemuserid: botId },
      delete: true,
    });
    expect(unroled.body).toEqual({ touched: 1 });
    const rulesets = (await sandbox.control("GET", `state?path=${tables}/msdyn_decisionruleset`))
      .body as Record<string, Record<string, string>>;
    const ruleset = Object.values(rulesets).find((row) =>
      row["msdyn_rulesetdefinition"]?.includes("Human Agent"),
    );
    await sandbox.control("POST", "state", {
      path: `${tables}/msdyn_decisionruleset`,
      where: { msdyn_decisionrulesetid: ruleset?.["msdyn_decisionrulesetid"] },
      set: {
        msdyn_rulesetdefinition: ruleset?.["msdyn_rulesetdefinition"]?.replace(
          "Human Agent",
          "Somebody else",
        ),
      },
    });

    const plan = await place.psc("plan dev.yaml --output json");
    expect(plan.code).toBe(2);
    const changed: { kind: string }[] = plan.json.actions.filter(
      (action: { action: string }) => action.action !== "none",
    );
    expect(changed.map(({ kind }) => kind).sort()).toEqual([
      "dataverse.application-user",
      "dataverse.role-assignment",
      "omnichannel.routing",
    ]);
    const verify = await place.psc("verify dev.yaml");
    expect(verify.code).toBe(2);
    // Long values are wrapped between words.
    for (const words of ["enabled", "Omnichannel agent", "Somebody else"])
      expect(verify.stdout.replace(/\s+/g, " ")).toContain(words);

    const mark = await place.mark();
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    const writes = await place.writes(mark);
    expect(
      writes
        .map(({ method, url }) => `${method} ${url.replace(/^.*\/v9\.2\//, "").replace(/\(.*?\)/, "")}`)
        .sort(),
    ).toEqual([
      "PATCH msdyn_decisionrulesets",
      "PATCH systemusers",
      "POST systemusers/systemuserroles_association/$ref",
    ]);
    expect((await place.psc("verify dev.yaml")).code).toBe(0);
  });
});
