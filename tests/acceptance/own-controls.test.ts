import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControlResult, VerifyResult } from "../../src/controls/result.ts";
import { openPortal, type Portal } from "../kinds/portal.ts";
import { openWorkplace, type Workplace } from "./support.ts";

/** Controls from files of the user's, judged over facts of a deployed environment. */

let place: Workplace;
let portal: Portal;

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-full");
  const deployed = await place.psc("deploy full.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  await place.sandbox.control("POST", "snapshots", { name: "deployed" });
  expect((await place.psc("verify full.yaml --collect facts.json")).code).toBe(0);
});
afterAll(() => place.close());

async function own(line: string): Promise<ReadonlyMap<string, ControlResult>> {
  const ran = await place.psc(line);
  if (ran.stdout === "") throw new Error(ran.stderr);
  const { controls } = ran.json as VerifyResult;
  return new Map(controls.filter(({ origin }) => origin === "own").map((control) => [control.id, control]));
}

/** One control, judged offline over the facts of the deployed example. */
async function judged(fields: string): Promise<ControlResult> {
  const control = ["  - id: TRY-01", "title: try", "statement: s", "rationale: r", ...fields.split("\n")];
  place.write(
    "controls/try.yaml",
    `apiVersion: psc/v1\nkind: Controls\ncontrols:\n${control.join("\n    ")}\n`,
  );
  place.write("try.yaml", "extends: full.yaml\nverify: { controls: [controls/try.yaml] }\n");
  const found = (await own("verify try.yaml --facts facts.json --output json")).get("TRY-01");
  if (found === undefined) throw new Error("not judged");
  return found;
}

describe("the example's own controls", () => {
  it("hold where it is deployed, with evidence, mappings and the permissions of what they rest on", async () => {
    const controls = await own("verify full.yaml --output json");
    expect([...controls.values()].map(({ id, verdict, reason }) => [id, verdict, reason])).toEqual([
      ["CONTOSO-CHAT-01", "pass", "it holds for each of 1"],
      ["CONTOSO-IAM-01", "pass", "it holds for each of 1"],
    ]);
    expect(controls.get("CONTOSO-IAM-01")).toMatchObject({
      mappings: { nist: ["AC-5"] },
      persona: "Groups Administrator",
      location: { file: "full.yaml" },
      related: expect.arrayContaining(["PSC-RES-ENTRA.GROUP"]),
    });
    for (const { evidence, permissions } of controls.values()) {
      expect(evidence).not.toEqual([]);
      expect(permissions).not.toEqual([]);
    }
    const text = (await place.psc("verify full.yaml")).stdout;
    expect(text).toContain("Controls of your own: 2 of 2");
  });

  it("fail, and only the one, when somebody raises the limit in the portal", async () => {
    await portal.rows("msdyn_capacityprofile", () => ({ msdyn_defaultmaxunits: 7 }));
    const controls = await own("verify full.yaml --output json");
    await place.sandbox.control("POST", "snapshots/deployed/restore", {});
    expect(controls.get("CONTOSO-CHAT-01")).toMatchObject({
      verdict: "fail",
      reason: 'capacity profile "Patient chats" lets an agent take 7 conversations (blocked beyond: true)',
      findings: [{ subject: 'omnichannel.capacity-profile["Patient chats"]' }],
    });
    expect(controls.get("CONTOSO-IAM-01")?.verdict).toBe("pass");
  });
});

