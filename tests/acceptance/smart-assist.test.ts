import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, driftIn, openWorkplace, type Workplace } from "./support.ts";

const GRAPH = "https://graph.microsoft.com";
const NOBODY = "44444444-4444-4444-8444-444444444444";
const BOTS = "msdyn_msdyn_liveworkstream_systemuser";

let place: Workplace;
let organization: string;
let application: string;

async function ask(resource: string, method: string, path: string, body?: unknown) {
  const token = await place.sandbox.token("admin", resource);
  const answer = await place.sandbox.ask(method, `${resource}/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

const dataverse = (method: string, path: string, body?: unknown) =>
  ask(organization, method, `api/data/v9.2/${path}`, body);

async function rows(path: string): Promise<Record<string, unknown>[]> {
  return (await dataverse("GET", path)).value;
}

const changes = (file = "assist.yaml"): Promise<string[]> => changesIn(place, file);

const drift = (what: () => Promise<unknown>, found: readonly string[]): Promise<void> =>
  driftIn(place, "assist.yaml", what, found);

beforeAll(async () => {
  place = await openWorkplace();
  const registered = await ask(GRAPH, "POST", "v1.0/applications", { displayName: "Nurse assistant" });
  application = String(registered.appId);
  // Entra needs a while to know of it everywhere.
  await place.sandbox.control("POST", "clock", { advanceMs: 60_000 });
  await ask(GRAPH, "POST", "v1.0/servicePrincipals", { appId: application });
  place.write(
    "assist.yaml",
    `extends: dev.yaml
agentExperience:
  smartAssist:
    knowledge: true
    bots: [{ name: Nurse assistant, application: ${application.toUpperCase()}, workstreams: [Patient chat] }]
`,
  );
  const ran = await place.psc("deploy assist.yaml");
  expect(ran.code, ran.stdout).toBe(0);
  organization =
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
});
afterAll(() => place.close());

const BOT = 'update agent-experience.smart-assist-bot["Nurse assistant"]';

describe("suggestions to agents", () => {
  it("are switched as declared, and what is not declared is left alone", async () => {
    expect(await changes()).toEqual([]);
    const [settings] = await rows("msdyn_suggestionssettings");
    expect(settings).toMatchObject({ msdyn_kbisenabled: true, msdyn_caseisenabled: false });
    const path = `msdyn_suggestionssettings(${String(settings?.["msdyn_suggestionssettingid"])})`;
    // The service switches them off by itself when nobody used them for three weeks.
    await drift(
      () => dataverse("PATCH", path, { msdyn_kbisenabled: false, msdyn_caseisenabled: true }),
      ["update agent-experience.smart-assist knowledge"],
    );
    expect((await rows("msdyn_suggestionssettings"))[0]).toMatchObject({
      msdyn_kbisenabled: true,
      msdyn_caseisenabled: true,
    });
  });

  it("come from bots of one's own too: a user, its role, its workstreams", async () => {
    const [user] = await rows(
      `systemusers?$filter=applicationid eq ${application}&$expand=systemuserroles_association($select=name)`,
    );
    expect(user).toMatchObject({
      fullname: "# Nurse assistant",
      msdyn_agentType: 192350001,
      msdyn_botapplicationid: application,
      systemuserroles_association: [expect.objectContaining({ name: "Omnichannel agent" })],
    });
    const streams = await rows(`msdyn_liveworkstreams?$select=msdyn_name&$expand=${BOTS}($select=fullname)`);
    const helped = streams.filter((row) => (row[BOTS] as unknown[]).length > 0);
    expect(helped).toMatchObject([
      { msdyn_name: "Patient chat", [BOTS]: [{ fullname: "# Nurse assistant" }] },
    ]);
  });

  it("are mended when the bot was taken off its workstream or lost its role", async () => {
    const [user] = await rows(`systemusers?$select=systemuserid&$filter=applicationid eq ${application}`);
    const [stream] = await rows(
      "msdyn_liveworkstreams?$select=msdyn_liveworkstreamid&$filter=msdyn_name eq 'Patient chat'",
    );
    const [role] = await rows("roles?$select=roleid&$filter=name eq 'Omnichannel agent'");
    const id = String(user?.["systemuserid"]);
    await drift(
      () =>
        dataverse(
          "DELETE",
          `msdyn_liveworkstreams(${String(stream?.["msdyn_liveworkstreamid"])})/${BOTS}(${id})/$ref`,
        ),
      ['create agent-experience.smart-assist-bot["Nurse assistant"] botId+role+userType+workstreams'],
    );
    await drift(async () => {
      await dataverse(
        "DELETE",
        `systemusers(${id})/systemuserroles_association(${String(role?.["roleid"])})/$ref`,
      );
      await dataverse("PATCH", `systemusers(${id})`, { msdyn_botapplicationid: NOBODY });
    }, [`${BOT} botId+role`]);
  });

  it("do not come from an application that the tenant does not know", async () => {
    place.write(
      "unknown.yaml",
      `extends: assist.yaml
agentExperience:
  smartAssist: { bots: [{ name: Stranger, application: ${NOBODY}, workstreams: [Patient chat] }] }
`,
    );
    const ran = await place.psc("deploy unknown.yaml");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("PSC-E447");
    expect(ran.stdout).toContain(`the tenant has no application ${NOBODY}`);
    expect(ran.stdout).toContain("Microsoft App ID");
  });

  it("leave the workstream by --prune, while the bot's user and the switch stay", async () => {
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const streams = await rows(`msdyn_liveworkstreams?$select=msdyn_name&$expand=${BOTS}($select=fullname)`);
    expect(streams.filter((row) => (row[BOTS] as unknown[]).length > 0)).toEqual([]);
    expect(await rows(`systemusers?$filter=applicationid eq ${application}`)).toHaveLength(1);
    expect((await rows("msdyn_suggestionssettings"))[0]).toMatchObject({ msdyn_kbisenabled: true });
  });
});
