import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControlResult, VerifyResult } from "../../src/controls/result.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { inside } from "../kinds/mutations/azure-and-entra.ts";
import { openPortal, type Portal, type Row } from "../kinds/portal.ts";

/** Controls that look into the bot's own content. */
const CONTENT = [
  "PSC-MON-02",
  "PSC-BOT-12",
  "PSC-RES-HEALTH-BOT.CONFIGURATION",
  "PSC-RES-HEALTH-BOT.SCENARIO",
];

let place: Workplace;
let portal: Portal;

async function verified(
  options = "",
  file = "dev.yaml",
): Promise<{ code: number; of: (id: string) => ControlResult }> {
  const ran = await place.psc(`verify ${file} --output json ${options}`);
  if (ran.stdout === "") throw new Error(ran.stderr);
  const { controls } = ran.json as VerifyResult;
  const of = (id: string): ControlResult => {
    const found = controls.find((control) => control.id === id);
    if (found === undefined) throw new Error(`no ${id}`);
    return found;
  };
  return { code: ran.code, of };
}

const restored = (): Promise<unknown> => place.sandbox.control("POST", "snapshots/deployed/restore", {});

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-dev");
  const deployed = await place.psc("deploy dev.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  await place.sandbox.control("POST", "snapshots", { name: "deployed" });
});
afterAll(() => place.close());

describe("the bot's own content", () => {
  it("is left alone: no secret is listed, and what stands there is for a person to see", async () => {
    const mark = await place.mark();
    const { code, of } = await verified();
    expect(code).toBe(0);
    const asked = (await place.requests(mark)).map(({ method, url }) => `${method} ${url}`);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((line) => /listSecrets|listKeys|healthbot\.microsoft\.com/i.test(line))).toEqual([]);
    for (const id of CONTENT)
      expect(of(id), id).toMatchObject({
        verdict: "manual",
        reason: expect.stringContaining("--with-bot-secrets"),
        evidence: [],
      });
    // The person's word about the bridge does not hang on it.
    expect(of("PSC-BOT-06")).toMatchObject({ verdict: "manual", reason: expect.stringContaining("said on") });
    expect(of("PSC-RES-HEALTH-BOT.BRIDGE")).toMatchObject({
      verdict: "manual",
      reason: expect.stringContaining("simulated person said"),
    });
  });

  it("is looked into when somebody says so", async () => {
    const { code, of } = await verified("--with-bot-secrets");
    expect(code).toBe(0);
    for (const id of CONTENT) expect(of(id), id).toMatchObject({ verdict: "pass" });
  });

  it("is kept with the other facts, and judged elsewhere just so", async () => {
    await place.psc("verify dev.yaml --collect without.json");
    const { code, of } = await verified("--facts without.json");
    expect(code).toBe(0);
    for (const id of CONTENT) expect(of(id).verdict, id).toBe("manual");
  });

  it("is an error that names the permission when somebody says so who may not", async () => {
    place.write(
      "refused.yaml",
      JSON.stringify({
        faults: [
          {
            when: { service: "arm", method: "POST", url: "/listSecrets" },
            action: {
              kind: "respond",
              status: 403,
              body: { error: { code: "AuthorizationFailed", message: "no" } },
            },
          },
        ],
      }),
    );
    const { code, of } = await verified("--with-bot-secrets --sandbox-faults refused.yaml");
    expect(code).toBe(2);
    for (const id of CONTENT)
      expect(of(id), id).toMatchObject({
        verdict: "error",
        missingPermission: expect.stringContaining("listSecrets/action"),
      });
    expect(of("PSC-BOT-01").verdict).toBe("pass");
    expect((await verified("--sandbox-faults refused.yaml")).code).toBe(0);
  });
});

describe("what never turns red by itself", () => {
  it("hears that handoff of the bot was switched off (PSC-BOT-06)", async () => {
    await portal.edit(
      "healthBot/accounts",
      inside("backup", ({ configuration }) => ({
        configuration: { ...(configuration as Row), handoff: { enable: false } },
      })),
    );
    const { of } = await verified("--with-bot-secrets");
    await restored();
    expect(of("PSC-BOT-06")).toMatchObject({ verdict: "fail", findings: [{ field: "handoff" }] });
  });

  it("tells when Azure begins to offer logs of the bot (PSC-MON-11)", async () => {
    expect((await verified()).of("PSC-MON-11").reason).toContain("Azure offers none");
    await portal.edit("arm/healthBots", () => ({ diagnosticCategories: ["Conversations"] }));
    const { of } = await verified();
    await restored();
    expect(of("PSC-MON-11")).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("has begun to offer Conversations"),
    });
  });

  it("tells which way the mapping of personas is (PSC-OC-11)", async () => {
    expect((await verified()).of("PSC-OC-11").reason).toContain("it is on");
    await portal.rows("msdyn_omnichannelconfiguration", () => ({
      msdyn_ispersonasecurityrolemappingenabled: false,
    }));
    const { of } = await verified();
    await restored();
    expect(of("PSC-OC-11")).toMatchObject({ verdict: "pass", reason: expect.stringContaining("it is off") });
  });
});

describe("what the spec leaves to others", () => {
  it("is looked for where Azure shows it: the export of the activity log (PSC-MON-03)", async () => {
    place.write("central.yaml", "extends: dev.yaml\nazure: { monitoring: { activityLog: [] } }\n");
    // The setting that the deployment has made is somebody else's for this spec.
    expect((await verified("", "central.yaml")).of("PSC-MON-03")).toMatchObject({
      verdict: "pass",
      reason: expect.stringContaining("somebody else exports the four categories to log-contoso-dev"),
    });
    await portal.edit("arm/diagnosticSettings", () => "gone");
    const { of } = await verified("", "central.yaml");
    await restored();
    expect(of("PSC-MON-03")).toMatchObject({
      verdict: "fail",
      remedy: { spec: "azure.monitoring.activityLog" },
    });
    expect(of("PSC-MON-03").findings).toHaveLength(4);
    expect(of("PSC-MON-03").evidence).not.toEqual([]);
  });
});
