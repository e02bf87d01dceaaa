import { scaledClock } from "../../../src/clock.ts";
import { CLOUDS } from "../../../src/cloud.ts";
import { apply } from "../../../src/engine/apply.ts";
import { createRunMemory } from "../../../src/engine/context.ts";
import type { ApplyResult, EngineEvent } from "../../../src/engine/events.ts";
import { buildGraph } from "../../../src/engine/graph.ts";
import type { Observation } from "../../../src/engine/observation.ts";
import type { Plan } from "../../../src/engine/plan.ts";
import { createPlan } from "../../../src/engine/planning.ts";
import { defineKind, type Resource } from "../../../src/engine/resource.ts";
import { applicationUserResources } from "../../../src/resources/dataverse/application-user.ts";
import { auditingResources } from "../../../src/resources/dataverse/auditing.ts";
import { groupTeamResources } from "../../../src/resources/dataverse/group-team.ts";
import { roleAssignmentResources } from "../../../src/resources/dataverse/role-assignment.ts";
import { applicationResources } from "../../../src/resources/entra/application.ts";
import { groupResources } from "../../../src/resources/entra/group.ts";
import { servicePrincipalResources } from "../../../src/resources/entra/service-principal.ts";
import { channelsResources } from "../../../src/resources/omnichannel/channels.ts";
import { contextVariableResources } from "../../../src/resources/omnichannel/context-variable.ts";
import { operatingHoursResources } from "../../../src/resources/omnichannel/operating-hours.ts";
import { queueResources } from "../../../src/resources/omnichannel/queue.ts";
import { queueMembersResources } from "../../../src/resources/omnichannel/queue-members.ts";
import { routingResources } from "../../../src/resources/omnichannel/routing.ts";
import { smsChannelResources } from "../../../src/resources/omnichannel/sms-channel.ts";
import { smsNumberResources } from "../../../src/resources/omnichannel/sms-number.ts";
import { teamsAccountResources } from "../../../src/resources/omnichannel/teams-account.ts";
import { widgetResources } from "../../../src/resources/omnichannel/widget.ts";
import { workstreamResources } from "../../../src/resources/omnichannel/workstream.ts";
import { workstreamBotResources } from "../../../src/resources/omnichannel/workstream-bot.ts";
import { adminApplicationResources } from "../../../src/resources/power-platform/admin-application.ts";
import { applicationPackageResources } from "../../../src/resources/power-platform/application-package.ts";
import { environmentResources } from "../../../src/resources/power-platform/environment.ts";
import { managedEnvironmentResources } from "../../../src/resources/power-platform/managed-environment.ts";
import { packageOfferResources } from "../../../src/resources/power-platform/package-offer.ts";
import { regionResources } from "../../../src/resources/power-platform/region.ts";
import { securityGroupResources } from "../../../src/resources/power-platform/security-group.ts";
import { ADMIN_USER, PIPELINE_APP, PUBLIC_CLIENT_APP_ID, TENANT } from "../../../src/sandbox/seed.ts";
import { createPipeline } from "../../../src/services/http/pipeline.ts";
import { sandboxTransport } from "../../../src/services/http/sandbox-transport.ts";
import { createServices, type Services } from "../../../src/services/services.ts";
import { createSignIn } from "../../../src/services/sign-in.ts";
import type { EnvironmentSpec, Manifest, ManifestPackage } from "../../../src/spec/model.ts";
import { type ParsedJson, startTestSandbox, type TestSandbox } from "../../harness/sandbox.ts";
import { contosoSpec } from "./contoso.ts";

export const BOT_ID = "b0700000-0000-4000-8000-00000000b07a";

/** Hours of waiting take a fraction of a second. */
const SPEED = 14_400;

function pack(
  wanted: Partial<ManifestPackage> & Pick<ManifestPackage, "uniqueName" | "step">,
): ManifestPackage {
  return {
    applicationId: "",
    displayName: wanted.uniqueName,
    requires: [],
    usualMinutes: 60,
    onlyIfCreatedBefore: undefined,
    ...wanted,
    proof: { solutions: [], expectedSolutions: [], roles: [], columns: [], ...wanted.proof },
  };
}

