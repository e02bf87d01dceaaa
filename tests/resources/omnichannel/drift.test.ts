import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextVariable } from "../../../src/resources/omnichannel/context-variable.ts";
import { queue } from "../../../src/resources/omnichannel/queue.ts";
import { queueMembers } from "../../../src/resources/omnichannel/queue-members.ts";
import { routing } from "../../../src/resources/omnichannel/routing.ts";
import { widget } from "../../../src/resources/omnichannel/widget.ts";
import { workstream } from "../../../src/resources/omnichannel/workstream.ts";
import { workstreamBot } from "../../../src/resources/omnichannel/workstream-bot.ts";
import { TENANT } from "../../../src/sandbox/seed.ts";
import {
  type ContactCentre,
  contactCentre,
  failuresOf,
  ORGANIZATION,
  startContactCentre,
} from "../support/dataverse-context.ts";
import { actionOf, diffOf } from "../support/tenant.ts";

const SPEC = contactCentre();
const HUMANS = queue.address("Escalate to Human");
const ROUTING = routing.address("Patient chat");

let centre: ContactCentre;

beforeAll(async () => {
  centre = await startContactCentre();
  expect(failuresOf(await centre.deploy(SPEC))).toEqual([]);
});
afterAll(() => centre.close());

async function rowOf(set: string, filter: string): Promise<ReturnType<typeof JSON.parse>> {
  const { value } = await centre.dataverse(`${set}?$filter=${encodeURIComponent(filter)}`);
  expect(value).toHaveLength(1);
  return value[0];
}

const humans = () => rowOf("queues", "name eq 'Escalate to Human'");
const chat = () => rowOf("msdyn_liveworkstreams", "msdyn_name eq 'Patient chat'");

/** Deploys and returns what was written; afterwards nothing differs any more. */
async function mend(): Promise<readonly string[]> {
  await centre.writes();
  expect(failuresOf(await centre.deploy(SPEC))).toEqual([]);
  const writes = await centre.writes();
  const after = await centre.plan(SPEC);
  expect(after.problems).toEqual([]);
  expect(after.actions.filter(({ action }) => action !== "none")).toEqual([]);
  return writes;
}

it("has nothing to do right after a deployment", async () => {
  await centre.writes();
  const run = await centre.deploy(SPEC);
  expect(run.plan.actions.filter(({ action }) => action !== "none")).toEqual([]);
  expect(await centre.writes()).toEqual([]);
});

describe("queues", () => {
  it("change their priority with exactly one write", async () => {
    const id = (await humans()).queueid as string;
    await centre.dataverse(`queues(${id})`, "PATCH", { msdyn_priority: 7 });
    expect(diffOf(await centre.plan(SPEC), HUMANS)).toEqual({ priority: [7, 2] });
    expect(await mend()).toEqual([`PATCH /api/data/v9.2/queues(${id})`]);
  });

  it("get their operating hours and assignment back", async () => {
    const id = (await humans()).queueid as string;
    await centre.dataverse(`queues(${id})`, "PATCH", {
      "msdyn_operatinghourid@odata.bind": null,
      msdyn_assignmentstrategy: 192350000,
    });
    expect(diffOf(await centre.plan(SPEC), HUMANS)).toEqual({
      operatingHours: ["always", "Weekdays"],
      assignment: ["highest-capacity", "round-robin"],
    });
    expect(await mend()).toHaveLength(1);
  });

  it("get a member back and keep the ones somebody added", async () => {
    const id = (await humans()).queueid as string;
    const amara = await rowOf("systemusers", `domainname eq 'amara@${TENANT.domain}'`);
    const admin = await rowOf("systemusers", `domainname eq 'admin@${TENANT.domain}'`);
    const members = `queues(${id})/queuemembership_association`;
    await centre.dataverse(
      `${members}/$ref?$id=${ORGANIZATION}/api/data/v9.2/systemusers(${amara.systemuserid})`,
      "DELETE",
    );
    await centre.dataverse(`${members}/$ref`, "POST", {
      "@odata.id": `${ORGANIZATION}/api/data/v9.2/systemusers(${admin.systemuserid})`,
    });
    const diff = diffOf(await centre.plan(SPEC), queueMembers.address("Escalate to Human"));
    expect(diff["members"]).toEqual([
      [`ben@${TENANT.domain}`],
      [`amara@${TENANT.domain}`, `ben@${TENANT.domain}`],
    ]);
    expect(await mend()).toHaveLength(1);
    const { value } = await centre.dataverse(
      `queuememberships?$select=systemuserid&$filter=queueid eq ${id}`,
    );
    expect(value).toHaveLength(3);
  });
});

