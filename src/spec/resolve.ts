import { type IncludedFiles, NO_FILES } from "./included-files.ts";
import type {
  EnvironmentSpec,
  GroupSpec,
  Manifest,
  OpenHours,
  OperatingHoursSpec,
  OverflowAction,
  OverflowSpec,
  OwnControlSpec,
  PolicySpec,
  PrincipalRef,
  QueueSpec,
  RoleGrant,
  WidgetSpec,
  WorkstreamSpec,
} from "./model.ts";
import { resolveAgentExperience } from "./resolve-agent-experience.ts";
import { declaredGroup, keyOfGroup } from "./resolve-groups.ts";
import { resolveHealthBot } from "./resolve-health-bot.ts";
import { resolveIdentity } from "./resolve-identity.ts";
import { resolveOwnSolutions } from "./resolve-own-solutions.ts";
import { resolvePortal } from "./resolve-portal.ts";
import { DEFAULTS } from "./schema/defaults.ts";
import type { SpecDocument } from "./schema.ts";
import { parseDays, parseTimeRange } from "./terms/hours.ts";
import { languageTagOf, lcidOf } from "./terms/languages.ts";
import { isInitiative, KNOWN_POLICIES } from "./terms/policies.ts";
import { parsePrincipal } from "./terms/principals.ts";
import { defaultLocation } from "./terms/regions.ts";
import { isOmnichannelRole } from "./terms/roles.ts";

const BOT_QUEUE = "Patient bot";
const HUMAN_QUEUE = "Escalate to Human";

/**
 * Fills in what a document leaves out, the way Microsoft's guide sets it up. Also works on a document that lacks
 * required values (they become empty texts), so that the rules can look at everything else.
 */
export function resolveSpec(
  document: SpecDocument,
  manifest: Manifest | undefined,
  included: IncludedFiles = NO_FILES,
  ownControls: readonly OwnControlSpec[] = [],
): EnvironmentSpec {
  const domain = document.environment?.domain ?? "";
  const name = document.name ?? domain;
  const displayName = document.environment?.displayName ?? name;
  const identity = resolveIdentity(document.identity ?? {}, name, displayName, included);
  const { groups } = identity;
  const language = resolveLanguage(document.environment?.language);
  const stage = document.stage ?? DEFAULTS.stage;
  const workstreams = resolveWorkstreams(document, displayName, language);
  return {
    name,
    stage: document.stage ?? DEFAULTS.stage,
    protect: document.protect ?? document.stage === "prod",
    cloud: document.cloud ?? DEFAULTS.cloud,
    tenant: document.tenant ?? "",
    solution: manifest?.name ?? document.solution ?? "",
    environment: resolveEnvironment(document, domain, displayName, language, groups),
    azure: resolveAzure(document, name),
    identity,
    omnichannel: resolveOmnichannel(document.omnichannel ?? {}),
    ownSolutions: resolveOwnSolutions(document.ownSolutions, included),
    roles: resolveRoles(document, groups, manifest),
    operatingHours: (document.operatingHours ?? []).map(resolveHours),
    queues: resolveQueues(document, groups),
    workstreams,
    healthBot: resolveHealthBot(document.healthBot ?? {}, name, language, groups, included),
    portal: document.portal && resolvePortal(document.portal, displayName, stage, workstreams),
    agentExperience: resolveAgentExperience(document.agentExperience ?? {}, language, principalOf, included),
    verify: resolveVerify(document.verify ?? {}, ownControls),
  };
}

function resolveVerify(
  given: NonNullable<SpecDocument["verify"]>,
  controls: readonly OwnControlSpec[],
): EnvironmentSpec["verify"] {
  return {
    exceptions: (given.exceptions ?? []).map(({ control, reason, owner, until }) => ({
      control,
      reason: reason ?? "",
      owner: owner ?? "",
      until: until ?? "",
    })),
    breakGlass: given.breakGlass ?? [],
    controls,
  };
}