export const MANIFEST: Manifest = {
  name: "patient-service-center",
  displayName: "Patient service center",
  summary: "",
  lifecycle: {
    state: "retired",
    date: "2025-01-30",
    announcement: "",
    successors: ["patient-contact-center"],
  },
  packages: [
    pack({ uniqueName: "msdynce_CRMHub", step: 2, onlyIfCreatedBefore: "2021-10-01" }),
    pack({
      uniqueName: "OmnichannelPrimeAnchor",
      step: 4,
      proof: {
        solutions: ["OmnichannelPrimeAnchor"],
        expectedSolutions: [],
        roles: ["Omnichannel agent"],
        columns: [],
      },
    }),
    pack({
      uniqueName: "HealthcareFoundationAnchor",
      step: 6,
      requires: ["OmnichannelPrimeAnchor"],
      proof: {
        solutions: [],
        expectedSolutions: [],
        roles: ["Healthcare User"],
        columns: ["contact.msemr_contacttype"],
      },
    }),
  ],
  solutions: [],
  channels: ["chat"],
  roles: [],
};

/** The contact centre of the examples, in one stage. */
export function contactCentre(overrides: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  const base = contosoSpec();
  return {
    ...base,
    environment: {
      ...base.environment,
      audit: { tables: ["contact", "incident"], retentionDays: 365 },
      managed: true,
    },
    identity: {
      ...base.identity,
      groups: [
        {
          key: "users",
          name: "Contoso Health Users",
          members: [`amara@${TENANT.domain}`, `ben@${TENANT.domain}`],
          owners: [],
        },
        {
          key: "agents",
          name: "Contoso Health Agents",
          members: [`amara@${TENANT.domain}`, `ben@${TENANT.domain}`],
          owners: [],
        },
      ],
    },
    omnichannel: {
      channels: ["chat", "sms", "teams"],
      masking: { customers: undefined, agents: undefined, rules: [] },
      presences: [],
      capacityProfiles: [],
      skills: [],
    },
    roles: [
      { role: "Healthcare User", to: { kind: "group", group: "users" }, by: "team" },
      { role: "Omnichannel agent", to: { kind: "group", group: "agents" }, by: "direct" },
      { role: "Omnichannel agent", to: { kind: "bot" }, by: "direct" },
    ],
    operatingHours: [
      {
        name: "Weekdays",
        timeZone: "America/New_York",
        open: [
          { days: ["mon", "tue", "wed", "thu", "fri"], startMinutes: 480, endMinutes: 1080 },
          { days: ["sat"], startMinutes: 540, endMinutes: 720 },
        ],
      },
    ],
    queues: [
      {
        name: "Patient bot",
        priority: 1,
        assignment: "highest-capacity",
        operatingHours: undefined,
        members: [{ kind: "bot" }],
        overflow: undefined,
      },
      {
        name: "Escalate to Human",
        priority: 2,
        assignment: "round-robin",
        operatingHours: "Weekdays",
        members: [{ kind: "group", group: "agents" }],
        overflow: undefined,
      },
    ],
    workstreams: [
      {
        name: "Patient chat",
        channel: "chat",
        bot: true,
        capacity: 30,
        variables: [{ name: "EscalateToAgent", type: "number" }],
        route: [
          { name: "Human Agent", when: { EscalateToAgent: 1 }, to: "Escalate to Human" },
          { name: "Bot first", when: {}, to: "Patient bot" },
        ],
        sessionTemplate: undefined,
        capacityProfile: undefined,
        notificationTemplate: undefined,
        fallback: "Escalate to Human",
        widget: {
          name: "Patient chat widget",
          title: "Contoso Health",
          subtitle: "We are here",
          language: "en-US",
          attachments: "none",
          position: "right",
          operatingHours: undefined,
          signIn: undefined,
          survey: [],
        },
      },
      {
        name: "Patient texts",
        channel: "sms",
        bot: false,
        capacity: 30,
        variables: [],
        route: [],
        sessionTemplate: undefined,
        capacityProfile: undefined,
        notificationTemplate: undefined,
        fallback: "Escalate to Human",
        widget: undefined,
      },
      {
        name: "Staff questions",
        channel: "teams",
        bot: false,
        capacity: 30,
        variables: [],
        route: [],
        sessionTemplate: undefined,
        capacityProfile: undefined,
        notificationTemplate: undefined,
        fallback: "Escalate to Human",
        widget: undefined,
      },
    ],
    ...overrides,
  };
}

