import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const spec = (url: string): string => `extends: dev.yaml
workstreams:
  - name: Patient chat
    widget: { signIn: { publicKeyUrl: ${url}, tokenFunction: portal.token } }
`;
const KEY = "https://contosohealth.powerappsportals.com/_services/auth/publickey";

let place: Workplace;
let organization: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("signed.yaml", spec(KEY));
});
afterAll(() => place.close());

async function dataverse(method: string, path: string, body?: unknown) {
  organization ??=
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
  const token = await place.sandbox.token("admin", organization);
  return place.sandbox.ask(method, `${organization}/api/data/v9.2/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function only(path: string): Promise<Record<string, unknown>> {
  const { body } = await dataverse("GET", path);
  expect(body.value).toHaveLength(1);
  return body.value[0];
}

const changes = (): Promise<string[]> => changesIn(place, "signed.yaml");

const SETTINGS = "msdyn_authenticationsettingses";
const WIDGET = "msdyn_livechatconfigs?$select=msdyn_livechatconfigid,_msdyn_authsettingsid_value";

describe("a widget that knows who is signed in", () => {
  it("is told in the service's words when the site does not publish its key", async () => {
    place.write("early.yaml", spec("https://contosohealth.powerappsportals.com"));
    const ran = await place.psc("deploy early.yaml");
    expect(ran.code).toBe(1);
    expect(ran.stdout.replace(/\s+/g, " ")).toContain("couldn't validate your public key");
  });

  it("has the settings of the spec and uses them", async () => {
    expect((await place.psc("deploy signed.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
    const settings = await only(SETTINGS);
    expect(settings).toMatchObject({
      msdyn_name: "Patient chat",
      msdyn_authenticationtype: 192350000,
      msdyn_ocauthchanneltype: 192360000,
      msdyn_publickeyurl: KEY,
      msdyn_javascriptclientfunction: "portal.token",
    });
    expect((await only(WIDGET))["_msdyn_authsettingsid_value"]).toBe(
      settings["msdyn_authenticationsettingsid"],
    );
  });

  it("is mended field by field, also when the widget was taken off its settings", async () => {
    const settings = `${SETTINGS}(${String((await only(SETTINGS))["msdyn_authenticationsettingsid"])})`;
    const widget = `msdyn_livechatconfigs(${String((await only(WIDGET))["msdyn_livechatconfigid"])})`;
    const drifts: readonly [string, object, string][] = [
      [settings, { msdyn_publickeyurl: "https://evil.example/key" }, "publicKeyUrl"],
      [settings, { msdyn_javascriptclientfunction: "evil" }, "tokenFunction"],
      [settings, { msdyn_authenticationtype: 192350001 }, "flow"],
      [widget, { "msdyn_AuthsettingsId@odata.bind": null }, "used"],
    ];
    for (const [path, body, field] of drifts) {
      expect((await dataverse("PATCH", path, body)).status).toBe(204);
      expect(await changes()).toEqual([`update omnichannel.sign-in["Patient chat"] ${field}`]);
      expect((await place.psc("deploy signed.yaml")).code).toBe(0);
    }
    expect(await changes()).toEqual([]);
  });

  it("forgets it when that is no longer declared and pruned", async () => {
    expect((await place.psc("deploy dev.yaml --prune --yes")).code).toBe(0);
    expect((await dataverse("GET", SETTINGS)).body.value).toEqual([]);
    expect((await only(WIDGET))["_msdyn_authsettingsid_value"]).toBeNull();
  });
});
