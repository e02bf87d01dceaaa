import type { CloudName } from "../cloud.ts";
import type { SecretValue } from "../secret-value.ts";
import type { AgentExperienceSpec } from "./model-agent-experience.ts";
import type { IdentitySpec } from "./model-identity.ts";
import type { ManifestSolution, OwnSolutionSpec } from "./model-own-solutions.ts";
import type { PortalSpec } from "./model-portal.ts";
import type { VerifySpec } from "./model-verify.ts";

export * from "./model-agent-experience.ts";
export * from "./model-identity.ts";
export * from "./model-own-solutions.ts";
export * from "./model-portal.ts";
export * from "./model-verify.ts";

/** The spec after overlays, references and defaults: what the resources are made from. */

export const STAGES = ["dev", "test", "prod"] as const;
export type Stage = (typeof STAGES)[number];

export const CHANNELS = ["chat", "sms", "teams"] as const;
export type Channel = (typeof CHANNELS)[number];

export const PACKAGE_ROADS = ["api", "pac"] as const;
export type PackageRoad = (typeof PACKAGE_ROADS)[number];

export const ENVIRONMENT_TYPES = ["Sandbox", "Production"] as const;
export type EnvironmentType = (typeof ENVIRONMENT_TYPES)[number];

/** What a tenant can leave to its administrators; `environments` are production and sandbox ones. */
export const CREATION_BY_ADMINS = ["environments", "trials", "developer", "sites"] as const;
export type CreationByAdmins = (typeof CREATION_BY_ADMINS)[number];

/** What a data policy does with connectors that it does not name. */
export const OTHER_CONNECTORS = ["non-business", "blocked"] as const;
export type OtherConnectors = (typeof OTHER_CONNECTORS)[number];

/** Days that the Power Platform can keep back-ups. */
export const BACKUP_RETENTION_DAYS = [7, 14, 21, 28] as const;

/** A group of `identity.groups` by its key, the bot's user, or one person. Written `group/KEY`, `bot`, `user/UPN`. */
export type PrincipalRef =
  | { readonly kind: "group"; readonly group: string }
  | { readonly kind: "bot" }
  | { readonly kind: "user"; readonly userPrincipalName: string };

