import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
omnichannel:
  capacityProfiles: [{ name: Patient chats, units: 3, block: true, reset: end-of-day, users: [group/agents] }]
  skills: [{ name: Spanish, description: Speaks Spanish, users: [group/agents] }]
queues:
  - { name: Second line, members: [group/supervisors] }
  - name: Escalate to Human
    overflow:
      closed: end
      full: { conversations: 2, action: { transfer: Second line } }
      waiting: { minutes: 20, action: { transfer: Second line } }
workstreams:
  - name: Patient chat
    capacityProfile: Patient chats
    widget:
      survey:
        - { name: Reason, question: Why do you call?, answer: choice, options: [Pain, Bill] }
        - { name: Consent, question: May we keep it?, answer: consent, required: false }
`;

let place: Workplace;
let organization: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("all.yaml", SPEC);
  const ran = await place.psc("deploy all.yaml");
  expect(ran.code, ran.stdout).toBe(0);
  organization =
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
});
afterAll(() => place.close());

async function rows(path: string): Promise<Record<string, unknown>[]> {
  const token = await place.sandbox.token("admin", organization);
  const { body, text } = await place.sandbox.ask("GET", `${organization}/api/data/v9.2/${path}`, { token });
  expect(body.value, text).toBeDefined();
  return body.value;
}

const changes = (file: string): Promise<string[]> => changesIn(place, file);

const QUEUE = "queues?$filter=name eq 'Escalate to Human'";

describe("what agents take at once, and what happens to the rest", () => {
  it("is in the tables Omnichannel reads", async () => {
    expect(await changes("all.yaml")).toEqual([]);
    const [profile] = await rows("msdyn_capacityprofiles?$filter=msdyn_name eq 'Patient chats'");
    expect(profile).toMatchObject({
      msdyn_defaultmaxunits: 3,
      msdyn_blockassignment: true,
      msdyn_resetduration: 192350001,
    });
    const id = String(profile?.["msdyn_capacityprofileid"]);
    const held = await rows(
      `msdyn_bookableresourcecapacityprofiles?$filter=_msdyn_capacityprofileid_value eq ${id}`,
    );
    expect(held.map((row) => row["msdyn_maxunits"])).toEqual([3, 3]);
    const [stream] = await rows("msdyn_liveworkstreams?$filter=msdyn_name eq 'Patient chat'");
    expect(stream).toMatchObject({ msdyn_capacityformat: 192360000 });
    expect(
      await rows(
        `msdyn_liveworkstreamcapacityprofiles?$filter=_msdyn_workstream_id_value eq ${String(stream?.["msdyn_liveworkstreamid"])}`,
      ),
    ).toMatchObject([{ msdyn_name: `Patient chats-${id}`, _msdyn_capacityprofile_id_value: id }]);
    const people = await rows(
      "bookableresourcecharacteristics?$expand=Characteristic($select=name),Resource",
    );
    expect(people).toHaveLength(2);
    expect(people[0]).toMatchObject({ Characteristic: { name: "Spanish" }, Resource: { resourcetype: 3 } });
  });

  it("asks before the chat", async () => {
    const asked = await rows(
      "msdyn_questionsequences?$orderby=sequencenumber&$expand=msdyn_SurveyQuestion($select=msdyn_name,msdyn_answertype)",
    );
    expect(asked).toMatchObject([
      {
        msdyn_questionrequired: true,
        msdyn_SurveyQuestion: { msdyn_name: "Reason", msdyn_answertype: 192350002 },
      },
      {
        msdyn_questionrequired: false,
        msdyn_SurveyQuestion: { msdyn_name: "Consent", msdyn_answertype: 192350004 },
      },
    ]);
    expect((await rows("msdyn_livechatconfigs"))[0]).toMatchObject({ msdyn_prechatenabled: true });
    expect((await rows("msdyn_chatansweroptions")).map((row) => row["msdyn_name"]).sort()).toEqual([
      "Bill",
      "Pain",
    ]);
  });

  it("keeps the rules of others when it changes its own", async () => {
    const [queue] = await rows(QUEUE);
    const id = String(queue?.["_msdyn_prequeueoverflowrulesetid_value"]);
    const path = `${organization}/api/data/v9.2/msdyn_decisionrulesets(${id})`;
    const token = await place.sandbox.token("admin", organization);
    const { body } = await place.sandbox.ask("GET", path, { token });
    const definition = String(body.msdyn_rulesetdefinition);
    const foreign =
      '<rule id="7f3d7e6a-0001-4001-8001-000000000001" name="By hand"><condition operator="&gt;"><lhs type="attribute">queue_prequeue.estimatedwaittimeinminutes</lhs><rhs type="staticvalue">9</rhs></condition><action /></rule>';
    await place.sandbox.ask("PATCH", path, {
      token,
      body: { msdyn_rulesetdefinition: definition.replace("<rules>", `<rules>${foreign}`) },
    });
    expect(await changes("all.yaml")).toEqual([]);
    place.write("all.yaml", SPEC.replace("conversations: 2", "conversations: 3"));
    expect(await changes("all.yaml")).toEqual(['update omnichannel.overflow["Escalate to Human"] full']);
    expect((await place.psc("deploy all.yaml")).code).toBe(0);
    const after = await place.sandbox.ask("GET", path, {
      token: await place.sandbox.token("admin", organization),
    });
    expect(after.text).toContain("By hand");
    expect(await changes("all.yaml")).toEqual([]);
  });

  it("is taken back by --prune: units, no questions, the rules of others only", async () => {
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await rows("msdyn_capacityprofiles?$filter=msdyn_name eq 'Patient chats'")).toEqual([]);
    expect(await rows("characteristics?$filter=name eq 'Spanish'")).toEqual([]);
    expect(await rows("msdyn_surveyquestions")).toEqual([]);
    expect((await rows("msdyn_livechatconfigs"))[0]).toMatchObject({ msdyn_prechatenabled: false });
    expect((await rows("msdyn_liveworkstreams?$filter=msdyn_name eq 'Patient chat'"))[0]).toMatchObject({
      msdyn_capacityformat: 192350000,
    });
    const actions = await rows("msdyn_overflowactionconfigs?$filter=startswith(msdyn_name,'psc_')");
    expect(actions).toEqual([]);
    const [queue] = await rows(QUEUE);
    const [rules] = await rows(
      `msdyn_decisionrulesets?$filter=msdyn_decisionrulesetid eq ${String(queue?.["_msdyn_prequeueoverflowrulesetid_value"])}`,
    );
    expect(String(rules?.["msdyn_rulesetdefinition"]).match(/<rule .*?name="([^"]+)"/g)).toHaveLength(1);
    expect(await rows("queues?$filter=name eq 'Second line'")).toEqual([]);
  });
});
