import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installChatSdk, openWorkplace, tuesdayNoonInNewYork, type Workplace } from "./support.ts";

let place: Workplace;
beforeAll(async () => {
  place = await openWorkplace(14_400, { tls: true });
  installChatSdk(place);
});
afterAll(() => place.close());

/** Everything the spec can say, from nothing to nothing. */
describe("examples/contoso/full.yaml", () => {
  it("is valid by itself and beside the stages, and needs nothing explained", async () => {
    const ran = await place.psc("validate dev.yaml test.yaml prod.yaml full.yaml --output json", {
      plain: true,
    });
    expect(ran.json).toMatchObject({ valid: true, problems: [] });
    const codes = (ran.json.warnings as { code: string }[]).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(["PSC-W104"]));
  });

  it("deploys, plans empty, and verifies", async () => {
    const deployed = await place.psc("deploy full.yaml");
    expect(deployed.code, deployed.stdout).toBe(0);
    const plan = await place.psc("plan full.yaml");
    expect([plan.code, plan.stdout]).toEqual([0, expect.stringContaining("no changes")]);
    expect((await place.psc("verify full.yaml")).code).toBe(0);
  });

  it("lets a patient reach a person", async () => {
    await tuesdayNoonInNewYork(place);
    const ran = await place.psc("smoke full.yaml");
    expect([ran.code, ran.stdout + ran.stderr]).toEqual([
      0,
      expect.stringContaining("a patient reaches a person"),
    ]);
  });

  it("is destroyed, but for what others may use", async () => {
    const ran = await place.psc("destroy full.yaml --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const left = await place.psc("destroy full.yaml --dry-run --output json");
    const stays = (left.json.resources as { address: string; fate: string }[])
      .filter(({ fate }) => fate === "stays")
      .map(({ address }) => address.split("[")[0]);
    expect(new Set(stays)).toEqual(
      new Set([
        "azure.resource-provider",
        "entra.group",
        "entra.omnichannel-consent",
        "power-platform.creation-by-admins",
      ]),
    );
  });
});
