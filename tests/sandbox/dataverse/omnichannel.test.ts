import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BARE_APP } from "../../../src/sandbox/seed.ts";
import { API, MINUTE, ORIGIN, startOrganization, type TestOrganization } from "./organization.ts";

describe("what packages and channels bring", () => {
  let organization: TestOrganization;
  beforeAll(async () => {
    organization = await startOrganization();
  });
  afterAll(() => organization.close());

  const status = async (path: string): Promise<number> => (await organization.get(path)).status;

  it("has no routing tables, columns or roles before Omnichannel", async () => {
    const answer = await organization.get("msdyn_liveworkstreams");
    expect([answer.status, answer.body.error.code]).toEqual([404, "0x80060888"]);
    expect(answer.body.error.message).toBe("Resource not found for the segment 'msdyn_liveworkstreams'.");
    expect(await status("queues?$select=msdyn_isomnichannelqueue")).toBe(400);
    expect(await status("systemusers?$select=msdyn_agentType")).toBe(400);
    expect(await status("EntityDefinitions(LogicalName='msdyn_liveworkstream')")).toBe(404);
    expect((await organization.get("roles?$filter=name eq 'Omnichannel agent'")).body.value).toEqual([]);
    const ticked = await organization.person("omnichannel-channels", {
      organizationUrl: ORIGIN,
      channels: ["chat"],
    });
    expect(ticked.status).toBe(409);
  });

  it("gets them with the package, the channels' tables only after a person ticked them and time passed", async () => {
    const ready = await startOrganization({ packages: ["OmnichannelPrimeAnchor"] });
    try {
      expect((await ready.get("msdyn_liveworkstreams")).body.value).toEqual([]);
      expect((await ready.get("systemusers?$select=msdyn_agentType")).status).toBe(200);
      const lower = await ready.get("systemusers?$select=msdyn_agenttype");
      expect(lower.body.error.message).toContain("Could not find a property named 'msdyn_agenttype'");
      const role = await ready.idOf("roles", "name eq 'omnichannel AGENT'", "roleid");
      expect(role).toBe("c30bdbfe-7553-e811-8147-000d3aa39708");
      expect((await ready.get("msdyn_livechatconfigs")).status).toBe(404);

      await ready.person("omnichannel-channels", { organizationUrl: ORIGIN, channels: ["chat", "sms"] });
      await ready.pass(MINUTE);
      expect((await ready.get("msdyn_livechatconfigs")).status).toBe(404);
      await ready.pass(30 * MINUTE);
      expect((await ready.get("msdyn_livechatconfigs")).status).toBe(200);
      expect((await ready.get("msdyn_ocsmschannelsettings")).status).toBe(200);
      expect((await ready.get("msdyn_octeamschannelconfigs")).status).toBe(404);
      const sources = await ready.get("msdyn_occhannelconfigurations?$select=msdyn_streamsource");
      const values = sources.body.value.map((row: { msdyn_streamsource: number }) => row.msdyn_streamsource);
      expect(values.sort()).toEqual([192340000, 192360000]);
      const solutions = await ready.get(
        "solutions?$select=uniquename&$filter=startswith(uniquename,'OmnichannelPrime')",
      );
      expect(solutions.body.value.map((row: { uniquename: string }) => row.uniquename).sort()).toEqual([
        "OmnichannelPrimeAnchor",
        "OmnichannelPrimeChatAnchor",
        "OmnichannelPrimeSMSAnchor",
      ]);
      const number = await ready.person("sms-number", { organizationUrl: ORIGIN });
      const rows = await ready.get("msdyn_ocphonenumbers?$select=msdyn_phonenumber");
      expect(rows.body.value[0].msdyn_phonenumber).toBe(number.body.value);
    } finally {
      await ready.close();
    }
  });

  it("shows the healthcare column and roles with the Foundation package", async () => {
    const probe =
      "EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='msemr_contacttype')?$select=LogicalName";
    expect(await status(probe)).toBe(404);
    const healthcare = await startOrganization({ packages: ["HealthcareFoundationAnchor"] });
    try {
      expect((await healthcare.get(probe)).status).toBe(200);
      const roles = await healthcare.get("roles?$select=name&$filter=startswith(name,'Healthcare')");
      expect(roles.body.value.map((row: { name: string }) => row.name)).toEqual(
        expect.arrayContaining(["Healthcare User", "Healthcare Non-Clinical User"]),
      );
    } finally {
      await healthcare.close();
    }
  });
});