export interface RoleGrant {
  /** Display name of the Dataverse security role. */
  readonly role: string;
  readonly to: PrincipalRef;
  /** `team`: the group becomes an Entra group team that holds the role. `direct`: every member holds it, as Omnichannel demands. */
  readonly by: "team" | "direct";
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface OpenHours {
  /** In week order. */
  readonly days: readonly Weekday[];
  /** Minutes after local midnight. */
  readonly startMinutes: number;
  readonly endMinutes: number;
}

export interface OperatingHoursSpec {
  readonly name: string;
  /** IANA zone, such as `America/New_York`. */
  readonly timeZone: string;
  readonly open: readonly OpenHours[];
}

export interface QueueSpec {
  readonly name: string;
  /** The admin center's "group number"; lower first. */
  readonly priority: number;
  readonly assignment: "highest-capacity" | "round-robin" | "longest-idle";
  /** Name of an entry of `operatingHours`; always open when absent. */
  readonly operatingHours: string | undefined;
  readonly members: readonly PrincipalRef[];
  /** Undefined: left as it is. */
  readonly overflow: OverflowSpec | undefined;
}

export const OVERFLOW_ACTIONS = ["assign-anyway", "end"] as const;

export type OverflowAction =
  | { readonly do: (typeof OVERFLOW_ACTIONS)[number] }
  | {
      readonly do: "transfer";
      /** Name of a queue. */
      readonly to: string;
    };

/** What is undefined is left as it is. */
export interface OverflowSpec {
  /** Outside the queue's operating hours. */
  readonly closed: OverflowAction | undefined;
  readonly full: { readonly conversations: number; readonly action: OverflowAction } | undefined;
  readonly waiting: { readonly minutes: number; readonly action: OverflowAction } | undefined;
}

export interface ContextVariableSpec {
  /** Case-sensitive. */
  readonly name: string;
  readonly type: "text" | "number";
}

export interface RouteRuleSpec {
  readonly name: string;
  /** Every variable must equal its value; an empty object matches always. */
  readonly when: Readonly<Record<string, string | number>>;
  /** Name of a queue. */
  readonly to: string;
}

export interface WidgetSpec {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** Language tag, such as `en-US`. */
  readonly language: string;
  readonly attachments: "none" | "customers" | "agents" | "both";
  readonly position: "right" | "left";
  readonly operatingHours: string | undefined;
  /** Undefined: the widget does not know who is signed in to the site. */
  readonly signIn:
    | {
        readonly publicKeyUrl: string;
        readonly tokenFunction: string;
        /** Patients who are not signed in may chat as well. */
        readonly optional: boolean;
      }
    | undefined;
  /** Asked before the chat begins, in this order; empty: left as it is. */
  readonly survey: readonly SurveyQuestionSpec[];
}

export const ANSWER_KINDS = ["line", "text", "choice", "consent"] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

export interface SurveyQuestionSpec {
  /** The context variable its answer becomes. */
  readonly name: string;
  readonly question: string;
  readonly answer: AnswerKind;
  readonly required: boolean;
  /** For `choice`. */
  readonly options: readonly string[];
}

export interface WorkstreamSpec {
  readonly name: string;
  readonly channel: Channel;
  /** True when the environment's bot answers first. */
  readonly bot: boolean;
  /** Capacity units one conversation takes. */
  readonly capacity: number;
  readonly variables: readonly ContextVariableSpec[];
  readonly route: readonly RouteRuleSpec[];
  /** Queue for conversations no rule takes. */
  readonly fallback: string;
  readonly widget: WidgetSpec | undefined;
  /** Name of a session template; undefined: the product's own. */
  readonly sessionTemplate: string | undefined;
  /** Name of the notification template by which agents are offered its conversations; undefined: the product's own. */
  readonly notificationTemplate: string | undefined;
  /** Name of a capacity profile its conversations count against; undefined: units. */
  readonly capacityProfile: string | undefined;
}

/** Where a secret value is kept; psc reads it when it is needed (src/services/secrets.ts) and never prints it. */
export type SecretReference =
  | {
      readonly kind: "keyVault";
      readonly vault: string;
      readonly secret: string;
      /** The newest version when undefined. */
      readonly version: string | undefined;
    }
  | { readonly kind: "environment"; readonly name: string }
  | {
      readonly kind: "composed";
      /** As the spec has it: text with `${env:NAME}` in it. */
      readonly text: string;
      readonly value: SecretValue;
    };

export interface HealthBotVariable {
  /** Case-sensitive. */
  readonly name: string;
  readonly value: string | SecretReference;
}

export interface BotScenarioSpec {
  readonly name: string;
  readonly trigger: string;
  readonly description: string;
  readonly active: boolean;
  readonly code: Readonly<Record<string, unknown>>;
}

/** One localized string of the bot. */
export interface BotStringsSpec {
  readonly id: string;
  /** By language tag in lower case, such as `en-us`. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A service that scenarios call. */
export interface BotDataConnectionSpec {
  readonly name: string;
  readonly description: string;
  readonly baseUrl: string;
  readonly headers: readonly HealthBotVariable[];
}

export interface CustomerManagedKeySpec {
  /** Such as `https://contoso.vault.azure.net/`. */
  readonly vault: string;
  readonly key: string;
  /** Empty: the newest. */
  readonly version: string;
  /** Resource id of the user-assigned identity that may use the key. */
  readonly identity: string;
}

export interface HealthBotSpec {
  readonly name: string;
  readonly sku: "F0" | "C0" | "C1" | "PES";
  readonly handoff: {
    /** What a patient says to reach a person. */
    readonly phrase: string;
    /** Context variable the escalation scenario sets. */
    readonly sets: string;
    readonly value: number;
    /** Name of the escalation scenario in the bot. */
    readonly scenario: string;
    /** Spoken while the conversation is transferred. */
    readonly message: string;
  };
  /** Undefined: left as it is, which for a new bot is Microsoft's key. */
  readonly customerManagedKey: CustomerManagedKeySpec | undefined;
  readonly keep: { readonly conversationsDays: number; readonly messageTextInTelemetry: boolean };
  readonly access: {
    /** Keys of `identity.groups`. */
    readonly admins: string | undefined;
    readonly editors: string | undefined;
    readonly readers: string | undefined;
    /** When set, access is eligible and must be activated (Privileged Identity Management); otherwise it stands. */
    readonly activation:
      | {
          readonly maxHours: number;
          readonly require: readonly ("mfa" | "justification" | "ticket" | "approval")[];
        }
      | undefined;
  };
  /** Environment variables of the bot, which its scenarios read; other variables are left alone. */
  readonly variables: readonly HealthBotVariable[];
  /** Automatic welcome by language tag in lower case, such as `en-us`; undefined: left as it is. */
  readonly welcome: Readonly<Record<string, string>> | undefined;
  /** From the files the spec names; others of the bot are left alone. */
  readonly scenarios: readonly BotScenarioSpec[];
  readonly strings: readonly BotStringsSpec[];
  readonly dataConnections: readonly BotDataConnectionSpec[];
  /** Capacity units of the bot's Dataverse user; must exceed that of every other member of its queues. */
  readonly capacity: number;
}

export interface EnvironmentSpec {
  readonly name: string;
  readonly stage: Stage;
  /** `psc destroy` leaves it alone. */
  readonly protect: boolean;
  readonly cloud: CloudName;
  /** Tenant id or a verified domain. */
  readonly tenant: string;
  /** Name of a manifest. */
  readonly solution: string;
  readonly environment: {
    readonly displayName: string;
    /** First label of the organisation's host name; lower case. */
    readonly domain: string;
    readonly region: string;
    readonly type: EnvironmentType;
    readonly currency: string;
    /** LCID, such as 1033. */
    readonly language: number;
    /** Key of `identity.groups`; undefined leaves the environment open to every licensed user. */
    readonly securityGroup: string | undefined;
    readonly managed: boolean;
    /** Undefined: left as it is. */
    readonly backupRetentionDays: number | undefined;
    /** Undefined: nobody looks. */
    readonly dataPolicy:
      | {
          readonly name: string;
          /** psc makes and changes the policy; otherwise it only looks. */
          readonly manage: boolean;
          /** Names of connectors, lower case. */
          readonly business: readonly string[];
          readonly otherConnectors: OtherConnectors;
        }
      | undefined;
    /** Undefined: nobody looks. */
    readonly tenantSettings:
      | {
          /** psc changes them for the whole tenant; otherwise it only looks. */
          readonly manage: boolean;
          readonly onlyAdminsCreate: readonly CreationByAdmins[];
          readonly noSharingWithEveryone: boolean;
        }
      | undefined;
    /** How application packages are installed. */
    readonly packagesBy: PackageRoad;
    readonly audit: { readonly tables: readonly string[]; readonly retentionDays: number } | undefined;
  };
  readonly azure: {
    readonly subscription: string;
    readonly location: string;
    readonly resourceGroup: string;
    readonly tags: Readonly<Record<string, string>>;
    /** Nothing in the resource group can be deleted. */
    readonly lock: boolean;
    readonly policies: readonly PolicySpec[];
    readonly monitoring: {
      readonly workspace: string;
      readonly applicationInsights: string;
      readonly retentionDays: number;
      /** Categories of the subscription's activity log that go to the workspace. */
      readonly activityLog: readonly string[];
      /** Categories of the tenant's own logs that go to the workspace; empty: none. */
      readonly entraLogs: readonly string[];
      /** A person exports the environment's telemetry to Application Insights in the admin center. */
      readonly dataverse: boolean;
      /** Who is told when the bot is changed; undefined: nobody. */
      readonly alerts: { readonly email: readonly string[] } | undefined;
    };
  };
  readonly identity: IdentitySpec;
  readonly omnichannel: {
    readonly channels: readonly Channel[];
    readonly masking: {
      /** Undefined: left as it is. */
      readonly customers: boolean | undefined;
      readonly agents: boolean | undefined;
      readonly rules: readonly MaskingRuleSpec[];
    };
    readonly presences: readonly PresenceSpec[];
    readonly capacityProfiles: readonly CapacityProfileSpec[];
    readonly skills: readonly SkillSpec[];
  };
  /** Dataverse solutions of one's own, in the order of their import. */
  readonly ownSolutions: readonly OwnSolutionSpec[];
  readonly roles: readonly RoleGrant[];
  readonly operatingHours: readonly OperatingHoursSpec[];
  readonly queues: readonly QueueSpec[];
  readonly workstreams: readonly WorkstreamSpec[];
  readonly healthBot: HealthBotSpec;
  /** Undefined: the environment has no portal of psc's. */
  readonly portal: PortalSpec | undefined;
  readonly agentExperience: AgentExperienceSpec;
  readonly verify: VerifySpec;
}

export type PolicyParameter = string | number | boolean | readonly (string | number | boolean)[];

export interface PolicySpec {
  readonly name: string;
  /** Id of a policy or of an initiative. */
  readonly definition: string;
  readonly isInitiative: boolean;
  readonly parameters: Readonly<Record<string, PolicyParameter>>;
}

export interface MaskingRuleSpec {
  readonly name: string;
  /** Regular expression of JavaScript. */
  readonly pattern: string;
  readonly character: string;
  readonly description: string;
}

export const PRESENCE_STATUSES = ["available", "busy", "do-not-disturb", "away", "offline"] as const;
export type PresenceStatus = (typeof PRESENCE_STATUSES)[number];

export interface PresenceSpec {
  readonly name: string;
  readonly status: PresenceStatus;
  /** Agents may choose it themselves. */
  readonly selectable: boolean;
}

export interface CapacityProfileSpec {
  readonly name: string;
  /** Conversations an agent takes at once. */
  readonly units: number;
  /** Nobody can assign more than that by hand either. */
  readonly block: boolean;
  readonly reset: "immediately" | "end-of-day";
  readonly users: readonly PrincipalRef[];
}

export interface SkillSpec {
  readonly name: string;
  readonly description: string;
  readonly users: readonly PrincipalRef[];
}

/** A solution as data: which application packages make it up, in which order, and how to prove they are in. */
export interface ManifestPackage {
  readonly uniqueName: string;
  readonly applicationId: string;
  readonly displayName: string;
  /** Step of the guide: 2 CRM Hub, 4 Omnichannel, 6 the solution. */
  readonly step: 2 | 4 | 6;
  /** Unique names that must be installed first. */
  readonly requires: readonly string[];
  readonly usualMinutes: number;
  /** Needed only in environments created before this date (`YYYY-MM-DD`). */
  readonly onlyIfCreatedBefore: string | undefined;
  /** Each must hold for the installation to count as proved. */
  readonly proof: {
    readonly solutions: readonly string[];
    /** Solutions the package probably brings, by inference: recorded as evidence when found, never demanded. */
    readonly expectedSolutions: readonly string[];
    readonly roles: readonly string[];
    /** `table.column` pairs that must exist. */
    readonly columns: readonly string[];
  };
}

export interface Manifest {
  readonly name: string;
  readonly displayName: string;
  readonly summary: string;
  readonly lifecycle:
    | { readonly state: "supported" }
    | {
        readonly state: "retired";
        readonly date: string;
        readonly announcement: string;
        readonly successors: readonly string[];
      };
  readonly packages: readonly ManifestPackage[];
  /** Dataverse solutions it brings along, imported in this order. */
  readonly solutions: readonly ManifestSolution[];
  /** Channels the solution cannot do without. */
  readonly channels: readonly Channel[];
  /** Dataverse roles the packages bring, for checking the spec before anything is installed. */
  readonly roles: readonly string[];
}
