import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
workstreams:
  - { name: Patient chat, sessionTemplate: Patient session }
agentExperience:
  sessionTemplates:
    - { name: Patient session, title: "{customerName}", panel: minimized, tabs: [Omnichannel search] }
  profiles:
    - name: Nurses
      uniqueName: contoso_Nurses
      description: Who answers patients
      sessionTemplates: [Patient session, Chat session - default]
      users: [group/agents]
  scripts:
    - { name: Greeting, sessionTemplates: [Patient session], steps: [{ name: Greet, text: Say hello. }] }
`;

let place: Workplace;
let organization: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("sessions.yaml", SPEC);
  const ran = await place.psc("deploy sessions.yaml");
  expect(ran.code, ran.stdout).toBe(0);
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

async function only(path: string): Promise<Record<string, unknown>> {
  const { body, text } = await dataverse("GET", path);
  expect(body.value, text).toHaveLength(1);
  return body.value[0];
}

const changes = (): Promise<string[]> => changesIn(place, "sessions.yaml");

const TEMPLATE = "msdyn_sessiontemplates?$filter=msdyn_uniquename eq 'psc_Patientsession'";
const PROFILE = "msdyn_appconfigurations?$filter=msdyn_uniquename eq 'contoso_Nurses'";
const STREAM = "msdyn_liveworkstreams?$filter=msdyn_name eq 'Patient chat'";

async function pathOf(query: string, table: string): Promise<string> {
  return `${table}s(${String((await only(query))[`${table}id`])})`;
}

describe("what opens with a conversation, and who has it", () => {
  it("is as declared", async () => {
    expect(await changes()).toEqual([]);
    const template = await only(
      `${TEMPLATE}&$expand=msdyn_sessiontemplate_applicationtab($select=msdyn_name),msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat($select=msdyn_name)`,
    );
    expect(template).toMatchObject({
      msdyn_name: "Patient session",
      msdyn_title: "{customerName}",
      msdyn_panelstate: 162450000,
      msdyn_sessiontype: 0,
      msdyn_sessiontemplate_applicationtab: [{ msdyn_name: "Omnichannel search" }],
      msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat: [{ msdyn_name: "Greeting" }],
    });
    expect((await only(STREAM))["msdyn_sessiontemplate_default"]).toBe("psc_Patientsession");
    const profile = await only(
      `${PROFILE}&$expand=msdyn_appconfiguration_sessiontemplate($select=msdyn_name),msdyn_appconfiguration_systemuser($select=internalemailaddress)`,
    );
    expect(profile).toMatchObject({
      msdyn_appmoduleuniquename: "CustomerServiceApps",
      msdyn_description: "Who answers patients",
    });
    const templates = profile["msdyn_appconfiguration_sessiontemplate"] as { msdyn_name: string }[];
    expect(templates.map(({ msdyn_name }) => msdyn_name).sort()).toEqual([
      "Chat session - default",
      "Patient session",
    ]);
    expect(profile["msdyn_appconfiguration_systemuser"]).toHaveLength(2);
  });

  it("is mended field by field when somebody changed it", async () => {
    const template = await pathOf(TEMPLATE, "msdyn_sessiontemplate");
    const profile = await pathOf(PROFILE, "msdyn_appconfiguration");
    const stream = await pathOf(STREAM, "msdyn_liveworkstream");
    const users = (await only(`${PROFILE}&$expand=msdyn_appconfiguration_systemuser($select=systemuserid)`))[
      "msdyn_appconfiguration_systemuser"
    ] as { systemuserid: string }[];
    const tab = await only("msdyn_applicationtabtemplates?$filter=msdyn_name eq 'Omnichannel search'");
    const patches: readonly [string, string, object | undefined, string][] = [
      ["PATCH", template, { msdyn_name: "Else" }, 'session-template["Patient session"] name'],
      ["PATCH", template, { msdyn_title: "Else" }, 'session-template["Patient session"] title'],
      ["PATCH", template, { msdyn_panelstate: 162450002 }, 'session-template["Patient session"] panel'],
      [
        "DELETE",
        `${template}/msdyn_sessiontemplate_applicationtab(${String(tab["msdyn_applicationtabtemplateid"])})/$ref`,
        undefined,
        'session-template["Patient session"] tabs',
      ],
      ["PATCH", profile, { msdyn_name: "Else" }, 'profile["Nurses"] name'],
      ["PATCH", profile, { msdyn_description: "Else" }, 'profile["Nurses"] description'],
      [
        "DELETE",
        `${profile}/msdyn_appconfiguration_systemuser(${users[0]?.systemuserid ?? ""})/$ref`,
        undefined,
        'profile["Nurses"] users',
      ],
      [
        "PATCH",
        stream,
        { msdyn_sessiontemplate_default: "msdyn_chat_custom" },
        'workstream-session["Patient chat"] template',
      ],
    ];
    for (const [method, path, body, found] of patches) {
      expect((await dataverse(method, path, body)).status).toBe(204);
      const seen = (await changes()).filter((line) => line.includes(found.split(" ")[0] ?? ""));
      expect(seen).toEqual([`update agent-experience.${found}`]);
      const ran = await place.psc("deploy sessions.yaml");
      expect(ran.code, ran.stdout).toBe(0);
      expect(await changes()).toEqual([]);
    }
  });

  it("says which templates and tabs there are when one is not", async () => {
    place.write("wrong.yaml", SPEC.replace("tabs: [Omnichannel search]", "tabs: [Nowhere]"));
    const tabs = await place.psc("deploy wrong.yaml");
    expect(tabs.code).toBe(1);
    expect(tabs.stdout.replace(/\s+/g, " ")).toContain("use one that is there: Omnichannel search");
    place.write("wrong.yaml", SPEC.replace("sessionTemplate: Patient session", "sessionTemplate: Nowhere"));
    const template = await place.psc("deploy wrong.yaml");
    expect(template.code).toBe(1);
    expect(template.stdout.replace(/\s+/g, " ")).toMatch(/no session template "Nowhere".*Patient session/);
  });

  it("is taken back by --prune, and the shipped template stays", async () => {
    expect((await place.psc("deploy sessions.yaml")).code).toBe(0);
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect((await dataverse("GET", TEMPLATE)).body.value).toEqual([]);
    expect((await dataverse("GET", PROFILE)).body.value).toEqual([]);
    await only("msdyn_sessiontemplates?$filter=msdyn_name eq 'Chat session - default'");
    expect((await only(STREAM))["msdyn_sessiontemplate_default"]).toBe("msdyn_chat_session");
  });
});