describe("routing", () => {
  const ruleset = () => rowOf("msdyn_decisionrulesets", "msdyn_name eq 'Patient chat - route to queue'");

  async function rewrite(change: (definition: string) => string): Promise<void> {
    const row = await ruleset();
    const definition = row.msdyn_rulesetdefinition as string;
    const changed = change(definition);
    expect(changed).not.toBe(definition);
    await centre.dataverse(`msdyn_decisionrulesets(${row.msdyn_decisionrulesetid})`, "PATCH", {
      msdyn_rulesetdefinition: changed,
    });
  }

  it("shows a renamed rule by its names, and gives it its name back", async () => {
    await rewrite((xml) => xml.replace('name="Human Agent"', 'name="Humans &amp; co"'));
    const [before, after] = diffOf(await centre.plan(SPEC), ROUTING)["rules"] ?? [];
    expect(before).toEqual([
      { name: "Humans & co", when: "EscalateToAgent = 1", to: "Escalate to Human" },
      { name: "Bot first", when: "always", to: "Patient bot" },
    ]);
    expect(after).toEqual([
      { name: "Human Agent", when: "EscalateToAgent = 1", to: "Escalate to Human" },
      { name: "Bot first", when: "always", to: "Patient bot" },
    ]);
    const { msdyn_decisionrulesetid: id } = await ruleset();
    expect(await mend()).toEqual([`PATCH /api/data/v9.2/msdyn_decisionrulesets(${id})`]);
  });

  it("sees a changed condition, target, order and hit policy", async () => {
    await rewrite((xml) => xml.replace(">1</rhs>", ">2</rhs>"));
    expect(JSON.stringify(diffOf(await centre.plan(SPEC), ROUTING))).toContain("EscalateToAgent = 2");
    await mend();

    const bots = (await rowOf("queues", "name eq 'Patient bot' and msdyn_queuetype eq 192350000")).queueid;
    await rewrite((xml) =>
      xml.replaceAll((/>[0-9a-f-]{36}<\/rhs>/.exec(xml) ?? [""])[0], `>{${bots}}</rhs>`),
    );
    expect(diffOf(await centre.plan(SPEC), ROUTING)["rules"]?.[0]).toEqual([
      { name: "Human Agent", when: "EscalateToAgent = 1", to: "Patient bot" },
      { name: "Bot first", when: "always", to: "Patient bot" },
    ]);
    await mend();

    await rewrite((xml) => {
      const rules = xml.match(/<rule [\s\S]*?<\/rule>/g) ?? [];
      return xml.replace(rules.join(""), [...rules].reverse().join(""));
    });
    expect(Object.keys(diffOf(await centre.plan(SPEC), ROUTING))).toEqual(["rules"]);
    await mend();

    await rewrite((xml) => xml.replace('hit-policy="first"', 'hit-policy="all"'));
    expect(diffOf(await centre.plan(SPEC), ROUTING)).toEqual({ hitPolicy: ["all", "first"] });
    await mend();
  });

  it("reads the designer's way of writing the same condition as no difference", async () => {
    await rewrite((xml) =>
      xml.replace(
        '<condition operator="==">',
        '<condition operator="not-null"><lhs type="attribute">liveworkitemcontext.EscalateToAgent</lhs></condition><condition operator="==">',
      ),
    );
    expect(actionOf(await centre.plan(SPEC), ROUTING).action).toBe("none");
  });

  it("makes the contract expose a variable again", async () => {
    const { _msdyn_routingcontractid_value: contract } = await chat();
    await centre.dataverse(`msdyn_decisioncontracts(${contract})`, "PATCH", {
      msdyn_contractdefinition:
        '<contract version="1"><entity logical-name="msdyn_ocliveworkitem" key="msdyn_ocliveworkitem" /><complex key="liveworkitemcontext"><variable name="Language" data-type="string" /></complex></contract>',
    });
    expect(diffOf(await centre.plan(SPEC), ROUTING)).toEqual({
      variables: [[], ["EscalateToAgent (number)"]],
    });
    await mend();
    const mended = await centre.dataverse(`msdyn_decisioncontracts(${contract})`);
    expect(mended.msdyn_contractdefinition).toContain('name="Language"');
    expect(mended.msdyn_contractdefinition).toContain('name="EscalateToAgent" data-type="number"');
  });

  it("finishes what an interrupted run left half-made, without a second ruleset", async () => {
    const step = await rowOf("msdyn_routingconfigurationsteps", "msdyn_type eq 192350002");
    await centre.dataverse(
      `msdyn_routingconfigurationsteps(${step.msdyn_routingconfigurationstepid})`,
      "DELETE",
    );
    expect(actionOf(await centre.plan(SPEC), ROUTING).action).toBe("create");
    await mend();
    await ruleset();
  });
});

