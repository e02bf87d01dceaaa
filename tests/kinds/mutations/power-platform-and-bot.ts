import type { Portal, Row } from "../portal.ts";
import { inside, type Mutations } from "./azure-and-entra.ts";

const environment =
  (set: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("bap/environments", (row) =>
      String(row["displayName"]).startsWith("Contoso Health (full)") ? set : undefined,
    );

const dataPolicy =
  (set: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("bap/dataPolicies", () => set);

/** The bot's backup, which is what its management portal edits. */
const backup =
  (change: (backup: Row) => Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("healthBot/accounts", inside("backup", change));

const configuration = (set: Row) =>
  backup((value) => ({ configuration: { ...(value["configuration"] as Row), ...set } }));

const scenario = (trigger: string, change: (scenario: Row) => Row) =>
  backup((value) => ({
    scenarios: (value["scenarios"] as Row[]).map((one) =>
      one["scenario_trigger"] === trigger ? { ...one, ...change(one) } : one,
    ),
  }));

/** The code of a scenario, edited as text. */
const scenarioCode = (trigger: string, from: string | RegExp, to: string) =>
  scenario(trigger, ({ code }) => ({ code: JSON.parse(JSON.stringify(code).replace(from, to)) }));

const website =
  (set: Row) =>
  (portal: Portal): Promise<void> =>
    portal.edit("powerPlatform/websites", () => set);

const component =
  (name: string, value: string) =>
  (portal: Portal): Promise<void> =>
    portal.rows("powerpagecomponent", (row) =>
      row["name"] === name
        ? { content: JSON.stringify({ ...JSON.parse(String(row["content"])), value }) }
        : undefined,
    );

export const POWER_PLATFORM_AND_BOT: Mutations = {
  "power-platform.environment.displayName": environment({ displayName: "Contoso Health (full), renamed" }),
  "power-platform.security-group.group": environment({ securityGroupId: null }),
  "power-platform.managed-environment.managed": environment({ protectionLevel: "Basic" }),
  "power-platform.backup-retention.days": environment({ backupRetention: "P14D" }),
  "power-platform.data-policy.covered": dataPolicy({ environments: [] }),
  "power-platform.data-policy.business": dataPolicy({ connectorGroups: [] }),
  "power-platform.data-policy.otherConnectors": dataPolicy({ defaultGroup: "General" }),
  "power-platform.tenant-settings.onlyAdminsCreate": (portal) =>
    portal.edit("bap", (row) =>
      row["disableEnvironmentCreationByNonAdminUsers"] === undefined
        ? undefined
        : { disableEnvironmentCreationByNonAdminUsers: false },
    ),
  "power-platform.tenant-settings.noSharingWithEveryone": (portal) =>
    portal.edit("bap/tenantSettings/powerPlatform", (row) =>
      row["disableShareWithEveryone"] === undefined ? undefined : { disableShareWithEveryone: false },
    ),
  "power-platform.admin-application": (portal) =>
    portal.edit("bap/managementApplications", (row) =>
      row["applicationId"] === "55555555-5555-4555-8555-555555555555" ? "gone" : undefined,
    ),
  "power-platform.application-package.installed": (portal) =>
    portal.edit("powerPlatform/packages", (row) =>
      row["uniqueName"] === "HealthcarePatientServiceCenterAnchor" ? "gone" : undefined,
    ),
  "health-bot.configuration.handoff": configuration({ handoff: { enable: false } }),
  "health-bot.configuration.telemetryKey": configuration({
    instrumentationKey: "99999999-9999-4999-8999-999999999999",
  }),
  "health-bot.configuration.messageTextInTelemetry": configuration({ customTelemetryPHI: true }),
  "health-bot.configuration.conversationsDays": configuration({ dataRetentionDays: 90 }),
  "health-bot.configuration.variables": configuration({
    environment_variables: { variables: [{ name: "clinic", value: "elsewhere" }] },
  }),
  "health-bot.configuration.welcome": backup(({ localization }) => ({
    localization: {
      ...(localization as Row),
      system: ((localization as Row)["system"] as Row[]).map((one) => ({ ...one, en_us: "Welcome!" })),
    },
  })),
  "health-bot.configuration.dataConnections": backup(({ dataConnections }) => ({
    dataConnections: (dataConnections as Row[]).map((one) => ({ ...one, base_url: "https://elsewhere.com" })),
  })),
  "health-bot.scenario.trigger": scenario("escalate_to_agent", () => ({ scenario_trigger: "escalate" })),
  "health-bot.scenario.phrase": backup(({ scenarios }) => ({
    scenarios: (scenarios as Row[]).map((one) =>
      String(one["description"]).includes("talk to a person")
        ? { ...one, description: String(one["description"]).replace("talk to a person", "help") }
        : one,
    ),
  })),
  "health-bot.scenario-file.description": scenario("refill_prescription", ({ description }) => ({
    description: `Edited. ${String(description)}`,
  })),
  "health-bot.scenario-file.active": scenario("refill_prescription", () => ({ active: false })),
  "health-bot.scenario-file.steps": scenario("refill_prescription", ({ code }) => ({
    code: { ...(code as Row), steps: ((code as Row)["steps"] as Row[]).slice(0, 1) },
  })),
  "health-bot.scenario-file.content": scenarioCode("refill_prescription", "Which medicine", "What medicine"),
  "health-bot.localization.refill_which_medicine": backup(({ localization }) => ({
    localization: {
      ...(localization as Row),
      custom: ((localization as Row)["custom"] as Row[]).map((one) => ({ ...one, es_es: "¿Cuál?" })),
    },
  })),
  "portal.setting.value": component("Search/Enabled", "true"),
  "portal.chat.value": component("Chat Widget Code", "<b>nothing</b>"),
  "portal.restart.restartedFor": component("psc/DeployedFor", "somebody else"),
  "portal.access.firewall": website({ firewall: "off" }),
  "portal.access.allowedAddresses": website({ ipAddressRules: [] }),
  "portal.access.visibility": website({ siteVisibility: "public" }),
};

/** What psc finds elsewhere than it looks once these are changed, or cannot mend in place. One at a time. */
export const POWER_PLATFORM_ONE_BY_ONE: Mutations = {
  "power-platform.environment.type": environment({ sku: "Sandbox" }),
  "power-platform.environment.region": environment({ location: "europe" }),
  "power-platform.environment.language": (portal) =>
    portal.edit("bap/environments", (row) =>
      row["displayName"] === "Contoso Health (full)"
        ? inside("database", () => ({ baseLanguage: 1036 }))(row)
        : undefined,
    ),
  "portal.site.record": website({ websiteRecordId: "99999999-9999-4999-8999-999999999999" }),
  "health-bot.scenario.message": scenarioCode("escalate_to_agent", "One moment", "Please wait"),
  "health-bot.scenario.sets": scenarioCode("escalate_to_agent", /EscalateToAgent/g, "Escalate"),
  "health-bot.scenario.value": scenarioCode(
    "escalate_to_agent",
    /EscalateToAgent(\\*)":1/g,
    'EscalateToAgent$1":2',
  ),
  "health-bot.scenario.active": scenario("escalate_to_agent", () => ({ active: false })),
  "health-bot.scenario-file.trigger": scenario("refill_prescription", () => ({ scenario_trigger: "refill" })),
};
