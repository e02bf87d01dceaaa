import { SUBSCRIPTIONS, TENANT } from "../../../src/sandbox/seed.ts";
import type { EnvironmentSpec, Manifest } from "../../../src/spec/model.ts";

/** A spec with every part that the Entra, Azure and Health Bot kinds read. */
export function contosoSpec(overrides: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  return {
    name: "contoso-dev",
    stage: "dev",
    protect: false,
    cloud: "public",
    tenant: TENANT.domain,
    solution: "patient-service-center",
    environment: {
      displayName: "Contoso Health (dev)",
      domain: "contosohealth-dev",
      region: "unitedstates",
      type: "Sandbox",
      currency: "USD",
      language: 1033,
      securityGroup: "users",
      backupRetentionDays: undefined,
      dataPolicy: undefined,
      tenantSettings: undefined,
      managed: false,
      packagesBy: "api",
      audit: undefined,
    },
    azure: {
      subscription: SUBSCRIPTIONS[0].id,
      location: "eastus",
      resourceGroup: "rg-contoso-health-dev",
      tags: {},
      lock: false,
      policies: [],
      monitoring: {
        workspace: "log-contoso-health-dev",
        applicationInsights: "appi-contoso-health-dev",
        retentionDays: 365,
        activityLog: ["Administrative", "Security", "Alert", "Policy"],
        entraLogs: [],
        dataverse: false,
        alerts: undefined,
      },
    },
    identity: {
      groups: [
        { key: "users", name: "Contoso Health Users", members: [], owners: [] },
        { key: "botAdmins", name: "Contoso Health Bot Administrators", members: [], owners: [] },
      ],
      application: plainApplication("Contoso Health bot (dev)"),
      adminApplications: [],
    },
    omnichannel: {
      channels: ["chat"],
      masking: { customers: undefined, agents: undefined, rules: [] },
      presences: [],
      capacityProfiles: [],
      skills: [],
    },
    ownSolutions: [],
    roles: [],
    operatingHours: [],
    queues: [],
    workstreams: [],
    healthBot: {
      name: "contoso-health-dev",
      sku: "C1",
      handoff: {
        phrase: "talk to a person",
        sets: "EscalateToAgent",
        value: 1,
        scenario: "Escalate to agent",
        message: "Transferring you to an agent",
      },
      customerManagedKey: undefined,
      keep: { conversationsDays: 30, messageTextInTelemetry: false },
      access: { admins: "botAdmins", editors: undefined, readers: undefined, activation: undefined },
      variables: [],
      welcome: undefined,
      scenarios: [],
      strings: [],
      dataConnections: [],
      capacity: 100,
    },
    portal: undefined,
    verify: { exceptions: [], breakGlass: [], controls: [] },
    agentExperience: {
      quickReplies: [],
      macros: [],
      scripts: [],
      sessionTemplates: [],
      profiles: [],
      knowledge: [],
      notificationTemplates: [],
      realTimeAnalytics: undefined,
      smartAssist: { knowledge: undefined, similarCases: undefined, bots: [] },
      sentiment: undefined,
      supervisors: { monitor: undefined, assign: undefined, transfer: undefined, forceClose: undefined },
    },
    ...overrides,
  };
}

export const CONTOSO_MANIFEST: Manifest = {
  name: "patient-service-center",
  displayName: "Patient service center",
  summary: "",
  lifecycle: { state: "supported" },
  packages: [],
  solutions: [],
  channels: ["chat"],
  roles: [],
};

/** An application of this name with nothing but its name declared. */
export function plainApplication(name: string): EnvironmentSpec["identity"]["application"] {
  return { name, federated: [], certificates: [], secret: undefined, permissions: undefined };
}
