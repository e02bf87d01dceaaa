import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
omnichannel:
  masking:
    agents: true
    rules:
      - { name: Member id, pattern: '\\bCH-\\d{8}\\b', character: X, description: Insurance }
      - { name: SSN, pattern: '\\b\\d{3}-\\d{2}-\\d{4}\\b' }
  presences:
    - { name: In surgery, status: do-not-disturb, selectable: false }
`;

let place: Workplace;
let organization: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("masked.yaml", SPEC);
  expect((await place.psc("deploy masked.yaml")).code).toBe(0);
  organization =
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
});
afterAll(() => place.close());

async function dataverse(method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", organization);
  return place.sandbox.ask(method, `${organization}/api/data/v9.2/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function row(path: string): Promise<Record<string, unknown>> {
  const { body } = await dataverse("GET", path);
  expect(body.value).toHaveLength(1);
  return body.value[0];
}

const changes = (): Promise<string[]> => changesIn(place, "masked.yaml");

const RULE = "msdyn_maskingrules?$filter=msdyn_name eq 'Member id'";
const PRESENCE = "msdyn_presences?$filter=msdyn_name eq 'In surgery'";

describe("masking and presences", () => {
  it("are as declared, and a shipped rule of the same name is changed, not doubled", async () => {
    expect(await changes()).toEqual([]);
    expect(await row(RULE)).toMatchObject({
      msdyn_regular_expression: "\\bCH-\\d{8}\\b",
      msdyn_masked_character: "X",
      msdyn_description: "Insurance",
      statecode: 0,
    });
    expect(await row("msdyn_maskingrules?$filter=msdyn_name eq 'SSN'")).toMatchObject({
      msdyn_regular_expression: "\\b\\d{3}-\\d{2}-\\d{4}\\b",
    });
    expect(await row("msdyn_omnichannelconfigurations")).toMatchObject({
      msdyn_maskforagent: true,
      msdyn_maskforcustomer: true,
    });
    expect(await row(PRESENCE)).toMatchObject({
      msdyn_presencestatustext: "In surgery",
      msdyn_basepresencestatus: 192360002,
      msdyn_canuserset: false,
    });
  });

  it("are mended field by field when somebody changed them", async () => {
    const rule = `msdyn_maskingrules(${String((await row(RULE))["msdyn_maskingruleid"])})`;
    const presence = `msdyn_presences(${String((await row(PRESENCE))["msdyn_presenceid"])})`;
    const switches = `msdyn_omnichannelconfigurations(${String((await row("msdyn_omnichannelconfigurations"))["msdyn_omnichannelconfigurationid"])})`;
    const drifts: readonly [string, object, string][] = [
      [rule, { msdyn_regular_expression: "x" }, 'update omnichannel.masking-rule["Member id"] pattern'],
      [rule, { msdyn_masked_character: "#" }, 'update omnichannel.masking-rule["Member id"] character'],
      [rule, { msdyn_description: "" }, 'update omnichannel.masking-rule["Member id"] description'],
      [rule, { statecode: 1, statuscode: 2 }, 'update omnichannel.masking-rule["Member id"] active'],
      [presence, { msdyn_presencestatustext: "Gone" }, 'update omnichannel.presence["In surgery"] text'],
      [presence, { msdyn_basepresencestatus: 192360000 }, 'update omnichannel.presence["In surgery"] status'],
      [presence, { msdyn_canuserset: true }, 'update omnichannel.presence["In surgery"] selectable'],
      [switches, { msdyn_maskforagent: false }, "update omnichannel.masking agents"],
    ];
    for (const [path, body, found] of drifts) {
      expect((await dataverse("PATCH", path, body)).status).toBe(204);
      expect(await changes()).toEqual([found]);
      expect((await place.psc("deploy masked.yaml")).code).toBe(0);
    }
    expect(await changes()).toEqual([]);
  });

  it("are pruned where psc made them; the shipped rule and the switches stay", async () => {
    const plan = await place.psc("plan dev.yaml --prune --output json");
    const kept = (plan.json.kept as { address: string }[]).map(({ address }) => address);
    expect(kept).not.toContain('omnichannel.masking-rule["Member id"]');
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    expect((await dataverse("GET", RULE)).body.value).toEqual([]);
    expect((await dataverse("GET", PRESENCE)).body.value).toEqual([]);
    expect(
      (await dataverse("GET", "msdyn_maskingrules?$filter=msdyn_name eq 'SSN'")).body.value,
    ).toHaveLength(1);
  });
});
