import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changesIn, openWorkplace, type Workplace } from "./support.ts";

const SPEC = `extends: dev.yaml
workstreams:
  - { name: Patient chat, notificationTemplate: Patient waits }
agentExperience:
  notificationTemplates:
    - name: Patient waits
      title: "{customerName} waits"
      desktop: in-background
      rejectable: false
      fields: [{ title: Reason, value: "{Reason}" }, { title: Queue, value: "{Queue}" }]
  knowledge:
    - { file: knowledge/refills.md, keywords: [refill, prescription], description: Who may refill, internal: true }
    - { file: knowledge/refills.es.md, language: es-ES }
  realTimeAnalytics: true
`;

let place: Workplace;
let organization: string;
beforeAll(async () => {
  place = await openWorkplace();
  place.write("more.yaml", SPEC);
  place.write("knowledge/refills.es.md", "# How patients get a refill\n\nPor chat.\n");
  const ran = await place.psc("deploy more.yaml");
  expect(ran.code, ran.stdout).toBe(0);
  expect(ran.stdout).toContain("switched real-time analytics on");
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

async function rows(path: string): Promise<Record<string, unknown>[]> {
  const { body, text } = await dataverse("GET", path);
  expect(body.value, text).toBeDefined();
  return body.value;
}

const changes = (): Promise<string[]> => changesIn(place, "more.yaml");

const ARTICLES =
  "knowledgearticles?$orderby=createdon&$filter=isrootarticle eq false&$expand=languagelocaleid($select=code)";
const TITLE = "How patients get a refill";

describe("knowledge articles", () => {
  it("are published in their language, from Markdown", async () => {
    expect(await changes()).toEqual([]);
    const articles = await rows(ARTICLES);
    expect(articles).toHaveLength(2);
    const english = articles.find(({ isinternal }) => isinternal === true);
    expect(english).toMatchObject({
      title: TITLE,
      keywords: "refill, prescription",
      description: "Who may refill",
      statecode: 3,
      statuscode: 7,
      languagelocaleid: { code: "en-US" },
    });
    expect(english?.["content"]).toContain("<li>Confirm the telephone number on file.</li>");
    expect(english?.["content"]).toContain("<td>the same evening</td>");
    expect(english?.["content"]).not.toContain(TITLE);
  });

  it("get a new version for a change, which takes the place of the old one when it is published", async () => {
    const [before] = await rows("knowledgearticles?$filter=isinternal eq true and isrootarticle eq false");
    place.edit("knowledge/refills.md", "twelve months", "six months");
    expect(await changes()).toEqual([`update agent-experience.knowledge-article["${TITLE} (1033)"] content`]);
    expect((await place.psc("deploy more.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
    const versions = await rows(
      `knowledgearticles?$orderby=minorversionnumber&$filter=_rootarticleid_value eq ${String(before?.["_rootarticleid_value"])}`,
    );
    expect(versions).toMatchObject([
      { majorversionnumber: 1, minorversionnumber: 0, statecode: 5, islatestversion: false },
      { majorversionnumber: 1, minorversionnumber: 1, statecode: 3, islatestversion: true },
    ]);
    expect(versions[1]?.["content"]).toContain("six months");
  });

  it("are brought back when somebody takes one off or edits it", async () => {
    const [article] = await rows(
      "knowledgearticles?$filter=isinternal eq true and islatestversion eq true and isrootarticle eq false",
    );
    const path = `knowledgearticles(${String(article?.["knowledgearticleid"])})`;
    await dataverse("PATCH", path, { statecode: 0, statuscode: 2, keywords: "else", isinternal: false });
    expect(await changes()).toEqual([
      `update agent-experience.knowledge-article["${TITLE} (1033)"] internal+keywords+state`,
    ]);
    expect((await place.psc("deploy more.yaml")).code).toBe(0);
    expect(await changes()).toEqual([]);
  });
});

const TEMPLATE = "msdyn_notificationtemplates?$filter=msdyn_uniquename eq 'psc_Patientwaits'";
const STREAM = "msdyn_liveworkstreams?$filter=msdyn_name eq 'Patient chat'";

describe("how agents are offered a conversation", () => {
  it("is as declared, with its lines in their order", async () => {
    const [template] = await rows(
      `${TEMPLATE}&$expand=msdyn_notificationtemplate_notificationfield($select=msdyn_title,msdyn_order)`,
    );
    expect(template).toMatchObject({
      msdyn_title: "{customerName} waits",
      msdyn_timeout: 120,
      msdyn_desktopnotificationmode: 509180001,
      msdyn_showrejectbutton: false,
    });
    const lines = template?.["msdyn_notificationtemplate_notificationfield"] as { msdyn_title: string }[];
    expect(lines.map(({ msdyn_title }) => msdyn_title).sort()).toEqual(["Queue", "Reason"]);
    expect((await rows(STREAM))[0]).toMatchObject({
      msdyn_notificationtemplate_incoming_auth: "psc_Patientwaits",
      msdyn_notificationtemplate_incoming_unauth: "psc_Patientwaits",
    });
  });

  it("follows the spec, and goes by --prune with what names it; articles are archived", async () => {
    place.write(
      "more.yaml",
      SPEC.replace(', { title: Queue, value: "{Queue}" }', "").replace("{Reason}", "{Why}"),
    );
    expect(await changes()).toEqual([
      'update agent-experience.notification-template["Patient waits"] fields',
    ]);
    expect((await place.psc("deploy more.yaml")).code).toBe(0);
    expect(await rows("msdyn_notificationfields")).toHaveLength(1);
    const ran = await place.psc("deploy dev.yaml --prune --yes");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(await rows(TEMPLATE)).toEqual([]);
    expect(await rows("msdyn_notificationfields")).toEqual([]);
    expect((await rows(STREAM))[0]).toMatchObject({ msdyn_notificationtemplate_incoming_auth: null });
    const living = await rows("knowledgearticles?$filter=statecode eq 3");
    expect(living).toEqual([]);
    expect((await rows("knowledgearticles?$filter=statecode eq 5")).length).toBeGreaterThan(1);
  });
});