describe("routing rows", () => {
  let organization: TestOrganization;
  beforeAll(async () => {
    organization = await startOrganization({
      packages: ["OmnichannelPrimeAnchor"],
      channels: ["chat", "teams"],
    });
  });
  afterAll(() => organization.close());

  const createWorkstream = (name: string, extra: object = {}): Promise<string> =>
    organization.create("msdyn_liveworkstreams", {
      msdyn_name: name,
      msdyn_streamsource: 192360000,
      msdyn_mode: 717210001,
      "msdyn_defaultqueue@odata.bind": "/queues(5a4b76b0-dab5-4717-9743-9490f2f822c6)",
      ...extra,
    });

  const createQueue = (name: string): Promise<string> =>
    organization.create("queues", {
      name,
      msdyn_isomnichannelqueue: true,
      queueviewtype: 1,
      msdyn_queuetype: 192350000,
      msdyn_assignmentstrategy: 192350000,
      msdyn_priority: 1,
    });

  it("ships the rows a deployment looks up", async () => {
    const find = async (path: string): Promise<Record<string, unknown>[]> =>
      (await organization.get(path)).body.value;
    expect(await find("msdyn_omnichannelconfigurations?$select=msdyn_maskforcustomer")).toEqual([
      expect.objectContaining({
        msdyn_omnichannelconfigurationid: "d4d91600-6f21-467b-81fe-6757a2791fa1",
        msdyn_maskforcustomer: true,
      }),
    ]);
    expect(
      await find("queues?$select=name&$filter=msdyn_isdefaultqueue eq true and msdyn_queuetype eq 192350000"),
    ).toEqual([expect.objectContaining({ name: "Default messaging queue" })]);
    expect(await find("msdyn_oclanguages?$filter=msdyn_localeid eq 1033")).toHaveLength(1);
    expect(
      await find(
        "msdyn_decisioncontracts?$filter=msdyn_uniquename eq 'msdyn_demandqueueidentificationoutput'",
      ),
    ).toHaveLength(1);
    expect(await find("timezonedefinitions?$filter=standardname eq 'Eastern Standard Time'")).toEqual([
      expect.objectContaining({ timezonecode: 35 }),
    ]);
    expect(
      await find("msdyn_sessiontemplates?$filter=msdyn_uniquename eq 'msdyn_chat_session'"),
    ).toHaveLength(1);
    expect(await find("appmodules?$filter=uniquename eq 'OmniChannelEngagementHub'")).toHaveLength(1);
  });

  it("gives a workstream its contract and template names, but no routing configuration", async () => {
    const id = await createWorkstream("Plain");
    const row = await organization.get(
      `msdyn_liveworkstreams(${id})?$select=msdyn_sessiontemplate_default,msdyn_enableautomatedmessages&$expand=msdyn_routingcontractid($select=msdyn_uniquename)`,
    );
    expect(row.body.msdyn_routingcontractid.msdyn_uniquename).toMatch(/^new_[0-9a-f_]{36}$/);
    expect(row.body).toMatchObject({
      msdyn_sessiontemplate_default: "msdyn_chat_session",
      msdyn_enableautomatedmessages: true,
    });
    expect((await organization.get("msdyn_routingconfigurations")).body.value).toEqual([]);
  });

  it("gives a queue its contract, and an overflow ruleset with its operating hours", async () => {
    const id = await createQueue("Escalate to Human");
    const columns = "_msdyn_assignmentinputcontractid_value,_msdyn_prequeueoverflowrulesetid_value";
    const before = await organization.get(`queues(${id})?$select=${columns}`);
    expect(before.body._msdyn_assignmentinputcontractid_value).toMatch(/^[0-9a-f-]{36}$/);
    expect(before.body._msdyn_prequeueoverflowrulesetid_value).toBeNull();
    const hours = await organization.create("msdyn_operatinghours", { msdyn_name: "Weekdays" });
    await organization.ask("PATCH", `queues(${id})`, {
      body: { "msdyn_operatinghourid@odata.bind": `/msdyn_operatinghours(${hours})` },
    });
    const after = await organization.get(
      `queues(${id})?$select=name&$expand=msdyn_decisionrulesetid($select=msdyn_uniquename)`,
    );
    expect(after.body.msdyn_decisionrulesetid.msdyn_uniquename).toBe(`queue_prequeue_${id}`);
  });

  it("fills the bot's queue and rule, and empties them with the bot", async () => {
    const root = await organization.idOf("businessunits", "parentbusinessunitid eq null", "businessunitid");
    const bot = await organization.create("systemusers", {
      applicationid: BARE_APP.appId,
      accessmode: 4,
      "businessunitid@odata.bind": `/businessunits(${root})`,
    });
    await organization.ask("PATCH", `systemusers(${bot})`, {
      body: { msdyn_agentType: 192350001, msdyn_botapplicationid: "b07b07b0-0000-4000-8000-000000000000" },
    });
    const id = await createWorkstream("With bot");
    const columns = "_msdyn_bot_user_value,_msdyn_bot_queue_value,msdyn_bot_rule";
    await organization.ask("PATCH", `msdyn_liveworkstreams(${id})`, {
      body: { "msdyn_bot_user@odata.bind": `/systemusers(${bot})` },
    });
    const set = await organization.get(`msdyn_liveworkstreams(${id})?$select=${columns}`);
    expect(set.body._msdyn_bot_user_value).toBe(bot);
    expect(set.body.msdyn_bot_rule).not.toBeNull();
    const members = await organization.get(
      `queues(${set.body._msdyn_bot_queue_value})?$select=numberofmembers&$expand=queuemembership_association($select=msdyn_agentType)`,
    );
    expect(members.body.numberofmembers).toBe(1);
    expect(members.body.queuemembership_association[0]).toMatchObject({ msdyn_agentType: 192350001 });
    expect(
      (await organization.ask("DELETE", `msdyn_liveworkstreams(${id})/msdyn_bot_user/$ref`)).status,
    ).toBe(204);
    const unset = await organization.get(`msdyn_liveworkstreams(${id})?$select=${columns}`);
    expect(unset.body).toMatchObject({ _msdyn_bot_queue_value: null, msdyn_bot_rule: null });
  });

  it("makes the widget's app id and snippet itself, and keeps the workstream while it has a widget", async () => {
    const workstream = await createWorkstream("Patient chat");
    const language = await organization.idOf(
      "msdyn_oclanguages",
      "msdyn_localeid eq 1033",
      "msdyn_oclanguageid",
    );
    const wrongCase = await organization.ask("POST", "msdyn_livechatconfigs", {
      body: { msdyn_name: "x", "msdyn_ocwidgetlanguage@odata.bind": `/msdyn_oclanguages(${language})` },
    });
    expect([wrongCase.status, wrongCase.body.error.code]).toEqual([400, "0x80048d19"]);
    const widget = await organization.create("msdyn_livechatconfigs", {
      msdyn_name: "Widget",
      msdyn_widgetappid: "mine",
      "msdyn_liveworkstreamid@odata.bind": `/msdyn_liveworkstreams(${workstream})`,
      "msdyn_ocWidgetLanguage@odata.bind": `/msdyn_oclanguages(${language})`,
    });
    const row = await organization.get(
      `msdyn_livechatconfigs(${widget})?$select=msdyn_widgetappid,msdyn_widgetsnippet`,
    );
    expect(row.body.msdyn_widgetappid).toMatch(/^[0-9a-f-]{36}$/);
    expect(row.body.msdyn_widgetsnippet).toContain(`data-app-id="${row.body.msdyn_widgetappid}"`);
    expect(row.body.msdyn_widgetsnippet).toContain(`data-org-id="${organization.organizationId}"`);
    const kept = await organization.ask("DELETE", `msdyn_liveworkstreams(${workstream})`);
    expect([kept.status, kept.body.error.code]).toEqual([405, "0x80040227"]);
    await organization.ask("DELETE", `msdyn_livechatconfigs(${widget})`);
    expect((await organization.ask("DELETE", `msdyn_liveworkstreams(${workstream})`)).status).toBe(204);
  });

  it("ties rulesets to the variables and queues they name, once these exist", async () => {
    const workstream = await createWorkstream("Routed");
    const queue = await createQueue("Humans");
    const own = await organization.get(
      `msdyn_liveworkstreams(${workstream})?$select=_msdyn_routingcontractid_value`,
    );
    const definition = `<decision hit-policy="first" version="1"><rules><rule id="6f0c0000-0000-4000-8000-000000000001" name="Human Agent Rule"><logical operator="AND"><condition operator="=="><lhs type="attribute">liveworkitemcontext.EscalateToAgent</lhs><rhs type="staticvalue">1</rhs></condition></logical><action><setattribute><lhs type="attribute">assign_to.queue</lhs><rhs type="staticvalue">{${queue}}</rhs></setattribute></action></rule></rules></decision>`;
    const ruleset = await organization.create("msdyn_decisionrulesets", {
      msdyn_name: "Human Agent",
      msdyn_uniquename: "new_route",
      msdyn_rulesettype: 192350000,
      msdyn_authoringmode: 192350000,
      msdyn_rulesetdefinition: definition,
      "msdyn_inputcontractid@odata.bind": `/msdyn_decisioncontracts(${own.body._msdyn_routingcontractid_value})`,
    });
    const mapped = async (): Promise<string[]> => {
      const rows = await organization.get(
        `msdyn_rulesetdependencymappings?$select=msdyn_referencedpolymorphiclogicalname&$filter=_msdyn_referencingrulesetid_value eq ${ruleset}`,
      );
      return rows.body.value.map(
        (row: Record<string, string>) => row["msdyn_referencedpolymorphiclogicalname"],
      );
    };
    expect(await mapped()).toEqual(["queue"]);
    await organization.create("msdyn_ocliveworkstreamcontextvariables", {
      msdyn_name: "EscalateToAgent",
      msdyn_datatype: 192350001,
      "msdyn_liveworkstreamid@odata.bind": `/msdyn_liveworkstreams(${workstream})`,
    });
    await organization.ask("PATCH", `msdyn_decisionrulesets(${ruleset})`, {
      body: { msdyn_rulesetdefinition: definition },
    });
    expect((await mapped()).sort()).toEqual(["msdyn_ocliveworkstreamcontextvariable", "queue"]);
    const contract = await organization.get(
      `msdyn_decisioncontracts(${own.body._msdyn_routingcontractid_value})?$select=msdyn_contractdefinition`,
    );
    expect(contract.body.msdyn_contractdefinition).not.toContain("EscalateToAgent");
  });

  it.each([
    ["text that is not XML", "<decision hit-policy='first'><rules>"],
    ["an unknown hit policy", '<decision hit-policy="last" version="1"><rules /></decision>'],
    [
      "a rule without an action",
      '<decision hit-policy="first" version="1"><rules><rule id="1" name="x" /></rules></decision>',
    ],
    [
      "a condition without a left side",
      '<decision hit-policy="first" version="1"><rules><rule id="1" name="x"><condition operator="==" /><action /></rule></rules></decision>',
    ],
  ])("refuses a ruleset that is %s", async (_what, definition) => {
    const answer = await organization.ask("POST", "msdyn_decisionrulesets", {
      body: { msdyn_name: "Bad", msdyn_rulesetdefinition: definition },
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, "0x80040265"]);
  });

  it("links quick replies to tags and scripts to session templates by their relationship names", async () => {
    const tag = await organization.create("msdyn_octags", { msdyn_name: "hours" });
    const reply = await organization.create("msdyn_cannedmessages", {
      msdyn_title: "Opening hours",
      msdyn_message: "We are open on weekdays.",
      msdyn_locale_field: 1033,
    });
    const script = await organization.create("msdyn_productivityagentscripts", {
      msdyn_name: "Validate patient",
      msdyn_uniquename: "psc_validate",
      msdyn_language: 1033,
    });
    const template = await organization.idOf(
      "msdyn_sessiontemplates",
      "msdyn_uniquename eq 'msdyn_chat_session'",
      "msdyn_sessiontemplateid",
    );
    for (const [path, target] of [
      [`msdyn_cannedmessages(${reply})/msdyn_msdyn_cannedmessage_msdyn_octag`, `msdyn_octags(${tag})`],
      [
        `msdyn_sessiontemplates(${template})/msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat`,
        `msdyn_productivityagentscripts(${script})`,
      ],
    ]) {
      const answer = await organization.ask("POST", `${path}/$ref`, {
        body: { "@odata.id": `${API}${target}` },
      });
      expect(answer.status).toBe(204);
    }
    const from = await organization.get(
      `msdyn_productivityagentscripts(${script})/msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat?$select=msdyn_name`,
    );
    expect(from.body.value[0].msdyn_name).toBe("Chat session - default");
  });

  it("lets the Omnichannel administrator configure and not more", async () => {
    const user = await organization.idOf("systemusers", `applicationid eq ${BARE_APP.appId}`, "systemuserid");
    const grant = async (role: string): Promise<void> => {
      await organization.ask("POST", `systemusers(${user})/systemuserroles_association/$ref`, {
        body: { "@odata.id": `${API}roles(${role})` },
      });
    };
    await grant("c30bdbfe-7553-e811-8147-000d3aa39708");
    const body = { msdyn_name: "By role", msdyn_streamsource: 192360000 };
    const asBare = (method: string, path: string, sent?: object) =>
      organization.ask(method, path, { as: "bare", ...(sent === undefined ? {} : { body: sent }) });
    expect((await asBare("GET", "msdyn_liveworkstreams?$top=1")).status).toBe(200);
    expect((await asBare("POST", "msdyn_liveworkstreams", body)).body.error.code).toBe("0x80040220");
    await grant("f7f90019-dc14-e911-816a-000d3a069ebd");
    expect((await asBare("POST", "msdyn_liveworkstreams", body)).status).toBe(204);
    expect((await asBare("POST", "msdyn_oclanguages", { msdyn_languagename: "x" })).status).toBe(403);
    expect((await asBare("POST", "msdyn_omnichannelconfigurations", { msdyn_name: "x" })).status).toBe(403);
    const organizations = await organization.get("organizations?$select=organizationid");
    const [row] = organizations.body.value;
    expect(
      (await asBare("PATCH", `organizations(${row.organizationid})`, { isauditenabled: true })).status,
    ).toBe(403);
  });

  it("registers a Teams account on a workstream as a person would", async () => {
    const workstream = await createWorkstream("Teams", { msdyn_streamsource: 19241000 });
    const done = await organization.person("teams-account", {
      organizationUrl: ORIGIN,
      workstreamId: workstream,
      name: "Patient Teams",
    });
    expect(done.status).toBe(200);
    const rows = await organization.get("msdyn_octeamschannelconfigs?$select=msdyn_teamsappname,msdyn_botid");
    expect(rows.body.value[0].msdyn_botid).toMatch(/^[0-9a-f-]{36}$/);
  });
});