describe("a control of one's own", () => {
  const queues = `restsOn: [omnichannel.queue]
level: SHALL
otherwise: "{{it.label}} has priority {{it.observed.priority}}"
each: resources["omnichannel.queue"]`;

  it("says of each thing that violates it what it is about", async () => {
    expect(await judged(`${queues}\nholds: it.observed.operatingHours != "always"`)).toMatchObject({
      verdict: "fail",
      reason: 'queue "Patient bot" has priority 1; and 1 more',
      findings: [
        { subject: 'omnichannel.queue["Patient bot"]', message: 'queue "Patient bot" has priority 1' },
        { subject: 'omnichannel.queue["Second line"]' },
      ],
    });
  });

  it.each(["SHALL fail", "SHOULD warning", "INFO pass"])("of level %s", async (words) => {
    const [level = "", verdict] = words.split(" ");
    const fields = `restsOn: [omnichannel.queue]\nholds: size(resources["omnichannel.queue"]) == 1\notherwise: "{{size(resources[\\"omnichannel.queue\\"])}} queues"`;
    const found = await judged(`${fields}\nlevel: ${level}`);
    expect(found).toMatchObject({ verdict });
    expect(found.reason).toBe("3 queues");
  });

  it.each([
    [
      "a field that is not there",
      "it.observed.nothing == 1",
      "holds cannot be evaluated: no such key: nothing",
    ],
    ["a value that is no truth", "it.observed.priority", "holds gives a number, not true or false"],
    ["what is no data", "spec.constructor == null", "holds cannot be evaluated: no such key: constructor"],
    ["things that cannot be compared", "it.observed.priority > it.label", /^holds cannot be evaluated: /],
  ])("is an error, never a pass, with %s", async (_, holds, reason) => {
    expect(await judged(`${queues}\nholds: ${holds}`)).toMatchObject({
      verdict: "error",
      reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
      findings: [],
    });
  });

  it.each([
    [
      "no resource of the kind",
      "restsOn: [power-platform.pac]\nholds: 'true'",
      /^there is nothing of power-platform.pac/,
    ],
    [
      "an empty list",
      `restsOn: [omnichannel.queue]\neach: "[]"\nholds: "true"`,
      /^there is nothing that it is about/,
    ],
    [
      "`when` false",
      `restsOn: [omnichannel.queue]\nwhen: spec.stage == "prod"\nholds: "false"`,
      /stage == "prod" is false/,
    ],
  ])("does not apply, and is no pass, with %s", async (_, fields, reason) => {
    const found = await judged(`${fields}\nlevel: SHALL\notherwise: no`);
    expect(found.verdict).toBe("not-applicable");
    expect(found.reason).toMatch(reason);
  });

  it("knows when the facts were collected", async () => {
    const fields = "restsOn: [omnichannel.queue]\nlevel: SHALL\notherwise: at {{now}}";
    expect(await judged(`${fields}\nholds: now < timestamp("2020-01-01T00:00:00Z")`)).toMatchObject({
      verdict: "fail",
      reason: expect.stringMatching(/^at 20\d\d-\d\d-\d\dT/),
    });
  });

  it("is an error that names the permission when what it rests on may not be read", async () => {
    await place.sandbox.control("POST", "faults", {
      when: { service: "graph", url: "/groups" },
      action: {
        kind: "respond",
        status: 403,
        body: { error: { code: "Authorization_RequestDenied", message: "Insufficient privileges" } },
      },
    });
    const controls = await own("verify full.yaml --output json");
    await place.sandbox.control("DELETE", "faults");
    expect(controls.get("CONTOSO-IAM-01")).toMatchObject({
      verdict: "error",
      missingPermission: expect.stringContaining("Group"),
    });
  });

  it("leads to the file that defines it where the spec does not speak of it", async () => {
    const found = await judged(`${queues}\nholds: "true"`);
    expect(found.location).toMatchObject({ file: join("controls", "try.yaml"), line: 4 });
  });

  it("can be accepted for a time by whoever answers for it", async () => {
    await judged(`${queues}\nholds: "false"`);
    place.write(
      "try.yaml",
      `extends: full.yaml
verify:
  controls: [controls/try.yaml]
  exceptions: [{ control: TRY-01, reason: queues are new, owner: sofia@contoso.onmicrosoft.com, until: "2099-12-31" }]
`,
    );
    const controls = await own("verify try.yaml --facts facts.json --output json");
    expect(controls.get("TRY-01")).toMatchObject({ verdict: "accepted", exception: { expired: false } });
  });
});