function resolveOmnichannel(given: NonNullable<SpecDocument["omnichannel"]>): EnvironmentSpec["omnichannel"] {
  return {
    channels: given.channels ?? DEFAULTS.channels,
    masking: {
      customers: given.masking?.customers,
      agents: given.masking?.agents,
      rules: (given.masking?.rules ?? []).map(({ name, pattern, character, description }) => ({
        name,
        pattern: pattern ?? "",
        character: character ?? "#",
        description: description ?? "",
      })),
    },
    presences: (given.presences ?? []).map(({ name, status, selectable }) => ({
      name,
      status: status ?? "available",
      selectable: selectable ?? true,
    })),
    capacityProfiles: (given.capacityProfiles ?? []).map(({ name, units, block, reset, users }) => ({
      name,
      units: units ?? 0,
      block: block ?? false,
      reset: reset ?? "immediately",
      users: (users ?? []).map(principalOf),
    })),
    skills: (given.skills ?? []).map(({ name, description, users }) => ({
      name,
      description: description ?? "",
      users: (users ?? []).map(principalOf),
    })),
  };
}

function resolveLanguage(language: string | number | undefined): number {
  if (typeof language === "number") return language;
  return lcidOf(language ?? DEFAULTS.language) ?? 1033;
}

function resolveEnvironment(
  document: SpecDocument,
  domain: string,
  displayName: string,
  language: number,
  groups: readonly GroupSpec[],
): EnvironmentSpec["environment"] {
  const given = document.environment ?? {};
  const stage = document.stage ?? DEFAULTS.stage;
  const audit = given.audit === "none" ? undefined : (given.audit ?? {});
  return {
    displayName,
    domain,
    region: given.region ?? DEFAULTS.region,
    type: given.type ?? (stage === "prod" ? "Production" : "Sandbox"),
    currency: given.currency ?? DEFAULTS.currency,
    language,
    securityGroup:
      given.securityGroup === "none"
        ? undefined
        : (keyOfGroup(given.securityGroup) ?? declaredGroup(groups, "users")),
    managed: given.managed ?? DEFAULTS.managed,
    backupRetentionDays: given.backupRetentionDays,
    dataPolicy: given.dataPolicy && {
      name: given.dataPolicy.name ?? displayName,
      manage: given.dataPolicy.manage ?? DEFAULTS.manageTenantWide,
      business: (given.dataPolicy.business ?? DEFAULTS.businessConnectors).map((one) => one.toLowerCase()),
      otherConnectors: given.dataPolicy.otherConnectors ?? DEFAULTS.otherConnectors,
    },
    tenantSettings: given.tenantSettings && {
      manage: given.tenantSettings.manage ?? DEFAULTS.manageTenantWide,
      onlyAdminsCreate: given.tenantSettings.onlyAdminsCreate ?? DEFAULTS.onlyAdminsCreate,
      noSharingWithEveryone: given.tenantSettings.noSharingWithEveryone ?? DEFAULTS.noSharingWithEveryone,
    },
    packagesBy: given.packagesBy ?? DEFAULTS.packagesBy,
    audit: audit && {
      tables: audit.tables ?? DEFAULTS.auditTables,
      retentionDays: audit.retentionDays ?? DEFAULTS.retentionDays,
    },
  };
}

