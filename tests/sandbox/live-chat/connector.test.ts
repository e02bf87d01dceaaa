import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prove } from "../../harness/fidelity.ts";
import { type Clinic, openClinic } from "./clinic.ts";

const API = "Live chat connector";
const SDK_SOURCE = "microsoft/omnichannel-chat-sdk and npm @microsoft/ocsdk 0.5.21";

let clinic: Clinic;
let startPath: string;

beforeAll(async () => {
  clinic = await openClinic();
  startPath = `organization/${clinic.orgId}/widgetApp/${clinic.widgetId}/conversation`;
});
beforeEach(() => clinic.fresh());
afterAll(() => clinic.close());

/** Gives the widget the week's operating hours and moves to a Sunday, when nobody is there. */
async function closeForTheDay(): Promise<void> {
  const [hours] = await clinic.table("msdyn_operatinghour");
  await clinic.edit(
    "msdyn_livechatconfig",
    { msdyn_widgetappid: clinic.widgetId },
    { _msdyn_operatinghourid_value: hours.msdyn_operatinghourid },
  );
  await moveTo(0);
}

/** Moves the clock to 17:00 UTC, noon in New York, of the next such weekday (0 = Sunday). */
async function moveTo(weekday: number): Promise<void> {
  const { now } = (await clinic.place.sandbox.control("GET", "clock")).body;
  const target = new Date(now);
  target.setUTCHours(17, 0, 0, 0);
  do target.setUTCDate(target.getUTCDate() + 1);
  while (target.getUTCDay() !== weekday);
  await clinic.place.sandbox.control("POST", "clock", { advanceMs: target.getTime() - now });
}

describe("the widget's public configuration", () => {
  it("comes from the widget's rows, columns as text, without credentials", async () => {
    const answer = await clinic.connect(
      "GET",
      `config/${clinic.orgId}/${clinic.widgetId}?requestId=${crypto.randomUUID()}&channelId=lcw`,
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      LiveChatVersion: 2,
      LiveChatConfigAuthSettings: null,
      ChatWidgetLanguage: { msdyn_localeid: "1033" },
      DataMaskingInfo: { setting: { msdyn_maskforcustomer: false } },
      LiveWSAndLiveChatEngJoin: {
        msdyn_prechatenabled: "false",
        msdyn_conversationmode: "192350000",
        msdyn_enablefileattachmentsforcustomers: "false",
        msdyn_callingoptions: "192350000",
        msdyn_widgetappid: clinic.widgetId,
        msdyn_widgettitle: "Contoso Health",
        OutOfOperatingHours: "False",
      },
    });
    expect(answer.body.LiveWSAndLiveChatEngJoin.msdyn_widgetsnippet).toContain(clinic.connector);
    prove({
      api: API,
      operation: "GET config/{orgId}/{widgetId}",
      proof: "documentation",
      source: "microsoft/omnichannel-chat-sdk:src/types/config.d.ts",
    });
  });

  it("does not know other widgets: 400 with errorcode 701 and no body", async () => {
    const answer = await clinic.connect("GET", `config/${clinic.orgId}/${crypto.randomUUID()}`);
    expect([answer.status, answer.headers["errorcode"], answer.text]).toEqual([400, "701", ""]);
    const start = await clinic.connect(
      "POST",
      `organization/${clinic.orgId}/widgetApp/${crypto.randomUUID()}/conversation`,
      { body: {} },
    );
    expect([start.status, start.headers["errorcode"], start.text]).toEqual([400, "701", ""]);
    prove({
      api: API,
      operation: "errorcode 701 (widget not found)",
      proof: "documentation",
      source: SDK_SOURCE,
    });
  });

  it("goes with the widget when its workstream is gone", async () => {
    const [workstream] = await clinic.table("msdyn_liveworkstream");
    await clinic.drop("msdyn_liveworkstream", {
      msdyn_liveworkstreamid: workstream.msdyn_liveworkstreamid,
    });
    const answer = await clinic.connect("GET", `config/${clinic.orgId}/${clinic.widgetId}`);
    expect([answer.status, answer.headers["errorcode"]]).toEqual([400, "701"]);
  });

  it("is served on the organization's own host only", async () => {
    const other = crypto.randomUUID();
    const foreign = await clinic.connect("GET", `config/${other}/${clinic.widgetId}`);
    expect([foreign.status, foreign.text]).toEqual([404, ""]);
    const host = await clinic.ask(
      "GET",
      `https://m-${other}.us.omnichannelengagementhub.com/livechatconnector/config/${clinic.orgId}/${clinic.widgetId}`,
    );
    expect([host.status, host.text]).toEqual([404, ""]);
  });

  it("stands among the hosts that clients are told of, beside the chat service", async () => {
    const hosts = (await clinic.place.sandbox.control("GET", "hosts")).body.value;
    const chat = await clinic.start();
    expect(hosts).toEqual(
      expect.arrayContaining([new URL(clinic.connector).host, new URL(chat.endpoint).host]),
    );
  });

  it("knows no other paths and methods", async () => {
    expect((await clinic.connect("GET", "nothing")).status).toBe(404);
    const answer = await clinic.connect("POST", `config/${clinic.orgId}/${clinic.widgetId}`);
    expect([answer.status, answer.headers["allow"], answer.text]).toEqual([405, "GET", ""]);
  });

  it("tells when nobody is there, and on working days that somebody is", async () => {
    await closeForTheDay();
    const path = `config/${clinic.orgId}/${clinic.widgetId}`;
    const sunday = await clinic.connect("GET", path);
    expect(sunday.body.LiveWSAndLiveChatEngJoin.OutOfOperatingHours).toBe("True");
    await moveTo(2);
    const tuesday = await clinic.connect("GET", path);
    expect(tuesday.body.LiveWSAndLiveChatEngJoin.OutOfOperatingHours).toBe("False");
  });
});

