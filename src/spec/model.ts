import type { CloudName } from "../cloud.ts";
import type { AgentExperienceSpec } from "./model-agent-experience.ts";
import type { HealthBotSpec } from "./model-health-bot.ts";
import type { IdentitySpec } from "./model-identity.ts";
import type {
  CapacityProfileSpec,
  MaskingRuleSpec,
  OperatingHoursSpec,
  PresenceSpec,
  QueueSpec,
  SkillSpec,
  WorkstreamSpec,
} from "./model-omnichannel.ts";
import type { ManifestSolution, OwnSolutionSpec } from "./model-own-solutions.ts";
import type { PortalSpec } from "./model-portal.ts";
import type { VerifySpec } from "./model-verify.ts";

export * from "./model-agent-experience.ts";
export * from "./model-health-bot.ts";
export * from "./model-identity.ts";
export * from "./model-omnichannel.ts";
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
