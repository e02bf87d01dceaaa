import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import type { ParsedJson } from "../../harness/sandbox.ts";
import { AMARA, BEN, type Chat, type Clinic, DATAVERSE, openClinic, SOFIA } from "./clinic.ts";

const PHRASE = "I want to talk to a person, please!";
const ORGANIZATION = "contosohealth-dev.crm.dynamics.com";

let clinic: Clinic;

beforeAll(async () => {
  clinic = await openClinic();
});
beforeEach(() => clinic.fresh());
afterAll(() => clinic.close());

async function botUser(): Promise<ParsedJson> {
  const users = await clinic.table("systemuser");
  return users.find((user) => user.msdyn_botapplicationid !== undefined);
}

async function userOf(name: string): Promise<ParsedJson> {
  const users = await clinic.table("systemuser");
  return users.find((user) => user.domainname === name);
}

async function escalated(): Promise<Chat> {
  const chat = await clinic.start();
  await clinic.say(chat, PHRASE);
  return chat;
}

/** Changes members of the bot's account behind its management API. */
async function editBot(set: Record<string, unknown>): Promise<void> {
  const answer = await clinic.place.sandbox.control("POST", "state", { path: "healthBot/accounts", set });
  expect(answer.body).toEqual({ touched: 1 });
}

describe("the bot", () => {
  it("greets, answers small questions and hands over by the deployed scenario's phrase", async () => {
    const chat = await clinic.start();
    await clinic.say(chat, "thank you");
    await clinic.say(chat, "xyzzy");
    expect(await clinic.heard(chat)).toEqual([
      expect.stringContaining("How can I help you?"),
      "Customer: thank you",
      expect.stringContaining("You are welcome."),
      "Customer: xyzzy",
      expect.stringContaining("I did not understand that"),
    ]);
    expect(await clinic.look(chat)).toMatchObject({ state: "Active", bot: "# psc contoso-dev bot" });
    await clinic.say(chat, PHRASE);
    expect(await clinic.look(chat)).toMatchObject({
      state: "Open",
      bot: null,
      queue: "Escalate to Human",
      context: { EscalateToAgent: 1 },
    });
    expect((await clinic.heard(chat)).at(-1)).toBe(
      "__system__: You are in the queue. A representative will be with you shortly.",
    );
    prove({
      api: "Omnichannel runtime",
      operation: "bot escalation by channelData tags",
      proof: "documentation",
      source: "Customer Service developer guide, Escalate and end bot conversation",
    });
  });

  it("leaves proof of the hand-over in Dataverse", async () => {
    const chat = await escalated();
    const { id } = await clinic.look(chat);
    const [item] = await clinic.rows(
      `msdyn_ocliveworkitems?$filter=activityid eq ${id}&$select=statuscode,msdyn_escalationcount,_msdyn_cdsqueueid_value,_msdyn_activeagentid_value,msdyn_channel`,
    );
    const [queue] = await clinic.rows("queues?$filter=name eq 'Escalate to Human'&$select=queueid");
    expect(item).toMatchObject({
      statuscode: 1,
      msdyn_escalationcount: 1,
      _msdyn_cdsqueueid_value: queue.queueid,
      _msdyn_activeagentid_value: null,
      msdyn_channel: "192360000",
    });
    const sessions = await clinic.rows(
      `msdyn_ocsessions?$filter=_msdyn_liveworkitemid_value eq ${id}&$select=msdyn_closurereason,msdyn_agentacceptedon,_msdyn_cdsqueueid_value,msdyn_sessioncreationreason&$orderby=msdyn_sessioncreatedon asc`,
    );
    expect(sessions).toHaveLength(2);
    expect(sessions.map((row) => row.msdyn_closurereason).sort()).toEqual([192350026, null].sort());
    const waiting = sessions.find((row) => row.msdyn_closurereason === null);
    expect(waiting).toMatchObject({
      msdyn_agentacceptedon: null,
      _msdyn_cdsqueueid_value: queue.queueid,
      msdyn_sessioncreationreason: 192350016,
    });
    const [context] = await clinic.rows(
      `msdyn_ocliveworkitemcontextitems?$filter=_msdyn_ocliveworkitemid_value eq ${id}&$select=msdyn_name,msdyn_value`,
    );
    expect(context).toMatchObject({ msdyn_name: "EscalateToAgent", msdyn_value: "1" });
    prove({
      api: "Omnichannel runtime",
      operation: "msdyn_ocliveworkitems and msdyn_ocsessions of a chat",
      proof: "inferred",
      source: "phuocle/Dynamics-Crm-DevKit (columns and option values)",
    });
  });

  it.each<[string, () => Promise<void>, string]>([
    [
      "is disabled",
      async () =>
        clinic.edit("systemuser", { systemuserid: (await botUser()).systemuserid }, { isdisabled: true }),
      'bot user "# psc contoso-dev bot" is disabled',
    ],
    [
      "is an ordinary application user",
      async () =>
        clinic.edit(
          "systemuser",
          { systemuserid: (await botUser()).systemuserid },
          { msdyn_agentType: 192350000 },
        ),
      'user "# psc contoso-dev bot" is no bot application user',
    ],
    [
      "lost its role",
      async () => clinic.drop("systemuserroles", { systemuserid: (await botUser()).systemuserid }),
      'bot user "# psc contoso-dev bot" does not hold the role Omnichannel agent',
    ],
    [
      "is on a workstream that lets agents pick",
      () => clinic.edit("msdyn_liveworkstream", {}, { msdyn_workdistributionmode: 192350001 }),
      "bots take conversations from push workstreams only",
    ],
    [
      "carries another bot's id",
      async () =>
        clinic.edit(
          "systemuser",
          { systemuserid: (await botUser()).systemuserid },
          { msdyn_botapplicationid: "00000000-0000-4000-8000-000000000000" },
        ),
      'no bot answers under the bot id 00000000-0000-4000-8000-000000000000 of user "# psc contoso-dev bot"',
    ],
  ])("is passed over when it %s, and the trail says so", async (_case, spoil, reason) => {
    await spoil();
    const chat = await clinic.start();
    const seen = await clinic.look(chat);
    expect(seen.trail).toContain(reason);
    expect(seen).toMatchObject({ state: "Open", bot: null });
    expect(await clinic.heard(chat)).toEqual([expect.stringContaining("You are in the queue")]);
  });

  it("is passed over while its Omnichannel channel is not active", async () => {
    await editBot({ channels: { teams: true, omnichannel: false } });
    const { trail, bot } = await clinic.look(await clinic.start());
    expect(bot).toBeNull();
    expect(trail[0]).toMatch(/^bot .+ has no active Omnichannel channel$/);
  });

  it("is not heard, and cannot escalate, while bridge messages are switched off", async () => {
    await editBot({ bridgeEnabled: false });
    const chat = await escalated();
    expect(await clinic.heard(chat)).toEqual([`Customer: ${PHRASE}`]);
    const seen = await clinic.look(chat);
    expect(seen).toMatchObject({ state: "Active", context: {} });
    expect(seen.trail).toContain("the bot spoke, but its Omnichannel bridge messages are switched off");
  });

  it("cannot escalate while human handoff is switched off", async () => {
    const accounts = (await clinic.place.sandbox.control("GET", "state?path=healthBot/accounts")).body;
    const [account] = Object.values(accounts) as ParsedJson[];
    account.backup.configuration.handoff.enable = false;
    await editBot({ backup: account.backup });
    const chat = await escalated();
    const seen = await clinic.look(chat);
    expect(seen.state).toBe("Active");
    expect(seen.trail.at(-1)).toMatch(/^human handoff is switched off in bot /);
  });

  it("ends the conversation where its scenario says so", async () => {
    const accounts = (await clinic.place.sandbox.control("GET", "state?path=healthBot/accounts")).body;
    const [account] = Object.values(accounts) as ParsedJson[];
    const text = JSON.stringify(account.backup).replace(/Escalate(\\+")/g, "EndConversation$1");
    const backup = JSON.parse(text);
    await editBot({ backup });
    const chat = await clinic.start();
    await clinic.say(chat, PHRASE);
    const { state, id } = await clinic.look(chat);
    expect(state).toBe("Closed");
    const [session] = await clinic.rows(
      `msdyn_ocsessions?$filter=_msdyn_liveworkitemid_value eq ${id}&$select=msdyn_closurereason`,
    );
    expect(session.msdyn_closurereason).toBe(192350027);
  });

  it("says in vain what the workstream does not know: routing leads back, and nobody takes the chat", async () => {
    await clinic.drop("msdyn_ocliveworkstreamcontextvariable", { msdyn_name: "EscalateToAgent" });
    const { trail, queue, state, bot } = await clinic.look(await escalated());
    expect(trail).toContain("context variable EscalateToAgent is not declared on the workstream: dropped");
    expect(trail).toContain("routing led back to the queue of the bot that escalated");
    expect({ queue, state, bot }).toEqual({ queue: "Patient bot", state: "Open", bot: null });
  });

  it("also takes chats as the member of a queue, when the workstream names no bot", async () => {
    await clinic.edit("msdyn_liveworkstream", {}, { _msdyn_bot_user_value: null });
    const { trail, queue, bot } = await clinic.look(await clinic.start());
    expect(trail[0]).toBe('rule "Bot first" of "Patient chat - route to queue": queue "Patient bot"');
    expect([queue, bot]).toEqual(["Patient bot", "# psc contoso-dev bot"]);
  });
});

describe("routing", () => {
  it("falls back where no rule gives a queue", async () => {
    await clinic.edit("msdyn_liveworkstream", {}, { _msdyn_bot_user_value: null });
    await clinic.edit("msdyn_routingconfiguration", {}, { msdyn_isactiveconfiguration: false });
    const { trail, queue } = await clinic.look(await clinic.start());
    expect(trail.slice(0, 2)).toEqual([
      "the workstream has no active routing configuration",
      'no rule gave a queue: fallback queue "Escalate to Human"',
    ]);
    expect(queue).toBe("Escalate to Human");
    await clinic.edit("msdyn_liveworkstream", {}, { _msdyn_defaultqueue_value: null });
    expect((await clinic.look(await clinic.start())).queue).toBe("Default messaging queue");
  });

  it("obeys what the queue's overflow says for the time outside its hours", async () => {
    const { now } = (await clinic.place.sandbox.control("GET", "clock")).body;
    const sunday = new Date(now);
    sunday.setUTCDate(sunday.getUTCDate() + ((7 - sunday.getUTCDay()) % 7 || 7));
    sunday.setUTCHours(17, 0, 0, 0);
    await clinic.place.sandbox.control("POST", "clock", { advanceMs: sunday.getTime() - now });
    const anyway = await clinic.look(await escalated());
    expect(anyway.trail).toContain(
      'queue "Escalate to Human" is outside its operating hours: assigned anyway',
    );
    await clinic.edit("msdyn_overflowactionconfig", {}, { msdyn_overflowactiontype: 192350001 });
    const ended = await clinic.look(await escalated());
    expect(ended.trail).toContain('overflow of queue "Escalate to Human" ends the conversation');
    expect(ended.state).toBe("Closed");
    const [other] = await clinic.rows("queues?$filter=name eq 'Patient bot'&$select=queueid");
    await clinic.drop("queuemembership", { queueid: other.queueid });
    await clinic.edit(
      "msdyn_overflowactionconfig",
      {},
      { msdyn_overflowactiontype: 192350005, msdyn_overflowactiondata: other.queueid },
    );
    expect((await clinic.look(await escalated())).queue).toBe("Patient bot");
    await clinic.edit("msdyn_overflowactionconfig", {}, { msdyn_overflowactiontype: 192350004 });
    const unknown = await clinic.look(await escalated());
    expect(unknown.trail).toContain(
      'the sandbox does not simulate the overflow action of queue "Escalate to Human": assigned anyway',
    );
  });
});

describe("an environment that is deleted", () => {
  it("takes its conversations along", async () => {
    const chat = await escalated();
    await clinic.place.sandbox.control("POST", "state", {
      path: "dataverse/organizations",
      where: { domainName: "contosohealth-dev" },
      delete: true,
    });
    expect((await clinic.chatting(chat, "GET", "/messages")).status).toBe(401);
    expect((await clinic.place.sandbox.control("GET", "live-chat")).body).toEqual({ value: [] });
  });
});

describe("an agent", () => {
  it("accepts, writes, ends and wraps up; the patient sees it, Dataverse keeps it", async () => {
    const chat = await escalated();
    const amara = await userOf(AMARA);
    expect((await clinic.act(chat, "accept", { agent: AMARA })).status).toBe(200);
    const { id } = await clinic.look(chat);
    const details = await clinic.connect(
      "GET",
      `getliveworkitemdetails/${clinic.orgId}/${clinic.widgetId}/${chat.requestId}`,
    );
    expect(details.body).toMatchObject({
      State: "Active",
      ConversationId: id,
      AgentAcceptedOn: expect.any(String),
      ParticipantType: "User",
    });
    await clinic.act(chat, "say", { agent: AMARA, text: "Good morning, this is Amara." });
    expect(await clinic.heard(chat)).toContain("Amara Agent: Good morning, this is Amara.");
    const select = "statuscode,_msdyn_activeagentid_value,msdyn_isagentaccepted";
    const query = `msdyn_ocliveworkitems?$filter=activityid eq ${id}&$select=${select}`;
    expect((await clinic.rows(query))[0]).toMatchObject({
      statuscode: 2,
      _msdyn_activeagentid_value: amara.systemuserid,
      msdyn_isagentaccepted: true,
    });
    await clinic.act(chat, "end", { agent: AMARA });
    expect((await clinic.rows(query))[0]).toMatchObject({ statuscode: 5 });
    const closed = await clinic.act(chat, "end", { agent: AMARA });
    expect(closed.body.state).toBe("Closed");
    expect((await clinic.rows(query))[0]).toMatchObject({ statuscode: 4 });
    const sessions = await clinic.rows(
      `msdyn_ocsessions?$filter=_msdyn_liveworkitemid_value eq ${id}&$select=msdyn_closurereason`,
    );
    expect(sessions.map((row) => row.msdyn_closurereason).sort()).toEqual([192350021, 192350026]);
  });

  it("keeps the conversation for wrap-up when the patient leaves", async () => {
    const chat = await escalated();
    await clinic.act(chat, "accept", { agent: AMARA });
    const close = `sessionclose/${clinic.orgId}/${clinic.widgetId}/${chat.requestId}?channelId=lcw`;
    expect((await clinic.connect("POST", close, { body: {} })).status).toBe(200);
    expect((await clinic.look(chat)).state).toBe("WrapUp");
    expect((await clinic.connect("POST", close, { body: {} })).status).toBe(200);
    const lone = await escalated();
    await clinic.connect("POST", close.replace(chat.requestId, lone.requestId), { body: {} });
    expect((await clinic.look(lone)).state).toBe("Closed");
  });

  async function refusal(agent: string): Promise<string> {
    const answer = await clinic.act(await escalated(), "accept", { agent });
    expect(answer.status).toBe(409);
    expect(answer.body.error.code).toBe("SandboxControl");
    return answer.body.error.message;
  }

  it("must be a member of the queue, hold the role directly, be enabled and a person", async () => {
    expect(await refusal(SOFIA)).toBe('"Sofia Supervisor" is no member of queue "Escalate to Human"');
    expect(await refusal("admin@contoso.onmicrosoft.com")).toBe(
      '"Alex Admin" does not hold the role Omnichannel agent directly',
    );
    expect(await refusal("# psc contoso-dev bot")).toBe('"# psc contoso-dev bot" is a bot');
    expect(await refusal("nobody")).toBe('there is no user "nobody" in the organization');
    const { systemuserid } = await userOf(BEN);
    await clinic.edit("systemuser", { systemuserid }, { isdisabled: true });
    expect(await refusal(BEN)).toBe('user "Ben Agent" is disabled');
  });

  it("must have a presence that the workstream allows, and capacity left", async () => {
    const presence = (name: string): Promise<{ status: number; text: string }> =>
      clinic.place.sandbox.control("POST", "live-chat/presence", {
        organization: ORGANIZATION,
        agent: AMARA,
        presence: name,
      });
    expect((await presence("Offline")).status).toBe(204);
    expect(await refusal(AMARA)).toBe(
      'presence "Offline" of "Amara Agent" is not among the workstream\'s allowed presences',
    );
    expect((await presence("Dancing")).text).toContain('there is no presence \\"Dancing\\"');
    await presence("Available");
    const { systemuserid } = await userOf(AMARA);
    await clinic.edit("systemuser", { systemuserid }, { msdyn_capacity: 30 });
    expect((await clinic.act(await escalated(), "accept", { agent: AMARA })).status).toBe(200);
    expect(await refusal(AMARA)).toBe('"Amara Agent" has no capacity left (30 units)');
  });

  it("has a presence that supervisors set and everybody at the desk reads by the Web API", async () => {
    const api = `${DATAVERSE}/api/data/v9.2`;
    const token = await clinic.place.sandbox.token("admin", DATAVERSE);
    const [amara, sofia, alex] = await Promise.all(
      [AMARA, SOFIA, "admin@contoso.onmicrosoft.com"].map(userOf),
    );
    const as = (user: ParsedJson): { token: string; headers: Record<string, string> } => ({
      token,
      headers: { MSCRMCallerID: user.systemuserid },
    });
    const [busy] = await clinic.rows("msdyn_presences?$filter=msdyn_name eq 'Busy'&$select=msdyn_presenceid");
    const body = { ApiVersion: "1.0", AgentId: amara.systemuserid, PresenceId: busy.msdyn_presenceid };
    const modify = (user: ParsedJson, sent: object): ReturnType<Clinic["ask"]> =>
      clinic.ask("POST", `${api}/CCaaS_ModifyAgentPresence`, { ...as(user), body: sent });
    const get = (user: ParsedJson): ReturnType<Clinic["ask"]> =>
      clinic.ask("GET", `${api}/CCaaS_GetPresence`, as(user));

    expect((await get(amara)).status).toBe(404);
    const set = await modify(sofia, body);
    expect([set.status, set.text]).toEqual([200, ""]);
    expect((await get(amara)).body).toMatchObject({
      AgentId: amara.systemuserid,
      AgentName: "Amara Agent",
      CurrentPresenceStatusInfo: "Busy",
      PresenceId: busy.msdyn_presenceid,
      ActiveBrowserSessions: 1,
    });
    for (const [user, sent, status, code] of [
      [amara, body, 403, "0x80040220"],
      [sofia, { ...body, ApiVersion: "9" }, 400, "0x80040203"],
      [sofia, { ...body, PresenceId: amara.systemuserid }, 400, "0x80040203"],
      [sofia, { ...body, AgentId: busy.msdyn_presenceid }, 404, "0x80040217"],
    ] as const) {
      const refused = await modify(user, sent);
      expect([refused.status, refused.body.error.code]).toEqual([status, code]);
    }
    expect((await get(alex)).status).toBe(403);
    expect((await clinic.ask("POST", `${api}/CCaaS_GetPresence`, { ...as(amara), body })).status).toBe(405);
    prove(
      ...["GET CCaaS_GetPresence", "POST CCaaS_ModifyAgentPresence"].map((operation) => ({
        api: "Dataverse Web API",
        operation,
        proof: "documentation" as const,
        source: "MicrosoftDocs/dynamics-365-contact-center:contact-center/extend/api",
      })),
    );
  });

  it("can only work on a conversation of her own, and only accept one that waits", async () => {
    const chat = await clinic.start();
    const early = await clinic.act(chat, "accept", { agent: AMARA });
    expect(early.body.error.message).toBe(
      "the conversation is Active: only one that waits in a queue can be accepted",
    );
    await clinic.say(chat, PHRASE);
    await clinic.act(chat, "accept", { agent: AMARA });
    for (const [verb, body] of [
      ["say", { agent: BEN, text: "Hello" }],
      ["end", { agent: BEN }],
    ] as const) {
      const answer = await clinic.act(chat, verb, body);
      expect([answer.status, answer.body.error.message]).toEqual([
        409,
        '"Ben Agent" does not have the conversation',
      ]);
    }
    await clinic.act(chat, "end", { agent: AMARA });
    const late = await clinic.act(chat, "say", { agent: AMARA, text: "Hello" });
    expect(late.body.error.message).toBe("the conversation is WrapUp");
  });

  it("is asked for by the control API, which explains what it needs", async () => {
    const control = clinic.place.sandbox.control;
    const unknown = await control("POST", "live-chat/nothing/accept", { agent: AMARA });
    expect([unknown.status, unknown.body.error.message]).toEqual([404, "there is no conversation nothing"]);
    const nameless = await clinic.act(await escalated(), "accept", {});
    expect([nameless.status, nameless.body.error.message]).toEqual([400, 'the body needs "agent", a text']);
    const elsewhere = await control("POST", "live-chat/presence", {
      organization: "https://nowhere.crm.dynamics.com",
      agent: AMARA,
      presence: "Available",
    });
    expect([elsewhere.status, elsewhere.body.error.message]).toEqual([
      404,
      "there is no organization at https://nowhere.crm.dynamics.com",
    ]);
    const list = (await control("GET", "live-chat")).body.value;
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ state: "Open", queue: "Escalate to Human", agent: null });
  });
});
