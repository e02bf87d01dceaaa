import { at, type Count, copy, type KindCases, rows } from "../cases.ts";
import type { Portal, Row } from "../portal.ts";

/** The kind says why: `staysBecause`. */
const STAYS = "nothing deletes it";

const environments = (match: Row = {}): Count =>
  at("bap/environments", (row) =>
    [["isDefault", false] as const, ...Object.entries(match)].every(([name, value]) => row[name] === value),
  );

interface BotBackup {
  readonly scenarios: readonly Row[];
  readonly configuration: { readonly handoff?: { readonly enable?: boolean } };
  readonly localization: { readonly custom?: readonly Row[] };
}

const bot =
  (count: (backup: BotBackup) => number): Count =>
  async (portal) =>
    (await portal.read("healthBot/accounts")).reduce(
      (sum, row) => sum + count(row["backup"] as BotBackup),
      0,
    );

const scenarios = (trigger: string): Count =>
  bot((backup) => backup.scenarios.filter((one) => one["scenario_trigger"] === trigger).length);

/** The scenario of a trigger a second time, as a person imports it. */
const scenarioTwin = (trigger: string) => async (portal: Portal) => {
  const ids: string[] = [];
  await portal.edit("healthBot/accounts", (row) => {
    const backup = row["backup"] as BotBackup & Row;
    const first = backup.scenarios.find((one) => one["scenario_trigger"] === trigger);
    const second = { ...first, RowKey: "second-of-the-name", scenario_trigger: `${trigger}_again` };
    ids.push(String(first?.["scenario_trigger"]), second.scenario_trigger);
    return { backup: { ...backup, scenarios: [...backup.scenarios, second] } };
  });
  return ids;
};

async function secondDataPolicy({ place: { sandbox }, read }: Portal): Promise<string[]> {
  const [first] = await read("bap/dataPolicies");
  const token = await sandbox.token("admin", "https://service.powerapps.com/");
  const policies = "https://api.bap.microsoft.com/providers/PowerPlatform.Governance/v2/policies";
  const made = await sandbox.ask("POST", policies, {
    token,
    body: {
      policyDefinition: {
        displayName: first?.["displayName"],
        defaultConnectorsClassification: "General",
        environmentType: "OnlyEnvironments",
        environments: [],
        connectorGroups: [],
      },
    },
  });
  return [String(first?.["id"]), String(made.body.policyDefinition?.name)];
}

const component = (match: Row): Count => rows("powerpagecomponent", match);
const componentTwin = (name: string) =>
  copy({
    table: "powerpagecomponent",
    entitySet: "powerpagecomponents",
    columns: ["name", "powerpagecomponenttype", "content"],
    lookups: { powerpagesiteid: "powerpagesites" },
    match: { name },
  });

const BY_ENVIRONMENT = { "ambiguous match": "it is a setting of the environment" } as const;
const BY_BOT = { "ambiguous match": "it is a setting of the bot" } as const;
const BY_SITE = { "ambiguous match": "it is a setting of the site" } as const;

export const POWER_PLATFORM_AND_BOT_ROWS: Readonly<Record<string, KindCases>> = {
  "power-platform.region": {
    unrefused: { "Power Platform Administrator": "every member of the tenant may list the regions" },
  },
  "power-platform.package-offer": {},
  "power-platform.pac": {},
  "power-platform.admin-application": {
    objects: at("bap/managementApplications", { applicationId: "55555555-5555-4555-8555-555555555555" }),
    not: {
      update: "it is registered or not",
      delete: STAYS,
      "ambiguous match": "an application is registered once",
    },
  },
  "power-platform.environment": {
    objects: environments(),
    not: {
      "ambiguous match":
        "a domain belongs to one environment; two without a database: tests/resources/power-platform",
    },
  },
  "power-platform.security-group": {
    objects: at("bap/environments", ({ securityGroupId }) => typeof securityGroupId === "string"),
    not: BY_ENVIRONMENT,
  },
  "power-platform.managed-environment": {
    objects: environments({ protectionLevel: "Standard" }),
    not: BY_ENVIRONMENT,
  },
  "power-platform.backup-retention": {
    objects: environments({ backupRetention: "P28D" }),
    not: BY_ENVIRONMENT,
  },
  "power-platform.data-policy": { objects: at("bap/dataPolicies"), twin: secondDataPolicy },
  "power-platform.data-policy-coverage": {},
  "power-platform.tenant-settings": {
    objects: at("bap", { disableEnvironmentCreationByNonAdminUsers: true }),
    not: {
      create: "a tenant has its settings from the start",
      delete: STAYS,
      "ambiguous match": "a tenant has its settings once",
    },
  },
  "power-platform.creation-by-admins": {},
  "power-platform.application-package": {
    objects: at("powerPlatform/packages"),
    not: { "ambiguous match": "a package is installed once" },
  },
  "power-platform.data-export": {},
  "health-bot.access-mode": {},
  "health-bot.configuration": {
    objects: bot(({ configuration }) => (configuration.handoff?.enable === true ? 1 : 0)),
    not: BY_BOT,
  },
  "health-bot.scenario": { objects: scenarios("escalate_to_agent"), twin: scenarioTwin("escalate_to_agent") },
  "health-bot.scenario-file": {
    objects: scenarios("refill_prescription"),
    twin: scenarioTwin("refill_prescription"),
  },
  "health-bot.localization": {
    objects: bot(({ localization }) => localization.custom?.length ?? 0),
    not: { "ambiguous match": "the bot has one string of an id" },
  },
  "health-bot.bridge": {},
  "health-bot.channel": { unrefused: { prvReadUser: "not asked for once a person gave the bot id" } },
  "portal.person": {
    unrefused: {
      prvReadpowerpagesite: "asked for by an application only: the runner signs in as a person",
      prvReadpowerpagecomponent: "asked for by an application only: the runner signs in as a person",
    },
  },
  "portal.site": {
    objects: at("powerPlatform/websites"),
    not: { "ambiguous match": "a subdomain belongs to one site" },
  },
  "portal.binding": {},
  "portal.setting": {
    objects: component({ name: "Search/Enabled" }),
    twin: componentTwin("Search/Enabled"),
  },
  "portal.chat": {
    objects: component({ name: "Chat Widget Code" }),
    twin: componentTwin("Chat Widget Code"),
  },
  "portal.restart": {
    objects: component({ name: "psc/DeployedFor" }),
    twin: componentTwin("psc/DeployedFor"),
  },
  "portal.access": { objects: at("powerPlatform/websites", { firewall: "on" }), not: BY_SITE },
  "portal.telemetry": {},
};