describe("workstreams", () => {
  it("get their bot, capacity and fallback queue back", async () => {
    const row = await chat();
    const id = row.msdyn_liveworkstreamid as string;
    const other = await rowOf("queues", "name eq 'Patient bot' and msdyn_queuetype eq 192350000");
    await centre.dataverse(`msdyn_liveworkstreams(${id})`, "PATCH", {
      msdyn_capacityrequired: 10,
      "msdyn_bot_user@odata.bind": null,
      "msdyn_defaultqueue@odata.bind": `/queues(${other.queueid})`,
    });
    const plan = await centre.plan(SPEC);
    expect(diffOf(plan, workstream.address("Patient chat"))).toEqual({
      capacity: [10, 30],
      fallback: ["Patient bot", "Escalate to Human"],
    });
    expect(actionOf(plan, workstreamBot.address("Patient chat")).action).toBe("create");
    expect(await mend()).toHaveLength(2);
  });

  it("get a contract where the organisation gave none, and their rules with it", async () => {
    const { msdyn_liveworkstreamid: id } = await chat();
    await centre.dataverse(`msdyn_liveworkstreams(${id})`, "PATCH", {
      "msdyn_routingcontractid@odata.bind": null,
    });
    const plan = await centre.plan(SPEC);
    expect(diffOf(plan, workstream.address("Patient chat"))).toEqual({ contract: [false, true] });
    await mend();
    const contract = (await chat())._msdyn_routingcontractid_value as string;
    const { msdyn_contractdefinition: definition } = await centre.dataverse(
      `msdyn_decisioncontracts(${contract})`,
    );
    expect(definition).toContain("EscalateToAgent");
  });

  it("names the other bot when somebody put one on", async () => {
    const { msdyn_liveworkstreamid: id } = await chat();
    const admin = await rowOf("systemusers", `domainname eq 'admin@${TENANT.domain}'`);
    await centre.dataverse(`msdyn_liveworkstreams(${id})`, "PATCH", {
      "msdyn_bot_user@odata.bind": `/systemusers(${admin.systemuserid})`,
    });
    expect(diffOf(await centre.plan(SPEC), workstreamBot.address("Patient chat"))).toEqual({
      bot: ["Alex Admin", "the environment's bot"],
    });
    expect(await mend()).toHaveLength(1);
  });

  it("do not change the type of a context variable, which bots rely on", async () => {
    const row = await rowOf(
      "msdyn_ocliveworkstreamcontextvariables",
      "msdyn_name eq 'EscalateToAgent' and msdyn_datatype eq 192350001",
    );
    const path = `msdyn_ocliveworkstreamcontextvariables(${row.msdyn_ocliveworkstreamcontextvariableid})`;
    await centre.dataverse(path, "PATCH", { msdyn_datatype: 192350000 });
    const { problems } = await centre.plan(SPEC);
    expect(problems.map(({ address, error }) => [address, error.code])).toEqual([
      [contextVariable.address("Patient chat/EscalateToAgent"), "PSC-E413"],
    ]);
    await centre.dataverse(path, "PATCH", { msdyn_datatype: 192350001 });
  });
});

describe("the chat widget", () => {
  it("gets title, language, position and attachments back in one write", async () => {
    const row = await rowOf("msdyn_livechatconfigs", "msdyn_name eq 'Patient chat widget'");
    const french = await rowOf("msdyn_oclanguages", "msdyn_localecode eq 'fr-FR'");
    await centre.dataverse(`msdyn_livechatconfigs(${row.msdyn_livechatconfigid})`, "PATCH", {
      msdyn_widgettitle: "Hello",
      msdyn_widgetposition: 192236011,
      msdyn_enablefileattachmentsforcustomers: true,
      "msdyn_ocWidgetLanguage@odata.bind": `/msdyn_oclanguages(${french.msdyn_oclanguageid})`,
    });
    expect(diffOf(await centre.plan(SPEC), widget.address("Patient chat widget"))).toEqual({
      title: ["Hello", "Contoso Health"],
      position: ["left", "right"],
      attachments: ["customers", "none"],
      language: ["fr-FR", "en-US"],
    });
    expect(await mend()).toHaveLength(1);
  });

  it("hands over what a web page needs", async () => {
    const found = await centre.observe(SPEC, widget.address("Patient chat widget"));
    expect(found).toMatchObject({
      data: {
        appId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        orgUrl: expect.stringMatching(/^https:\/\//),
        snippet: expect.stringContaining("data-app-id"),
      },
    });
  });
});
