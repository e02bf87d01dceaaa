import { X509Certificate } from "node:crypto";
import type { Resource } from "../../src/engine/resource.ts";
import { resourcesOf } from "../../src/resources/index.ts";
import { loadSpec } from "../../src/spec/index.ts";
import { openWorkplace, type Workplace } from "../acceptance/support.ts";
import { newClientCertificate } from "../harness/client-certificate.ts";
import { openPortal, type Portal } from "./portal.ts";

/**
 * Everything the spec can say, and what the full example leaves out: every managed kind but those of `STANDING`.
 * @param assistant application of the smart assist bot, which is in the tenant already.
 */
const everything = (assistant: string): string => `extends: full.yaml
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
  - { name: Patient calls, channel: teams, fallback: Escalate to Human }
agentExperience:
  smartAssist:
    bots: [{ name: Nurse assistant, application: ${assistant}, workstreams: [Patient chat] }]
`;

/** The portal's site bound to a record that is there already. */
const BOUND = `extends: everything.yaml
portal: { websiteRecord: Contoso Health (full) portal }
`;

/** What others answer for: psc looks at it, and installs by the means they allow. */
const LOOKING = `extends: everything.yaml
identity: { application: { permissions: { consent: person } } }
environment: { packagesBy: pac, dataPolicy: { manage: false }, tenantSettings: { manage: false } }
`;

/** Standing access, which takes the place of access by activation. */
const STANDING = `extends: everything.yaml
healthBot: { access: { admins: group/botAdmins, activation: none } }
`;

/** The same environment with as little as a spec can say. */
const LITTLE = `apiVersion: psc/v1
kind: Environment
name: contoso-full
stage: dev
tenant: contoso.onmicrosoft.com
solution: patient-service-center
environment:
  displayName: Contoso Health (full)
  domain: contosohealth-full
  region: unitedstates
  type: Production
azure:
  subscription: 11111111-1111-4111-8111-111111111111
  location: eastus
  resourceGroup: rg-contoso-health-full
omnichannel: { channels: [chat, sms, teams] }
identity:
  groups:
    users: { name: Contoso Health Users, members: [sofia@contoso.onmicrosoft.com] }
    agents: { name: Contoso Health Agents, members: [] }
    supervisors: { name: Contoso Health Supervisors, members: [] }
    botAdmins: { name: Contoso Health Bot Administrators, members: [admin@contoso.onmicrosoft.com] }
roles: []
queues: [{ name: Spare }]
workstreams: [{ name: Spare chat, channel: chat, fallback: Spare }]
healthBot:
  handoff: { phrase: talk to a person, sets: EscalateToAgent }
  customerManagedKey:
    vault: https://contoso-health.vault.azure.net
    key: health-bot
    identity: /subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-keys/providers/Microsoft.ManagedIdentity/userAssignedIdentities/hb
`;

/** A person's groups stay unless they are named. */
export const GROUPS = ["users", "agents", "supervisors", "botAdmins"]
  .map((key) => `entra.group["${key}"]`)
  .join(",");

/** The specs; the earlier one speaks for a kind that several declare. */
export const FILES = ["everything.yaml", "standing.yaml", "looking.yaml", "bound.yaml"] as const;

export interface Action {
  readonly address: string;
  readonly action: string;
  readonly diff: readonly { readonly path: string }[];
}

export interface Problem {
  readonly address: string;
  readonly code: string;
  readonly message: string;
  readonly permission?: string;
  readonly persona?: string;
}

export const kindOf = (address: string): string => address.split("[")[0] ?? "";

export interface Everything {
  readonly place: Workplace;
  readonly portal: Portal;
  plan(
    file?: string,
  ): Promise<{ readonly actions: readonly Action[]; readonly problems: readonly Problem[] }>;
  /** What a spec asks for. */
  resources(file: string): readonly Resource[];
  /** Fails unless it is done. */
  run(line: string): Promise<void>;
  /** Keeps the tenant as it is now; the returned function goes back to it. */
  snapshot(name: string): Promise<() => Promise<void>>;
  /** Rows of every table. */
  counts(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** Registers an application as its owner does, long before psc; returns its client id. */
async function registerApplication({ sandbox }: Workplace, displayName: string): Promise<string> {
  const graph = "https://graph.microsoft.com";
  const token = await sandbox.token("admin", graph);
  const ask = async (path: string, body: object): Promise<string> => {
    const answer = await sandbox.ask("POST", `${graph}/v1.0/${path}`, { token, body });
    if (answer.status !== 201) throw new Error(answer.text);
    await sandbox.control("POST", "clock", { advanceMs: 60_000 });
    return String(answer.body.appId);
  };
  return ask("servicePrincipals", { appId: await ask("applications", { displayName }) });
}

/** The bot takes a token for an hour: with so much at once a busy machine loses that on a faster clock. */
const SPEED = 7_200;

/** A tenant that holds nothing yet but the assistant's application, and the specs above. */
export async function openEverything(): Promise<Everything> {
  const place = await openWorkplace(SPEED);
  place.write("runner.pem", new X509Certificate(newClientCertificate("contoso-runner").pem).toString());
  place.write("everything.yaml", everything(await registerApplication(place, "Contoso nurse assistant")));
  place.write("looking.yaml", LOOKING);
  place.write("standing.yaml", STANDING);
  place.write("bound.yaml", BOUND);
  place.write("little.yaml", LITTLE);
  return {
    place,
    portal: openPortal(place, "contosohealth-full"),
    async plan(file = "everything.yaml") {
      const { json, stdout } = await place.psc(`plan ${file} --output json`);
      if (!Array.isArray(json.actions)) throw new Error(stdout);
      return json;
    },
    resources(file) {
      const loaded = loadSpec(`${place.folder}/${file}`, { env: {}, cwd: place.folder });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      return resourcesOf(loaded.spec, loaded.manifest);
    },
    async run(line) {
      const { code, stdout, stderr } = await place.psc(line);
      if (code !== 0) throw new Error(`psc ${line} ended with ${code}\n${stdout}${stderr}`);
    },
    async snapshot(name) {
      await place.sandbox.control("POST", "snapshots", { name });
      return async () => {
        await place.sandbox.control("POST", `snapshots/${name}/restore`);
      };
    },
    async counts() {
      const { body } = await place.sandbox.control("GET", "state");
      const counts = new Map<string, number>();
      for (const [service, tables] of Object.entries(body as Record<string, Record<string, object>>))
        for (const [name, table] of Object.entries(tables))
          if (service === "dataverse" && name === "organizations")
            for (const [domain, { tables: ofDomain }] of Object.entries(
              table as Record<string, { tables: Record<string, object> }>,
            ))
              for (const [one, content] of Object.entries(ofDomain))
                counts.set(`dataverse/${domain}/${one}`, Object.keys(content).length);
          else if (typeof table === "object" && table !== null)
            counts.set(`${service}/${name}`, Object.keys(table).length);
      return counts;
    },
    close: () => place.close(),
  };
}
