import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, driftIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
agentExperience:
  quickReplies:
    - title: Greeting
      text: { en-US: "Hello {FullName{Customer}}", es-ES: "Hola" }
      tags: [hello, start]
    - title: Escalation
      text: |
        One moment, please.
        I ask a nurse.
      workstreams: [Patient chat]
  macros:
    - name: Open patient record
      description: Who writes
      actions:
        - { action: Open an existing record, fields: { Entity logical name: contact, Entity record ID: "$\${customerRecordId}" } }
        - { action: Set focus on the tab }
  scripts:
    - name: Validate patient information
      description: Who is calling
      sessionTemplates: [Chat session - default]
      steps:
        - { name: Confirm phone number, text: Ask for the number on file. }
        - { name: Verify insurance, script: Insurance }
        - { name: Open the record, macro: Open patient record }
    - name: Insurance
      uniqueName: contoso_Insurance
      language: es-ES
      steps:
        - { name: Card, text: Ask for the card. }
        - { name: Back, script: Validate patient information }
  sentiment: { agentAlert: negative, supervisorAlert: very-negative }
  supervisors: { assign: true, transfer: true, monitor: false }
`;

const MACRO = { name: "Open patient record", category: 9000, type: 1, primaryentity: "none" };

let place: Workplace;
let organization: string;

async function dataverse(method: string, path: string, body?: unknown) {
  // An hour of the sandbox's clock is a moment here.
  const token = await place.sandbox.token("admin", organization);
  return place.sandbox.ask(method, `${organization}/api/data/v9.2/${path}`, {
    token,
    ...(body === undefined ? {} : { body }),
  });
}

async function rows(path: string): Promise<Record<string, unknown>[]> {
  const answer = await dataverse("GET", path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.value;
}

const changes = (file = "agents.yaml"): Promise<string[]> => changesIn(place, file);

const drift = (what: () => Promise<unknown>, found: readonly string[]): Promise<void> =>
  driftIn(place, "agents.yaml", what, found);

beforeAll(async () => {
  place = await openWorkplace();
  place.write("agents.yaml", SPEC);
  expect((await place.psc("deploy dev.yaml")).code).toBe(0);
  organization =
    /https:\/\/[\w-]+\.crm\d*\.dynamics\.com/.exec(JSON.stringify(await place.requests()))?.[0] ?? "";
});
afterAll(() => place.close());

describe("what agents have at hand", () => {
  it("waits for a macro that only a person can build, and says what it is to do", async () => {
    // A workflow of the name is no macro: a step could not run it.
    const made = await dataverse("POST", "workflows", { ...MACRO, category: 0 });
    expect(made.status, made.text).toBeLessThan(300);
    const ran = await place.psc("deploy agents.yaml --no-simulated-person --output json");
    expect(ran.code).toBe(3);
    expect(ran.json.failures).toEqual([]);
    expect(ran.json.gates).toMatchObject([
      {
        gate: 'agent-experience.macro["Open patient record"]',
        link: expect.stringContaining(organization),
        instructions: expect.arrayContaining([
          expect.stringContaining('exactly the name "Open patient record" and the description "Who writes"'),
          `Add the action Open an existing record (Entity logical name: contact; Entity record ID: \${customerRecordId})`,
          "Add the action Set focus on the tab",
        ]),
      },
    ]);
    const done = (ran.json.finished as { address: string }[]).map(({ address }) => address);
    expect(done).toContain('agent-experience.script-steps["Insurance"]');
    expect(done).not.toContain('agent-experience.script-steps["Validate patient information"]');
  });

  it("is made once, and is as declared then", async () => {
    const ran = await place.psc("deploy agents.yaml");
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.stdout).toContain('built the macro "Open patient record"');
    expect(await changes()).toEqual([]);
    const mark = await place.mark();
    expect((await place.psc("deploy agents.yaml")).stdout).toContain("no changes");
    expect(await place.writes(mark)).toEqual([]);
    const replies = await rows(
      "msdyn_cannedmessages?$select=msdyn_title,msdyn_message,msdyn_locale_field&$expand=msdyn_msdyn_cannedmessage_msdyn_octag($select=msdyn_name)",
    );
    const told = replies.map((row) => [row["msdyn_title"], row["msdyn_locale_field"], row["msdyn_message"]]);
    expect(told).toEqual(
      expect.arrayContaining([
        ["Greeting", 1033, "Hello {FullName{Customer}}"],
        ["Greeting", 3082, "Hola"],
        ["Escalation", 1033, "One moment, please.\nI ask a nurse.\n"],
      ]),
    );
    expect((await rows("msdyn_octags?$select=msdyn_name")).map((row) => row["msdyn_name"]).sort()).toEqual([
      "hello",
      "start",
    ]);
    const steps = await rows(
      "msdyn_productivityagentscriptsteps?$select=msdyn_name,msdyn_order,msdyn_actiontype&$orderby=msdyn_order",
    );
    expect(steps).toHaveLength(5);
    const [sentiment] = await rows("msdyn_sentimentanalysises");
    expect(sentiment).toMatchObject({
      msdyn_enabled: true,
      msdyn_agentthreshold: 8,
      msdyn_supervisorthreshold: 7,
    });
    const [switches] = await rows("msdyn_omnichannelconfigurations");
    expect(switches).toMatchObject({
      msdyn_enable_supervisor_assign: true,
      msdyn_enable_supervisor_monitor: false,
      msdyn_enable_supervisor_transfer: true,
      msdyn_enable_supervisor_forceclose: false,
    });
  });

  it("costs a plan five requests more, however many there are", async () => {
    const count = async (file: string): Promise<number> => {
      const mark = await place.mark();
      await place.psc(`plan ${file}`);
      return (await place.requests(mark)).length;
    };
    const few = await count("agents.yaml");
    expect(few - (await count("dev.yaml"))).toBeLessThanOrEqual(5);
    const many = Array.from({ length: 60 }, (_, i) => `    - { title: Reply ${i}, text: Text ${i} }`).join(
      "\n",
    );
    place.write("many.yaml", `extends: dev.yaml\nagentExperience:\n  quickReplies:\n${many}\n`);
    expect(await count("many.yaml")).toBeLessThanOrEqual(few + 6);
  });

  const replyOf = async (title: string, locale = 1033): Promise<string> => {
    const found = await rows(
      `msdyn_cannedmessages?$select=msdyn_cannedmessageid&$filter=msdyn_title eq '${title}' and msdyn_locale_field eq ${locale}`,
    );
    return String(found[0]?.["msdyn_cannedmessageid"]);
  };

  it("is mended when a reply's text, tags or workstreams were changed in the admin center", async () => {
    const reply = 'update agent-experience.quick-reply["Greeting/en-US"]';
    const id = await replyOf("Greeting");
    await drift(
      () => dataverse("PATCH", `msdyn_cannedmessages(${id})`, { msdyn_message: "Hi" }),
      [`${reply} text`],
    );
    const [tag] = await rows("msdyn_octags?$select=msdyn_octagid&$filter=msdyn_name eq 'start'");
    await drift(
      () =>
        dataverse(
          "DELETE",
          `msdyn_cannedmessages(${id})/msdyn_msdyn_cannedmessage_msdyn_octag(${String(tag?.["msdyn_octagid"])})/$ref`,
        ),
      [`${reply} tags`],
    );
    const [stream] = await rows(
      "msdyn_liveworkstreams?$select=msdyn_liveworkstreamid&$filter=msdyn_name eq 'Patient chat'",
    );
    await drift(
      () =>
        dataverse("POST", `msdyn_cannedmessages(${id})/msdyn_msdyn_cannedmessage_liveworkstream/$ref`, {
          "@odata.id": `${organization}/api/data/v9.2/msdyn_liveworkstreams(${String(stream?.["msdyn_liveworkstreamid"])})`,
        }),
      [`${reply} workstreams`],
    );
  });

  it("is made again when it was deleted, and never twice", async () => {
    await drift(
      async () => dataverse("DELETE", `msdyn_cannedmessages(${await replyOf("Escalation")})`),
      ['create agent-experience.quick-reply["Escalation/en-US"] tags+text+workstreams'],
    );
    await dataverse("POST", "msdyn_cannedmessages", {
      msdyn_title: "Escalation",
      msdyn_message: "Twin",
      msdyn_locale_field: 1033,
    });
    const ran = await place.psc("plan agents.yaml");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain("PSC-E401");
    const twins = await rows(
      "msdyn_cannedmessages?$select=msdyn_cannedmessageid&$filter=msdyn_message eq 'Twin'",
    );
    await dataverse("DELETE", `msdyn_cannedmessages(${String(twins[0]?.["msdyn_cannedmessageid"])})`);
  });

  it("is mended when a script or its steps were changed", async () => {
    const [script] = await rows(
      "msdyn_productivityagentscripts?$select=msdyn_productivityagentscriptid&$filter=msdyn_uniquename eq 'psc_Validatepatientinformation'",
    );
    const id = String(script?.["msdyn_productivityagentscriptid"]);
    await drift(
      () =>
        dataverse("PATCH", `msdyn_productivityagentscripts(${id})`, {
          msdyn_name: "Renamed",
          msdyn_description: "else",
          msdyn_language: 1036,
        }),
      ['update agent-experience.script["Validate patient information"] description+language+name'],
    );
    const steps = await rows(
      `msdyn_productivityagentscriptsteps?$select=msdyn_productivityagentscriptstepid,msdyn_order&$filter=_msdyn_agentscriptid_value eq ${id}&$orderby=msdyn_order`,
    );
    const stepId = (index: number): string => String(steps[index]?.["msdyn_productivityagentscriptstepid"]);
    const mended = ['update agent-experience.script-steps["Validate patient information"] steps'];
    await drift(
      () =>
        dataverse("PATCH", `msdyn_productivityagentscriptsteps(${stepId(1)})`, {
          msdyn_actiontype: 192350000,
          msdyn_textinstruction: "Do nothing",
        }),
      mended,
    );
    await drift(
      () => dataverse("PATCH", `msdyn_productivityagentscriptsteps(${stepId(0)})`, { msdyn_order: 9 }),
      mended,
    );
    await drift(() => dataverse("DELETE", `msdyn_productivityagentscriptsteps(${stepId(2)})`), mended);
    await drift(
      () =>
        dataverse("POST", "msdyn_productivityagentscriptsteps", {
          msdyn_name: "Extra",
          msdyn_order: 4,
          msdyn_actiontype: 192350000,
          msdyn_textinstruction: "More",
          "msdyn_agentscriptid@odata.bind": `/msdyn_productivityagentscripts(${id})`,
        }),
      mended,
    );
    const [template] = await rows(
      "msdyn_sessiontemplates?$select=msdyn_sessiontemplateid&$filter=msdyn_name eq 'Chat session - default'",
    );
    await drift(
      () =>
        dataverse(
          "DELETE",
          `msdyn_productivityagentscripts(${id})/msdyn_msdyn_prod_agentscript_msdyn_sessiontemplat(${String(template?.["msdyn_sessiontemplateid"])})/$ref`,
        ),
      ['update agent-experience.script["Validate patient information"] sessionTemplates'],
    );
  });

  it("runs the declared macro again when a step was led to another process, and knows which of two it is", async () => {
    const [step] = await rows(
      "msdyn_productivityagentscriptsteps?$select=msdyn_productivityagentscriptstepid&$filter=msdyn_actiontype eq 192350001",
    );
    const [other] = await rows("workflows?$select=workflowid&$filter=category eq 0");
    await drift(
      () =>
        dataverse(
          "PATCH",
          `msdyn_productivityagentscriptsteps(${String(step?.["msdyn_productivityagentscriptstepid"])})`,
          { "msdyn_macroactionid@odata.bind": `/workflows(${String(other?.["workflowid"])})` },
        ),
      ['update agent-experience.script-steps["Validate patient information"] steps'],
    );
    // A desktop flow of the name has the category that macros had once.
    await dataverse("POST", "workflows", { ...MACRO, category: 6 });
    expect(await changes()).toEqual([]);
    await dataverse("POST", "workflows", MACRO);
    const ran = await place.psc("plan agents.yaml");
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('several macros called "Open patient record"');
    const twins = await rows("workflows?$select=workflowid&$orderby=createdon&$filter=category eq 9000");
    await dataverse("DELETE", `workflows(${String(twins.at(-1)?.["workflowid"])})`);
  });

  it("is mended when sentiment or supervisors' rights were changed, and what is not declared is left", async () => {
    const [sentiment] = await rows("msdyn_sentimentanalysises");
    await drift(
      () =>
        dataverse("PATCH", `msdyn_sentimentanalysises(${String(sentiment?.["msdyn_sentimentanalysisid"])})`, {
          msdyn_enabled: false,
          msdyn_agentthreshold: 0,
          msdyn_supervisorthreshold: 9,
        }),
      ["update agent-experience.sentiment agentAlert+enabled+supervisorAlert"],
    );
    const [switches] = await rows("msdyn_omnichannelconfigurations");
    const path = `msdyn_omnichannelconfigurations(${String(switches?.["msdyn_omnichannelconfigurationid"])})`;
    await drift(
      () =>
        dataverse("PATCH", path, {
          msdyn_enable_supervisor_assign: false,
          msdyn_enable_supervisor_monitor: true,
          msdyn_enable_supervisor_forceclose: true,
        }),
      ["update agent-experience.supervision assign+monitor"],
    );
    const [after] = await rows("msdyn_omnichannelconfigurations");
    expect(after).toMatchObject({ msdyn_enable_supervisor_forceclose: true });
  });

  it("takes over what stood there before psc came", async () => {
    await dataverse("POST", "msdyn_cannedmessages", {
      msdyn_title: "Goodbye",
      msdyn_message: "So long",
      msdyn_locale_field: 1033,
    });
    place.write(
      "adopting.yaml",
      "extends: agents.yaml\nagentExperience: { quickReplies: [{ title: Goodbye, text: Goodbye }] }\n",
    );
    expect(await changes("adopting.yaml")).toEqual([
      'update agent-experience.quick-reply["Goodbye/en-US"] text',
    ]);
    expect((await place.psc("deploy adopting.yaml")).code).toBe(0);
    expect(await rows("msdyn_cannedmessages?$filter=msdyn_title eq 'Goodbye'")).toHaveLength(1);
  });

  it("is refused to who may only read, with the name of the permission", async () => {
    const ran = await place.psc("deploy adopting.yaml", {
      env: { PSC_SANDBOX_USER: "reader@contoso.onmicrosoft.com" },
    });
    expect(ran.code).not.toBe(0);
    expect(ran.stdout + ran.stderr).toMatch(/PSC-E/);
  });

  it("goes by --prune, with what psc made for it", async () => {
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await rows("msdyn_productivityagentscripts")).toEqual([]);
    const titles = (await rows("msdyn_cannedmessages?$select=msdyn_title")).map((row) => row["msdyn_title"]);
    expect(titles).toEqual(["Goodbye"]);
  });
});