describe("starting a chat", () => {
  it("hands out thread, token and endpoint, and the session in headers", async () => {
    const answer = await clinic.connect("POST", startPath, {
      headers: { "request-id": crypto.randomUUID() },
      body: { channelId: "lcw" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers["oc-sessionid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers["authcodenonce"]).toBeTruthy();
    expect(answer.body).toMatchObject({
      ChatId: expect.stringMatching(/^19:[0-9a-f]{32}@thread\.v2$/),
      RegionGtms: "{}",
      VisitorId: expect.stringMatching(/^8:acs:/),
      ACSEndpoint: expect.stringMatching(/^https:\/\/.+\.communication\.azure\.com$/),
      AttachmentConfiguration: { AttachmentServiceEndpoint: "" },
    });
    prove({
      api: API,
      operation: "POST organization/{orgId}/widgetApp/{widgetId}/conversation",
      proof: "documentation",
      source: SDK_SOURCE,
    });
  });

  it("is idempotent by request id, so that a lost answer starts no second chat", async () => {
    const headers = { "request-id": crypto.randomUUID() };
    const first = await clinic.connect("POST", startPath, { headers, body: {} });
    const second = await clinic.connect("POST", startPath, { headers, body: {} });
    expect(second.body.ChatId).toBe(first.body.ChatId);
  });

  it("also works in two steps, token first", async () => {
    const requestId = crypto.randomUUID();
    const place = `${clinic.orgId}/${clinic.widgetId}/${requestId}`;
    const token = await clinic.connect("GET", `v2/getchattoken/${place}?channelId=lcw`);
    expect(token.body.ChatId).toMatch(/@thread\.v2$/);
    const before = await clinic.connect("GET", `getliveworkitemdetails/${place}?channelId=lcw`);
    expect([before.status, before.text]).toEqual([404, ""]);
    const started = await clinic.connect("POST", `sessioninit/${place}?channelId=lcw`, { body: {} });
    expect([started.status, started.text]).toEqual([200, ""]);
    const after = await clinic.connect("GET", `getliveworkitemdetails/${place}?channelId=lcw`);
    expect(after.body).toMatchObject({ State: "Active", ParticipantType: "Bot", AgentAcceptedOn: null });
    prove(
      { api: API, operation: "GET v2/getchattoken", proof: "documentation", source: SDK_SOURCE },
      { api: API, operation: "POST sessioninit", proof: "documentation", source: SDK_SOURCE },
    );
  });

  it("is refused outside operating hours: 400 with errorcode 705 and no body", async () => {
    const requestId = crypto.randomUUID();
    const place = `${clinic.orgId}/${clinic.widgetId}/${requestId}`;
    await clinic.connect("GET", `v2/getchattoken/${place}`);
    await closeForTheDay();
    for (const [method, path] of [
      ["POST", startPath],
      ["GET", `v2/getchattoken/${place}`],
      ["POST", `sessioninit/${place}`],
    ] as const) {
      const answer = await clinic.connect(method, path, method === "POST" ? { body: {} } : {});
      expect([answer.status, answer.headers["errorcode"], answer.text]).toEqual([400, "705", ""]);
    }
    prove({
      api: API,
      operation: "errorcode 705 (outside operating hours)",
      proof: "documentation",
      source: SDK_SOURCE,
    });
  });

  it("is refused anonymously where visitors must sign in: 401 and no body", async () => {
    await clinic.edit(
      "msdyn_livechatconfig",
      { msdyn_widgetappid: clinic.widgetId },
      { _msdyn_authsettingsid_value: crypto.randomUUID() },
    );
    const answer = await clinic.connect("POST", startPath, { body: {} });
    expect([answer.status, answer.text]).toEqual([401, ""]);
  });

  it("needs a JSON object: otherwise 400 and no body", async () => {
    const answer = await clinic.connect("POST", startPath, { body: "{" });
    expect([answer.status, answer.headers["errorcode"], answer.text]).toEqual([400, undefined, ""]);
  });

  it("takes context variables that the workstream declares, whole numbers and text only", async () => {
    const chat = await clinic.start({
      EscalateToAgent: { value: 1, isDisplayable: true },
      escalatetoagent: { value: 1, isDisplayable: true },
    });
    const { context, trail } = await clinic.look(chat);
    expect(context).toEqual({ EscalateToAgent: 1 });
    expect(trail).toContain("context variable escalatetoagent is not declared on the workstream: dropped");
    const other = await clinic.start({ EscalateToAgent: { value: 1.5, isDisplayable: true } });
    expect((await clinic.look(other)).trail).toContain(
      "context variable EscalateToAgent takes whole numbers and text only: dropped",
    );
  });
});

describe("during and after a chat", () => {
  it("answers for known chats only", async () => {
    const place = `${clinic.orgId}/${clinic.widgetId}/${crypto.randomUUID()}`;
    for (const [method, path] of [
      ["GET", `getliveworkitemdetails/${place}`],
      ["POST", `sessionclose/${place}`],
      ["POST", `sessioninit/${place}`],
    ] as const) {
      const answer = await clinic.connect(method, path, method === "POST" ? { body: {} } : {});
      expect([answer.status, answer.text]).toEqual([404, ""]);
    }
    const typing = `${clinic.connector}/inbound/typingindicator/livechat/sendtypingindicator`;
    expect((await clinic.ask("POST", `${typing}/${crypto.randomUUID()}`)).status).toBe(404);
    const chat = await clinic.start();
    expect((await clinic.ask("POST", `${typing}/${chat.requestId}`)).status).toBe(200);
  });

  it("gives the transcript to the chat's own token, newest message first, also after the end", async () => {
    const chat = await clinic.start();
    await clinic.say(chat, "Hello");
    const other = await clinic.start();
    const path = `v2/getchattranscripts/${chat.threadId}/${chat.requestId}?channelId=lcw`;
    for (const authorization of ["", "nonsense", other.token]) {
      const answer = await clinic.connect("GET", path, { headers: { authorization } });
      expect([answer.status, answer.text]).toEqual([401, ""]);
    }
    await clinic.connect("POST", `sessionclose/${clinic.orgId}/${clinic.widgetId}/${chat.requestId}`, {
      body: {},
    });
    const answer = await clinic.connect("GET", path, { headers: { authorization: chat.token } });
    const messages = JSON.parse(answer.body.chatMessagesJson);
    expect(messages.map(({ content }: { content: string }) => content)).toEqual([
      "Hello! What can I do for you?",
      "Hello",
      "Hello, this is the virtual assistant of Contoso Health. How can I help you?",
    ]);
    expect(messages[0].from.application.displayName).toContain("bot");
    expect(messages[1].from.user.displayName).toBe("Customer");
    prove({
      api: API,
      operation: "GET v2/getchattranscripts",
      proof: "documentation",
      source: "microsoft/omnichannel-chat-widget:chat-widget/src/plugins/createChatTranscript.ts",
    });
  });

  it("tells signed-in visitors whether an agent is there; nobody else", async () => {
    const path = `auth/getagentavailability/${clinic.orgId}/${clinic.widgetId}/${crypto.randomUUID()}?channelId=lcw`;
    const anonymous = await clinic.connect("POST", path, { body: {} });
    expect([anonymous.status, anonymous.text]).toEqual([401, ""]);
    const ask = async (): Promise<unknown> => {
      const answer = await clinic.connect("POST", path, {
        headers: { AuthenticatedUserToken: "a.b.c" },
        body: { customContextData: { EscalateToAgent: { value: 1, isDisplayable: false } } },
      });
      expect(answer.status).toBe(200);
      return answer.body;
    };
    expect(await ask()).toMatchObject({
      QueueName: "Escalate to Human",
      QueuePosition: 1,
      AgentAvailability: false,
    });
    const signIn = { organization: "contosohealth-dev.crm.dynamics.com", agent: "Amara Agent" };
    await clinic.place.sandbox.control("POST", "live-chat/presence", { ...signIn, presence: "Available" });
    expect(await ask()).toMatchObject({ AgentAvailability: true });
    await clinic.say(await clinic.start(), "talk to a person");
    expect(await ask()).toMatchObject({ QueuePosition: 2 });
    prove({
      api: API,
      operation: "POST auth/getagentavailability",
      proof: "documentation",
      source: SDK_SOURCE,
    });
  });

  it("serves the masking rules of the organization", async () => {
    const answer = await clinic.connect("GET", `fetchdatamaskinginfo/${clinic.orgId}`);
    expect(Object.keys(answer.body.dataMaskingRules)).toHaveLength(3);
    expect((await clinic.connect("GET", `fetchdatamaskinginfo/${crypto.randomUUID()}`)).status).toBe(404);
  });
});

describe("what is not simulated", () => {
  it.each([
    ["GET", "livechatconnector/getchattoken/o/w/r"],
    ["GET", "livechatconnector/v3/getchattoken/o/w/r"],
    ["GET", "livechatconnector/v4/getchattoken/o/w/r"],
    ["GET", "livechatconnector/v2/auth/getchattoken/o/w/r"],
    ["POST", "livechatconnector/auth/organization/o/widgetApp/w/conversation"],
    ["POST", "livechatconnector/auth/sessioninit/o/w/r"],
    ["GET", "livechatconnector/auth/reconnectablechats/o/w/r"],
    ["GET", "livechatconnector/reconnect/o/w/r"],
    ["GET", "livechatconnector/getliveworkitemdetails/o/w/r/reconnect"],
    ["POST", "livechatconnector/createemailrequest/r"],
    ["GET", "livechatconnector/v2/lcwfcsdetails/o"],
    ["POST", "livechatconnector/getsurveyinvite/o/s"],
    ["POST", "livechatconnector/secondarychannelevent/o/w/r"],
    ["POST", "survey/submitpostchat/o/w/r"],
    ["POST", "api/v1.0/consumer/conversation/create"],
  ])("%s %s says so with 501", async (method, path) => {
    const answer = await clinic.ask(method, `${clinic.connector}/${path}`);
    expect(answer.status).toBe(501);
    expect(answer.body.error).toEqual({
      code: "NotSimulated",
      message: expect.stringMatching(/^The sandbox does not simulate .+\.$/),
    });
  });

  it("includes reconnecting by a start", async () => {
    const answer = await clinic.connect("POST", startPath, { body: { reconnectId: "x" } });
    expect(answer.status).toBe(501);
  });
});

it("attachments have a host of their own that says 501", async () => {
  for (const url of [
    "https://us-api.asm.skype.com/v1/objects",
    "https://us-api.asm.skype.com/v1/skypetokenauth",
    "https://api.asm.skype.com/v1/objects/0-wus-d1/views/imgpsh_fullsize_anim",
  ]) {
    const answer = await clinic.ask(url.endsWith("objects") ? "POST" : "GET", url);
    expect(answer.status).toBe(501);
    expect(answer.body.error).toEqual({
      code: "NotSimulated",
      message: expect.stringMatching(/^The sandbox does not simulate attachments \(/),
    });
  }
});