function resolveAzure(document: SpecDocument, name: string): EnvironmentSpec["azure"] {
  const given = document.azure ?? {};
  const region = document.environment?.region ?? DEFAULTS.region;
  return {
    subscription: (given.subscription ?? "").toLowerCase(),
    location: given.location ?? defaultLocation(document.cloud ?? DEFAULTS.cloud, region),
    resourceGroup: given.resourceGroup ?? `rg-${name}`,
    tags: given.tags ?? {},
    lock: given.lock ?? document.stage === "prod",
    policies: (given.policies ?? []).map(resolvePolicy),
    monitoring: {
      workspace: given.monitoring?.workspace ?? `log-${name}`,
      applicationInsights: given.monitoring?.applicationInsights ?? `appi-${name}`,
      retentionDays: given.monitoring?.retentionDays ?? DEFAULTS.retentionDays,
      activityLog: given.monitoring?.activityLog ?? DEFAULTS.activityLog,
      entraLogs: given.monitoring?.entraLogs ?? [],
      dataverse: given.monitoring?.dataverse ?? false,
      alerts: given.monitoring?.alerts && { email: given.monitoring.alerts.email ?? [] },
    },
  };
}

function resolvePolicy({
  name,
  definition,
  parameters,
}: NonNullable<NonNullable<SpecDocument["azure"]>["policies"]>[number]): PolicySpec {
  const id = definition ?? KNOWN_POLICIES[name] ?? "";
  return { name, definition: id, isInitiative: isInitiative(id), parameters: parameters ?? {} };
}

function principalOf(text: string): PrincipalRef {
  // The schema let only well-formed principals through.
  return parsePrincipal(text) ?? { kind: "user", userPrincipalName: text };
}

function resolveRoles(
  document: SpecDocument,
  groups: readonly GroupSpec[],
  manifest: Manifest | undefined,
): readonly RoleGrant[] {
  if (document.roles !== undefined)
    return document.roles.map(({ role, to, by }) => {
      const principal = principalOf(to);
      const usual = principal.kind === "group" && !isOmnichannelRole(role) ? "team" : "direct";
      return { role, to: principal, by: by ?? usual };
    });
  const wanted: readonly (RoleGrant & { readonly when: boolean })[] = [
    {
      role: "Healthcare User",
      to: { kind: "group", group: "users" },
      by: "team",
      when:
        manifest?.roles.includes("Healthcare User") === true && declaredGroup(groups, "users") !== undefined,
    },
    {
      role: "Omnichannel agent",
      to: { kind: "group", group: "agents" },
      by: "direct",
      when: declaredGroup(groups, "agents") !== undefined,
    },
    {
      role: "Omnichannel supervisor",
      to: { kind: "group", group: "supervisors" },
      by: "direct",
      when: declaredGroup(groups, "supervisors") !== undefined,
    },
    { role: "Omnichannel agent", to: { kind: "bot" }, by: "direct", when: true },
  ];
  return wanted.filter((grant) => grant.when).map(({ role, to, by }) => ({ role, to, by }));
}

type HoursDocument = NonNullable<SpecDocument["operatingHours"]>[number];

function resolveHours(hours: HoursDocument): OperatingHoursSpec {
  const open = Object.entries(hours.open ?? {}).flatMap(([days, spans]) =>
    [spans].flat().map((span): OpenHours => {
      const { startMinutes = 0, endMinutes = 0 } = parseTimeRange(span) ?? {};
      return { days: parseDays(days) ?? [], startMinutes, endMinutes };
    }),
  );
  return { name: hours.name, timeZone: hours.timeZone ?? "UTC", open };
}

function resolveQueues(document: SpecDocument, groups: readonly GroupSpec[]): readonly QueueSpec[] {
  const agents: PrincipalRef[] =
    declaredGroup(groups, "agents") === undefined ? [] : [{ kind: "group", group: "agents" }];
  if (document.queues === undefined)
    return [
      { ...queueDefaults(BOT_QUEUE), members: [{ kind: "bot" }] },
      { ...queueDefaults(HUMAN_QUEUE), members: agents },
    ];
  return document.queues.map((queue) => ({
    name: queue.name,
    priority: queue.priority ?? DEFAULTS.queuePriority,
    assignment: queue.assignment ?? DEFAULTS.queueAssignment,
    operatingHours: queue.operatingHours,
    members: (queue.members ?? []).map(principalOf),
    overflow: queue.overflow && resolveOverflow(queue.overflow),
  }));
}