/** A resource of a kind that is not under test here, as if it had been done. */
function known(address: string, data: object): Resource {
  const kind = defineKind<object, object>({
    kind: address,
    summary: "",
    step: 0,
    api: "",
    persona: "System Administrator",
    permissions: { read: [], write: [] },
    sources: [],
    nature: "managed",
    label: () => address,
    read: async () => ({ status: "present", id: address, fields: {}, data }),
  });
  return kind.resource({ props: {}, dependsOn: [] });
}

/** Everything of these three families, with the Entra kinds they stand on. */
export function contactCentreResources(spec: EnvironmentSpec, manifest: Manifest = MANIFEST): Resource[] {
  return [
    ...regionResources(spec),
    ...packageOfferResources(spec, manifest),
    ...adminApplicationResources(spec),
    ...groupResources(spec),
    ...environmentResources(spec),
    ...securityGroupResources(spec),
    ...managedEnvironmentResources(spec),
    ...auditingResources(spec),
    ...applicationPackageResources(spec, manifest),
    ...channelsResources(spec, manifest),
    known("entra.omnichannel-consent", {}),
    known("health-bot.channel", { botId: BOT_ID }),
    ...applicationResources(spec),
    ...servicePrincipalResources(spec),
    ...applicationUserResources(spec),
    ...operatingHoursResources(spec, manifest),
    ...queueResources(spec, manifest),
    ...queueMembersResources(spec, manifest),
    ...workstreamResources(spec, manifest),
    ...contextVariableResources(spec),
    ...routingResources(spec),
    ...workstreamBotResources(spec),
    ...widgetResources(spec),
    ...smsNumberResources(spec),
    ...smsChannelResources(spec),
    ...teamsAccountResources(spec),
    ...groupTeamResources(spec, manifest),
    ...roleAssignmentResources(spec, manifest),
  ];
}

export interface RunOptions {
  readonly manifest?: Manifest;
  /** The pipeline's application instead of the person. */
  readonly unattended?: boolean;
  /** Narrows the resources, together with what they depend on. */
  readonly only?: readonly string[];
}

export interface ContactCentreRun {
  readonly plan: Plan;
  readonly result: ApplyResult;
  readonly events: readonly EngineEvent[];
}

/** A sandbox with psc's engine in front of it and a person who does what gates ask for. */
export interface ContactCentre {
  readonly sandbox: TestSandbox;
  plan(spec: EnvironmentSpec, options?: RunOptions): Promise<Plan>;
  observe(spec: EnvironmentSpec, address: string, options?: RunOptions): Promise<Observation>;
  deploy(spec: EnvironmentSpec, options?: RunOptions): Promise<ContactCentreRun>;
  services(options?: RunOptions): Promise<Services>;
  /** Requests since the last call, as `METHOD path`; sign-ins are left out. */
  requests(): Promise<readonly string[]>;
  /** Those of them that changed the tenant. */
  writes(): Promise<readonly string[]>;
  /** Asks Dataverse directly, as an independent client would. */
  dataverse(path: string, method?: string, body?: unknown): Promise<ParsedJson>;
  close(): Promise<void>;
}

export const ORGANIZATION = "https://contosohealth-dev.crm.dynamics.com";

function withDependencies(resources: readonly Resource[], only: readonly string[] | undefined): Resource[] {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const keep = new Set<string>();
  const visit = (address: string): void => {
    const resource = byAddress.get(address);
    if (resource === undefined || keep.has(address)) return;
    keep.add(address);
    for (const dependency of resource.dependsOn) visit(dependency);
  };
  for (const address of only ?? byAddress.keys()) visit(address);
  return resources
    .filter(({ address }) => keep.has(address))
    .map((resource) => ({
      ...resource,
      dependsOn: [...new Set(resource.dependsOn)].filter((address) => keep.has(address)),
    }));
}

