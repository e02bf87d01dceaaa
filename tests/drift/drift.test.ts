import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { newClientCertificate } from "../harness/client-certificate.ts";
import { AZURE_AND_ENTRA, AZURE_ONE_BY_ONE, IMPOSSIBLE, type Mutations } from "./azure-and-entra.ts";
import { DATAVERSE, DATAVERSE_ONE_BY_ONE } from "./dataverse.ts";
import { openPortal, type Portal } from "./portal.ts";
import { POWER_PLATFORM_AND_BOT, POWER_PLATFORM_ONE_BY_ONE } from "./power-platform-and-bot.ts";

const AT_ONCE: Mutations = { ...AZURE_AND_ENTRA, ...POWER_PLATFORM_AND_BOT, ...DATAVERSE };
const ONE_BY_ONE: Mutations = { ...AZURE_ONE_BY_ONE, ...POWER_PLATFORM_ONE_BY_ONE, ...DATAVERSE_ONE_BY_ONE };

interface Action {
  readonly address: string;
  readonly action: string;
  readonly diff: readonly { readonly path: string }[];
}

/** What psc does not mend: it says so. */
interface Problem {
  readonly address: string;
  readonly message: string;
}

const kindOf = (address: string): string => address.split("[")[0] ?? "";

/** `kind.field` of everything that differs, and `kind` of what is missing. */
function found(actions: readonly Action[]): Set<string> {
  return new Set(
    actions
      .filter(({ action }) => action !== "none" && action !== "gate")
      .flatMap(({ address, diff, action }) => [
        ...(action === "create" ? [kindOf(address)] : []),
        ...diff.map(({ path }) => `${kindOf(address)}.${path.split(".")[0]}`),
      ]),
  );
}

/** Everything the spec can say, and what the full example leaves out; the bot's application is in the tenant already. */
const specWith = (assistant: string): string => `extends: full.yaml
identity:
  adminApplications: [55555555-5555-4555-8555-555555555555]
  application: { certificates: [{ name: runner, file: runner.pem }], permissions: { consent: psc } }
environment: { type: Production, managed: true, backupRetentionDays: 28, tenantSettings: { manage: true } }
azure:
  tags: { workload: patients }
  policies: [{ name: health-bot-azure-rbac, parameters: { effect: Audit } }]
healthBot:
  variables: { clinic: Contoso }
  customerManagedKey:
    vault: https://contoso-health.vault.azure.net
    key: health-bot
    identity: /subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-keys/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hb
workstreams:
  - { name: Patient texts, channel: sms, fallback: Escalate to Human }
agentExperience:
  smartAssist:
    bots: [{ name: Nurse assistant, application: ${assistant}, workstreams: [Patient chat] }]
`;

/** Registers an application as its owner does, long before psc. */
async function registerApplication(displayName: string): Promise<string> {
  const graph = "https://graph.microsoft.com";
  const token = await place.sandbox.token("admin", graph);
  const ask = async (path: string, body: object): Promise<string> => {
    const answer = await place.sandbox.ask("POST", `${graph}/v1.0/${path}`, { token, body });
    expect(answer.status, answer.text).toBe(201);
    await place.sandbox.control("POST", "clock", { advanceMs: 60_000 });
    return String(answer.body.appId);
  };
  return ask("servicePrincipals", { appId: await ask("applications", { displayName }) });
}

let place: Workplace;
let portal: Portal;
let declared: Set<string>;

async function actions(): Promise<readonly Action[]> {
  const { json, stdout } = await place.psc("plan drift.yaml --output json");
  if (!Array.isArray(json.actions)) throw new Error(stdout);
  return json.actions as Action[];
}

beforeAll(async () => {
  place = await openWorkplace();
  portal = openPortal(place, "contosohealth-full");
  place.write("runner.pem", new X509Certificate(newClientCertificate("contoso-runner").pem).toString());
  place.write("drift.yaml", specWith(await registerApplication("Contoso nurse assistant")));
  declared = found(await actions());
  const deployed = await place.psc("deploy drift.yaml");
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  expect([...found(await actions())]).toEqual([]);
});
afterAll(() => place.close());

/** A kind with fields is found by each of them; one without is either there or not. */
function wanted(): string[] {
  const withFields = new Set(
    [...declared].filter((one) => one.split(".").length > 2).map((one) => one.slice(0, one.lastIndexOf("."))),
  );
  return [...declared].filter((one) => !withFields.has(one)).sort();
}

describe("whatever is changed behind psc's back", () => {
  it("is known for every field of every kind", () => {
    const known: Readonly<Record<string, unknown>> = { ...AT_ONCE, ...ONE_BY_ONE, ...IMPOSSIBLE };
    expect(wanted().filter((one) => known[one] === undefined)).toEqual([]);
    expect(Object.keys(known).filter((one) => !declared.has(one))).toEqual([]);
    const kinds = KINDS.filter(({ nature }) => nature === "managed").map(({ kind }) => kind);
    // Standing access takes the place of access by activation: below.
    const isDeclared = (kind: string): boolean =>
      [...declared].some((one) => one === kind || one.startsWith(`${kind}.`));
    expect(kinds.filter((kind) => !isDeclared(kind))).toEqual(["azure.role-assignment"]);
  });

  it.each(Object.keys(ONE_BY_ONE))("is found by itself: %s", async (field) => {
    await ONE_BY_ONE[field]?.(portal);
    const dot = field.lastIndexOf(".");
    const { json } = await place.psc("plan drift.yaml --output json");
    await portal.undo();
    const refused = (json.problems as Problem[]).filter(
      ({ address, message }) =>
        kindOf(address) === field.slice(0, dot) && message.includes(`${field.slice(dot + 1)} is`),
    );
    expect([...found(json.actions), ...refused.map(() => field)]).toContain(field);
    expect([...found(await actions())]).toEqual([]);
  });

  it("is found all at once by one plan, and mended by one deploy", async () => {
    for (const [field, mutate] of Object.entries(AT_ONCE))
      await mutate(portal).catch((cause: unknown) => {
        throw new Error(`${field} could not be changed`, { cause });
      });
    const seen = found(await actions());
    expect(Object.keys(AT_ONCE).filter((field) => !seen.has(field))).toEqual([]);
    const deployed = await place.psc("deploy drift.yaml --force");
    expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
    expect([...found(await actions())]).toEqual([]);
  });

  it("is found for standing access, which takes the place of access by activation", async () => {
    place.write(
      "standing.yaml",
      "extends: drift.yaml\nhealthBot: { access: { admins: group/botAdmins, activation: none } }\n",
    );
    expect((await place.psc("deploy standing.yaml")).code).toBe(0);
    await portal.edit("arm/roleAssignments", (row) =>
      JSON.stringify(row).includes("bot-contoso-full") ? "gone" : undefined,
    );
    const { json } = await place.psc("plan standing.yaml --output json");
    expect([...found(json.actions)]).toEqual(["azure.role-assignment"]);
  });
});