type OverflowDocument = NonNullable<NonNullable<SpecDocument["queues"]>[number]["overflow"]>;

function overflowAction(given: NonNullable<OverflowDocument["closed"]> | undefined): OverflowAction {
  if (typeof given === "object") return { do: "transfer", to: given.transfer ?? "" };
  return { do: given ?? "assign-anyway" };
}

function resolveOverflow({ closed, full, waiting }: OverflowDocument): OverflowSpec {
  return {
    closed: closed && overflowAction(closed),
    full: full && { conversations: full.conversations ?? 1, action: overflowAction(full.action) },
    waiting: waiting && { minutes: waiting.minutes ?? 1, action: overflowAction(waiting.action) },
  };
}

function queueDefaults(name: string): Omit<QueueSpec, "members"> {
  return {
    name,
    priority: DEFAULTS.queuePriority,
    assignment: DEFAULTS.queueAssignment,
    operatingHours: undefined,
    overflow: undefined,
  };
}

type WorkstreamDocument = NonNullable<SpecDocument["workstreams"]>[number];

/** The guide's conversation: the bot answers, and a context variable it sets sends the patient to people. */
function usualWorkstream(document: SpecDocument): WorkstreamDocument {
  const variable = document.healthBot?.handoff?.sets ?? DEFAULTS.handoffVariable;
  const value = document.healthBot?.handoff?.value ?? DEFAULTS.handoffValue;
  return {
    name: "Patient chat",
    channel: "chat",
    bot: true,
    variables: { [variable]: "number" },
    route: [
      { name: "Human Agent", when: { [variable]: value }, to: HUMAN_QUEUE },
      { name: "Bot first", to: BOT_QUEUE },
    ],
    fallback: HUMAN_QUEUE,
    widget: {},
  };
}

function resolveWorkstreams(
  document: SpecDocument,
  displayName: string,
  language: number,
): readonly WorkstreamSpec[] {
  const usual = document.queues === undefined ? [usualWorkstream(document)] : [];
  return (document.workstreams ?? usual).map((given) => ({
    name: given.name,
    channel: given.channel ?? "chat",
    bot: given.bot ?? false,
    capacity: given.capacity ?? DEFAULTS.workstreamCapacity,
    variables: Object.entries(given.variables ?? {}).map(([name, type]) => ({ name, type })),
    route: (given.route ?? []).map((rule) => ({ name: rule.name, when: rule.when ?? {}, to: rule.to ?? "" })),
    fallback: given.fallback ?? "",
    widget: given.widget && resolveWidget(given.widget, given.name, displayName, language),
    sessionTemplate: given.sessionTemplate,
    capacityProfile: given.capacityProfile,
    notificationTemplate: given.notificationTemplate,
  }));
}

function resolveWidget(
  given: NonNullable<WorkstreamDocument["widget"]>,
  workstream: string,
  displayName: string,
  language: number,
): WidgetSpec {
  return {
    name: given.name ?? workstream,
    title: given.title ?? displayName,
    subtitle: given.subtitle ?? DEFAULTS.widgetSubtitle,
    language: given.language ?? languageTagOf(language) ?? DEFAULTS.language,
    attachments: given.attachments ?? DEFAULTS.widgetAttachments,
    position: given.position ?? DEFAULTS.widgetPosition,
    operatingHours: given.operatingHours,
    signIn: given.signIn && {
      publicKeyUrl: given.signIn.publicKeyUrl ?? "",
      tokenFunction: given.signIn.tokenFunction ?? DEFAULTS.tokenFunction,
      optional: given.signIn.optional ?? false,
    },
    survey: (given.survey ?? []).map(({ name, question, answer, required, options }) => ({
      name,
      question: question ?? "",
      answer: answer ?? "line",
      required: required ?? true,
      options: options ?? [],
    })),
  };
}