/** @param speed of sandbox and psc; a slow one lets a test look at what is still under way. */
export async function startContactCentre(speed = SPEED): Promise<ContactCentre> {
  const sandbox = await startTestSandbox({ speed });
  const cloud = CLOUDS.public;
  let seen = 0;

  async function connect(options: RunOptions, readOnly: boolean) {
    const { now } = (await sandbox.control("GET", "clock")).body as { now: number };
    const clock = scaledClock(speed, now);
    const client = sandboxTransport(sandbox.sandbox.url);
    const signIn = createSignIn({
      cloud,
      tenant: TENANT.id,
      clock,
      client,
      env:
        options.unattended === true
          ? { AZURE_CLIENT_ID: PIPELINE_APP.appId, AZURE_CLIENT_SECRET: PIPELINE_APP.secret }
          : {},
      sandboxPerson: {
        clientId: PUBLIC_CLIENT_APP_ID,
        username: ADMIN_USER.userPrincipalName,
        password: ADMIN_USER.password,
      },
    });
    const http = createPipeline({ cloud, clock, tokens: signIn, client, readOnly });
    return createServices({ cloud, http, clock, env: process.env, signedIn: () => signIn.whoAmI() });
  }

  async function open(spec: EnvironmentSpec, options: RunOptions, readOnly: boolean) {
    const services = await connect(options, readOnly);
    const { http, clock } = services;
    const manifest = options.manifest ?? MANIFEST;
    const graph = buildGraph(withDependencies(contactCentreResources(spec, manifest), options.only));
    const memory = createRunMemory({
      spec,
      manifest,
      services,
      clock,
      signal: new AbortController().signal,
      confirmation: () => undefined,
    });
    return { http, graph, memory, planned: await createPlan(graph, memory, http, { allChecks: true }) };
  }

  /** A request refused for its expired token is sent again and counts once. */
  async function fresh(): Promise<readonly ParsedJson[]> {
    const { value } = (await sandbox.control("GET", `requests?since=${seen}`)).body as {
      value: readonly ParsedJson[];
    };
    seen = Math.max(seen, ...value.map(({ seq }) => Number(seq)));
    return value.filter(({ service, status }) => service !== "login" && status !== 401);
  }

  return {
    sandbox,
    async plan(spec, options = {}) {
      return (await open(spec, options, true)).planned.plan;
    },
    async observe(spec, address, options = {}) {
      const { planned } = await open(spec, { ...options, only: [address] }, true);
      const found = planned.observed.results.get(address);
      if (found === undefined) throw new Error(`${address} was not observed`);
      const problem = planned.plan.problems.find((candidate) => candidate.address === address);
      if (problem !== undefined) throw problem.error;
      return found.observation;
    },
    async deploy(spec, options = {}) {
      const { http, graph, memory, planned } = await open(spec, options, false);
      const { problems } = planned.plan;
      if (problems.length > 0)
        throw new Error(problems.map(({ address, error }) => `${address}: ${error.message}`).join(" | "));
      const events: EngineEvent[] = [];
      const result = await apply(planned.plan, {
        graph,
        memory,
        http,
        emit: (event) => {
          events.push(event);
          if (event.type !== "gate-opened") return;
          const { action, payload } = event.instructions.simulation;
          void sandbox.control("POST", `person/${action}`, payload);
        },
        patienceMs: 24 * 3_600_000,
        recordDetection: (gate) => ({ gate, by: "test", at: "", how: "detected" }),
      });
      return { plan: planned.plan, result, events };
    },
    services: (options = {}) => connect(options, false),
    async requests() {
      return (await fresh()).map(shown);
    },
    async writes() {
      return (await fresh()).filter(({ write }) => write === true).map(shown);
    },
    async dataverse(path, method = "GET", body) {
      const token = await sandbox.token("admin", ORGANIZATION);
      const answer = await sandbox.ask(method, `${ORGANIZATION}/api/data/v9.2/${path}`, {
        token,
        ...(body === undefined ? {} : { body }),
      });
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body;
    },
    close: () => sandbox.close(),
  };
}

function shown({ method, url }: ParsedJson): string {
  return `${method} ${new URL(url, "https://x").pathname}`;
}

/** What failed in a run, for assertions that print something useful. */
export function failuresOf({ result }: ContactCentreRun): readonly string[] {
  return [
    ...result.failures.map(({ resource, error }) => `${resource.address}: ${error.code} ${error.message}`),
    ...result.blocked.map(({ resource, by }) => `${resource.address} blocked by ${by}`),
    ...result.gates.map(({ resource }) => `${resource.address} not passed`),
  ];
}
