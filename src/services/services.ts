import type { Clock } from "../clock.ts";
import type { Cloud } from "../cloud.ts";
import { type Arm, createArm } from "./arm.ts";
import { type Bap, createBap } from "./bap.ts";
import { createDataverse, type Dataverse } from "./dataverse.ts";
import { createGraph, type Graph } from "./graph.ts";
import { createHealthBotManagement, type HealthBotManagement } from "./health-bot.ts";
import type { RememberingHttp } from "./http/remembering.ts";
import { createPowerPlatform, type PowerPlatform } from "./power-platform.ts";

/** Who psc is signed in as, read from a token. */
export interface SignedIn {
  readonly tenantId: string;
  readonly objectId: string;
  readonly kind: "user" | "application";
  readonly appId: string;
  /** User principal name, or the application's client id. */
  readonly name: string;
  /** Graph application permissions or delegated scopes of the token. */
  readonly permissions: readonly string[];
  /** Role template ids of active directory roles, as far as the token tells. */
  readonly directoryRoles: readonly string[];
}

export interface Services {
  readonly cloud: Cloud;
  readonly http: RememberingHttp;
  readonly clock: Clock;
  /** Signs in if that has not happened yet. */
  signedIn(): Promise<SignedIn>;
  readonly graph: Graph;
  readonly arm: Arm;
  readonly bap: Bap;
  readonly powerPlatform: PowerPlatform;
  /** Client for one organisation, by its URL as the admin API returned it. */
  dataverse(organizationUrl: string): Dataverse;
  /** Client for one bot's management API. */
  healthBot(managementPortalLink: string, jwtSecret: string): HealthBotManagement;
}

export function createServices(options: {
  cloud: Cloud;
  http: RememberingHttp;
  clock: Clock;
  signedIn: () => Promise<SignedIn>;
}): Services {
  const { cloud, http, clock } = options;
  const organizations = new Map<string, Dataverse>();
  return {
    cloud,
    http,
    clock,
    signedIn: options.signedIn,
    graph: createGraph(http, cloud),
    arm: createArm(http, cloud),
    bap: createBap(http, cloud),
    powerPlatform: createPowerPlatform(http, cloud),
    dataverse(organizationUrl) {
      const origin = new URL(organizationUrl).origin;
      const known = organizations.get(origin);
      if (known !== undefined) return known;
      const made = createDataverse(http, origin);
      organizations.set(origin, made);
      return made;
    },
    healthBot: (managementPortalLink, jwtSecret) =>
      createHealthBotManagement(http, clock, managementPortalLink, jwtSecret),
  };
}
