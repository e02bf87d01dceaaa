import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "./support.ts";

let place: Workplace;
beforeEach(async () => {
  place = await openWorkplace();
});
afterEach(() => place.close());

async function existing(createdTime: string): Promise<void> {
  const answer = await place.sandbox.control("POST", "environments", {
    displayName: "Contoso Health (dev)",
    domainName: "contosohealth-dev",
    location: "unitedstates",
    sku: "Sandbox",
    createdTime,
  });
  expect(answer.status).toBe(201);
}

const installs = async (): Promise<string[]> =>
  (await place.writes()).flatMap(({ url }) => /applicationPackages\/([^/]+)\/install/.exec(url)?.[1] ?? []);

describe("CRM Hub", () => {
  it("is installed in an environment made on 2021-09-30, first of all packages", async () => {
    await existing("2021-09-30T12:00:00Z");
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    expect((await installs())[0]).toBe("msdynce_CRMHub");
  });

  it("is not installed in an environment made on 2021-10-02", async () => {
    await existing("2021-10-02T00:00:00Z");
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    expect(await installs()).not.toContain("msdynce_CRMHub");
    expect((await installs())[0]).toBe("OmnichannelPrimeAnchor");
  });
});

describe("a tenant that does not offer the retired package", () => {
  beforeEach(async () => {
    const removed = await place.sandbox.control("POST", "state", {
      path: "powerPlatform/catalogue",
      where: { uniqueName: "HealthcarePatientServiceCenterAnchor" },
      delete: true,
    });
    expect(removed.status).toBe(200);
  });

  it("is told so, with the way out, before anything is written", async () => {
    for (const command of ["plan", "deploy"]) {
      const ran = await place.psc(`${command} dev.yaml`);
      expect(ran.code).toBe(1);
      const said = ran.stdout + ran.stderr;
      expect(said).toContain("not offered");
      expect(said).toContain("HealthcarePatientServiceCenterAnchor");
      expect(said).toContain("2025-01-30");
      expect(said).toContain("solution: patient-contact-center");
    }
    expect(await place.writes()).toEqual([]);
  });

  it("gets the same scenario on supported parts with one changed line", async () => {
    place.edit("base.yaml", "solution: patient-service-center", "solution: patient-contact-center");
    const ran = await place.psc("deploy dev.yaml");
    expect(ran.code).toBe(0);
    expect(await installs()).not.toContain("HealthcarePatientServiceCenterAnchor");
    expect((await place.psc("verify dev.yaml")).code).toBe(0);
  });
});

describe("an installation that takes hours", () => {
  it("is picked up by the next run instead of being started again", async () => {
    const abort = await place.psc("deploy dev.yaml --no-simulated-person");
    expect(abort.code).toBe(3);
    await place.psc("sandbox person omnichannel-consent dev.yaml");
    await place.sandbox.control("POST", "clock", { speed: 1 });
    const environments = await place.sandbox.control("GET", "state?path=bap/environments/*");
    const environment = (environments.body as { name: string; properties: { displayName: string } }[]).find(
      (row) => JSON.stringify(row).includes("contosohealth-dev"),
    );
    expect(environment).toBeDefined();
    const token = await place.sandbox.token("admin", "https://api.powerplatform.com");
    const id = JSON.stringify(environment).match(/"(?:name|id)":"([0-9a-f-]{36})"/)?.[1] ?? "";
    const started = await place.sandbox.ask(
      "POST",
      `https://api.powerplatform.com/appmanagement/environments/${id}/applicationPackages/OmnichannelPrimeAnchor/install?api-version=2022-03-01-preview`,
      { token, body: {} },
    );
    expect(started.status).toBe(202);
    await place.sandbox.control("POST", "clock", { speed: 36_000 });
    const plan = await place.psc("plan dev.yaml --output json");
    expect(plan.json.summary.wait).toBe(1);
    const mark = await place.mark();
    expect((await place.psc("deploy dev.yaml")).code).toBe(0);
    const again = (await place.writes(mark)).filter(({ url }) =>
      url.includes("OmnichannelPrimeAnchor/install"),
    );
    expect(again).toEqual([]);
  });
});
